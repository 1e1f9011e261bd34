//! The third step: how far an import is, and how it ended.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{ImportState, Steps};
use crate::assets;
use crate::campaigns::CampaignRef;
use crate::chrome::{Chrome, Tone};
use crate::icon::Icon;
use crate::text::{When, counted, grouped};

/// Hundredths between two announcements to a screen reader.
const SAID_EVERY_PERCENT: u8 = 10;

/// A row that did not become a lead.
#[derive(Debug, Clone)]
pub struct FailedRow {
    /// Its number in the file, from 1, the header not counted.
    pub row: i64,
    /// Why.
    pub reason: String,
}

/// How far an import is, or how it ended; a fragment with `id="import"` that asks again each second
/// while it changes.
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
    /// How much of the file is read, 0–100.
    pub percent: u8,
    /// Rows read so far.
    pub rows_read: i64,
    /// Leads made so far.
    pub leads_created: i64,
    /// Leads changed so far.
    pub leads_updated: i64,
    /// Rows whose lead was there.
    pub leads_skipped: i64,
    /// Rows that did not become leads.
    pub leads_failed: i64,
    /// The pace, once it is known.
    pub rows_per_second: Option<i64>,
    /// What is left: `about 2 minutes`.
    pub time_left: Option<String>,
    /// Why it failed, as a sentence.
    pub reason: Option<String>,
    /// The first of the failed rows.
    pub failed_rows: Vec<FailedRow>,
    /// When the file was received.
    pub started: When,
    /// How long it took: `12 seconds`; once it has ended.
    pub took: Option<String>,
    /// Leads that the way back took away.
    pub leads_removed: i64,
    /// Leads that the way back left, since somebody worked on them.
    pub leads_kept: i64,
    /// Whether the way back is offered to this reader.
    pub can_undo: bool,
}

impl HtmlSafe for ImportProgress {}

impl ImportProgress {
    fn headline(&self) -> String {
        match self.state {
            ImportState::Queued => "Waiting to begin".into(),
            ImportState::Running => "Reading the file".into(),
            ImportState::Done => self.came_of_it(),
            ImportState::Failed => "The import stopped".into(),
            ImportState::Cancelled => "The import was cancelled".into(),
            ImportState::Undoing => "Taking the leads away again".into(),
            ImportState::Undone => "The import was undone".into(),
        }
    }

    fn came_of_it(&self) -> String {
        match (self.leads_created, self.leads_updated) {
            (0, 0) => "No leads were added".into(),
            (0, updated) => format!("{} updated", counted(updated, "lead")),
            (created, 0) => format!("{} added", counted(created, "lead")),
            (created, updated) => {
                format!(
                    "{} added, {} updated",
                    counted(created, "lead"),
                    grouped(updated)
                )
            }
        }
    }

    /// What it means, and what to do next.
    fn advice(&self) -> String {
        let kept = counted(self.leads_created + self.leads_updated, "lead");
        match self.state {
            ImportState::Queued => {
                "It begins as soon as a worker is free, usually within a second.".into()
            }
            ImportState::Running => "You can close this page; the import goes on.".into(),
            ImportState::Done if self.leads_created + self.leads_updated > 0 => match self.leads_failed {
                0 => format!("They are in “{}” now.", self.campaign.name),
                failed => format!(
                    "They are in “{}” now. {} became no lead: download them with the reasons, mend them and import that file.",
                    self.campaign.name,
                    counted(failed, "row")
                ),
            },
            ImportState::Done if self.leads_failed > 0 => {
                "No row could be used. The reasons are below; mend the file, or send its columns elsewhere.".into()
            }
            ImportState::Done if self.leads_skipped > 0 => {
                "Each row’s lead was there already, so nothing was changed.".into()
            }
            ImportState::Done => "The file has no rows.".into(),
            ImportState::Failed if self.leads_created + self.leads_updated > 0 => format!(
                "What was read before is kept: {kept}. To start over, undo it, mend the file and import it again."
            ),
            ImportState::Failed => "Nothing was added. Mend the file and import it again.".into(),
            ImportState::Cancelled if self.leads_created + self.leads_updated > 0 => format!(
                "What was read before is kept: {kept}. To start over, undo it and import the file again."
            ),
            ImportState::Cancelled => "Nothing was added. Import the file again whenever you like.".into(),
            ImportState::Undoing => "You can close this page; it goes on.".into(),
            ImportState::Undone => {
                let mut text = match self.leads_kept {
                    0 => "Every lead that it added is gone again.".to_owned(),
                    kept => format!("{} stay, since somebody has worked on them.", counted(kept, "lead")),
                };
                if self.leads_updated > 0 {
                    text.push_str(" What it had updated stays updated.");
                }
                text
            }
        }
    }

    fn icon(&self) -> Icon {
        match self.state {
            ImportState::Queued => Icon::Clock,
            ImportState::Running => Icon::Upload,
            ImportState::Done if self.leads_created + self.leads_updated > 0 => Icon::Check,
            ImportState::Undoing | ImportState::Undone => Icon::Undo,
            ImportState::Done | ImportState::Failed | ImportState::Cancelled => Icon::Warning,
        }
    }

    /// The colour of the mark beside the headline.
    fn mark(&self) -> Tone {
        match self.state {
            ImportState::Done if self.leads_created + self.leads_updated == 0 => Tone::Warn,
            state => state.tone(),
        }
    }

    /// What a screen reader is told; it changes in coarse steps only.
    fn said(&self) -> String {
        match self.state {
            ImportState::Running => {
                let percent = self.percent / SAID_EVERY_PERCENT * SAID_EVERY_PERCENT;
                format!("{percent} percent of the file are read")
            }
            _ => self.headline(),
        }
    }

    fn failed_count(&self) -> i64 {
        i64::try_from(self.failed_rows.len()).unwrap_or(i64::MAX)
    }

    fn href(&self) -> String {
        format!("/campaigns/{}/imports/{}", self.campaign.id, self.id)
    }

    fn is_over(&self) -> bool {
        !self.state.is_open()
    }

    fn is_way_back(&self) -> bool {
        matches!(self.state, ImportState::Undoing | ImportState::Undone)
    }

    fn can_cancel(&self) -> bool {
        matches!(self.state, ImportState::Queued | ImportState::Running)
    }

    /// The number of the step for the marks above: beyond the last where all is done.
    fn step(&self) -> usize {
        match self.state {
            ImportState::Done | ImportState::Undone => 4,
            _ => 3,
        }
    }

    /// What went wrong; that somebody stopped it is no mishap.
    fn mishap(&self) -> Option<&str> {
        let reason = self.reason.as_deref();
        reason.filter(|_| self.state == ImportState::Failed)
    }
}

/// `GET /campaigns/{id}/imports/{id}`; with `HX-Request` the fragment alone suffices.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/show.html")]
pub struct ImportPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// How far it is.
    pub progress: ImportProgress,
}
