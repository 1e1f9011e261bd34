//! Committing one chunk of an import.

use domain::events::{Actor, Event, EventName};
use domain::ids::LeadId;
use domain::imports::{FAILED_ROWS_SHOWN_MAX, Import, ImportState};
use serde_json::json;
use store::jobs::{self, Claimed};
use store::leads::{self, NewLead};
use store::{campaigns, imports};

use super::read::Chunk;
use crate::context::App;
use crate::error::{Error, Result};

/// Why an import was cancelled that somebody stopped.
pub(super) const ASKED_FOR: &str = "A member of the company asked for it";

/// How a chunk ended.
pub(super) enum Committed {
    /// Its rows are leads.
    Done,
    /// Nothing was written: somebody stopped the import, or its campaign or leads were deleted.
    Stopped(&'static str),
}

/// Commits leads, counters, progress and event together, if the job is still ours.
pub(super) async fn commit(
    app: &App,
    claimed: &Claimed,
    import: &mut Import,
    chunk: Chunk,
) -> Result<Committed> {
    let mut writing = app.store().write(claimed.scope).await?;
    if jobs::hold(&writing, claimed).await? {
        return Ok(Committed::Stopped(ASKED_FOR));
    }
    let Some(mut campaign) = campaigns::lock(&writing, import.campaign_id).await? else {
        return Ok(Committed::Stopped("The campaign was deleted"));
    };
    if campaign.lead_generation != import.lead_generation {
        return Ok(Committed::Stopped(
            "All leads of the campaign were deleted meanwhile",
        ));
    }
    let mut next = import.clone();
    next.state = ImportState::Running;
    let counts = &mut next.counts;
    counts.rows_read = number(chunk.last_row)?;
    counts.leads_created += number(chunk.rows.len() as u64)?;
    counts.leads_failed += number(chunk.failed.len() as u64)?;
    for (_, row) in &chunk.rows {
        counts.descriptions_from_file += i64::from(row.has_description);
        counts.emails_from_file += i64::from(row.has_generated_email && import.generate_emails);
    }
    let room = FAILED_ROWS_SHOWN_MAX.saturating_sub(next.failed_rows.len());
    next.failed_rows.extend(chunk.failed.into_iter().take(room));
    let new = chunk.rows.into_iter().map(|(row, mapped)| NewLead {
        id: LeadId(writing.fresh_id()),
        import_row: i64::try_from(row).ok(),
        fields: mapped.fields,
    });
    let new: Vec<NewLead> = new.collect();
    if app.options().quota_enforced {
        writing.enforce_quota();
    }
    leads::insert(&mut writing, &mut campaign, Some(import.id), &new).await?;
    imports::save(&writing, &next).await?;
    let data = json!({
        "campaign_id": import.campaign_id,
        "rows_read": next.counts.rows_read,
        "leads_created": next.counts.leads_created,
        "leads_failed": next.counts.leads_failed,
    });
    let actor = Actor::User(import.user_id);
    writing.record(Event::new(
        EventName::ImportProgress,
        import.id.0,
        actor,
        data,
    ));
    app.commit(writing, ()).await?;
    *import = next;
    Ok(Committed::Done)
}

fn number(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(|error| Error::Internal(error.to_string()))
}
