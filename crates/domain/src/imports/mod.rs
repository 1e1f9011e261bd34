//! File imports: their states and counters; [`Mapping`] says how a row of a file becomes a lead.

mod mapping;

pub use mapping::{CONTACT_SOURCE, MappedRow, Mapping};

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
        }
    }

    /// Reads the stored word; an unknown one counts as failed.
    pub fn read(word: &str) -> Self {
        match word {
            "queued" => Self::Queued,
            "running" => Self::Running,
            "completed" => Self::Completed,
            "cancelled" => Self::Cancelled,
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
}
