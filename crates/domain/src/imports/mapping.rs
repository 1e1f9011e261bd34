//! Which column fills which field of a lead, and how a row becomes one (contract 4.1).

use serde_json::{Map, Value};

use super::options::LeadField;
use crate::leads::{
    EXTRA_BYTES_MAX, LONG_TEXT_CHARACTERS_MAX, LeadFields, SCORE_IMPORTED_DESCRIBED,
    SHORT_TEXT_CHARACTERS_MAX,
};
use crate::refusal::Refusal;

/// `contact_source` of imported leads.
pub const CONTACT_SOURCE: &str = "file_upload";

const NAME: &[&str] = &[
    "name",
    "title",
    "company",
    "business_name",
    "company_name",
    "business",
];
const EMAIL: &[&str] = &["email", "email_address", "mail", "e-mail"];
const PHONE: &[&str] = &[
    "phone",
    "phone_number",
    "tel",
    "telephone",
    "mobile",
    "contact",
];
const ADDRESS: &[&str] = &["address", "location", "city", "area"];
const WEBSITE: &[&str] = &["website", "url", "web", "site", "link"];
const GENERATED_EMAIL: &[&str] = &[
    "generated_email",
    "ai email",
    "ai_email",
    "email_content",
    "email_body",
];
const DESCRIPTION: &[&str] = &[
    "description",
    "ai description",
    "ai_description",
    "business_description",
    "about",
    "summary",
    "notes",
    "details",
    "info",
    "bio",
    "overview",
    "company_description",
    "business_info",
    "profile",
    "background",
];
/// Words that stand for an empty cell, in exactly this spelling.
const NOT_AVAILABLE: [&str; 18] = [
    "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "NULL", "null", "NaN", "nan", "-NaN", "-nan",
    "None", "<NA>", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
];

/// Which column fills which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    columns: Vec<String>,
    title: usize,
    email: Option<usize>,
    phone: Option<usize>,
    address: Option<usize>,
    website: Option<usize>,
    generated_email: Option<usize>,
    descriptions: Vec<usize>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct MappedRow {
    /// The lead's fields.
    pub fields: LeadFields,
    /// Whether the file gave it a description.
    pub has_description: bool,
    /// Whether the file gave it a drafted e-mail.
    pub has_generated_email: bool,
}

impl Mapping {
    /// Finds the fields among the headers: the first matching column in file order wins.
    pub fn propose(headers: &[String]) -> Result<Self, Refusal> {
        let columns = normalised(headers);
        let first = |names: &[&str]| columns.iter().position(|column| is_one_of(column, names));
        let Some(title) = first(NAME) else {
            return Err(Refusal::rule(format!(
                "Could not find name/title column. Available columns: {}. Please ensure your CSV has a column for company/business name.",
                columns.join(", ")
            )));
        };
        let described = |(i, column): (usize, &String)| is_one_of(column, DESCRIPTION).then_some(i);
        Ok(Self {
            title,
            email: first(EMAIL),
            phone: first(PHONE),
            address: first(ADDRESS),
            website: first(WEBSITE),
            generated_email: first(GENERATED_EMAIL),
            descriptions: columns.iter().enumerate().filter_map(described).collect(),
            columns,
        })
    }

