//! How a row becomes a lead when a person has chosen the mapping.

use serde_json::{Map, Value};

use super::cleaning::{self, Cleaning, looks_like_phone, looks_like_url};
use super::mapping::{CONTACT_SOURCE, MappedRow, Mapping, check_lengths, present};
use super::options::{HeaderChoice, ImportOptions, LeadField, Target};
use super::proposal::own_name;
use crate::email::EmailAddress;
use crate::leads::{LeadFields, SCORE_IMPORTED_DESCRIBED};
use crate::refusal::Refusal;

/// How the rows of a file become leads.
#[derive(Debug, Clone)]
pub enum RowReader {
    /// By the contract's table of headers (an upload of the original API).
    Contract(Mapping),
    /// As a person chose.
    Chosen(RowPlan),
}

/// Columns with what becomes of them.
#[derive(Debug, Clone)]
pub struct RowPlan {
    columns: Vec<Column>,
    cleaning: Cleaning,
    /// Between `column` and its number, in the name of a cell beyond the columns.
    joint: char,
}

#[derive(Debug, Clone)]
struct Column {
    header: String,
    target: Target,
}

/// Something in a row that a person should look at before the file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellProblem {
    /// The column, from 0.
    pub column: usize,
    /// What is odd about it.
    pub text: &'static str,
}

impl RowReader {
    /// The way of a file with these headers: the contract's without choices.
    pub fn of(headers: &[String], options: Option<&ImportOptions>) -> Result<Self, Refusal> {
        match options {
            None => Mapping::propose(headers).map(Self::Contract),
            Some(options) => RowPlan::new(headers, options).map(Self::Chosen),
        }
    }

    /// Makes a lead's fields of a row; the error is the reason why it becomes none.
    pub fn apply<'a>(
        &self,
        cells: usize,
        cell: impl Fn(usize) -> Option<&'a str>,
    ) -> Result<MappedRow, String> {
        match self {
            Self::Contract(mapping) => mapping.apply(cells, cell),
            Self::Chosen(plan) => plan.apply(cells, cell),
        }
    }
}

impl RowPlan {
    /// Checks the mapping against the headers: it names columns that are there, one of them is the title, and no own name comes twice.
    pub fn new(headers: &[String], options: &ImportOptions) -> Result<Self, Refusal> {
        for name in options.mapping.keys() {
            if !headers.iter().any(|header| header == name) {
                return Err(Refusal::rule(format!(
                    "The file has no column \"{name}\". Its columns: {}",
                    headers.join(", ")
                )));
            }
        }
        let columns: Vec<Column> = headers
            .iter()
            .map(|header| Column {
                header: header.clone(),
                target: match options.mapping.get(header) {
                    Some(target) => target.clone(),
                    None => Target::Own(own_name(header)),
                },
            })
            .collect();
        let is_title = |column: &Column| column.target == Target::Field(LeadField::Title);
        if !columns.iter().any(is_title) {
            return Err(Refusal::rule(format!(
                "No column becomes the title. Choose one of: {}",
                headers.join(", ")
            )));
        }
        let mut taken = std::collections::HashSet::new();
        for column in &columns {
            if let Target::Own(name) = &column.target
                && !taken.insert(name)
            {
                return Err(Refusal::rule(format!(
                    "Two columns are to be kept as \"{name}\""
                )));
            }
        }
        Ok(Self {
            columns,
            cleaning: options.cleaning.clone(),
            joint: if options.header == HeaderChoice::None {
                ' '
            } else {
                '_'
            },
        })
    }

