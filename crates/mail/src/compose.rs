//! From texts to a message: the headers, and what may be in them.

use std::time::{Duration, UNIX_EPOCH};

use domain::clock::Timestamp;
use domain::email::EmailAddress;
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use crate::MailError;

/// The longest name that a mail shows; longer ones are cut.
const LINE_CHARACTERS_MAX: usize = 255;

/// The addresses that every mail of this program names.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    from: Mailbox,
    support: Option<Mailbox>,
}

impl Addresses {
    /// Reads `address` or `Name <address>`; an empty `support` means none.
    pub(crate) fn parse(from: &str, support: &str) -> Result<Self, MailError> {
        let from = mailbox(from)?;
        let support = match one_line(support).as_str() {
            "" => None,
            support => Some(mailbox(support)?),
        };
        Ok(Self { from, support })
    }

    /// The bare address for questions, to be shown.
    pub(crate) fn support(&self) -> Option<&str> {
        self.support.as_ref().map(|mailbox| mailbox.email.as_ref())
    }
}

/// What is said in a mail, whoever carries it.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) to: EmailAddress,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Content {
    /// The message as it travels. `unique` (letters and digits) names it and separates its parts.
    pub(crate) fn message(
        &self,
        addresses: &Addresses,
        now: Timestamp,
        unique: &str,
    ) -> Result<Message, MailError> {
        let to: Address = parse_address(self.to.as_str())?;
        let since_1970 = Duration::from_micros(u64::try_from(now.0).unwrap_or(0));
        let message_id = format!("<{unique}@{}>", addresses.from.email.domain());
        let mut builder = Message::builder()
            .from(addresses.from.clone())
            .to(Mailbox::new(None, to))
            .date(UNIX_EPOCH + since_1970)
            .message_id(Some(message_id))
            .subject(one_line(&self.subject));
        if let Some(support) = &addresses.support {
            builder = builder.reply_to(support.clone());
        }
        let parts = MultiPart::alternative()
            .boundary(unique)
            .singlepart(SinglePart::plain(self.text.clone()))
            .singlepart(SinglePart::html(self.html.clone()));
        builder
            .multipart(parts)
            .map_err(|error| MailError::Refused(one_line(&error.to_string())))
    }
}

/// A text as one line: control characters, breaks and any run of blanks become one space; characters that turn
/// the direction of writing are left out.
pub(crate) fn one_line(text: &str) -> String {
    let shown = text.replace(turns_direction, "");
    let words = shown.split(|c: char| c.is_control() || c.is_whitespace());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(LINE_CHARACTERS_MAX).collect()
}

/// Explicit directional embeddings, overrides and isolates (Unicode Standard Annex 9, section 2).
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    let text = one_line(text);
    let named = text
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'));
    let Some((name, address)) = named else {
        return Ok(Mailbox::new(None, parse_address(&text)?));
    };
    let name = name.trim().trim_matches('"').to_owned();
    let name = Some(name).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, parse_address(address)?))
}

fn parse_address(text: &str) -> Result<Address, MailError> {
    let refusal = |_| MailError::Refused(format!("{text:?} is not an address that mail can use"));
    text.trim().parse().map_err(refusal)
}
