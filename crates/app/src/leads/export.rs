//! A campaign's leads as a file, page by page: memory is bounded by a page, and a connection is held only while one is
//! loaded. It is not one snapshot.

mod columns;
mod name;

use domain::ids::CampaignId;
use domain::leads::LeadFilter;
use store::leads::{Cursor, Look, extra_names};
use tables::writing::{Format, Writer};

use self::columns::{Columns, EXTRA_COLUMNS_MAX, EXTRA_NAME_CHARACTERS_MAX};
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};

/// Leads whose extra data are looked at by one statement.
const LOOK_LEADS: u32 = 5_000;
/// Leads of the first page, whose weight is not known yet.
const FIRST_PAGE_LEADS: u64 = 100;
/// Leads of a page, at most.
const PAGE_LEADS_MAX: u64 = domain::leads::PAGE_MAX;
/// What the texts of a page should weigh in bytes: of heavy leads there are fewer in it.
const PAGE_BYTES: u64 = 1 << 20;

/// The kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated text.
    Csv,
    /// A workbook.
    Xlsx,
}

impl ExportFormat {
    /// Reads the wire's word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// The ending of the file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    fn written(self) -> Format {
        match self {
            Self::Csv => Format::Csv,
            Self::Xlsx => Format::Xlsx,
        }
    }
}

/// A file that is being made; [`Export::next`] gives its bytes.
#[derive(Debug)]
pub struct Export {
    app: App,
    caller: Member,
    campaign: CampaignId,
    filter: LeadFilter,
    format: ExportFormat,
    file_name: String,
    columns: Columns,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// A page has to be loaded: after this lead, so many leads.
    Load(Option<Cursor>, u64, Box<Writer>),
    /// All is written.
    End,
}

/// Begins a file of the campaign's leads that the filter lets through. Which columns it has is found out here: the
/// names of extra data of all leads of the campaign, so that the filter does not change them.
pub async fn export(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    filter: LeadFilter,
    format: ExportFormat,
) -> Result<Done<Export>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let name = crate::campaigns::find(&db, campaign).await?.name;
    drop(db);
    let columns = columns(app, caller, campaign).await?;
    let writer = Writer::new(format.written(), &columns.header()).map_err(unwritable)?;
    let value = Export {
        app: app.clone(),
        caller: caller.clone(),
        campaign,
        filter,
        format,
        file_name: name::of_file(&name, format.ending()),
        columns,
        step: Step::Load(None, FIRST_PAGE_LEADS, Box::new(writer)),
    };
    Ok(Done { value, seq })
}

async fn columns(app: &App, caller: &Member, campaign: CampaignId) -> Result<Columns> {
    let look = Look {
        leads: LOOK_LEADS,
        // One more than fit shows that not all do.
        names_max: EXTRA_COLUMNS_MAX as u32 + 1,
        characters_max: EXTRA_NAME_CHARACTERS_MAX,
    };
    let mut columns = Columns::default();
    let mut after = None;
    loop {
        let db = caller.read(app).await?;
        let campaign = crate::campaigns::find(&db, campaign).await?;
        let found = extra_names(&db, &campaign, after, look).await?;
        drop(db);
        columns.add(found.names);
        after = found.next;
        if after.is_none() || columns.are_full() {
            return Ok(columns);
        }
    }
}

impl Export {
    /// The name under which the file is saved, made of the campaign's; safe on every system.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// What kind of file it is.
    pub fn format(&self) -> ExportFormat {
        self.format
    }

    /// The next bytes of the file, never none of them; `None` at its end. After an error the file cannot go on.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        while let Step::Load(after, limit, writer) = std::mem::replace(&mut self.step, Step::End) {
            let page = super::page(
                &self.app,
                &self.caller,
                self.campaign,
                &self.filter,
                after.as_ref(),
                limit,
            );
            let page = page.await?.value;
            let columns = self.columns.clone();
            let work = move || write(*writer, &columns, page);
            // Compressing a page takes longer than the other requests should wait.
            let written = self.app.tasks().run_blocking(work).await;
            let (bytes, step) = written
                .map_err(|error| Error::Internal(error.to_string()))?
                .map_err(unwritable)?;
            self.step = step;
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}

/// Writes a page and says what comes after it.
fn write(
    mut writer: Writer,
    columns: &Columns,
    page: super::Page,
) -> std::io::Result<(Vec<u8>, Step)> {
    let count = page.leads.len() as u64;
    let mut weight = 0;
    for lead in &page.leads {
        let cells = columns.cells(lead);
        weight += columns::bytes(&cells);
        writer.row(cells)?;
    }
    let Some(after) = page.next else {
        let mut bytes = writer.take();
        bytes.extend(writer.finish()?);
        return Ok((bytes, Step::End));
    };
    let lead_bytes = (weight / count.max(1)).max(1);
    let limit = (PAGE_BYTES / lead_bytes).clamp(1, PAGE_LEADS_MAX);
    Ok((
        writer.take(),
        Step::Load(Some(after), limit, Box::new(writer)),
    ))
}

fn unwritable(error: std::io::Error) -> Error {
    Error::Internal(format!("an export cannot be written: {error}"))
}
