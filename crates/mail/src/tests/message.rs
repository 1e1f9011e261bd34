//! What a mail says, and what it cannot be made to say.

use super::{FROM, SUPPORT, ann, composed, invitation};
use crate::{Invitation, MailError, Mailer};

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
