//! Committing one chunk of an import.

use domain::clock::Timestamp;
use domain::events::{Actor, Event, EventName};
use domain::ids::LeadId;
use domain::imports::{
    DuplicateMode, DuplicateScope, Duplicates, FAILED_ROWS_SHOWN_MAX, FailedRow, Import,
    ImportState, LeadKeys, MappedRow, Resolved, resolve,
};
use serde_json::json;
use store::imports::failures;
use store::jobs::{self, Claimed};
use store::leads::keys::{self, Settle};
use store::leads::{self, same};
use store::{Engine, Writing, campaigns, imports};

use super::ahead::{Added, Prepared, Target, add, as_new};
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

/// Commits leads, counters, progress and event together, if the job is still ours. `began` is when this try began.
pub(super) async fn commit(
    app: &App,
    claimed: &Claimed,
    import: &mut Import,
    began: Timestamp,
    prepared: Prepared,
) -> Result<Committed> {
    let target = Target::of(import);
    let (looks, duplicates) = (target.looks(), target.duplicates);
    if looks && app.store().engine() == Engine::Sqlite {
        settle_keys(app, claimed).await?;
    }
    let Prepared { mut chunk, added } = prepared;
    let (writing, added) = match added {
        Some(added) => (added.writing, Some(added.leads)),
        None => (app.store().write(claimed.scope).await?, None),
    };
    if jobs::hold(&writing, claimed).await? {
        return Ok(Committed::Stopped(ASKED_FOR));
    }
    if looks && duplicates.scope == DuplicateScope::Tenant {
        same::lock_tenant(&writing).await?;
    }
    let Some(mut campaign) = campaigns::lock(&writing, import.campaign_id).await? else {
        return Ok(Committed::Stopped("The campaign was deleted"));
    };
    if campaign.lead_generation != import.lead_generation {
        return Ok(Committed::Stopped(
            "All leads of the campaign were deleted meanwhile",
        ));
    }
    let rows = std::mem::take(&mut chunk.rows);
    let resolved = if looks {
        compare(&writing, import, duplicates, rows).await?
    } else {
        Resolved {
            created: rows,
            ..Resolved::default()
        }
    };
    chunk.note_drafts(&resolved.created, target.generates_emails);
    let mut next = import.clone();
    next.state = ImportState::Running;
    next.started_at = next.started_at.or(Some(began));
    next.progressed_at = Some(writing.now());
    next.progress_ppm = chunk.progress_ppm;
    let counts = &mut next.counts;
    counts.rows_read = number(chunk.last_row)?;
    counts.leads_updated += resolved.updated_rows;
    counts.leads_skipped += resolved.skipped_rows;
    counts.leads_failed += number(chunk.failed.len() as u64)?;
    counts.descriptions_from_file += chunk.descriptions;
    counts.emails_from_file += chunk.drafts;
    failures::insert(&writing, import.id, &chunk.failed).await?;
    let room = FAILED_ROWS_SHOWN_MAX.saturating_sub(next.failed_rows.len());
    let shown = chunk
        .failed
        .into_iter()
        .take(room)
        .map(|failure| FailedRow {
            row: u64::try_from(failure.row).unwrap_or(0),
            reason: failure.reason,
        });
    next.failed_rows.extend(shown);
    same::save(&writing, &resolved.updated).await?;
    let Added {
        mut writing,
        leads: created,
    } = match added {
        Some(leads) => Added { writing, leads },
        None => {
            let new = as_new(&writing, resolved.created);
            add(writing, target, new).await?
        }
    };
    next.counts.leads_created += number(created as u64)?;
    if app.options().quota_enforced {
        writing.enforce_quota();
    }
    leads::count(&mut writing, &mut campaign, created).await?;
    imports::save(&writing, &next).await?;
    let data = json!({
        "campaign_id": import.campaign_id,
        "rows_read": next.counts.rows_read,
        "leads_created": next.counts.leads_created,
        "leads_updated": next.counts.leads_updated,
        "leads_skipped": next.counts.leads_skipped,
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

/// Gives the tenant's leads the keys that they are compared by on SQLite, in transactions of their own: after a large file there are
/// many. Those that come meanwhile are few, and are given theirs by the transaction that looks.
async fn settle_keys(app: &App, claimed: &Claimed) -> Result<()> {
    loop {
        let writing = app.store().write(claimed.scope).await?;
        let is_cancelled = jobs::hold(&writing, claimed).await?;
        let more = keys::settle(&writing, Settle::All).await?;
        writing.commit().await?;
        if is_cancelled || !more {
            return Ok(());
        }
    }
}

/// Finds the leads that the rows are the same as, by one query, and decides what becomes of each row.
async fn compare(
    writing: &Writing,
    import: &Import,
    duplicates: Duplicates,
    rows: Vec<(u64, MappedRow)>,
) -> Result<Resolved> {
    let keys = rows.iter().map(|(_, row)| LeadKeys::of(&row.fields));
    let keys: Vec<LeadKeys> = keys.collect();
    let campaign = match duplicates.scope {
        DuplicateScope::Campaign => Some(import.campaign_id),
        DuplicateScope::Tenant => None,
    };
    let found = same::find(writing, campaign, &keys).await?;
    let leads = if duplicates.mode == DuplicateMode::Skip {
        Vec::new()
    } else {
        let ids = found
            .iter()
            .flat_map(|found| [found.by_email, found.by_site]);
        let mut ids: Vec<LeadId> = ids.flatten().collect();
        ids.sort();
        ids.dedup();
        same::lock(writing, &ids).await?
    };
    Ok(resolve(duplicates.mode, import.id, rows, &found, leads))
}

fn number(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(|error| Error::Internal(error.to_string()))
}
