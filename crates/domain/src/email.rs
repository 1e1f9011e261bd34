//! E-mail addresses of accounts (contract 1.3, "E-mail fields"). A lead's address is free text and
//! is only normalised for comparing, see [`crate::leads`].

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

/// The longest address that SMTP can carry (RFC 5321, 4.5.3.1.3, less the angle brackets).
const ADDRESS_CHARACTERS_MAX: usize = 254;

/// Top-level names that no mail can reach (RFC 2606, RFC 6762), except `example`, which documents use.
const RESERVED_TOP_LEVEL: [&str; 4] = ["test", "local", "localhost", "invalid"];

/// A syntactically valid address: its domain in lower case, its local part as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address, also in the form `Name <a@b>`; the error is the reason, for the person.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = bare_address(text.trim());
        let (local, host) = text
            .rsplit_once('@')
            .ok_or("An address needs an @ between name and domain.")?;
        if local.is_empty() {
            return Err("There is nothing before the @.".into());
        }
        if host.is_empty() {
            return Err("There is nothing after the @.".into());
        }
        let host: String = host.nfc().collect::<String>().to_lowercase();
        let top_level = host.rsplit('.').next().unwrap_or(&host);
        if RESERVED_TOP_LEVEL.contains(&top_level) {
            return Err("The part after the @ is a reserved name that receives no mail.".into());
        }
        if !host.contains('.') {
            return Err("The part after the @ should have a period.".into());
        }
        let address = format!("{local}@{host}");
        if address.chars().count() > ADDRESS_CHARACTERS_MAX {
            return Err(format!(
                "The address is longer than {ADDRESS_CHARACTERS_MAX} characters."
            ));
        }
        let options = email_address::Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        let well_formed = !address.contains(['"', ' ', '\0'])
            && email_address::EmailAddress::parse_with_options(&address, options).is_ok();
        if well_formed {
            Ok(Self(address))
        } else {
            Err("The address holds characters that are not allowed there.".into())
        }
    }

    /// The address as it is shown and written to.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that uniqueness and login compare: all lower case (FIX-58).
    pub fn key(&self) -> String {
        comparison_key(&self.0)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

/// The form in which two addresses are compared: NFC, lower case, trimmed.
pub fn comparison_key(text: &str) -> String {
    text.trim().nfc().collect::<String>().to_lowercase()
}

fn bare_address(text: &str) -> &str {
    match (text.rfind('<'), text.strip_suffix('>')) {
        (Some(open), Some(without_close)) => without_close[open + 1..].trim(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_lowered_and_the_local_part_kept() {
        let address = EmailAddress::parse("Ann Lee <Ann.Lee@Example.COM>").expect("valid");
        assert_eq!(address.as_str(), "Ann.Lee@example.com");
        assert_eq!(address.key(), "ann.lee@example.com");
    }

    #[test]
    fn example_names_pass_and_reserved_ones_do_not() {
        assert!(EmailAddress::parse("a@example.com").is_ok());
        assert!(EmailAddress::parse("a@firm.example").is_ok());
        for bad in [
            "a@b.test",
            "a@host.local",
            "a@localhost",
            "a@x.invalid",
            "a@x.localhost",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn malformed_addresses_are_refused_with_a_reason() {
        let long = format!("{}@example.com", "x".repeat(300));
        for bad in [
            "",
            "a",
            "@",
            "a@",
            "@b.com",
            "a b@c.com",
            "a@b",
            "a@b..com",
            "a@b.com\0",
            ">",
            "<",
            "a@b@c.com",
            long.as_str(),
        ] {
            let reason = EmailAddress::parse(bad).expect_err(bad);
            assert!(reason.ends_with('.'), "{reason}");
        }
    }
}