    fn apply<'a>(
        &self,
        cells: usize,
        cell: impl Fn(usize) -> Option<&'a str>,
    ) -> Result<MappedRow, String> {
        let value = |index: usize| self.value(cell(index)?);
        let title = self.field(LeadField::Title, &value);
        let title = title.ok_or("Missing company name")?;
        let description = self.description(&value);
        let generated_email = self.field(LeadField::GeneratedEmail, &value);
        let (has_description, has_generated_email) =
            (description.is_some(), generated_email.is_some());
        let website = self.field(LeadField::Website, &value);
        let phone = self.field(LeadField::Phone, &value);
        let fields = LeadFields {
            title: Some(if self.cleaning.title_case {
                cleaning::title_case(&title)
            } else {
                title
            }),
            email: self.field(LeadField::Email, &value),
            phone: phone.map(|text| match self.cleaning.phone_country {
                Some(country) => cleaning::phones(&text, country),
                None => text,
            }),
            address: self.field(LeadField::Address, &value),
            website: website.map(|text| {
                if self.cleaning.normalise_url {
                    cleaning::url(&text)
                } else {
                    text
                }
            }),
            generated_email,
            lead_score: if has_description {
                SCORE_IMPORTED_DESCRIBED
            } else {
                0
            },
            description,
            contact_source: Some(CONTACT_SOURCE.to_owned()),
            scraped_data: self.own(cells, &value),
            ..LeadFields::default()
        };
        check_lengths(&fields)?;
        Ok(MappedRow {
            fields,
            has_description,
            has_generated_email,
        })
    }

    /// What is odd about a row's cells.
    pub fn problems<'a>(&self, cell: impl Fn(usize) -> Option<&'a str>) -> Vec<CellProblem> {
        let value = |index: usize| present(cell(index)?, true).map(unguarded);
        let odd = |(column, text): (usize, &Column)| {
            let Target::Field(field) = text.target else {
                return None;
            };
            let text = value(column)?;
            let text = match field {
                LeadField::Email if EmailAddress::parse(first_part(text)).is_err() => {
                    "This is no e-mail address"
                }
                LeadField::Website if !looks_like_url(text) => "This is no address of a website",
                LeadField::Phone if !looks_like_phone(first_part(text)) => {
                    "This is no phone number"
                }
                _ => return None,
            };
            Some(CellProblem { column, text })
        };
        self.columns.iter().enumerate().filter_map(odd).collect()
    }

    /// What a cell says, if anything.
    fn value<'a>(&self, text: &'a str) -> Option<&'a str> {
        let is_trimmed = self.cleaning.trim;
        let text = present(text, is_trimmed)?;
        Some(if is_trimmed { unguarded(text) } else { text })
    }

    fn of_field(&self, field: LeadField) -> impl Iterator<Item = (usize, &Column)> {
        let columns = self.columns.iter().enumerate();
        columns.filter(move |(_, column)| column.target == Target::Field(field))
    }

    fn field<'a>(
        &self,
        field: LeadField,
        value: &impl Fn(usize) -> Option<&'a str>,
    ) -> Option<String> {
        let mut values = self.of_field(field).filter_map(|(index, _)| value(index));
        let first = values.next()?.to_owned();
        Some(match field.joint() {
            None => first,
            Some(joint) => values.fold(first, |text, next| text + joint + next),
        })
    }

    /// Several columns are labelled, as the contract has it (4.1).
    fn description<'a>(&self, value: &impl Fn(usize) -> Option<&'a str>) -> Option<String> {
        if self.of_field(LeadField::Description).count() < 2 {
            return self.field(LeadField::Description, value);
        }
        let parts: Vec<String> = self
            .of_field(LeadField::Description)
            .filter_map(|(index, column)| {
                let label = own_name(&column.header);
                value(index).map(|text| format!("[{label}]: {text}"))
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    fn own<'a>(
        &self,
        cells: usize,
        value: &impl Fn(usize) -> Option<&'a str>,
    ) -> Option<Map<String, Value>> {
        let width = self.columns.len();
        let named = self
            .columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| {
                let Target::Own(name) = &column.target else {
                    return None;
                };
                Some((name.clone(), Value::from(value(index)?)))
            });
        let beyond = (width..cells).filter_map(|index| {
            let name = format!("column{}{}", self.joint, index + 1);
            Some((name, Value::from(value(index)?)))
        });
        let own: Map<String, Value> = named.chain(beyond).collect();
        (!own.is_empty()).then_some(own)
    }
}

