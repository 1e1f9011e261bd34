//! What can be cached, and under which name. A kind of answer names its key type and its value type, so that a wrong pair
//! does not compile.
//!
//! The text of a key is for people too: `campaigns:0197…:list:2:active`. Whose it is stands second, so that
//! `SCAN MATCH campaigns:*` and `SCAN MATCH *:0197…:*` both find something sensible.

use std::fmt::{Display, Write};
use std::sync::Arc;

use crate::scope::{Scopes, Tenant};
use crate::value::Value;

/// The longest text of a key; what is longer is answered from the source and not kept.
pub const KEY_BYTES_MAX: usize = 512;

/// A kind of answer: which key finds which value, and what a failed load says.
pub trait Kind: Send + Sync + 'static {
    /// The first part of every key's text, for instance `campaigns`.
    const NOUN: &'static str;
    /// The part after the tenant, for instance `list`.
    const VIEW: &'static str;
    /// The version of the value's form in Redis: raised when the form changes, so that the old is not read.
    const WIRE: u8 = 1;
    /// Whether values are kept in Redis too.
    const IS_SHARED: bool = true;
    /// What finds a value.
    type Key: Key;
    /// What is kept.
    type Value: Value;
    /// What a failed load says.
    type Error: Send + Sync + 'static;
}

/// Finds a value within its kind.
pub trait Key {
    /// Whose value it is.
    fn tenant(&self) -> Tenant;

    /// What the value depends on. The scopes follow from the key, so that a value cannot be wrong about them, and
    /// two releases that disagree each judge by their own.
    fn scopes(&self) -> Scopes;

    /// Writes what tells it from other keys of the kind and the tenant.
    fn write(&self, text: &mut KeyText);
}

/// A key's text while it is written.
#[derive(Debug)]
pub struct KeyText(String);

impl KeyText {
    /// Adds a part. Parts cannot run into each other: a colon, a blank or a percent sign within one is escaped.
    pub fn part(&mut self, part: impl Display) -> &mut Self {
        self.0.push(':');
        // Writing to a text cannot fail; a part whose Display does adds nothing.
        let _ = write!(Escaping(&mut self.0), "{part}");
        self
    }
}

/// The whole text of a key; `None` where it is too long to be kept.
pub(crate) fn text_of<K: Kind>(key: &K::Key) -> Option<String> {
    const USUAL_BYTES: usize = 96;
    let mut text = KeyText(String::with_capacity(USUAL_BYTES));
    text.0.push_str(K::NOUN);
    text.0.push(':');
    text.0
        .push_str(std::str::from_utf8(&key.tenant().text()).unwrap_or_default());
    text.0.push(':');
    text.0.push_str(K::VIEW);
    key.write(&mut text);
    (text.0.len() <= KEY_BYTES_MAX).then_some(text.0)
}

/// The pattern of a kind's keys, for `SCAN`.
pub(crate) fn pattern_of(noun: &str, view: &str) -> String {
    format!("{noun}:*:{view}*")
}

/// Whether a text is a key of the kind.
pub(crate) fn is_of_kind(text: &str, noun: &str, view: &str) -> bool {
    let mut parts = text.splitn(4, ':');
    parts.next() == Some(noun) && parts.nth(1) == Some(view)
}

/// A key as the near level and the loads under way hold it.
pub(crate) type SharedText = Arc<str>;

struct Escaping<'a>(&'a mut String);

impl Write for Escaping<'_> {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b":%*?[]\\".contains(&byte);
        if part.bytes().all(is_plain) {
            self.0.push_str(part);
            return Ok(());
        }
        for byte in part.bytes() {
            if is_plain(byte) {
                self.0.push(char::from(byte));
            } else {
                write!(self.0, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Page, PageKey};

    fn text(search: &str) -> Option<String> {
        text_of::<Page>(&PageKey {
            tenant: Tenant(1),
            name: search.to_owned(),
        })
    }

    #[test]
    fn a_key_reads_from_noun_to_detail() {
        let expected = "pages:00000000-0000-0000-0000-000000000001:one:summer";
        assert_eq!(text("summer").as_deref(), Some(expected));
    }

    #[test]
    fn parts_cannot_run_into_each_other_or_into_a_pattern() {
        let text = text("a:b c%*é").expect("it is short");
        assert!(text.ends_with(":one:a%3Ab%20c%25%2A%C3%A9"), "{text}");
    }

    #[test]
    fn what_is_too_long_has_no_text() {
        assert_eq!(text(&"x".repeat(KEY_BYTES_MAX)), None);
    }

    #[test]
    fn a_kind_knows_its_keys() {
        let text = text("summer").expect("it is short");
        assert!(is_of_kind(&text, "pages", "one"));
        assert!(!is_of_kind(&text, "pages", "on"));
        assert!(!is_of_kind(&text, "page", "one"));
    }
}
