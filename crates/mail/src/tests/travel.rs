//! How a mail travels: settings, both carriers, and servers of every temper.

use std::time::Duration;

use tokio::net::TcpListener;

use super::smtp_double::{Manner, SmtpDouble};
use super::{FROM, SUPPORT, options, send};
use crate::{MailError, Mailer, Outbox, SmtpOptions, Tls};

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn without_a_server_nothing_is_configured() {
    let mailer = Mailer::none();
    assert!(!mailer.is_configured());
    assert_eq!(send(&mailer).await, Err(MailError::NotConfigured));
    assert!(Mailer::in_memory(FROM, SUPPORT).0.is_configured());
}

#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    let with = |change: fn(&mut SmtpOptions)| {
        let mut options = options(25);
        change(&mut options);
        Mailer::smtp(options)
    };
    assert!(with(|_| ()).is_ok_and(|mailer| mailer.is_configured()));
    assert!(with(|o| o.from = "Acme, Inc. \"North\" <a@example.com>".into()).is_ok());
    assert!(with(|o| o.support.clear()).is_ok());
    for wrong in [
        with(|o| o.from.clear()),
        with(|o| o.from = "nobody".into()),
        with(|o| o.support = "call us".into()),
        with(|o| o.host.clear()),
        with(|o| o.host = "smtp://example.com".into()),
    ] {
        assert!(matches!(wrong, Err(MailError::Refused(_))), "{wrong:?}");
    }
}

#[test]
fn a_password_is_in_no_debug_text() {
    let mut options = options(25);
    options.login = Some(("bo".into(), "hunter2".into()));
    let shown = format!("{options:?} {:?}", Mailer::smtp(options.clone()));
    assert!(
        shown.contains("\"bo\"") && !shown.contains("hunter2"),
        "{shown}"
    );
}

/// The mail of a carrier, without what differs from mail to mail.
fn comparable(raw: &str) -> String {
    let field = |name: &str| {
        let (_, rest) = raw.split_once(name).expect("there");
        rest.split(['\r', '"', '@'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    raw.replace(&field("Date: "), "date")
        .replace(&field("Message-ID: <"), "unique")
        .trim_end()
        .to_owned()
}

#[tokio::test]
async fn both_carriers_carry_the_same_message() {
    let server = SmtpDouble::start(Manner::Kind).await;
    let smtp = Mailer::smtp(options(server.port)).expect("options");
    let (memory, outbox): (Mailer, Outbox) = Mailer::in_memory(FROM, SUPPORT);
    for mailer in [&smtp, &memory] {
        assert!(mailer.is_configured());
        send(mailer).await.expect("sent");
    }
    let travelled = comparable(&server.messages()[0]);
    assert_eq!(travelled, comparable(&outbox.sent()[0].raw));
}

#[tokio::test]
async fn the_dialogue_names_sender_and_recipient_and_one_connection_serves_many() {
    let server = SmtpDouble::start(Manner::Kind).await;
    let mailer = Mailer::smtp(options(server.port)).expect("options");
    for _ in 0..3 {
        send(&mailer).await.expect("sent");
    }
    let verbs = server.commands();
    assert!(verbs[0].starts_with("EHLO "));
    assert_eq!(verbs[1], "MAIL FROM:<noreply@example.com>");
    assert_eq!(verbs[2..5], ["RCPT TO:<ann@example.com>", "DATA", "NOOP"]);
    assert_eq!(server.messages().len(), 3);
    assert_eq!(server.heard.lock().connections, 1);
}

#[tokio::test]
async fn many_at_once_share_a_few_connections() {
    let server = SmtpDouble::start(Manner::Kind).await;
    let mailer = Mailer::smtp(options(server.port)).expect("options");
    let mut sends = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let mailer = mailer.clone();
        sends.spawn(async move { send(&mailer).await });
    }
    assert!(sends.join_all().await.iter().all(Result::is_ok));
    assert_eq!(server.messages().len(), 20);
}

#[tokio::test]
async fn a_kept_connection_that_died_is_replaced() {
    let server = SmtpDouble::start(Manner::HangsUp).await;
    let mailer = Mailer::smtp(options(server.port)).expect("options");
    for _ in 0..3 {
        send(&mailer).await.expect("sent");
    }
    assert_eq!(server.heard.lock().connections, 3);
}

#[tokio::test]
async fn a_refusal_comes_with_the_servers_words() {
    let server = SmtpDouble::start(Manner::RefusesRecipients).await;
    let mailer = Mailer::smtp(options(server.port)).expect("options");
    let refused = Err(MailError::Refused("550 5.1.1 no such mailbox".into()));
    assert_eq!(send(&mailer).await, refused);
    assert_eq!(send(&mailer).await, refused);
    assert!(server.messages().is_empty());
}

#[tokio::test]
async fn a_login_is_given_where_it_is_asked_for() {
    let server = SmtpDouble::start(Manner::WantsLogin("bo", "hunter2")).await;
    let login = |password: &str| {
        let mut options = options(server.port);
        options.login = Some(("bo".into(), password.into()));
        Mailer::smtp(options).expect("options")
    };
    send(&login("hunter2")).await.expect("sent");
    let refused = send(&login("hunter3")).await;
    assert_eq!(
        refused,
        Err(MailError::Refused("535 5.7.8 bad credentials".into()))
    );
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn a_password_is_never_said_in_the_clear_where_tls_is_wanted() {
    let server = SmtpDouble::start(Manner::WantsLogin("bo", "hunter2")).await;
    for tls in [Tls::StartTls, Tls::Implicit] {
        let mut options = options(server.port);
        options.tls = tls;
        options.login = Some(("bo".into(), "hunter2".into()));
        let mailer = Mailer::smtp_within(options, SHORT).expect("options");
        let error = send(&mailer).await.expect_err("the double speaks no TLS");
        let is_right = match tls {
            Tls::StartTls => matches!(error, MailError::Refused(_)),
            _ => matches!(error, MailError::Unreachable(_)),
        };
        assert!(is_right, "{tls:?}: {error}");
    }
    let commands = server.commands();
    assert!(
        !commands
            .iter()
            .any(|c| c.starts_with("AUTH") || c.starts_with("MAIL"))
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_or_not_one_is_unreachable() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = closed.local_addr().expect("bound").port();
    drop(closed);
    let gibberish = SmtpDouble::start(Manner::Gibberish).await;
    for port in [port, gibberish.port] {
        let mailer = Mailer::smtp(options(port)).expect("options");
        let sent = send(&mailer).await;
        assert!(matches!(sent, Err(MailError::Unreachable(_))), "{sent:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    let server = SmtpDouble::start(Manner::Silent).await;
    let mailer = Mailer::smtp_within(options(server.port), SHORT).expect("options");
    let expected = MailError::Unreachable("no answer within 0.3 seconds".into());
    assert_eq!(send(&mailer).await, Err(expected));
}

#[tokio::test]
async fn a_dialogue_given_up_half_way_is_not_continued_by_the_next_mail() {
    let server = SmtpDouble::start(Manner::MuteAfterFirstMessage).await;
    let mailer = Mailer::smtp_within(options(server.port), SHORT).expect("options");
    let first = send(&mailer).await;
    assert!(matches!(first, Err(MailError::Unreachable(_))), "{first:?}");
    send(&mailer).await.expect("a new connection");
    assert_eq!(server.heard.lock().connections, 2);
    assert_eq!(server.messages().len(), 2);
}
