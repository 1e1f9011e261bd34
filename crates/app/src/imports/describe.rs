//! Saying what was understood of a file: its columns, its first rows as leads, and what a person should look at.

use std::collections::BTreeMap;

use domain::imports::{
    ColumnProposal, Grounds, HeaderChoice, ImportOptions, LeadField, RowPlan, RowReader, Target,
    as_mapping, looks_like_header,
};

use super::preview::{Looked, Preview, PreviewColumn, PreviewProblem, PreviewRow};
use crate::error::Result;

/// Rows that are shown.
const SHOWN_ROWS: usize = 10;
/// Different values that are shown of a column.
const SAMPLES: usize = 5;
/// Characters that are shown of a value.
const SAMPLE_CHARACTERS_MAX: usize = 200;
/// Problems that are told.
const PROBLEMS_MAX: usize = 50;
/// How sure a mapping is that was used before, in hundredths.
const SAVED_CONFIDENCE: u8 = 100;

/// With the choices so far, and the mapping that was saved for these columns.
pub(super) fn describe(
    looked: Looked,
    mut options: ImportOptions,
    saved: Option<BTreeMap<String, Target>>,
) -> Result<Preview> {
    let asked = options.header;
    options.header = looked.header_choice;
    let mut proposals = looked.proposals();
    // The headers are the same but for order and case, so each name is found again.
    let of_saved = |name: &String| {
        let saved = saved.as_ref()?.iter();
        let mut same = saved.filter(|(known, _)| known.to_lowercase() == name.to_lowercase());
        same.next().map(|(_, target)| target.clone())
    };
    if saved.is_some() {
        for (proposal, name) in proposals.iter_mut().zip(&looked.header) {
            if let Some(target) = of_saved(name) {
                *proposal = ColumnProposal {
                    target,
                    confidence: SAVED_CONFIDENCE,
                    grounds: Grounds::Saved,
                };
            }
        }
    }
    if options.mapping.is_empty() {
        options.mapping = as_mapping(&looked.header, proposals.clone());
    }
    let has_title = options
        .mapping
        .values()
        .any(|target| *target == Target::Field(LeadField::Title));
    let plan = if has_title {
        Some(RowPlan::new(&looked.header, &options)?)
    } else {
        None
    };
    let problems = problems(&looked, asked, plan.as_ref());
    let reader = plan.map(RowReader::Chosen);
    let rows = looked.samples.iter().take(SHOWN_ROWS);
    let rows = rows
        .map(|(number, cells)| PreviewRow {
            number: *number,
            cells: cells.iter().map(|cell| shown(cell)).collect(),
            lead: reader.as_ref().map(|reader| {
                let made = reader.apply(cells.len(), |i| cells.get(i).map(String::as_str));
                made.map(|made| made.fields)
            }),
        })
        .collect();
    let columns = looked.header.iter().zip(proposals).enumerate();
    let columns = columns
        .map(|(column, (name, proposal))| PreviewColumn {
            name: name.clone(),
            samples: samples(&looked, column),
            proposal,
        })
        .collect();
    Ok(Preview {
        header: looked.header_choice,
        columns,
        rows,
        problems,
        rows_looked_at: looked.samples.len() + looked.unreadable.len(),
        rows_total: None,
        is_saved_mapping: saved.is_some(),
        dialect: looked.dialect,
        sheets: looked.sheets,
    })
}

fn problems(looked: &Looked, asked: HeaderChoice, plan: Option<&RowPlan>) -> Vec<PreviewProblem> {
    let mut problems = Vec::new();
    let of_header = |text: &str| PreviewProblem {
        row: 0,
        column: None,
        text: text.to_owned(),
    };
    if looked.header_choice == HeaderChoice::None {
        if asked == HeaderChoice::Auto {
            problems.push(of_header(
                "The first row looks like data, so it is read as data and the columns are numbered.",
            ));
        }
    } else if !looks_like_header(&looked.header, &looked.cells()) {
        problems.push(of_header(
            "The first row looks like data. It is read as the names of the columns.",
        ));
    }
    if plan.is_none() {
        problems.push(of_header("No column was found that can be the title"));
    }
    for problem in &looked.unreadable {
        problems.push(PreviewProblem {
            row: problem.number,
            column: None,
            text: problem.reason.to_string(),
        });
    }
    for (number, cells) in &looked.samples {
        let Some(plan) = plan else { break };
        let cell = |index: usize| cells.get(index).map(String::as_str);
        for problem in plan.problems(cell) {
            problems.push(PreviewProblem {
                row: *number,
                column: looked.header.get(problem.column).cloned(),
                text: problem.text.to_owned(),
            });
        }
        let made = RowReader::Chosen(plan.clone()).apply(cells.len(), cell);
        if let Err(reason) = made {
            problems.push(PreviewProblem {
                row: *number,
                column: None,
                text: reason,
            });
        }
    }
    problems.sort_by_key(|problem| problem.row);
    problems.truncate(PROBLEMS_MAX);
    problems
}

/// The first different values of a column.
fn samples(looked: &Looked, column: usize) -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    for (_, cells) in &looked.samples {
        let Some(value) = cells.get(column).map(|cell| shown(cell)) else {
            continue;
        };
        if !value.trim().is_empty() && !samples.contains(&value) {
            samples.push(value);
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    samples
}

fn shown(cell: &str) -> String {
    cell.chars().take(SAMPLE_CHARACTERS_MAX).collect()
}
