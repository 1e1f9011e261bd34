//! The invitation to join a company (contract 4.13; a one-time link and no password, FIX-36).

use askama::Template;
use domain::email::EmailAddress;

use crate::MailError;
use crate::compose::{Addresses, Content, one_line};

/// Stands in for a person without a name.
const NAMELESS_INVITER: &str = "A colleague";

/// What an invitation says. The texts come from people: they are escaped and held to one line here.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// Whom it goes to.
    pub to: &'a EmailAddress,
    /// Name of the company.
    pub company: &'a str,
    /// Name of the person who invites.
    pub inviter: &'a str,
    /// The role as stored, like `admin`; shown as `Admin`.
    pub role: &'a str,
    /// The one-time link, `https://…` or `http://…`.
    pub link: &'a str,
    /// How many days the link can be used.
    pub expires_in_days: u32,
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct Html<'a>(Shown<'a>);

#[derive(Template)]
#[template(path = "invitation.txt")]
struct Text<'a>(Shown<'a>);

#[derive(Clone)]
struct Shown<'a> {
    company: String,
    inviter: String,
    role: String,
    link: &'a str,
    days: String,
    support: Option<&'a str>,
}

impl Invitation<'_> {
    /// Writes the mail.
    pub(crate) fn content(&self, addresses: &Addresses) -> Result<Content, MailError> {
        let inviter = Some(one_line(self.inviter)).filter(|name| !name.is_empty());
        let shown = Shown {
            company: one_line(self.company),
            inviter: inviter.unwrap_or_else(|| NAMELESS_INVITER.to_owned()),
            role: with_capital(&one_line(self.role)),
            link: checked_link(self.link)?,
            days: days(self.expires_in_days),
            support: addresses.support(),
        };
        let failed = |error: askama::Error| MailError::Refused(error.to_string());
        Ok(Content {
            to: self.to.clone(),
            subject: format!("You've been invited to join {}", shown.company),
            text: Text(shown.clone()).render().map_err(failed)?,
            html: Html(shown).render().map_err(failed)?,
        })
    }
}

/// A link that a mail program opens in a browser and nowhere else.
fn checked_link(link: &str) -> Result<&str, MailError> {
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    let is_whole =
        !link.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>".contains(c));
    if is_web && is_whole {
        Ok(link)
    } else {
        Err(MailError::Refused("the link is not a web address".into()))
    }
}

fn with_capital(role: &str) -> String {
    let mut letters = role.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

fn days(number: u32) -> String {
    if number == 1 {
        "1 day".to_owned()
    } else {
        format!("{number} days")
    }
}
