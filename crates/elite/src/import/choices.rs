//! What the command line chooses for an import.

use std::collections::BTreeMap;

use clap::Args;
use domain::imports::{
    Cleaning, Country, Delimiter, DuplicateMode, DuplicateScope, Duplicates, FileEncoding,
    HeaderChoice, ImportOptions, Target,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How a file is read and what becomes of its rows.
#[derive(Debug, Clone, Default, Args, PartialEq, Eq)]
pub struct ImportChoices {
    /// What becomes of a column: title, email, phone, address, website, description, generated_email, own:NAME or ignore. Columns
    /// that are not named are as the preview proposes, but a field that is named is filled by its columns alone.
    #[arg(long = "map", value_name = "COLUMN=TARGET", value_parser = pair)]
    pub mapping: Vec<(String, Target)>,
    /// What becomes of a row whose lead is there: keep (both), skip, update_empty (fields) or update_all.
    #[arg(long, value_name = "MODE", value_parser = word::<DuplicateMode>)]
    pub duplicates: Option<DuplicateMode>,
    /// Where a lead counts as there: campaign or tenant.
    #[arg(long, value_name = "WHERE", value_parser = word::<DuplicateScope>)]
    pub duplicates_in: Option<DuplicateScope>,
    /// Write phone numbers as E.164, those without a country's code as of this country (two letters).
    #[arg(long, value_name = "COUNTRY", value_parser = word::<Country>)]
    pub phone_country: Option<Country>,
    /// Give titles that are written wholly in capitals or in small letters a capital for each word.
    #[arg(long)]
    pub title_case: bool,
    /// Write web addresses in one way: with https://, the host in small letters, nothing behind that says nothing.
    #[arg(long)]
    pub normalise_url: bool,
    /// The first row names the columns, whatever it looks like.
    #[arg(long, conflicts_with = "no_header")]
    pub header: bool,
    /// The first row is data; the columns are "column 1", "column 2" and so on.
    #[arg(long)]
    pub no_header: bool,
    /// The worksheet of a workbook.
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// What separates the cells of a text: "," or ";" or "|" or tab.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Option<Delimiter>,
    /// How the characters of a text are encoded: UTF-8, UTF-16LE, UTF-16BE or Windows-1252.
    #[arg(long, value_name = "ENCODING", value_parser = word::<FileEncoding>)]
    pub encoding: Option<FileEncoding>,
}

impl ImportChoices {
    /// The options of the import, its mapping as far as it was said.
    pub(super) fn options(&self) -> ImportOptions {
        ImportOptions {
            mapping: BTreeMap::from_iter(self.mapping.iter().cloned()),
            duplicates: Duplicates {
                scope: self.duplicates_in.unwrap_or_default(),
                mode: self.duplicates.unwrap_or_default(),
            },
            cleaning: Cleaning {
                title_case: self.title_case,
                phone_country: self.phone_country,
                normalise_url: self.normalise_url,
                ..Cleaning::default()
            },
            header: match (self.header, self.no_header) {
                (true, _) => HeaderChoice::FirstRow,
                (_, true) => HeaderChoice::None,
                _ => HeaderChoice::Auto,
            },
            sheet: self.sheet.clone(),
            delimiter: self.delimiter,
            encoding: self.encoding,
        }
    }
}

/// A word of the API.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::from(text)).map_err(|error| error.to_string())
}

/// A column's name may have an equals sign in it, what becomes of it has none before the first colon.
fn pair(text: &str) -> Result<(String, Target), String> {
    let own = text.rfind("=own:");
    let at = own.or_else(|| text.rfind('='));
    let at = at.ok_or("it has to be COLUMN=TARGET")?;
    Ok((text[..at].to_owned(), word(&text[at + 1..])?))
}

fn delimiter(text: &str) -> Result<Delimiter, String> {
    word(if matches!(text, "tab" | "\\t") {
        "\t"
    } else {
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_and_what_becomes_of_it_are_told_apart() {
        for (text, column, target) in [
            ("Firma=title", "Firma", "title"),
            ("a=b=ignore", "a=b", "ignore"),
            ("Nr.=own:customer=number", "Nr.", "own:customer=number"),
            ("=email", "", "email"),
        ] {
            let (found, target_found) = pair(text).expect(text);
            assert_eq!(
                (found.as_str(), String::from(target_found).as_str()),
                (column, target)
            );
        }
        for text in ["Firma", "Firma=colour", "Firma=own:"] {
            assert!(pair(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tab_can_be_written() {
        for text in ["tab", "\\t", "\t"] {
            assert_eq!(delimiter(text), Ok(Delimiter::Tab));
        }
        assert!(delimiter("x").is_err());
    }
}
