//! The columns of an exported file: those that every lead has, then one for each name of extra data, sorted, as far as
//! their bound reaches, then one for the extra data beyond it. So nothing is left out.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::leads::Lead;
use serde_json::{Map, Value};
use tables::writing::Cell;

/// Columns of extra data.
pub(super) const EXTRA_COLUMNS_MAX: usize = 200;
/// Characters of a column's name; extra data under a longer one goes to the last column.
pub(super) const EXTRA_NAME_CHARACTERS_MAX: u32 = 255;
/// The column for extra data that has none of its own, as a JSON object.
const OTHER: &str = "other_data";
/// What stands before the name of extra data that is called like another column.
const APART: &str = "extra.";
const TRUE: &str = "true";
const FALSE: &str = "false";

type ValueOfLead = for<'a> fn(&'a Lead) -> Cell<'a>;

/// The columns of every lead, named as in the API.
const STANDARD: [(&str, ValueOfLead); 16] = [
    ("title", |lead| text(&lead.fields.title)),
    ("email", |lead| text(&lead.fields.email)),
    ("phone", |lead| text(&lead.fields.phone)),
    ("website", |lead| text(&lead.fields.website)),
    ("address", |lead| text(&lead.fields.address)),
    ("description", |lead| text(&lead.fields.description)),
    ("lead_score", |lead| Cell::Number(lead.fields.lead_score)),
    ("email_sent", |lead| yes_or_no(lead.email_sent)),
    ("whatsapp_sent", |lead| yes_or_no(lead.whatsapp_sent)),
    ("replied", |lead| yes_or_no(lead.replied)),
    ("contact_source", |lead| text(&lead.fields.contact_source)),
    ("generated_email", |lead| text(&lead.fields.generated_email)),
    ("generated_whatsapp", |lead| {
        text(&lead.fields.generated_whatsapp)
    }),
    ("deep_research", |lead| text(&lead.fields.deep_research)),
    ("created_at", |lead| owned(lead.created_at.wire())),
    ("id", |lead| owned(lead.id.to_string())),
];

/// The columns of one file.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    extra: BTreeSet<String>,
    /// Whether some name found no place.
    overflows: bool,
}

impl Columns {
    /// Adds the names of extra data that there is room for.
    pub(super) fn add(&mut self, names: Vec<String>) {
        for name in names {
            if self.extra.len() < EXTRA_COLUMNS_MAX || self.extra.contains(&name) {
                self.extra.insert(name);
            } else {
                self.overflows = true;
            }
        }
    }

    /// Whether further names would change nothing.
    pub(super) fn are_full(&self) -> bool {
        self.overflows
    }

    /// The names of all columns; none occurs twice.
    pub(super) fn header(&self) -> Vec<String> {
        let standard = STANDARD.iter().map(|(name, _)| (*name).to_owned());
        let extra = self.extra.iter().map(|name| {
            let is_taken = name.eq_ignore_ascii_case(OTHER)
                || STANDARD
                    .iter()
                    .any(|(taken, _)| name.eq_ignore_ascii_case(taken));
            match is_taken {
                true => format!("{APART}{name}"),
                false => name.clone(),
            }
        });
        let other = [OTHER.to_owned()];
        standard.chain(extra).chain(other).collect()
    }

    /// The row of a lead.
    pub(super) fn cells<'a>(&self, lead: &'a Lead) -> Vec<Cell<'a>> {
        let data = lead.fields.scraped_data.as_ref();
        let mut cells: Vec<Cell<'a>> = STANDARD.iter().map(|(_, value)| value(lead)).collect();
        let of_extra = self.extra.iter().map(|name| {
            let value = data.and_then(|data| data.get(name));
            value.map_or(Cell::Empty, plain)
        });
        cells.extend(of_extra);
        cells.push(self.other(data));
        cells
    }

    /// What has no column of its own. That of a lead which came after the columns were settled is among it.
    fn other(&self, data: Option<&Map<String, Value>>) -> Cell<'static> {
        let rest: Map<String, Value> = data
            .into_iter()
            .flatten()
            .filter(|(name, _)| !self.extra.contains(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        match rest.is_empty() {
            true => Cell::Empty,
            false => owned(Value::Object(rest).to_string()),
        }
    }
}

/// The bytes of a row's texts.
pub(super) fn bytes(cells: &[Cell<'_>]) -> u64 {
    let of = |cell: &Cell<'_>| match cell {
        Cell::Empty | Cell::Number(_) => 1,
        Cell::Text(text) => text.len() as u64 + 1,
    };
    cells.iter().map(of).sum()
}

fn text(text: &Option<String>) -> Cell<'_> {
    match text.as_deref() {
        None | Some("") => Cell::Empty,
        Some(text) => Cell::Text(text.into()),
    }
}

fn owned(text: String) -> Cell<'static> {
    Cell::Text(Cow::Owned(text))
}

fn yes_or_no(is_true: bool) -> Cell<'static> {
    Cell::Text(if is_true { TRUE } else { FALSE }.into())
}

fn plain(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Empty,
        Value::String(text) => Cell::Text(text.into()),
        other => owned(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|number| format!("n{number:04}")).collect()
    }

    #[test]
    fn columns_are_bounded_and_say_when_they_are_full() {
        let mut columns = Columns::default();
        columns.add(names(0..EXTRA_COLUMNS_MAX));
        columns.add(names(0..EXTRA_COLUMNS_MAX));
        assert!(!columns.are_full());
        columns.add(names(EXTRA_COLUMNS_MAX..EXTRA_COLUMNS_MAX + 1));
        assert!(columns.are_full());
        let header = columns.header();
        assert_eq!(header.len(), STANDARD.len() + EXTRA_COLUMNS_MAX + 1);
        assert_eq!(header.last().map(String::as_str), Some(OTHER));
    }

    #[test]
    fn no_two_columns_have_one_name() {
        let mut columns = Columns::default();
        columns.add(vec!["Email".into(), "city".into(), "other_data".into()]);
        let header = columns.header();
        let extra = &header[STANDARD.len()..];
        assert_eq!(
            extra,
            ["extra.Email", "city", "extra.other_data", "other_data"]
        );
    }
}
