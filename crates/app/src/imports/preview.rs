//! Looking at the first part of a file before anything is imported: what was understood, and what would become of it.

use std::path::{Path, PathBuf};

use domain::ids::CampaignId;
use domain::imports::{ColumnProposal, HeaderChoice, ImportOptions, looks_like_header, propose};
use domain::leads::LeadFields;
use store::imports::mappings;

use super::count::{Counted, count};
use super::describe::describe;
use super::part::{FIRST_PART_BYTES, cut_after_last_line};
use super::read::table_options;
use super::upload::{Incoming, known_kind, remove, storage, unreadable};
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::tokens::hash_of;

/// Rows that are looked at.
pub(super) const SAMPLE_ROWS: usize = 200;

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
    pub(super) dialect: tables::Dialect,
    pub(super) sheets: Vec<String>,
    pub(super) unreadable: Vec<tables::RowProblem>,
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
    let seen = async {
        let path = app.uploads().path(&key).map_err(storage)?;
        let is_part =
            known_kind(file_name)? == tables::Kind::Delimited && finished.bytes >= FIRST_PART_BYTES;
        see(app, path, file_name, &options, is_part).await
    }
    .await;
    remove(app, &key).await?;
    tell(app, caller, seen?, options).await
}

/// The same for a file that is here as a whole, and stays.
pub(super) async fn preview_whole(
    app: &App,
    caller: &Member,
    path: PathBuf,
    file_name: &str,
    options: ImportOptions,
) -> Result<Done<Preview>> {
    let seen = see(app, path, file_name, &options, false).await?;
    tell(app, caller, seen, options).await
}

/// Looks at a file, and counts its rows unless it is only a part, of which the broken end is cut off.
async fn see(
    app: &App,
    path: PathBuf,
    file_name: &str,
    options: &ImportOptions,
    is_part: bool,
) -> Result<(Looked, Counted)> {
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
    let seen = app.tasks().run_blocking(work).await;
    seen.map_err(|error| Error::Internal(error.to_string()))?
        .map_err(unreadable)
}

/// Says what was seen, with the mapping that was saved for these columns.
async fn tell(
    app: &App,
    caller: &Member,
    (looked, counted): (Looked, Counted),
    options: ImportOptions,
) -> Result<Done<Preview>> {
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

    pub(super) fn cells(&self) -> Vec<Vec<String>> {
        let cells = self.samples.iter().map(|(_, cells)| cells.clone());
        cells.collect()
    }
}
