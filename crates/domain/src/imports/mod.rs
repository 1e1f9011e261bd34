//! File imports: their states and counters, and how a row of a file becomes a lead.
//!
//! * [`ImportOptions`] is what a person chooses; [`RowReader`] makes a lead's fields of a row, by those choices or, for an
//!   upload of the original API, by the contract's [`Mapping`].
//! * [`propose`] guesses what the columns are.
//! * [`resolve`] decides which rows are leads that are there already.

mod cleaning;
mod duplicates;
mod header;
mod mapping;
mod options;
mod plan;
mod proposal;
mod synonyms;

pub use cleaning::{Cleaning, Country};
pub use duplicates::{Found, LeadKeys, Resolved, resolve};
pub use header::looks_like_header;
pub use mapping::{CONTACT_SOURCE, MappedRow, Mapping};
pub use options::{
    Delimiter, DuplicateMode, DuplicateScope, Duplicates, FileEncoding, HeaderChoice,
    ImportOptions, LeadField, OWN_NAME_CHARACTERS_MAX, Target,
};
pub use plan::{CellProblem, RowPlan, RowReader};
pub use proposal::{ColumnProposal, Grounds, as_mapping, completed, propose};

use std::time::Duration;

use crate::clock::Timestamp;
use crate::ids::{CampaignId, ImportId, UserId};

/// Failed rows that an answer lists; the counters are complete.
pub const FAILED_ROWS_SHOWN_MAX: usize = 10;
/// Most characters of a file's name that are kept.
pub const FILE_NAME_CHARACTERS_MAX: usize = 255;
/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Waits for a worker.
    Queued,
    /// Is being read.
    Running,
    /// Every row was read.
    Completed,
    /// Could not go on; what was read stays.
    Failed,
    /// Stopped by a person; what was read stays.
    Cancelled,
    /// Its untouched leads were taken away again.
    Undone,
}

impl ImportState {
    /// The wire's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undone => "undone",
        }
    }

    /// Reads the stored word; an unknown one counts as failed.
    pub fn read(word: &str) -> Self {
        match word {
            "queued" => Self::Queued,
            "running" => Self::Running,
            "completed" => Self::Completed,
            "cancelled" => Self::Cancelled,
            "undone" => Self::Undone,
            _ => Self::Failed,
        }
    }

    /// Whether nothing more will happen.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// A row that became no lead.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FailedRow {
    /// The data row, from 1, the header not counted.
    pub row: u64,
    /// Why, for the person.
    pub reason: String,
}

/// The counters of an import; they grow with each committed chunk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Data rows read.
    pub rows_read: i64,
    /// Leads made.
    pub leads_created: i64,
    /// Rows that changed a lead that was there.
    pub leads_updated: i64,
    /// Rows whose lead was there and stayed as it was.
    pub leads_skipped: i64,
    /// Rows that became no lead.
    pub leads_failed: i64,
    /// Leads whose description came from the file.
    pub descriptions_from_file: i64,
    /// Leads whose drafted e-mail came from the file.
    pub emails_from_file: i64,
}

/// An import.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// The campaign it fills.
    pub campaign_id: CampaignId,
    /// Who started it.
    pub user_id: UserId,
    /// The file's name as the client gave it.
    pub file_name: String,
    /// Bytes of the file.
    pub file_bytes: i64,
    /// The name under which the file is kept.
    pub object_key: String,
    /// The campaign's lead generation when it was uploaded.
    pub lead_generation: i32,
    /// Whether drafted e-mails of the file are counted (an option of the request).
    pub generate_emails: bool,
    /// The choices; `None` for an upload of the original API.
    pub options: Option<ImportOptions>,
    /// The file's columns; empty for an import of an earlier version.
    pub header: Vec<String>,
    /// Where it stands.
    pub state: ImportState,
    /// What it has done.
    pub counts: ImportCounts,
    /// The first failed rows.
    pub failed_rows: Vec<FailedRow>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Millionths of the file that have been read.
    pub progress_ppm: i64,
    /// When reading began.
    pub started_at: Option<Timestamp>,
    /// When the last rows were kept.
    pub progressed_at: Option<Timestamp>,
    /// When the way back was asked for, and how far it has come.
    pub undo: Option<Undo>,
}

/// How far the way back has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undo {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The last row that it has come to.
    pub row: i64,
    /// Leads that went.
    pub removed: i64,
    /// Leads that stay, since somebody worked on them.
    pub kept: i64,
}

/// Millionths of a whole.
pub const PPM: i64 = 1_000_000;

impl Import {
    /// Rows read in a second, from the first to the last kept; for display.
    pub fn rows_per_second(&self) -> Option<f64> {
        let seconds = self.worked()?.as_secs_f64();
        (seconds > 0.0).then(|| self.counts.rows_read as f64 / seconds)
    }

    /// The time that the rest of the file takes at the pace so far; for display.
    pub fn time_left(&self) -> Option<Duration> {
        let rest = (PPM - self.progress_ppm).max(0) as f64;
        let runs = !self.state.is_final() && self.progress_ppm > 0;
        let worked = self.worked().filter(|_| runs)?;
        Some(worked.mul_f64(rest / self.progress_ppm as f64))
    }

    fn worked(&self) -> Option<Duration> {
        let (from, to) = (self.started_at?, self.progressed_at?);
        let micros = u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0);
        Some(Duration::from_micros(micros))
    }
}
