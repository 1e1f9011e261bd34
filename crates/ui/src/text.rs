//! Small values that many pages show: times, links, numbers and roles as people read them.

use std::borrow::Borrow;

/// A moment: the machine's form for `datetime`, and the words that people see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// RFC 3339 in UTC, with `Z`.
    pub iso: String,
    /// Short or relative: `3 minutes ago`, `12 Nov, 14:05`.
    pub text: String,
}

impl When {
    /// A moment from both of its forms.
    pub fn new(iso: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            iso: iso.into(),
            text: text.into(),
        }
    }
}

/// A word that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where to: a path of this site.
    pub href: String,
    /// What it says.
    pub text: String,
}

impl Link {
    /// A link.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
        }
    }
}

/// What a member may do; decides which controls a page shows. The use case decides again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything, and the only one who changes roles.
    Owner,
    /// Invites, removes, edits the company, deletes many at once.
    Admin,
    /// Works with campaigns and leads.
    Member,
}

impl Role {
    /// The word people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Member => "Member",
        }
    }

    /// The wire's word, used as a form value.
    pub fn value(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// Whether owner-or-admin controls are shown.
    pub fn manages(self) -> bool {
        self != Self::Member
    }
}

/// A number with a comma at each thousand: `12,480`.
pub fn grouped(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length as the number that [`counted`] takes.
pub fn count_of(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A number and its noun: `1 lead`, `2,000 leads`; the noun gets an `s`.
pub fn counted(number: impl Borrow<i64>, noun: &str) -> String {
    let number = *number.borrow();
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// Up to two capitals for an avatar, from a name or an address; `?` when there is none.
pub fn initials(name: &str) -> String {
    let mut letters = name
        .split(|c: char| c.is_whitespace() || c == '.' || c == '@' || c == '-')
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let second = letters.next();
    let text: String = first
        .into_iter()
        .chain(second)
        .flat_map(char::to_uppercase)
        .collect();
    if text.is_empty() { "?".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0_i64), "0");
        assert_eq!(grouped(999_i64), "999");
        assert_eq!(grouped(12_480_i64), "12,480");
        assert_eq!(grouped(-1_000_000_i64), "-1,000,000");
        assert_eq!(counted(1_i64, "lead"), "1 lead");
        assert_eq!(counted(2_000_i64, "lead"), "2,000 leads");
    }

    #[test]
    fn initials_come_from_names_and_addresses() {
        assert_eq!(initials("Ada Lovelace"), "AL");
        assert_eq!(initials("émile.zola@example.com"), "ÉZ");
        assert_eq!(initials("  "), "?");
    }
}
