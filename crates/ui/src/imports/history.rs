//! The imports of a campaign.

use askama::Template;

use super::ImportState;
use crate::campaigns::CampaignRef;
use crate::chrome::Chrome;
use crate::icon::Icon;
use crate::text::{When, counted};

/// An import in a list.
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
    /// Leads changed.
    pub leads_updated: i64,
    /// Rows whose lead was there.
    pub leads_skipped: i64,
    /// Rows that did not become leads.
    pub leads_failed: i64,
    /// Leads taken away again.
    pub leads_removed: i64,
    /// When the file was received.
    pub started: When,
}

impl ImportRow {
    /// What came of it, each figure that is not nothing.
    pub(crate) fn figures(&self) -> Vec<String> {
        let counts = [
            (
                counted(self.leads_created, "lead"),
                self.leads_created,
                "added",
            ),
            (
                counted(self.leads_updated, "lead"),
                self.leads_updated,
                "updated",
            ),
            (
                counted(self.leads_skipped, "row"),
                self.leads_skipped,
                "skipped",
            ),
            (
                counted(self.leads_failed, "row"),
                self.leads_failed,
                "failed",
            ),
            (
                counted(self.leads_removed, "lead"),
                self.leads_removed,
                "taken away",
            ),
        ];
        let shown = counts.into_iter().filter(|(_, number, _)| *number > 0);
        let shown: Vec<String> = shown
            .map(|(text, _, what)| format!("{text} {what}"))
            .collect();
        if shown.is_empty() {
            vec!["Nothing added".into()]
        } else {
            shown
        }
    }
}

/// `GET /campaigns/{id}/imports`
#[derive(Debug, Clone, Template)]
#[template(path = "imports/index.html")]
pub struct ImportsPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Where the leads went.
    pub campaign: CampaignRef,
    /// The latest, newest first.
    pub imports: Vec<ImportRow>,
}
