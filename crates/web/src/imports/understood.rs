//! What was understood of a file, in the words of the page.

use app::imports::{Preview, PreviewColumn, PreviewRow};
use domain::imports::{ColumnProposal, Grounds, HeaderChoice, LeadField, Target};
use domain::leads::LeadFields;
use serde_json::Value;
use ui::imports::{Column, Reading, SampleLead, SampleValue, Sureness, Understood, UploadProblem};
use ui::text::count_of;

use super::choices::{Choices, ReadingValues};

/// Rows that are shown as leads.
const ROWS_SHOWN: usize = 5;
/// Values that are shown of a column.
const SAMPLES_SHOWN: usize = 3;
/// Characters that are shown of a lead's value.
const CHARACTERS_SHOWN: usize = 160;
/// From here on, in hundredths, a header is a word for the field and its values do not speak against it.
const SURE: u8 = 80;

/// How the file was read.
pub(super) fn reading(choices: &Choices, preview: &Preview) -> Reading {
    let dialect = &preview.dialect;
    let mut found = Vec::new();
    if let Some(encoding) = dialect.encoding {
        found.push(encoding.to_string());
    }
    if let Some(delimiter) = dialect.delimiter {
        found.push(format!("separated by {}", delimiter_words(delimiter)));
    }
    if let Some(sheet) = &dialect.sheet {
        found.push(format!("sheet “{sheet}”"));
    }
    found.push(match preview.header {
        HeaderChoice::None => "no row of names".into(),
        _ => "first row names the columns".into(),
    });
    let sheets = &preview.sheets;
    let sheet = dialect.sheet.clone().filter(|_| sheets.len() > 1);
    let values = ReadingValues {
        sheet: sheet.unwrap_or_default(),
        ..choices.reading.clone()
    };
    Reading {
        found,
        is_workbook: dialect.sheet.is_some(),
        sheets: preview.sheets.clone(),
        ..controls(values)
    }
}

/// The controls as they were sent.
pub(super) fn controls(values: ReadingValues) -> Reading {
    Reading {
        read_as: values.name(),
        header: values.header,
        delimiter: values.delimiter,
        encoding: values.encoding,
        sheet: values.sheet,
        ..Reading::default()
    }
}

fn delimiter_words(byte: u8) -> String {
    match byte {
        b',' => "commas".into(),
        b';' => "semicolons".into(),
        b'\t' => "tabs".into(),
        b'|' => "bars".into(),
        other => char::from(other).to_string(),
    }
}

/// What the page shows of it.
pub(super) fn understood(choices: &Choices, preview: Preview) -> Understood {
    let sample = preview
        .rows
        .iter()
        .filter_map(lead)
        .take(ROWS_SHOWN)
        .collect();
    let number = |row: u64| i64::try_from(row).unwrap_or(i64::MAX);
    let problems = preview.problems.into_iter();
    let is_asked = choices.options.header != HeaderChoice::Auto;
    Understood {
        columns: preview
            .columns
            .into_iter()
            .map(|shown| column(choices, shown))
            .collect(),
        problems: problems
            .map(|problem| UploadProblem {
                row: number(problem.row),
                column: problem.column,
                text: problem.text,
            })
            .collect(),
        sample,
        rows: preview.rows_total.map(number),
        rows_looked_at: count_of(preview.rows_looked_at),
        is_saved_mapping: preview.is_saved_mapping && choices.options.mapping.is_empty(),
        is_headless: preview.header == HeaderChoice::None && !is_asked,
        options: choices.values(),
        refusal: choices.complaint.clone(),
    }
}

