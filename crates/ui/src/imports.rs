//! Bringing in a file: the upload form, and how far an import is or how it ended.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::campaigns::CampaignRef;
use crate::chrome::{Chrome, Tone};
use crate::icon::Icon;
use crate::text::{When, counted};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Received, not begun.
    Queued,
    /// Being read.
    Running,
    /// Read to its end.
    Done,
    /// It could not go on; what was read is kept.
    Failed,
    /// Somebody stopped it; what was read is kept.
    Cancelled,
    /// Its untouched leads were taken away again.
    Undone,
}

impl ImportState {
    /// The word people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Queued => "Waiting",
            Self::Running => "Running",
            Self::Done => "Done",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Undone => "Undone",
        }
    }

    /// The colour of its badge.
    pub fn tone(self) -> Tone {
        match self {
            Self::Queued | Self::Running => Tone::Info,
            Self::Done => Tone::Good,
            Self::Failed => Tone::Bad,
            Self::Cancelled | Self::Undone => Tone::Warn,
        }
    }

    /// Whether it will still change, so that the page refreshes itself.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// A row that did not become a lead.
#[derive(Debug, Clone)]
pub struct FailedRow {
    /// Its number in the file, from 1, the header not counted.
    pub row: i64,
    /// Why.
    pub reason: String,
}

/// How far an import is, or how it ended; a fragment with `id="import"` that asks again each second
/// while it runs.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/progress.html")]
pub struct ImportProgress {
    /// Its id.
    pub id: String,
    /// Where the leads go.
    pub campaign: CampaignRef,
    /// The file's name.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// How much of the file is read, 0–100; `None` while that is not known.
    pub percent: Option<u8>,
    /// Rows read so far.
    pub rows_read: i64,
    /// Leads made so far.
    pub leads_created: i64,
    /// Rows that did not become leads.
    pub leads_failed: i64,
    /// Why it failed, as a sentence.
    pub reason: Option<String>,
    /// The first of the failed rows.
    pub failed_rows: Vec<FailedRow>,
    /// When the file was received.
    pub started: When,
    /// How long it took: `12 seconds`; once it has ended.
    pub took: Option<String>,
    /// Whether stopping is offered.
    pub can_cancel: bool,
    /// The token that every form sends back as `_csrf`.
    pub csrf: String,
}

impl HtmlSafe for ImportProgress {}

impl ImportProgress {
    fn headline(&self) -> String {
        match self.state {
            ImportState::Queued => "Waiting to begin".into(),
            ImportState::Running => "Reading the file".into(),
            ImportState::Done if self.leads_created == 0 => "No leads were added".into(),
            ImportState::Done => format!("{} added", counted(self.leads_created, "lead")),
            ImportState::Failed => "The import stopped".into(),
            ImportState::Cancelled => "The import was cancelled".into(),
            ImportState::Undone => "The import was undone".into(),
        }
    }

    fn icon(&self) -> Icon {
        match self.state {
            ImportState::Queued => Icon::Clock,
            ImportState::Running => Icon::Upload,
            ImportState::Done => Icon::Check,
            ImportState::Failed | ImportState::Cancelled | ImportState::Undone => Icon::Warning,
        }
    }

    fn failed_count(&self) -> i64 {
        i64::try_from(self.failed_rows.len()).unwrap_or(i64::MAX)
    }
}

/// `GET /imports/{id}`; with `HX-Request` the fragment alone suffices.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/show.html")]
pub struct ImportPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// How far it is.
    pub progress: ImportProgress,
}

/// An import in the list below the upload form.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Its id.
    pub id: String,
    /// The file's name.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// Leads made.
    pub leads_created: i64,
    /// Rows that did not become leads.
    pub leads_failed: i64,
    /// When the file was received.
    pub started: When,
}

/// `GET /campaigns/{id}/upload`, and its `POST` refused.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/upload.html")]
pub struct UploadPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Where the leads go.
    pub campaign: CampaignRef,
    /// The largest accepted file, in MB.
    pub size_max_mb: u32,
    /// Why the file was refused.
    pub error: Option<String>,
    /// Earlier imports into the campaign, newest first.
    pub imports: Vec<ImportRow>,
}
