//! Work that outlives a request: the kinds of jobs, their payloads, and when a failed one is tried again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{CampaignId, ImportId};

/// Tries of a job without progress in between; the next failure makes it dead.
pub const ATTEMPTS_MAX: i32 = 5;
/// The first delay before another try; it doubles with each.
pub const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// The longest delay before another try.
pub const BACKOFF_MAX: Duration = Duration::from_secs(300);

/// How long written leads wait for their search words, so that many are written together.
pub const FILL_SEARCH_DELAY: Duration = Duration::from_secs(1);

/// What a job does, with what it needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Reads an uploaded file into its campaign.
    RunImport {
        /// The import.
        import_id: ImportId,
    },
    /// Takes an import's untouched leads away again.
    UndoImport {
        /// The import.
        import_id: ImportId,
    },
    /// Removes the rows of a deleted campaign, or of all its deleted leads.
    PurgeCampaign {
        /// The campaign.
        campaign_id: CampaignId,
    },
    /// Writes the search words of leads that changed.
    FillSearch,
}

impl Job {
    /// The stored kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RunImport { .. } => "run_import",
            Self::UndoImport { .. } => "undo_import",
            Self::PurgeCampaign { .. } => "purge_campaign",
            Self::FillSearch => "fill_search",
        }
    }

    /// How long the job waits at least, so that the work of several writes is done at once.
    pub fn delay(&self) -> Duration {
        match self {
            Self::FillSearch => FILL_SEARCH_DELAY,
            Self::RunImport { .. } | Self::UndoImport { .. } | Self::PurgeCampaign { .. } => {
                Duration::ZERO
            }
        }
    }

    /// Jobs with the same key wait only once in the queue.
    pub fn key(&self) -> String {
        match self {
            Self::RunImport { import_id } => format!("run_import:{import_id}"),
            Self::UndoImport { import_id } => format!("undo_import:{import_id}"),
            Self::PurgeCampaign { campaign_id } => format!("purge_campaign:{campaign_id}"),
            Self::FillSearch => "fill_search".into(),
        }
    }
}

/// The delay before try number `attempts + 1`: doubled each time, cut at the longest, then between
/// half and all of it by `jitter` in `0.0..=1.0`, so that many failed jobs do not return together.
pub fn backoff(attempts: i32, jitter: f64) -> Duration {
    let doublings = attempts.clamp(1, 20) - 1;
    let full = BACKOFF_FIRST
        .saturating_mul(1 << doublings)
        .min(BACKOFF_MAX);
    full.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_and_is_bounded() {
        assert_eq!(backoff(1, 1.0), Duration::from_secs(1));
        assert_eq!(backoff(3, 1.0), Duration::from_secs(4));
        assert_eq!(backoff(3, 0.0), Duration::from_secs(2));
        assert_eq!(backoff(99, 1.0), BACKOFF_MAX);
    }

    #[test]
    fn payloads_are_read_back() {
        let job = Job::RunImport {
            import_id: ImportId(uuid::Uuid::from_u128(5)),
        };
        let text = serde_json::to_string(&job).expect("json");
        assert_eq!(serde_json::from_str::<Job>(&text).expect("job"), job);
    }
}