fn column(choices: &Choices, shown: PreviewColumn) -> Column {
    let PreviewColumn {
        name,
        mut samples,
        proposal,
    } = shown;
    samples.truncate(SAMPLES_SHOWN);
    let chosen = choices.options.mapping.get(&name);
    let is_proposed = chosen.is_none_or(|target| *target == proposal.target);
    let (sureness, why) = if is_proposed {
        grounds(&proposal)
    } else {
        (Sureness::Chosen, String::new())
    };
    let own_name = match (chosen, &proposal.target) {
        (Some(Target::Own(name)), _) | (_, Target::Own(name)) => name.clone(),
        _ => name.to_lowercase(),
    };
    let target = match chosen.unwrap_or(&proposal.target) {
        Target::Field(field) => field.as_str(),
        Target::Own(_) => "own",
        Target::Ignore => "ignore",
    };
    Column {
        name,
        samples,
        target: target.into(),
        own_name,
        sureness,
        why,
    }
}

/// How sure a proposal is, and why.
fn grounds(proposal: &ColumnProposal) -> (Sureness, String) {
    let field = match &proposal.target {
        Target::Field(field) => Some(*field),
        Target::Own(_) | Target::Ignore => None,
    };
    match proposal.grounds {
        Grounds::Saved => (Sureness::Saved, "saved from last time".into()),
        Grounds::Name | Grounds::Synonym => {
            let word = format!("known word for {}", field.map_or("a field", noun));
            if proposal.confidence >= SURE {
                (Sureness::Sure, word)
            } else {
                (
                    Sureness::Doubtful,
                    format!("{word}, but most values look different"),
                )
            }
        }
        Grounds::Values => {
            let text = format!("values look like {}", field.map_or("it", plural));
            (Sureness::Likely, text)
        }
        Grounds::Place => (Sureness::Guess, "the first column with words".into()),
        Grounds::None => (Sureness::Kept, "kept beside each lead".into()),
    }
}

fn noun(field: LeadField) -> &'static str {
    match field {
        LeadField::Title => "the name",
        LeadField::Email => "e-mail",
        LeadField::Phone => "phone",
        LeadField::Address => "the address",
        LeadField::Website => "the website",
        LeadField::Description => "the description",
        LeadField::GeneratedEmail => "an e-mail draft",
    }
}

fn plural(field: LeadField) -> &'static str {
    match field {
        LeadField::Title => "names",
        LeadField::Email => "e-mail addresses",
        LeadField::Phone => "phone numbers",
        LeadField::Address => "addresses",
        LeadField::Website => "websites",
        LeadField::Description => "descriptions",
        LeadField::GeneratedEmail => "e-mail drafts",
    }
}

/// A row as the lead that it becomes; nothing while no column is the title.
fn lead(row: &PreviewRow) -> Option<SampleLead> {
    let number = i64::try_from(row.number).unwrap_or(i64::MAX);
    Some(match row.lead.as_ref()? {
        Ok(fields) => SampleLead {
            row: number,
            values: values(fields, &row.cells),
            own: own(fields),
            reason: None,
        },
        Err(reason) => SampleLead {
            row: number,
            values: Vec::new(),
            own: Vec::new(),
            reason: Some(reason.clone()),
        },
    })
}

fn values(fields: &LeadFields, cells: &[String]) -> Vec<(&'static str, SampleValue)> {
    let of = |field: LeadField| match field {
        LeadField::Title => &fields.title,
        LeadField::Email => &fields.email,
        LeadField::Phone => &fields.phone,
        LeadField::Address => &fields.address,
        LeadField::Website => &fields.website,
        LeadField::Description => &fields.description,
        LeadField::GeneratedEmail => &fields.generated_email,
    };
    let shown = |field| {
        let value = of(field).as_deref().unwrap_or_default();
        let text: String = value.chars().take(CHARACTERS_SHOWN).collect();
        let is_cell = cells.iter().any(|cell| cell.starts_with(text.as_str()));
        let is_changed = !text.is_empty() && !is_cell;
        (field.as_str(), SampleValue { text, is_changed })
    };
    LeadField::ALL.into_iter().map(shown).collect()
}

fn own(fields: &LeadFields) -> Vec<(String, String)> {
    let kept = fields.scraped_data.iter().flatten();
    let text = |value: &Value| match value {
        Value::String(text) => text.chars().take(CHARACTERS_SHOWN).collect(),
        other => other.to_string(),
    };
    kept.map(|(name, value)| (name.clone(), text(value)))
        .collect()
}
