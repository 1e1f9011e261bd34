//! What a person chose for a file, as the form of the check sends it.

use std::collections::BTreeMap;

use domain::imports::{
    Cleaning, Country, Delimiter, DuplicateMode, DuplicateScope, Duplicates, FileEncoding,
    HeaderChoice, ImportOptions, LeadField, OWN_NAME_CHARACTERS_MAX, Target,
};
use http_edge::Received;
use ui::imports::OptionValues;

use crate::form::last;

/// The word of an own field in the form.
const OWN: &str = "own";

/// The choices.
#[derive(Debug, Clone)]
pub(super) struct Choices {
    /// As the use cases take them; without a mapping where there is none for these columns.
    pub(super) options: ImportOptions,
    /// The values of the controls that say how the file is read.
    pub(super) reading: ReadingValues,
    /// Whether the form was made for another way of reading, so that its columns may not be these.
    pub(super) is_reread: bool,
    /// Why the form's mapping cannot be followed.
    pub(super) complaint: Option<String>,
}

/// The values of the controls that say how a file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ReadingValues {
    pub(super) header: String,
    pub(super) delimiter: String,
    pub(super) encoding: String,
    pub(super) sheet: String,
}

impl ReadingValues {
    /// Names this way of reading.
    pub(super) fn name(&self) -> String {
        format!(
            "{}|{}|{}|{}",
            self.header, self.delimiter, self.encoding, self.sheet
        )
    }
}

impl Choices {
    /// What is offered at first. A row whose lead is in the campaign is skipped, so that a file that comes twice does no harm.
    pub(super) fn first() -> Self {
        let options = ImportOptions {
            duplicates: Duplicates {
                scope: DuplicateScope::Campaign,
                mode: DuplicateMode::Skip,
            },
            ..ImportOptions::default()
        };
        Self {
            options,
            reading: ReadingValues::default(),
            is_reread: false,
            complaint: None,
        }
    }

    /// What the form says. What is no choice of the form counts as not chosen.
    pub(super) fn of(form: &Received) -> Self {
        let text = |name| last(form, name).to_owned();
        let reading = ReadingValues {
            header: text("header"),
            delimiter: text("delimiter"),
            encoding: text("encoding"),
            sheet: text("sheet"),
        };
        let is_reread = reading.name() != last(form, "read_as");
        let (mapping, complaint) = if is_reread {
            (BTreeMap::new(), None)
        } else {
            mapping(form)
        };
        let is_checked = |name| !last(form, name).is_empty();
        let options = ImportOptions {
            mapping,
            duplicates: Duplicates {
                scope: scope(last(form, "scope")),
                mode: mode(last(form, "mode")),
            },
            cleaning: Cleaning {
                trim: is_checked("trim"),
                title_case: is_checked("title_case"),
                phone_country: Country::try_from(text("phone_country")).ok(),
                normalise_url: is_checked("normalise_url"),
            },
            header: match reading.header.as_str() {
                "first_row" => HeaderChoice::FirstRow,
                "none" => HeaderChoice::None,
                _ => HeaderChoice::Auto,
            },
            sheet: Some(reading.sheet.clone()).filter(|name| !name.is_empty()),
            delimiter: delimiter(&reading.delimiter),
            encoding: encoding(&reading.encoding),
        };
        Self {
            options,
            reading,
            is_reread,
            complaint,
        }
    }

    /// The values of the controls beside the mapping.
    pub(super) fn values(&self) -> OptionValues {
        let Duplicates { scope, mode } = self.options.duplicates;
        let cleaning = &self.options.cleaning;
        OptionValues {
            mode: match mode {
                DuplicateMode::Keep => "keep",
                DuplicateMode::Skip => "skip",
                DuplicateMode::UpdateEmpty => "update_empty",
                DuplicateMode::UpdateAll => "update_all",
            }
            .into(),
            scope: match scope {
                DuplicateScope::Campaign => "campaign",
                DuplicateScope::Tenant => "tenant",
            }
            .into(),
            trim: cleaning.trim,
            title_case: cleaning.title_case,
            normalise_url: cleaning.normalise_url,
            phone_country: cleaning.phone_country.map(String::from).unwrap_or_default(),
        }
    }

    /// Whether a column is chosen as the name of the leads; without a mapping the proposal decides.
    pub(super) fn has_title(&self) -> bool {
        let title = Target::Field(LeadField::Title);
        self.options.mapping.is_empty() || self.options.mapping.values().any(|to| *to == title)
    }
}

/// The mapping of the form, and what is wrong with it.
fn mapping(form: &Received) -> (BTreeMap<String, Target>, Option<String>) {
    let mut mapping = BTreeMap::new();
    let mut complaint = None;
    for index in 0.. {
        let field = format!("name.{index}");
        let Some(name) = form.all(&field).last() else {
            break;
        };
        let to = last_of(form, "to", index);
        let word = if to == OWN {
            format!("own:{}", last_of(form, OWN, index))
        } else {
            to
        };
        match Target::try_from(word) {
            Ok(target) => {
                mapping.insert(name.to_owned(), target);
            }
            // Only the name of an own field is typed. The form comes back with it as it is.
            Err(_) => {
                mapping.insert(name.to_owned(), Target::Own(String::new()));
                let text = format!(
                    "Give the own field of “{name}” a name of 1 to {OWN_NAME_CHARACTERS_MAX} characters."
                );
                complaint.get_or_insert(text);
            }
        }
    }
    let owns = mapping.values().filter_map(|target| match target {
        Target::Own(name) => Some(name),
        _ => None,
    });
    let mut owns: Vec<&String> = owns.collect();
    owns.sort();
    if let Some(twice) = owns.windows(2).find(|pair| pair[0] == pair[1]) {
        let text = format!(
            "Two columns are to be kept as “{}”. Give one another name.",
            twice[0]
        );
        complaint.get_or_insert(text);
    }
    (mapping, complaint)
}

fn last_of(form: &Received, name: &str, index: usize) -> String {
    let name = format!("{name}.{index}");
    last(form, &name).trim().to_owned()
}

fn mode(word: &str) -> DuplicateMode {
    match word {
        "keep" => DuplicateMode::Keep,
        "update_empty" => DuplicateMode::UpdateEmpty,
        "update_all" => DuplicateMode::UpdateAll,
        _ => DuplicateMode::Skip,
    }
}

fn scope(word: &str) -> DuplicateScope {
    if word == "tenant" {
        DuplicateScope::Tenant
    } else {
        DuplicateScope::Campaign
    }
}

fn delimiter(word: &str) -> Option<Delimiter> {
    match word {
        "comma" => Some(Delimiter::Comma),
        "semicolon" => Some(Delimiter::Semicolon),
        "tab" => Some(Delimiter::Tab),
        "bar" => Some(Delimiter::Bar),
        _ => None,
    }
}

fn encoding(word: &str) -> Option<FileEncoding> {
    match word {
        "UTF-8" => Some(FileEncoding::Utf8),
        "UTF-16LE" => Some(FileEncoding::Utf16Le),
        "UTF-16BE" => Some(FileEncoding::Utf16Be),
        "Windows-1252" => Some(FileEncoding::Windows1252),
        _ => None,
    }
}
