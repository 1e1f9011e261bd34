//! Guessing what the columns of a file are. The rule, with its figures, is told in docs/imports.md.

use std::collections::BTreeMap;

use super::cleaning::{looks_like_phone, looks_like_url};
use super::mapping::{is_one_of, names_of, present};
use super::options::{LeadField, Target};
use super::synonyms::SYNONYMS;
use crate::email::EmailAddress;

/// The header is one of the contract's names for the field.
const BY_NAME: u8 = 100;
/// The header is a known word for the field, in some language.
const BY_SYNONYM: u8 = 85;
/// The values alone look like it; multiplied by the share that does.
const BY_VALUES: u8 = 60;
/// Nothing but that it is the first column of words.
const BY_PLACE: u8 = 30;
/// The share of values (in hundredths) from which on they decide.
pub(super) const SHARE_DECIDES: usize = 80;
/// The share below which values contradict a header; its confidence is halved.
const SHARE_CONTRADICTS: usize = 50;

/// Why a column is proposed for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grounds {
    /// Its header is a name of the field.
    Name,
    /// Its header is a known word for the field.
    Synonym,
    /// Its values have the field's shape.
    Values,
    /// It is the first column of words, and no other can be the title.
    Place,
    /// The tenant mapped the same headers so before.
    Saved,
    /// Nothing speaks for a field: it is kept under its own name.
    None,
}

impl Grounds {
    /// The wire's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Synonym => "synonym",
            Self::Values => "values",
            Self::Place => "place",
            Self::Saved => "saved",
            Self::None => "none",
        }
    }
}

/// What is proposed for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnProposal {
    /// What becomes of it.
    pub target: Target,
    /// How sure that is, in hundredths.
    pub confidence: u8,
    /// Why.
    pub grounds: Grounds,
}

/// Proposes something for each column, by its header and some of its values.
pub fn propose(headers: &[String], samples: &[Vec<String>]) -> Vec<ColumnProposal> {
    let values = |column: usize| -> Vec<&str> {
        let cells = samples.iter().filter_map(|row| row.get(column));
        cells.filter_map(|cell| present(cell, true)).collect()
    };
    let mut proposals: Vec<ColumnProposal> = headers
        .iter()
        .enumerate()
        .map(|(column, header)| by_header(header, &values(column)))
        .collect();
    keep_the_surest(&mut proposals);
    by_values(&mut proposals, &values);
    title_by_place(&mut proposals, &values);
    for (proposal, header) in proposals.iter_mut().zip(headers) {
        if let Target::Own(name) = &mut proposal.target {
            *name = own_name(header);
        }
    }
    proposals
}

/// The proposals as a mapping.
pub fn as_mapping(headers: &[String], proposals: Vec<ColumnProposal>) -> BTreeMap<String, Target> {
    let targets = proposals.into_iter().map(|proposal| proposal.target);
    headers.iter().cloned().zip(targets).collect()
}

/// The mapping of a person who says something about some columns only: the others are as proposed, but a field that the
/// person named columns for is filled by those alone.
pub fn completed(
    headers: &[String],
    proposals: Vec<ColumnProposal>,
    chosen: &BTreeMap<String, Target>,
) -> BTreeMap<String, Target> {
    let is_taken = |target: &Target| {
        matches!(target, Target::Field(_)) && chosen.values().any(|other| other == target)
    };
    let mut mapping = as_mapping(headers, proposals);
    for (header, target) in &mut mapping {
        if is_taken(target) {
            *target = Target::Own(own_name(header));
        }
    }
    mapping.extend(
        chosen
            .iter()
            .map(|(header, target)| (header.clone(), target.clone())),
    );
    mapping
}

/// The name under which a column is kept that nobody mapped.
pub(super) fn own_name(header: &str) -> String {
    let name = header.trim().to_lowercase();
    name.chars()
        .take(super::options::OWN_NAME_CHARACTERS_MAX)
        .collect()
}

fn own() -> ColumnProposal {
    ColumnProposal {
        target: Target::Own(String::new()),
        confidence: 0,
        grounds: Grounds::None,
    }
}

fn by_header(header: &str, values: &[&str]) -> ColumnProposal {
    let header = header.trim().to_lowercase();
    let Some((field, confidence, grounds)) = known(&header) else {
        return own();
    };
    let contradicted =
        !values.is_empty() && share(field, values).is_some_and(|share| share < SHARE_CONTRADICTS);
    ColumnProposal {
        target: Target::Field(field),
        confidence: if contradicted {
            confidence / 2
        } else {
            confidence
        },
        grounds,
    }
}

/// The field that a header in small letters is known to be, how sure that is, and why.
pub(super) fn known(header: &str) -> Option<(LeadField, u8, Grounds)> {
    let by_name = LeadField::ALL
        .into_iter()
        .find(|field| is_one_of(header, names_of(*field)));
    let by_synonym = || {
        let known = SYNONYMS.iter();
        known
            .filter(|(_, words)| is_one_of(header, words))
            .map(|(field, _)| *field)
            .next()
    };
    by_name
        .map(|field| (field, BY_NAME, Grounds::Name))
        .or_else(|| by_synonym().map(|field| (field, BY_SYNONYM, Grounds::Synonym)))
}

/// How many of a hundred values have the field's shape; `None` for a field without one.
fn share(field: LeadField, values: &[&str]) -> Option<usize> {
    let looks: fn(&str) -> bool = match field {
        LeadField::Email => |text| {
            text.split([';', ','])
                .any(|part| EmailAddress::parse(part).is_ok())
        },
        LeadField::Website => looks_like_url,
        LeadField::Phone => |text| {
            text.split([';', ',', '|'])
                .any(|part| looks_like_phone(part.trim()))
        },
        LeadField::Title
        | LeadField::Address
        | LeadField::Description
        | LeadField::GeneratedEmail => return None,
    };
    let alike = values.iter().filter(|value| looks(value)).count();
    (!values.is_empty()).then(|| alike * 100 / values.len())
}

