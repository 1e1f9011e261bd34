//! What fields of several bodies can be.

use domain::accounts::PERSON_NAME_CHARACTERS_MAX;
use domain::email::EmailAddress;
use domain::passwords;
use domain::problems::Problem;
use domain::refusal::Refusal;
use http_edge::fields::{ANY_TEXT, email, text, text_then};
use http_edge::{Fields, Result};
use serde_json::Value;

/// Most characters of a website, an address or another text of the company's profile.
pub(crate) const PROFILE_TEXT_CHARACTERS_MAX: usize = 2_000;

/// An address of an account.
pub(crate) fn address(value: &Value) -> std::result::Result<EmailAddress, Problem> {
    email(EmailAddress::parse)(value)
}

/// A password that keeps the rules for new ones (contract 4.12).
pub(crate) fn new_password(value: &Value) -> std::result::Result<String, Problem> {
    text_then(ANY_TEXT, |password| {
        passwords::check(password).map(|()| password.to_owned())
    })(value)
}

/// A text of the company's profile.
pub(crate) fn profile_text(value: &Value) -> std::result::Result<String, Problem> {
    text(0..=PROFILE_TEXT_CHARACTERS_MAX)(value)
}

/// First and last name.
pub(crate) fn person_names(fields: &mut Fields<'_>) -> (Option<String>, Option<String>) {
    let name = || text(0..=PERSON_NAME_CHARACTERS_MAX);
    let first = fields.optional("first_name", name());
    (first, fields.optional("last_name", name()))
}

/// The id that a path holds, or what is said of a thing that is not there.
pub(crate) fn id_or<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
    missing: impl FnOnce() -> Refusal,
) -> Result<T> {
    parse(text).ok_or_else(|| missing().into())
}