/// The text without the apostrophe that our files put before what a spreadsheet could take for a formula, so that an exported
/// lead and a failed row come back as they were.
fn unguarded(text: &str) -> &str {
    let guarded = text.strip_prefix('\'');
    guarded
        .filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']))
        .unwrap_or(text)
}

fn first_part(text: &str) -> &str {
    text.split([';', ',', '|', '\n'])
        .next()
        .unwrap_or_default()
        .trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(headers: &[&str], options: &str) -> Result<RowPlan, Refusal> {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        RowPlan::new(&headers, &serde_json::from_str(options).expect("choices"))
    }

    fn apply(plan: &RowPlan, cells: &[&str]) -> LeadFields {
        let row = plan.apply(cells.len(), |index| cells.get(index).copied());
        row.expect("a lead").fields
    }

    #[test]
    fn columns_go_where_they_are_sent() {
        let headers = ["Firma", "Str", "Ort", "Tel", "Web", "Nr", "x", "Rest"];
        let options = r#"{"mapping":{"Firma":"title","Str":"address","Ort":"address","Tel":"phone",
            "Web":"website","Nr":"own:Customer number","x":"ignore"},
            "cleaning":{"title_case":true,"phone_country":"DE","normalise_url":true}}"#;
        let plan = plan(&headers, options).expect("a plan");
        let cells = [
            "ACME AG",
            " Weg 1",
            "Ulm ",
            "030 901820",
            "Acme.example/",
            "0017",
            "y",
            "z",
            "more",
        ];
        let fields = apply(&plan, &cells);
        assert_eq!(fields.title.as_deref(), Some("Acme AG"));
        assert_eq!(fields.address.as_deref(), Some("Weg 1, Ulm"));
        assert_eq!(fields.phone.as_deref(), Some("+4930901820"));
        assert_eq!(fields.website.as_deref(), Some("https://acme.example"));
        let own = fields.scraped_data.expect("own fields");
        assert_eq!(
            Value::Object(own),
            serde_json::json!({"Customer number": "0017", "rest": "z", "column_9": "more"})
        );
    }

    #[test]
    fn what_our_own_files_made_harmless_comes_back_as_it_was() {
        let title = |trim: bool, cell: &str| {
            let options = format!(r#"{{"mapping":{{"n":"title"}},"cleaning":{{"trim":{trim}}}}}"#);
            apply(&plan(&["n"], &options).expect("a plan"), &[cell]).title
        };
        for (cell, expected) in [
            ("'+49 30 901820", "+49 30 901820"),
            (" '=A1 ", "=A1"),
            ("'s Graveland", "'s Graveland"),
            ("''+1", "''+1"),
            ("+1", "+1"),
        ] {
            assert_eq!(title(true, cell).as_deref(), Some(expected), "{cell}");
        }
        assert_eq!(title(false, "'+1").as_deref(), Some("'+1"));
    }

    #[test]
    fn a_mapping_that_does_not_fit_the_file_is_refused() {
        for (options, says) in [
            (r#"{"mapping":{"Name":"title"}}"#, "has no column"),
            (
                r#"{"mapping":{"a":"email"}}"#,
                "No column becomes the title",
            ),
            (
                r#"{"mapping":{"a":"title","b":"own:k","c":"own:k"}}"#,
                "Two columns",
            ),
        ] {
            let refusal = plan(&["a", "b", "c"], options).expect_err(options);
            assert!(refusal.text.contains(says), "{}", refusal.text);
        }
    }

    #[test]
    fn untrimmed_values_stay_as_they_are_and_odd_cells_are_told() {
        let options = r#"{"mapping":{"n":"title","e":"email"},"cleaning":{"trim":false}}"#;
        let plan = plan(&["n", "e"], options).expect("a plan");
        assert_eq!(apply(&plan, &[" A ", "b"]).title.as_deref(), Some(" A "));
        let problems = plan.problems(|index| Some(["A", "b"][index]));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].column, 1);
    }
}
