//! How values are tidied on their way in, as far as the person asks for it. A value that a rule cannot make sense of
//! stays as it was written.

use std::str::FromStr;

use phonenumber::{Mode, country::Id};
use serde::{Deserialize, Serialize};

/// Words that title case leaves in capitals, or writes in its own way.
const LEGAL_FORMS: [&str; 17] = [
    "AG", "KG", "GmbH", "SE", "UG", "SA", "SAS", "SARL", "BV", "NV", "LLC", "LLP", "PLC", "SL",
    "SpA", "USA", "UK",
];
/// What separates several numbers in one cell.
const NUMBER_SEPARATORS: [char; 4] = [';', ',', '|', '\n'];

/// The rules that are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cleaning {
    /// White space around values goes.
    pub trim: bool,
    /// A title written wholly in capitals, or wholly in small letters, gets a capital for each word.
    pub title_case: bool,
    /// Phone numbers become E.164 (`+33142868200`), those without a country code as numbers of this country.
    pub phone_country: Option<Country>,
    /// Websites get a scheme, a host in small letters, and lose what means nothing.
    pub normalise_url: bool,
}

impl Default for Cleaning {
    fn default() -> Self {
        Self {
            trim: true,
            title_case: false,
            phone_country: None,
            normalise_url: false,
        }
    }
}

/// A country by its two letters (ISO 3166-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(Id);

impl TryFrom<String> for Country {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Id::from_str(&word.to_ascii_uppercase())
            .map(Self)
            .map_err(|_| "phone_country is the two letters of a country, such as FR".into())
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0.as_ref().to_owned()
    }
}

/// Whether a text can be dialled: it has 6 to 15 digits and nothing but what stands between digits.
pub(super) fn looks_like_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (6..=15).contains(&digits)
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || " +-./()\u{a0}".contains(c))
}

/// The numbers of a cell as E.164, those that are none as they are.
pub(super) fn phones(text: &str, country: Country) -> String {
    let parts = text.split(NUMBER_SEPARATORS).map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let read: Vec<Option<String>> = parts.iter().map(|part| e164(part, country)).collect();
    if read.iter().all(Option::is_none) {
        return text.to_owned();
    }
    let written = read
        .into_iter()
        .zip(parts)
        .map(|(number, part)| number.unwrap_or_else(|| part.to_owned()));
    written.collect::<Vec<_>>().join("; ")
}

fn e164(text: &str, country: Country) -> Option<String> {
    let number = phonenumber::parse(Some(country.0), text).ok()?;
    number
        .is_valid()
        .then(|| number.format().mode(Mode::E164).to_string())
}

/// Title case, for a title that shows no care of its own.
pub(super) fn title_case(text: &str) -> String {
    let is_careless =
        !text.chars().any(char::is_lowercase) || !text.chars().any(char::is_uppercase);
    if !is_careless {
        return text.to_owned();
    }
    let mut cased = String::with_capacity(text.len());
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            cased.push(' ');
        }
        match LEGAL_FORMS
            .iter()
            .find(|form| form.eq_ignore_ascii_case(word))
        {
            Some(form) => cased.push_str(form),
            None => capitalise(word, &mut cased),
        }
    }
    cased
}

/// A capital at the start and after a hyphen or an opening mark; the rest small.
fn capitalise(word: &str, into: &mut String) {
    let mut begins = true;
    for c in word.chars() {
        if begins && c.is_alphabetic() {
            into.extend(c.to_uppercase());
            begins = false;
        } else {
            into.extend(c.to_lowercase());
            begins = begins || matches!(c, '-' | '(' | '"' | '/' | '&');
        }
    }
}

/// Whether a text can be a website: a host with a full stop, perhaps with a scheme before and a path after.
pub(super) fn looks_like_url(text: &str) -> bool {
    let rest = without_scheme(text).unwrap_or(text);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((name, ending)) = host.rsplit_once('.') else {
        return false;
    };
    let ending = ending.split(':').next().unwrap_or_default();
    !name.is_empty()
        && !text.contains(char::is_whitespace)
        && !host.contains('@')
        && ending.chars().count() >= 2
        && ending.chars().all(char::is_alphabetic)
}

/// A website with scheme, its host in small letters, without default port, fragment and a bare slash at the end.
pub(super) fn url(text: &str) -> String {
    if !looks_like_url(text) {
        return text.to_owned();
    }
    let (scheme, rest) = match without_scheme(text) {
        Some(rest) if text.len() - rest.len() == "http://".len() => ("http", rest),
        Some(rest) => ("https", rest),
        None => ("https", text),
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let host = host.to_lowercase();
    let port = if scheme == "http" { ":80" } else { ":443" };
    let host = host.strip_suffix(port).unwrap_or(&host);
    let path = if path == "/" { "" } else { path };
    format!("{scheme}://{host}{path}")
}

fn without_scheme(text: &str) -> Option<&str> {
    ["http://", "https://"].into_iter().find_map(|scheme| {
        let head = text.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme)
            .then(|| &text[scheme.len()..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(word: &str) -> Country {
        Country::try_from(word.to_owned()).expect("a country")
    }

    #[test]
    fn numbers_become_e_164_where_they_are_numbers() {
        let table = [
            ("FR", "01 42 86 82 00", "+33142868200"),
            (
                "de",
                "030/901820, +33 1 42 86 82 00",
                "+4930901820; +33142868200",
            ),
            ("DE", "ask Ann", "ask Ann"),
            ("DE", "12", "12"),
            ("US", "(650) 253-0000; ext", "+16502530000; ext"),
        ];
        for (of, text, wanted) in table {
            assert_eq!(phones(text, country(of)), wanted, "{text}");
        }
        assert!(Country::try_from("XX".to_owned()).is_err());
    }

    #[test]
    fn titles_without_care_get_capitals() {
        let table = [
            ("SIEMENS AG", "Siemens AG"),
            ("jean-luc müller gmbh", "Jean-Luc Müller GmbH"),
            ("eBay", "eBay"),
            ("BMW Group", "BMW Group"),
            ("", ""),
        ];
        for (text, wanted) in table {
            assert_eq!(title_case(text), wanted);
        }
    }

    #[test]
    fn websites_get_one_form() {
        let table = [
            ("WWW.Foo.Example/", "https://www.foo.example"),
            ("HTTP://foo.example:80/A?b#c", "http://foo.example/A?b"),
            ("https://foo.example:8443/x/", "https://foo.example:8443/x/"),
            ("n/a yet", "n/a yet"),
            ("a@b.example", "a@b.example"),
        ];
        for (text, wanted) in table {
            assert_eq!(url(text), wanted);
        }
    }
}
