//! What a mail says and how it travels.

mod smtp_double;

use std::time::Duration;

use domain::email::EmailAddress;
use smtp_double::{Manner, SmtpDouble};
use tokio::net::TcpListener;

use crate::{Invitation, MailError, Mailer, Outbox, Sent, SmtpOptions, Tls};

const FROM: &str = "Elite Creatif <noreply@example.com>";
const SUPPORT: &str = "support@example.com";
const LINK: &str = "https://app.example.com/accept?token=abc&x=1";
const SHORT: Duration = Duration::from_millis(300);

fn ann() -> EmailAddress {
    EmailAddress::parse("ann@example.com").expect("valid")
}

fn invitation(to: &EmailAddress) -> Invitation<'_> {
    Invitation {
        to,
        company: "Harbour & Sons",
        inviter: "Bo Lind",
        role: "admin",
        link: LINK,
        expires_in_days: 7,
    }
}

async fn composed(invitation: Invitation<'_>) -> Sent {
    let (mailer, outbox) = Mailer::in_memory(FROM, SUPPORT);
    mailer.send_invitation(&invitation).await.expect("kept");
    outbox.sent().pop().expect("one mail")
}

fn options(port: u16) -> SmtpOptions {
    SmtpOptions {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        login: None,
        from: FROM.into(),
        support: SUPPORT.into(),
    }
}

async fn send(mailer: &Mailer) -> Result<(), MailError> {
    mailer.send_invitation(&invitation(&ann())).await
}

fn headers(raw: &str) -> Vec<&str> {
    let (head, _) = raw.split_once("\r\n\r\n").expect("a body follows");
    head.split("\r\n").collect()
}

#[tokio::test]
async fn an_invitation_says_who_where_what_and_how_long() {
    let mail = composed(invitation(&ann())).await;
    assert_eq!(mail.to, "ann@example.com");
    assert_eq!(mail.subject, "You've been invited to join Harbour & Sons");
    assert_eq!(
        mail.text,
        "Bo Lind has invited you to join Harbour & Sons on Elite Creatif.\n\
         Your role will be Admin.\n\n\
         Accept the invitation and choose your own password:\n\n\
         https://app.example.com/accept?token=abc&x=1\n\n\
         The link works once, and for 7 days.\n\n\
         If you did not expect this, leave it: nothing happens unless the link is used.\n\
         Questions? Write to support@example.com."
    );
    for part in [
        "<strong>Bo Lind</strong>",
        "<strong>Harbour &#38; Sons</strong>",
        "<strong>Admin</strong>",
        "href=\"https://app.example.com/accept?token=abc&#38;x=1\"",
        "for 7 days",
        "mailto:support@example.com",
    ] {
        assert!(mail.html.contains(part), "{part} in {}", mail.html);
    }
}

#[tokio::test]
async fn the_message_has_both_parts_and_the_usual_headers() {
    let mail = composed(invitation(&ann())).await;
    for header in [
        "From: \"Elite Creatif\" <noreply@example.com>",
        "To: ann@example.com",
        "Reply-To: support@example.com",
        "Subject: You've been invited to join Harbour & Sons",
        "MIME-Version: 1.0",
    ] {
        assert!(
            headers(&mail.raw).contains(&header),
            "{header} in {}",
            mail.raw
        );
    }
    assert!(mail.raw.contains("\r\nMessage-ID: <"));
    assert!(mail.raw.contains("\r\nDate: "));
    assert!(mail.raw.contains("Content-Type: multipart/alternative"));
    let text = mail.raw.find("Content-Type: text/plain; charset=utf-8");
    let html = mail.raw.find("Content-Type: text/html; charset=utf-8");
    assert!(text.is_some() && text < html, "the plain part comes first");
    assert!(mail.raw.split("\r\n").all(|line| line.len() <= 998));
}

#[tokio::test]
async fn fix_36_markup_in_names_is_shown_and_not_obeyed() {
    let to = ann();
    let mail = composed(Invitation {
        company: r#"<b>"x"</b>"#,
        inviter: "<script>alert('1')</script>",
        role: "<i>",
        ..invitation(&to)
    })
    .await;
    for markup in ["<b>", "<script", "<i>", "\"x\""] {
        assert!(!mail.html.contains(markup), "{markup} in {}", mail.html);
    }
    assert!(mail.html.contains("&#60;b&#62;&#34;x&#34;&#60;/b&#62;"));
    assert!(mail.text.contains(r#"join <b>"x"</b> on"#));
    assert_eq!(mail.subject, r#"You've been invited to join <b>"x"</b>"#);
}

#[tokio::test]
async fn fix_36_line_breaks_in_names_make_no_headers_and_no_lines() {
    let to = ann();
    for newline in ["\r\n", "\n", "\r", "\u{2028}", "\u{85}", "\u{b}", "\0\n"] {
        let company = format!("Evil{newline}Bcc: all@example.com{newline}{newline}Hello");
        let inviter = format!("Eve{newline}{newline}Send money to https://evil.example");
        let mail = composed(Invitation {
            company: &company,
            inviter: &inviter,
            ..invitation(&to)
        })
        .await;
        assert_eq!(
            mail.subject,
            "You've been invited to join Evil Bcc: all@example.com Hello"
        );
        let is_bcc = |header: &&str| header.to_lowercase().starts_with("bcc:");
        assert!(!headers(&mail.raw).iter().any(is_bcc), "{}", mail.raw);
        let first = mail.text.lines().next().expect("a line");
        assert_eq!(
            first,
            "Eve Send money to https://evil.example has invited you to join Evil Bcc: all@example.com Hello on Elite Creatif."
        );
    }
}

#[tokio::test]
async fn names_of_any_script_travel_and_long_ones_are_cut() {
    let to = ann();
    let long = "é".repeat(5_000);
    for company in ["شركة النور", "日本 \u{202e}会社", long.as_str()] {
        let mail = composed(Invitation {
            company,
            ..invitation(&to)
        })
        .await;
        assert!(mail.raw.is_ascii(), "encoded words and quoted-printable");
        assert!(!mail.text.contains('\u{202e}'));
        assert!(mail.text.len() < 2_000);
    }
}

#[tokio::test]
async fn small_words_fit() {
    let to = ann();
    let (mailer, outbox) = Mailer::in_memory("noreply@example.com", "");
    let lonely = Invitation {
        inviter: " \n",
        expires_in_days: 1,
        ..invitation(&to)
    };
    mailer.send_invitation(&lonely).await.expect("kept");
    let mail = &outbox.sent()[0];
    assert!(mail.text.starts_with("A colleague has invited you"));
    assert!(mail.text.contains("for 1 day.\n"));
    assert!(!mail.text.contains("Questions") && !mail.html.contains("mailto:"));
    assert!(!mail.raw.contains("Reply-To"));
}

#[tokio::test]
async fn a_link_that_is_no_web_address_is_refused() {
    let to = ann();
    let (mailer, outbox) = Mailer::in_memory(FROM, SUPPORT);
    for link in [
        "",
        "javascript:alert(1)",
        "/accept",
        "https://a.example/\r\nBcc: x",
        "https://a.example/\"x",
    ] {
        let bad = Invitation {
            link,
            ..invitation(&to)
        };
        let sent = mailer.send_invitation(&bad).await;
        assert!(matches!(sent, Err(MailError::Refused(_))), "{link}");
    }
    assert!(outbox.sent().is_empty());
}

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
