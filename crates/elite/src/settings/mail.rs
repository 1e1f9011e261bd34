//! `[mail]`: the SMTP server that carries invitations, and the addresses that mails name.

use super::{reader::Reader, secret::Secret};

/// How the connection to the SMTP server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Begins in the clear and must change to TLS.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Not protected.
    None,
}

impl SmtpTls {
    /// The port that servers of this kind listen on.
    fn default_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// Name and password for the SMTP server.
#[derive(Debug, Clone)]
pub struct SmtpLogin {
    /// User name.
    pub user: String,
    /// Password.
    pub password: Secret,
}

/// The SMTP server.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// How to sign in, where the server asks for it.
    pub login: Option<SmtpLogin>,
    /// Sender: `address` or `Name <address>`.
    pub from: String,
}

/// The section `[mail]`.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The server; `None` means that nothing is mailed.
    pub smtp: Option<Smtp>,
    /// Address that mails name for questions.
    pub support: Option<String>,
}

impl Mail {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let host = reader.text("SMTP_HOST");
        let port = reader.whole_if_set("SMTP_PORT");
        let tls = match reader.choice("SMTP_TLS") {
            "tls" => SmtpTls::Tls,
            "none" => SmtpTls::None,
            _ => SmtpTls::StartTls,
        };
        let login = login(reader);
        let from = address(reader, "FROM_EMAIL");
        let support = address(reader, "SUPPORT_EMAIL");
        let Some(host) = host else {
            if let Some(login) = login {
                drop(login);
                reader.refuse("SMTP_USER", "is set, but SMTP_HOST is not, so nothing would be mailed. Set SMTP_HOST, or remove SMTP_USER and SMTP_PASSWORD.");
            }
            return Self {
                smtp: None,
                support,
            };
        };
        if host.contains(|letter: char| letter.is_whitespace() || "/@".contains(letter)) {
            reader.refuse("SMTP_HOST", "is not the name of a server. Write the name alone, like smtp.example.com; the port goes to SMTP_PORT.");
        }
        if reader.raw("FROM_EMAIL").is_none() {
            let called = reader.called("SMTP_HOST");
            reader.refuse("FROM_EMAIL", &format!("is not set, and {called} is: a mail needs a sender. Set it to an address that this server may send from."));
        }
        if tls == SmtpTls::None && login.is_some() {
            let called = reader.called("SMTP_TLS");
            reader.warn(format!("{called} is none, so the SMTP password travels unprotected. Use starttls or tls unless the server is on this machine."));
        }
        let port = port.unwrap_or(tls.default_port());
        Self {
            smtp: Some(Smtp {
                host,
                port,
                tls,
                login,
                from: from.unwrap_or_default(),
            }),
            support,
        }
    }
}

fn login(reader: &mut Reader) -> Option<SmtpLogin> {
    match (reader.text("SMTP_USER"), reader.secret("SMTP_PASSWORD")) {
        (Some(user), Some(password)) => Some(SmtpLogin { user, password }),
        (Some(_), None) => {
            reader.refuse(
                "SMTP_USER",
                "is set without SMTP_PASSWORD. Set both, or neither.",
            );
            None
        }
        (None, Some(_)) => {
            reader.refuse(
                "SMTP_PASSWORD",
                "is set without SMTP_USER. Set both, or neither.",
            );
            None
        }
        (None, None) => None,
    }
}

fn address(reader: &mut Reader, name: &str) -> Option<String> {
    let text = reader.text(name)?;
    let bare = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => text.as_str(),
    };
    let is_address = bare
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        && bare.matches('@').count() == 1
        && !bare.contains(|letter: char| {
            letter.is_whitespace() || letter.is_control() || "<>,;\"".contains(letter)
        })
        && !text.contains(|letter: char| letter.is_control());
    if !is_address {
        reader.refuse(
            name,
            "is not a mail address. Write name@example.com, or Name <name@example.com>.",
        );
    }
    Some(text)
}
