//! Looking at the first part of a file before anything is imported: what was understood, and what would become of it.

use std::path::Path;

use domain::ids::CampaignId;
use domain::imports::{
    ColumnProposal, Grounds, HeaderChoice, ImportOptions, LeadField, RowPlan, RowReader, Target,
    as_mapping, looks_like_header, propose,
};
use domain::leads::LeadFields;
use store::imports::mappings;

use super::count::{Counted, count};
use super::part::{FIRST_PART_BYTES, cut_after_last_line};
use super::read::table_options;
use super::upload::{Incoming, known_kind, remove, storage, unreadable};
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::tokens::hash_of;

/// Rows that are looked at.
pub(super) const SAMPLE_ROWS: usize = 200;
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

/// What was understood of a file.
#[derive(Debug, Clone)]
pub struct Preview {
    /// How it is written.
    pub dialect: tables::Dialect,
    /// A workbook's sheets.
    pub sheets: Vec<String>,
    /// Whether its first row is taken for the names of the columns; never [`HeaderChoice::Auto`].
    pub header: HeaderChoice,
    /// Its columns.
    pub columns: Vec<PreviewColumn>,
    /// Its first rows.
    pub rows: Vec<PreviewRow>,
    /// What a person should look at.
    pub problems: Vec<PreviewProblem>,
    /// Rows that were looked at.
    pub rows_looked_at: usize,
    /// Rows of the file, where it is small enough for counting them.
    pub rows_total: Option<u64>,
    /// Whether the mapping is the one that was used for the same headers before.
    pub is_saved_mapping: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct PreviewColumn {
    /// Its name.
    pub name: String,
    /// Some of its values.
    pub samples: Vec<String>,
    /// What it seems to be.
    pub proposal: ColumnProposal,
}

/// A row, and what would become of it.
#[derive(Debug, Clone)]
pub struct PreviewRow {
    /// Its number, from 1.
    pub number: u64,
    /// Its cells.
    pub cells: Vec<String>,
    /// The lead's fields, or why there would be none; `None` while no column is the title.
    pub lead: Option<std::result::Result<LeadFields, String>>,
}

/// Something to look at.
#[derive(Debug, Clone)]
pub struct PreviewProblem {
    /// The row, from 1; 0 is the header, or what is said of the whole file.
    pub row: u64,
    /// The column's name, where it is about one.
    pub column: Option<String>,
    /// What it is.
    pub text: String,
}

/// A table's head and first rows.
pub(super) struct Looked {
    pub(super) header: Vec<String>,
    /// Never [`HeaderChoice::Auto`].
    pub(super) header_choice: HeaderChoice,
    pub(super) samples: Vec<(u64, Vec<String>)>,
    dialect: tables::Dialect,
    sheets: Vec<String>,
    unreadable: Vec<tables::RowProblem>,
}

/// Begins to receive the first part of a file; of a text what is beyond it is left out.
pub async fn begin_preview(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    file_name: &str,
) -> Result<Incoming> {
    let kind = known_kind(file_name)?;
    let incoming = super::begin(app, caller, campaign).await?;
    Ok(match kind {
        tables::Kind::Delimited => incoming.keeping(FIRST_PART_BYTES),
        tables::Kind::Xlsx | tables::Kind::Xls => incoming,
    })
}

/// Looks at the received part with the choices so far; nothing of it is kept.
pub async fn preview(
    app: &App,
    caller: &Member,
    incoming: Incoming,
    file_name: &str,
    options: ImportOptions,
) -> Result<Done<Preview>> {
    let (key, finished) = incoming.finish().await?;
    let looked = async {
        let path = app.uploads().path(&key).map_err(storage)?;
        let is_part =
            known_kind(file_name)? == tables::Kind::Delimited && finished.bytes >= FIRST_PART_BYTES;
        let (name, choices) = (file_name.to_owned(), options.clone());
        let work = move || {
            if is_part {
                cut_after_last_line(&path)?;
            }
            let looked = look(&path, &name, Some(&choices))?;
            let counted = if is_part {
                Counted::default()
            } else {
                count(&path, &name, &choices, looked.header_choice)?
            };
            Ok((looked, counted))
        };
        let looked = app.tasks().run_blocking(work).await;
        looked
            .map_err(|error| Error::Internal(error.to_string()))?
            .map_err(unreadable)
    }
    .await;
    remove(app, &key).await?;
    let (looked, counted) = looked?;
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let saved = if looked.header_choice == HeaderChoice::None {
        // Numbered columns are those of any other file as well.
        None
    } else {
        mappings::find(&db, &fingerprint(&looked.header)).await?
    };
    drop(db);
    let mut value = describe(looked, options, saved)?;
    value.rows_total = counted.rows;
    value.problems.extend(counted.broken);
    Ok(Done { value, seq })
}

/// Names the headers of a file, whatever their order and case.
pub(super) fn fingerprint(header: &[String]) -> String {
    let mut names: Vec<String> = header.iter().map(|name| name.to_lowercase()).collect();
    names.sort();
    hash_of(&names.join("\n"))
}

/// Reads a table's head and first rows, and finds out where nobody said it whether it has a head; blocks.
pub(super) fn look(
    path: &Path,
    file_name: &str,
    options: Option<&ImportOptions>,
) -> std::result::Result<Looked, tables::Error> {
    let asked = options.map_or(HeaderChoice::FirstRow, |options| options.header);
    let table_options = table_options(options);
    let looked = look_as(path, file_name, &table_options, asked)?;
    let Some(options) = options.filter(|_| asked == HeaderChoice::Auto) else {
        return Ok(looked);
    };
    // A mapping that names the first row's cells says that they are names.
    let is_named = |name| looked.header.contains(name);
    let is_mapped = !options.mapping.is_empty() && options.mapping.keys().all(is_named);
    if is_mapped || looks_like_header(&looked.header, &looked.cells()) {
        return Ok(Looked {
            header_choice: HeaderChoice::FirstRow,
            ..looked
        });
    }
    let table_options = tables::Options {
        has_header: false,
        ..table_options
    };
    look_as(path, file_name, &table_options, HeaderChoice::None)
}

fn look_as(
    path: &Path,
    file_name: &str,
    table_options: &tables::Options,
    header_choice: HeaderChoice,
) -> std::result::Result<Looked, tables::Error> {
    let mut table = tables::open(path, file_name, table_options)?;
    let mut looked = Looked {
        header: table.header().to_vec(),
        header_choice,
        samples: Vec::new(),
        dialect: table.dialect().clone(),
        sheets: table.sheet_names().to_vec(),
        unreadable: Vec::new(),
    };
    let mut row = tables::Row::new();
    while looked.samples.len() + looked.unreadable.len() < SAMPLE_ROWS {
        match table.rows().read(&mut row)? {
            tables::Step::Row => {
                let cells = row.cells().map(str::to_owned).collect();
                looked.samples.push((row.number(), cells));
            }
            tables::Step::Problem(problem) => looked.unreadable.push(problem),
            tables::Step::End => break,
        }
    }
    Ok(looked)
}

impl Looked {
    /// Whether there is no row at all.
    pub(super) fn has_no_rows(&self) -> bool {
        self.samples.is_empty() && self.unreadable.is_empty()
    }

    /// What the columns seem to be.
    pub(super) fn proposals(&self) -> Vec<ColumnProposal> {
        propose(&self.header, &self.cells())
    }

    fn cells(&self) -> Vec<Vec<String>> {
        let cells = self.samples.iter().map(|(_, cells)| cells.clone());
        cells.collect()
    }
}

fn describe(
    looked: Looked,
    mut options: ImportOptions,
    saved: Option<std::collections::BTreeMap<String, Target>>,
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
