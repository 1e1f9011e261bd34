//! Mails and their ways: what the tests of both share.

mod message;
mod smtp_double;
mod travel;

use domain::email::EmailAddress;

use crate::{Invitation, MailError, Mailer, Sent, SmtpOptions, Tls};

const FROM: &str = "Elite Creatif <noreply@example.com>";
const SUPPORT: &str = "support@example.com";
const LINK: &str = "https://app.example.com/accept?token=abc&x=1";

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
