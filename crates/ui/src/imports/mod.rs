//! Bringing in a file, step by step: the upload, what was understood of it, how far the import is and how it ended, and
//! the imports of a campaign. Each step is an address of its own that can be reloaded, left and come back to.

mod countries;
mod history;
mod mapping;
mod progress;
mod upload;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::chrome::Tone;

pub use countries::COUNTRY_CHOICES;
pub use history::{ImportRow, ImportsPage};
pub use mapping::{
    Column, DELIMITER_CHOICES, ENCODING_CHOICES, FIELD_CHOICES, HEADER_CHOICES, MODE_CHOICES,
    Mapping, MappingPage, OptionValues, Reading, SCOPE_CHOICES, SampleLead, SampleValue, Sureness,
    Understood, UploadProblem, UploadRef,
};
pub use progress::{FailedRow, ImportPage, ImportProgress};
pub use upload::{UploadPage, WaitingUpload};

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
    /// Its untouched leads are being taken away.
    Undoing,
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
            Self::Undoing => "Being undone",
            Self::Undone => "Undone",
        }
    }

    /// The colour of its badge.
    pub fn tone(self) -> Tone {
        match self {
            Self::Queued | Self::Running | Self::Undoing => Tone::Info,
            Self::Done => Tone::Good,
            Self::Failed => Tone::Bad,
            Self::Cancelled => Tone::Warn,
            Self::Undone => Tone::Quiet,
        }
    }

    /// Whether it will still change, so that the page refreshes itself.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running | Self::Undoing)
    }
}

/// The three steps, the present one marked.
#[derive(Template)]
#[template(path = "imports/steps.html")]
pub(crate) struct Steps {
    now: usize,
}

impl HtmlSafe for Steps {}

impl Steps {
    const NAMES: [&'static str; 3] = ["File", "Check", "Import"];

    /// At the step of this number, from 1; beyond the last one all are done.
    pub(crate) fn at(now: usize) -> Self {
        Self { now }
    }
}
