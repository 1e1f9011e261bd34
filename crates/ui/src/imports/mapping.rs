//! The second step: what was understood of a file, where its columns go, and the leads that they become.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{COUNTRY_CHOICES, Steps};
use crate::assets;
use crate::campaigns::CampaignRef;
use crate::chrome::{Chrome, Tone};
use crate::forms::{Choice, Select};
use crate::icon::Icon;
use crate::text::counted;

/// Where a column can go, as the form sends it in `to.{n}`; `own` with a name in `own.{n}`.
pub const FIELD_CHOICES: &[Choice] = &[
    Choice::new("title", "Name"),
    Choice::new("email", "E-mail"),
    Choice::new("phone", "Phone"),
    Choice::new("website", "Website"),
    Choice::new("address", "Address"),
    Choice::new("description", "Description"),
    Choice::new("generated_email", "E-mail draft"),
    Choice::new("own", "Own field"),
    Choice::new("ignore", "Leave out"),
];

/// How the first row is read.
pub const HEADER_CHOICES: &[Choice] = &[
    Choice::new("", "Find out"),
    Choice::new("first_row", "Names the columns"),
    Choice::new("none", "Is a row like the others"),
];

/// What separates the cells of a text.
pub const DELIMITER_CHOICES: &[Choice] = &[
    Choice::new("", "Find out"),
    Choice::new("comma", "Comma ,"),
    Choice::new("semicolon", "Semicolon ;"),
    Choice::new("tab", "Tab"),
    Choice::new("bar", "Bar |"),
];

/// How a text is encoded.
pub const ENCODING_CHOICES: &[Choice] = &[
    Choice::new("", "Find out"),
    Choice::new("UTF-8", "UTF-8"),
    Choice::new("UTF-16LE", "UTF-16, little endian"),
    Choice::new("UTF-16BE", "UTF-16, big endian"),
    Choice::new("Windows-1252", "Windows-1252 (Western)"),
];

/// What becomes of a row whose lead is there already.
pub const MODE_CHOICES: &[Choice] = &[
    Choice::new("skip", "Skip the row"),
    Choice::new("update_empty", "Fill the lead’s empty fields"),
    Choice::new("update_all", "Replace the lead’s fields"),
    Choice::new("keep", "Add another lead"),
];

/// Where a lead counts as there already.
pub const SCOPE_CHOICES: &[Choice] = &[
    Choice::new("campaign", "in this campaign"),
    Choice::new("tenant", "in any campaign"),
];

/// How sure a proposal is, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sureness {
    /// As it was chosen last time.
    Saved,
    /// The header says so.
    Sure,
    /// The values say so.
    Likely,
    /// Little speaks for it.
    Guess,
    /// The header says so, the values do not.
    Doubtful,
    /// Nothing speaks for a field.
    Kept,
    /// The person chose it.
    Chosen,
}

impl Sureness {
    fn label(self) -> &'static str {
        match self {
            Self::Saved => "As last time",
            Self::Sure => "Sure",
            Self::Likely => "Likely",
            Self::Guess => "A guess",
            Self::Doubtful => "Please check",
            Self::Kept => "Kept",
            Self::Chosen => "Your choice",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Saved | Self::Sure => Tone::Good,
            Self::Likely | Self::Chosen => Tone::Info,
            Self::Guess | Self::Doubtful => Tone::Warn,
            Self::Kept => Tone::Quiet,
        }
    }
}

/// A column of the file.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Some of its values.
    pub samples: Vec<String>,
    /// Where it goes: a value of [`FIELD_CHOICES`].
    pub target: String,
    /// The name of its own field.
    pub own_name: String,
    /// How sure that is.
    pub sureness: Sureness,
    /// Why: `known word for e-mail`.
    pub why: String,
}

/// A value of a lead as it will be.
#[derive(Debug, Clone, Default)]
pub struct SampleValue {
    /// The value; empty where there is none.
    pub text: String,
    /// Whether it stands in no cell like this: it was tidied, or several were joined.
    pub is_changed: bool,
}