    /// Makes a lead's fields of a row of `cells` cells; the error is the reason why it becomes none.
    /// Cells beyond the header are kept as `column_N`.
    pub fn apply<'a>(
        &self,
        cells: usize,
        cell: impl Fn(usize) -> Option<&'a str>,
    ) -> Result<MappedRow, String> {
        let value = |index: usize| cell(index).and_then(|text| present(text, true));
        let text = |index: Option<usize>| index.and_then(value).map(str::to_owned);
        let title = value(self.title).ok_or("Missing company name")?.to_owned();
        let description = self.merged_description(&value);
        let generated_email = text(self.generated_email);
        let (has_description, has_generated_email) =
            (description.is_some(), generated_email.is_some());
        let fields = LeadFields {
            title: Some(title),
            email: text(self.email),
            phone: text(self.phone),
            address: text(self.address),
            website: text(self.website),
            generated_email,
            lead_score: if has_description {
                SCORE_IMPORTED_DESCRIBED
            } else {
                0
            },
            description,
            contact_source: Some(CONTACT_SOURCE.to_owned()),
            scraped_data: self.extra(cells, &value),
            ..LeadFields::default()
        };
        check_lengths(&fields)?;
        Ok(MappedRow {
            fields,
            has_description,
            has_generated_email,
        })
    }

    fn merged_description<'a>(&self, value: &impl Fn(usize) -> Option<&'a str>) -> Option<String> {
        if let [only] = self.descriptions[..] {
            return value(only).map(str::to_owned);
        }
        let part =
            |index: &usize| value(*index).map(|text| format!("[{}]: {text}", self.columns[*index]));
        let parts: Vec<String> = self.descriptions.iter().filter_map(part).collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    fn extra<'a>(
        &self,
        cells: usize,
        value: &impl Fn(usize) -> Option<&'a str>,
    ) -> Option<Map<String, Value>> {
        let mapped = [
            Some(self.title),
            self.email,
            self.phone,
            self.address,
            self.website,
            self.generated_email,
        ];
        let name = |index: usize| match self.columns.get(index) {
            Some(column) => column.clone(),
            None => format!("column_{}", index + 1),
        };
        let extra: Map<String, Value> = (0..self.columns.len().max(cells))
            .filter(|index| !mapped.contains(&Some(*index)))
            .filter_map(|index| Some((name(index), Value::from(value(index)?))))
            .collect();
        (!extra.is_empty()).then_some(extra)
    }
}

/// Lower case and trimmed; a repeated name gets `.1`, `.2`, …, an empty one `column_N`.
fn normalised(headers: &[String]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::with_capacity(headers.len());
    let mut taken = std::collections::HashSet::new();
    for (index, header) in headers.iter().enumerate() {
        let lowered = header.trim().to_lowercase();
        let base = if lowered.is_empty() {
            format!("column_{}", index + 1)
        } else {
            lowered
        };
        let mut name = base.clone();
        let mut repeat = 0_usize;
        while !taken.insert(name.clone()) {
            repeat += 1;
            name = format!("{base}.{repeat}");
        }
        columns.push(name);
    }
    columns
}

/// Whether a normalised header is one of the names; `Company Name` and `company-name` count as `company_name`.
pub(super) fn is_one_of(column: &str, names: &[&str]) -> bool {
    names.contains(&column) || names.contains(&column.replace([' ', '-'], "_").as_str())
}

/// A value that is there, trimmed where that is wanted.
pub(super) fn present(text: &str, trims: bool) -> Option<&str> {
    let trimmed = text.trim();
    let missing = trimmed.is_empty() || NOT_AVAILABLE.contains(&trimmed);
    (!missing).then_some(if trims { trimmed } else { text })
}

/// The contract's headers for a field.
pub(super) fn names_of(field: LeadField) -> &'static [&'static str] {
    match field {
        LeadField::Title => NAME,
        LeadField::Email => EMAIL,
        LeadField::Phone => PHONE,
        LeadField::Address => ADDRESS,
        LeadField::Website => WEBSITE,
        LeadField::Description => DESCRIPTION,
        LeadField::GeneratedEmail => GENERATED_EMAIL,
    }
}

