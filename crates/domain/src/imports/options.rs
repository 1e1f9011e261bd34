//! What a person chooses for an import, as it is kept with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cleaning::Cleaning;

/// Most characters of the name of an own field.
pub const OWN_NAME_CHARACTERS_MAX: usize = 100;
/// Begins the word for an own field.
const OWN: &str = "own:";

/// The choices; the default of each is the gentlest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportOptions {
    /// What becomes of each column, by its name. Empty: as proposed. A column that it does not name is kept under its own name.
    pub mapping: BTreeMap<String, Target>,
    /// What counts as there already, and what is done then.
    pub duplicates: Duplicates,
    /// How values are tidied.
    pub cleaning: Cleaning,
    /// Whether the first row names the columns.
    pub header: HeaderChoice,
    /// The worksheet of a workbook; the first one where `None`.
    pub sheet: Option<String>,
    /// What separates the cells of a text file; found out where `None`.
    pub delimiter: Option<Delimiter>,
    /// How the characters of a text file are encoded; found out where `None`.
    pub encoding: Option<FileEncoding>,
}

/// Whether the first row that is not blank names the columns. An import is kept with what was decided; one of an earlier
/// version, which is [`Auto`](Self::Auto), has names in its first row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderChoice {
    /// Found out by what the row holds.
    #[default]
    Auto,
    /// It does.
    FirstRow,
    /// It is data like the others; the columns are `column 1`, `column 2`…
    None,
}

impl HeaderChoice {
    /// The wire's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::FirstRow => "first_row",
            Self::None => "none",
        }
    }
}

/// A field of a lead that a column can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeadField {
    /// Company or person.
    Title,
    /// Addresses for mail.
    Email,
    /// Numbers.
    Phone,
    /// Postal address.
    Address,
    /// Website.
    Website,
    /// What is known.
    Description,
    /// A drafted e-mail.
    GeneratedEmail,
}

impl LeadField {
    /// Every field.
    pub const ALL: [Self; 7] = [
        Self::Title,
        Self::Email,
        Self::Phone,
        Self::Address,
        Self::Website,
        Self::Description,
        Self::GeneratedEmail,
    ];

    /// The wire's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Website => "website",
            Self::Description => "description",
            Self::GeneratedEmail => "generated_email",
        }
    }

    /// What stands between the values of several columns; `None` where the first value is the only one.
    pub(super) fn joint(self) -> Option<&'static str> {
        match self {
            Self::Title => Some(" "),
            Self::Email | Self::Phone => Some("; "),
            Self::Address => Some(", "),
            Self::Description => Some("\n\n"),
            Self::Website | Self::GeneratedEmail => None,
        }
    }
}

/// What becomes of a column: `title`, `own:customer number`, `ignore`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    /// It fills a field.
    Field(LeadField),
    /// It is kept under a name of the tenant's own.
    Own(String),
    /// It is left out.
    Ignore,
}

impl TryFrom<String> for Target {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        if word == "ignore" {
            return Ok(Self::Ignore);
        }
        if let Some(name) = word.strip_prefix(OWN).map(str::trim) {
            let good = (1..=OWN_NAME_CHARACTERS_MAX).contains(&name.chars().count());
            return if good {
                Ok(Self::Own(name.to_owned()))
            } else {
                Err(format!(
                    "the name of an own field has 1 to {OWN_NAME_CHARACTERS_MAX} characters"
                ))
            };
        }
        let field = LeadField::ALL
            .into_iter()
            .find(|field| field.as_str() == word);
        field.map(Self::Field).ok_or_else(|| {
            "a column becomes title, email, phone, address, website, description, generated_email, own:NAME or ignore".into()
        })
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        match target {
            Target::Field(field) => field.as_str().to_owned(),
            Target::Own(name) => format!("{OWN}{name}"),
            Target::Ignore => "ignore".to_owned(),
        }
    }
}

/// What counts as there already, and what is done then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Duplicates {
    /// Where a lead counts as the same.
    pub scope: DuplicateScope,
    /// What becomes of a row whose lead is there.
    pub mode: DuplicateMode,
}

/// Where a lead counts as the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateScope {
    /// In the campaign that is filled.
    #[default]
    Campaign,
    /// In any campaign of the tenant.
    Tenant,
}

/// What becomes of a row whose lead is there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateMode {
    /// It becomes another lead.
    #[default]
    Keep,
    /// Nothing.
    Skip,
    /// Its values fill the lead's empty fields.
    UpdateEmpty,
    /// Its values replace the lead's; an empty cell replaces nothing.
    UpdateAll,
}

/// What separates the cells of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delimiter {
    /// `,`
    #[serde(rename = ",")]
    Comma,
    /// `;`
    #[serde(rename = ";")]
    Semicolon,
    /// Tab.
    #[serde(rename = "\t")]
    Tab,
    /// `|`
    #[serde(rename = "|")]
    Bar,
}

impl Delimiter {
    /// Its byte.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }
}

/// How the characters of a text file are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileEncoding {
    /// UTF-8.
    #[serde(rename = "UTF-8")]
    Utf8,
    /// UTF-16, low byte first.
    #[serde(rename = "UTF-16LE")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "UTF-16BE")]
    Utf16Be,
    /// Windows-1252.
    #[serde(rename = "Windows-1252")]
    Windows1252,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_back_as_they_were_written() {
        let text = r#"{"mapping":{"Firma":"title","Nr":"own:customer number","x":"ignore"},
            "duplicates":{"scope":"tenant","mode":"update_empty"},"delimiter":"\t","encoding":"UTF-16LE","header":"none",
            "cleaning":{"phone_country":"FR"}}"#;
        let options: ImportOptions = serde_json::from_str(text).expect("choices");
        assert_eq!(options.mapping["Nr"], Target::Own("customer number".into()));
        assert_eq!(options.duplicates.mode, DuplicateMode::UpdateEmpty);
        assert!(options.cleaning.trim);
        let written = serde_json::to_string(&options).expect("json");
        assert_eq!(
            serde_json::from_str::<ImportOptions>(&written).expect("read"),
            options
        );
    }

    #[test]
    fn what_is_no_choice_is_refused_with_what_is_one() {
        for (text, says) in [
            (r#"{"mapping":{"a":"colour"}}"#, "own:NAME"),
            (r#"{"mapping":{"a":"own: "}}"#, "1 to 100 characters"),
            (r#"{"cleaning":{"phone_country":"XX"}}"#, "country"),
            (r#"{"duplicates":{"mode":"replace"}}"#, "update_all"),
            (r#"{"delimiter":"x"}"#, "unknown variant"),
            (r#"{"header":"second_row"}"#, "first_row"),
            (r#"{"shet":"a"}"#, "unknown field"),
        ] {
            let error = serde_json::from_str::<ImportOptions>(text).expect_err(text);
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
    }
}