/// Of several columns for a field that holds one value, the surest stays, and of equals the first.
fn keep_the_surest(proposals: &mut [ColumnProposal]) {
    for field in [
        LeadField::Title,
        LeadField::Website,
        LeadField::GeneratedEmail,
    ] {
        let of_field = |proposal: &ColumnProposal| proposal.target == Target::Field(field);
        let surest = proposals
            .iter()
            .enumerate()
            .filter(|(_, proposal)| of_field(proposal))
            .max_by_key(|(column, proposal)| (proposal.confidence, std::cmp::Reverse(*column)))
            .map(|(column, _)| column);
        for (column, proposal) in proposals.iter_mut().enumerate() {
            if of_field(proposal) && Some(column) != surest {
                *proposal = own();
            }
        }
    }
}

/// Gives a field that no header names to the first column whose values have its shape.
fn by_values<'a>(proposals: &mut [ColumnProposal], values: &impl Fn(usize) -> Vec<&'a str>) {
    for field in [LeadField::Email, LeadField::Website, LeadField::Phone] {
        let is_named = proposals
            .iter()
            .any(|proposal| proposal.target == Target::Field(field));
        if is_named {
            continue;
        }
        let free =
            (0..proposals.len()).filter(|column| proposals[*column].grounds == Grounds::None);
        let found = free
            .filter_map(|column| Some((column, share(field, &values(column))?)))
            .find(|(_, share)| *share >= SHARE_DECIDES);
        if let Some((column, share)) = found {
            proposals[column] = ColumnProposal {
                target: Target::Field(field),
                confidence: u8::try_from(usize::from(BY_VALUES) * share / 100).unwrap_or(BY_VALUES),
                grounds: Grounds::Values,
            };
        }
    }
}

/// Where no column is the title: the first one of words.
fn title_by_place<'a>(proposals: &mut [ColumnProposal], values: &impl Fn(usize) -> Vec<&'a str>) {
    let title = Target::Field(LeadField::Title);
    if proposals.iter().any(|proposal| proposal.target == title) {
        return;
    }
    let free = (0..proposals.len()).filter(|column| proposals[*column].grounds == Grounds::None);
    let of_words = |column: &usize| {
        let values = values(*column);
        let words = values
            .iter()
            .filter(|value| value.chars().filter(|c| c.is_alphabetic()).count() >= 2);
        !values.is_empty() && words.count() * 100 / values.len() >= SHARE_DECIDES
    };
    let found = free.filter(of_words).min();
    if let Some(column) = found {
        proposals[column] = ColumnProposal {
            target: title,
            confidence: BY_PLACE,
            grounds: Grounds::Place,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(headers: &[&str], rows: &[&[&str]]) -> Vec<(String, u8, &'static str)> {
        let owned = |row: &[&str]| row.iter().map(|text| (*text).to_owned()).collect();
        let headers: Vec<String> = owned(headers);
        let rows: Vec<Vec<String>> = rows.iter().map(|row| owned(row)).collect();
        propose(&headers, &rows)
            .into_iter()
            .map(|p| (p.target.into(), p.confidence, p.grounds.as_str()))
            .collect()
    }

    #[test]
    fn names_synonyms_values_and_places_decide_in_this_order() {
        let rows: [&[&str]; 2] = [
            &[
                "7",
                "Acme",
                "www.acme.example",
                "a@b.example",
                "030 901820",
                "Berlin",
            ],
            &[
                "8",
                "Zeta",
                "zeta.example",
                "c@d.example",
                "01 42 86 82 00",
                "Paris",
            ],
        ];
        assert_eq!(
            proposed(&["id", "Kunde", "x", "E-Mail", "y", "Ort"], &rows),
            [
                ("own:id".into(), 0, "none"),
                ("title".into(), 30, "place"),
                ("website".into(), 60, "values"),
                ("email".into(), 100, "name"),
                ("phone".into(), 60, "values"),
                ("address".into(), 85, "synonym"),
            ]
        );
    }

    #[test]
    fn values_that_contradict_a_header_halve_the_confidence() {
        let rows: [&[&str]; 2] = [&["Acme", "call"], &["Zeta", "later"]];
        let found = proposed(&["Firma", "Email"], &rows);
        assert_eq!(found[0], ("title".into(), 85, "synonym"));
        assert_eq!(found[1], ("email".into(), 50, "name"));
    }

    #[test]
    fn a_field_that_a_person_names_columns_for_is_filled_by_those_alone() {
        let headers = ["name", "Firma", "email"].map(str::to_owned);
        let proposals = propose(&headers, &[]);
        let title = Target::Field(LeadField::Title);
        let chosen = BTreeMap::from([("Firma".to_owned(), title.clone())]);
        let mapping = completed(&headers, proposals, &chosen);
        assert_eq!(mapping["name"], Target::Own("name".into()));
        assert_eq!(mapping["Firma"], title);
        assert_eq!(mapping["email"], Target::Field(LeadField::Email));
    }

    #[test]
    fn of_two_titles_the_surest_stays_and_addresses_go_together() {
        let found = proposed(&["Firma", "name", "street", "city"], &[]);
        let targets: Vec<&str> = found.iter().map(|(target, ..)| target.as_str()).collect();
        assert_eq!(targets, ["own:firma", "title", "address", "address"]);
    }
}