/// Refuses a value that no column of the database would take (FIX-35), naming the field.
pub(super) fn check_lengths(fields: &LeadFields) -> Result<(), String> {
    let short = [
        ("name", &fields.title),
        ("email", &fields.email),
        ("phone", &fields.phone),
        ("website", &fields.website),
    ];
    let long = [
        ("address", &fields.address),
        ("description", &fields.description),
        ("generated_email", &fields.generated_email),
    ];
    let over = |max: usize| {
        move |(name, value): &(&str, &Option<String>)| {
            let too_long = value
                .as_ref()
                .is_some_and(|text| text.len() > max && text.chars().count() > max);
            too_long.then(|| format!("{name} is longer than {max} characters"))
        }
    };
    let found = short.iter().find_map(over(SHORT_TEXT_CHARACTERS_MAX));
    if let Some(reason) = found.or_else(|| long.iter().find_map(over(LONG_TEXT_CHARACTERS_MAX))) {
        return Err(reason);
    }
    let extra_bytes: usize = fields.scraped_data.as_ref().map_or(0, |extra| {
        extra
            .iter()
            .map(|(name, value)| name.len() + value.as_str().map_or(0, str::len))
            .sum()
    });
    if extra_bytes > EXTRA_BYTES_MAX {
        return Err(format!(
            "other columns together are longer than {EXTRA_BYTES_MAX} bytes"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(headers: &[&str]) -> Mapping {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        Mapping::propose(&headers).expect("a name column")
    }

    fn apply(mapping: &Mapping, cells: &[&str]) -> Result<MappedRow, String> {
        mapping.apply(cells.len(), |index| cells.get(index).copied())
    }

    #[test]
    fn the_first_matching_column_wins_and_the_others_are_kept_as_extra() {
        let mapping = mapping(&[" Company ", "Name", "E-MAIL", "City", "Employees"]);
        let row = apply(&mapping, &["Acme", "Other", "a@b.c", "Paris", "12"]).expect("a lead");
        assert_eq!(row.fields.title.as_deref(), Some("Acme"));
        assert_eq!(row.fields.address.as_deref(), Some("Paris"));
        let extra = row.fields.scraped_data.expect("extra");
        assert_eq!(extra["name"], "Other");
        assert_eq!(extra["employees"], "12");
        assert_eq!(row.fields.lead_score, 0);
    }

    #[test]
    fn one_description_column_is_plain_and_several_are_labelled() {
        let one = mapping(&["name", "about"]);
        let row = apply(&one, &["A", "text"]).expect("a lead");
        assert_eq!(row.fields.description.as_deref(), Some("text"));
        assert_eq!(row.fields.lead_score, 75);
        assert_eq!(row.fields.scraped_data.expect("kept")["about"], "text");
        let two = mapping(&["notes", "name", "Bio"]);
        let row = apply(&two, &["n", "A", ""]).expect("a lead");
        assert_eq!(row.fields.description.as_deref(), Some("[notes]: n"));
        let row = apply(&two, &["n", "A", "b"]).expect("a lead");
        assert_eq!(
            row.fields.description.as_deref(),
            Some("[notes]: n\n\n[bio]: b")
        );
    }

    #[test]
    fn fix_28_values_stay_as_written_and_words_for_missing_are_empty() {
        let mapping = mapping(&["name", "phone", "email"]);
        let row = apply(&mapping, &["A", " 0501234567 ", "N/A"]).expect("a lead");
        assert_eq!(row.fields.phone.as_deref(), Some("0501234567"));
        assert_eq!(row.fields.email, None);
        assert_eq!(
            apply(&mapping, &["nan", "1", "x"]),
            Err("Missing company name".into())
        );
        assert!(
            apply(&mapping, &["Nan", "1", "x"]).is_ok(),
            "only the exact spelling is missing"
        );
    }

    #[test]
    fn fix_27_a_file_without_a_name_column_names_those_it_has() {
        let refusal = Mapping::propose(&["Foo".into(), "Bar".into()]).expect_err("no name");
        assert_eq!(
            refusal.text,
            "Could not find name/title column. Available columns: foo, bar. Please ensure your CSV has a column for company/business name."
        );
    }

    #[test]
    fn fix_35_an_over_long_value_fails_its_row_alone() {
        let mapping = mapping(&["name"]);
        let long = "x".repeat(SHORT_TEXT_CHARACTERS_MAX + 1);
        assert_eq!(
            apply(&mapping, &[&long]),
            Err("name is longer than 2000 characters".into())
        );
    }

    #[test]
    fn repeated_headers_stay_apart() {
        let mapping = mapping(&["name", "x", "X", ""]);
        let row = apply(&mapping, &["A", "1", "2", "3"]).expect("a lead");
        let extra = row.fields.scraped_data.expect("extra");
        assert_eq!(
            (&extra["x"], &extra["x.1"], &extra["column_4"]),
            (&"1".into(), &"2".into(), &"3".into())
        );
    }
}