/// One of the first rows as the lead that it becomes.
#[derive(Debug, Clone)]
pub struct SampleLead {
    /// The row's number, from 1.
    pub row: i64,
    /// The values of the fields, each with its value of [`FIELD_CHOICES`].
    pub values: Vec<(&'static str, SampleValue)>,
    /// What is kept in own fields.
    pub own: Vec<(String, String)>,
    /// Why it becomes no lead.
    pub reason: Option<String>,
}

impl SampleLead {
    fn value(&self, field: &str) -> SampleValue {
        let found = self.values.iter().find(|(name, _)| *name == field);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// Something in the file to look at.
#[derive(Debug, Clone)]
pub struct UploadProblem {
    /// The row, from 1; 0 is the header.
    pub row: i64,
    /// The column's name, where it is about one.
    pub column: Option<String>,
    /// What it is.
    pub text: String,
}

/// The choices beside the mapping, as the form sends them.
#[derive(Debug, Clone)]
pub struct OptionValues {
    /// `mode`: a value of [`MODE_CHOICES`].
    pub mode: String,
    /// `scope`: a value of [`SCOPE_CHOICES`].
    pub scope: String,
    /// `trim`
    pub trim: bool,
    /// `title_case`
    pub title_case: bool,
    /// `normalise_url`
    pub normalise_url: bool,
    /// `phone_country`: two letters, or empty.
    pub phone_country: String,
}

impl OptionValues {
    /// The choices in a sentence or two.
    fn says(&self) -> String {
        let place = if self.scope == "tenant" {
            "any campaign"
        } else {
            "this campaign"
        };
        let there = match self.mode.as_str() {
            "keep" => "Every row becomes a new lead".to_owned(),
            "update_empty" => {
                format!("A row whose lead is in {place} already fills its empty fields")
            }
            "update_all" => format!("A row whose lead is in {place} already replaces its fields"),
            _ => format!("A row whose lead is in {place} already is skipped"),
        };
        let mut tidied = Vec::new();
        if self.trim {
            tidied.push("spaces around values are removed".to_owned());
        }
        if self.title_case {
            tidied.push("names get capitals".to_owned());
        }
        if !self.phone_country.is_empty() {
            tidied.push("phone numbers get their country code".to_owned());
        }
        if self.normalise_url {
            tidied.push("web addresses are written in one way".to_owned());
        }
        match tidied.split_last() {
            None => format!("{there}; values stay exactly as they are."),
            Some((only, [])) => format!("{there}; {only}."),
            Some((last, others)) => format!("{there}; {} and {last}.", others.join(", ")),
        }
    }
}

/// How the file is read, as the form sends it.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What was found, in a few words each: `UTF-8`, `separated by commas`.
    pub found: Vec<String>,
    /// Whether it is a workbook.
    pub is_workbook: bool,
    /// A workbook's sheets.
    pub sheets: Vec<String>,
    /// `sheet`: the one that is read.
    pub sheet: String,
    /// `header`: a value of [`HEADER_CHOICES`].
    pub header: String,
    /// `delimiter`: a value of [`DELIMITER_CHOICES`].
    pub delimiter: String,
    /// `encoding`: a value of [`ENCODING_CHOICES`].
    pub encoding: String,
    /// `read_as`: names this way of reading, so that a form for other columns is told from one for these.
    pub read_as: String,
}

/// What was understood.
#[derive(Debug, Clone)]
pub struct Understood {
    /// The columns, in file order.
    pub columns: Vec<Column>,
    /// What to look at.
    pub problems: Vec<UploadProblem>,
    /// The first rows.
    pub sample: Vec<SampleLead>,
    /// Rows of the file, where they are known.
    pub rows: Option<i64>,
    /// Rows that were looked at.
    pub rows_looked_at: i64,
    /// Whether the mapping is the one of last time.
    pub is_saved_mapping: bool,
    /// Whether the first row was found to be data, so that the columns have numbers instead of names.
    pub is_headless: bool,
    /// The choices beside the mapping.
    pub options: OptionValues,
    /// Why it cannot be imported like this.
    pub refusal: Option<String>,
}

/// The place of a field beside the columns: what fills it, and what it is in the first row.
struct Zone<'a> {
    field: &'static str,
    label: &'static str,
    columns: Vec<(usize, &'a str)>,
    value: SampleValue,
}

impl Zone<'_> {
    fn is_missing(&self) -> bool {
        self.field == "title" && self.columns.is_empty()
    }
}

impl Understood {
    fn zones(&self) -> Vec<Zone<'_>> {
        let first = self.sample.iter().find(|lead| lead.reason.is_none());
        let zones = FIELD_CHOICES.iter().map(|choice| Zone {
            field: choice.value,
            label: choice.label,
            columns: self
                .columns
                .iter()
                .enumerate()
                .filter(|(_, column)| column.target == choice.value)
                .map(|(index, column)| (index, column.name.as_str()))
                .collect(),
            value: first
                .map(|lead| lead.value(choice.value))
                .unwrap_or_default(),
        });
        zones.collect()
    }

    /// The fields that some column fills, for the heads of the sample.
    fn shown_fields(&self) -> Vec<&'static Choice> {
        let fills = |choice: &&Choice| {
            !matches!(choice.value, "own" | "ignore")
                && self
                    .columns
                    .iter()
                    .any(|column| column.target == choice.value)
        };
        FIELD_CHOICES.iter().filter(fills).collect()
    }

    fn has_own(&self) -> bool {
        self.columns.iter().any(|column| column.target == "own")
    }

    fn has_title(&self) -> bool {
        self.columns.iter().any(|column| column.target == "title")
    }

    fn has_changed(&self) -> bool {
        let mut values = self.sample.iter().flat_map(|lead| &lead.values);
        values.any(|(_, value)| value.is_changed)
    }

    /// What the main button says.
    fn go(&self) -> String {
        match self.rows {
            Some(rows) => format!("Import {}", counted(rows, "row")),
            None => "Import".into(),
        }
    }

    fn problems_title(&self) -> String {
        match self.problems.len() {
            1 => "One thing to look at".into(),
            number => format!("{number} things to look at"),
        }
    }
}

/// A received file.
#[derive(Debug, Clone)]
pub struct UploadRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub file_name: String,
    /// Its size in words: `1.2 MB`.
    pub size: String,
}

/// What was understood and the choices; a fragment with `id="wizard"`.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/mapping.html")]
pub struct Mapping {
    /// Where the leads go.
    pub campaign: CampaignRef,
    /// The file.
    pub upload: UploadRef,
    /// The token that every form sends back as `_csrf`.
    pub csrf: String,
    /// How the file is read.
    pub reading: Reading,
    /// What was understood, or why nothing could be.
    pub content: Result<Understood, String>,
}

impl HtmlSafe for Mapping {}

impl Mapping {
    fn href(&self) -> String {
        format!("/campaigns/{}/import/{}", self.campaign.id, self.upload.id)
    }
}

/// `GET /campaigns/{id}/import/{upload}`, its `POST` refused, and `POST …/sample`; with `HX-Request` the fragment alone
/// suffices.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/check.html")]
pub struct MappingPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The content.
    pub mapping: Mapping,
}
