//! The words by which leads are found: how a text is cut into words, and which words a lead has.
//!
//! Accents and case do not count: text is decomposed (Unicode NFKD, UAX #15), marks are dropped, the rest is lower-cased.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::leads::LeadFields;

/// Most words kept of one lead.
pub const WORDS_PER_LEAD_MAX: usize = 24;
/// Most words of a search; more are ignored.
pub const WORDS_PER_SEARCH_MAX: usize = 5;
/// Most characters of a word; the rest is cut.
pub const WORD_CHARACTERS_MAX: usize = 40;

/// The words of a text, in order, without repeats.
pub fn words(text: &str, max: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    let folded = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase);
    for c in folded.chain(std::iter::once(' ')) {
        if c.is_alphanumeric() {
            if word.chars().count() < WORD_CHARACTERS_MAX {
                word.push(c);
            }
        } else if !word.is_empty() {
            let complete = std::mem::take(&mut word);
            if !found.contains(&complete) {
                found.push(complete);
            }
            if found.len() == max {
                break;
            }
        }
    }
    found
}

/// The words by which a lead is found: of its title, e-mail, website, phone and address.
pub fn words_of_lead(fields: &LeadFields) -> Vec<String> {
    let host = fields.website_host();
    let digits: Option<String> = fields
        .phone
        .as_ref()
        .map(|phone| phone.chars().filter(char::is_ascii_digit).collect());
    let parts = [
        fields.title.as_deref(),
        fields.email.as_deref(),
        host.as_deref(),
        digits.as_deref(),
        fields.address.as_deref(),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    words(&text, WORDS_PER_LEAD_MAX)
}

/// The words of a search.
pub fn words_of_search(q: &str) -> Vec<String> {
    words(q, WORDS_PER_SEARCH_MAX)
}

/// The smallest text that sorts after every word beginning with `prefix`, compared byte by byte.
pub fn prefix_end(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_count() {
        assert_eq!(
            words("L'Oréal  S.A. – LORÉAL", 9),
            ["l", "oreal", "s", "a", "loreal"]
        );
        assert_eq!(words("東京 エレクトロン", 9).len(), 2);
        assert!(words("", 9).is_empty());
    }

    #[test]
    fn a_lead_is_found_by_name_mail_site_and_phone() {
        let fields = LeadFields {
            title: Some("Siemens AG".into()),
            email: Some("Info@siemens.example".into()),
            website: Some("https://www.siemens.com/global".into()),
            phone: Some("+49 (89) 1234".into()),
            ..LeadFields::default()
        };
        assert_eq!(
            words_of_lead(&fields),
            ["siemens", "ag", "info", "example", "com", "49891234"]
        );
    }
}
