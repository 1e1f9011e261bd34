//! The imports of a campaign, how far one is, stopping it, and the way back.

use app::imports;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::{CampaignId, ImportId};
use domain::imports::{Import, ImportState};
use domain::refusal::RefusalKind;
use ui::campaigns::CampaignRef;
use ui::chrome::Section;
use ui::confirm::ConfirmPage;
use ui::imports::{FailedRow, ImportPage, ImportProgress, ImportRow, ImportsPage};

use crate::campaigns::{find as find_campaign, named};
use crate::flash::Note;
use crate::inside::{Inside, Posted};
use crate::page::{fragment, id_of, page, see_other, see_other_with};
use crate::trouble::{Answer, Trouble};
use crate::words::{left, role, took, when};

/// The ids of a path below `/campaigns/{id}/imports/{id}`.
type Ids = Path<(String, String)>;

/// Millionths in a hundredth.
const PPM_PER_PERCENT: i64 = 10_000;
/// What is shown as read while something is still to be done.
const OPEN_PERCENT_MAX: i64 = 99;

/// A state as pages know it.
fn state(import: &Import) -> ui::imports::ImportState {
    match import.state {
        ImportState::Undone => ui::imports::ImportState::Undone,
        _ if import.undo.is_some() => ui::imports::ImportState::Undoing,
        ImportState::Queued => ui::imports::ImportState::Queued,
        ImportState::Running => ui::imports::ImportState::Running,
        ImportState::Completed => ui::imports::ImportState::Done,
        ImportState::Failed => ui::imports::ImportState::Failed,
        ImportState::Cancelled => ui::imports::ImportState::Cancelled,
    }
}

/// An import as lists show it.
pub(super) fn row(inside: &Inside, import: Import) -> ImportRow {
    ImportRow {
        id: import.id.to_string(),
        state: state(&import),
        leads_created: import.counts.leads_created,
        leads_updated: import.counts.leads_updated,
        leads_skipped: import.counts.leads_skipped,
        leads_failed: import.counts.leads_failed,
        leads_removed: import.undo.map_or(0, |undo| undo.removed),
        started: when(import.created_at, inside.now),
        file_name: import.file_name,
    }
}

pub(crate) async fn index(inside: Inside, Path(id): Path<String>) -> Answer {
    let campaign = find_campaign(&inside, &id).await?;
    let found = imports::list(&inside.app, &inside.member, campaign.id).await?;
    let shown = ImportsPage {
        chrome: inside.chrome(Section::Campaigns).await?,
        campaign: named(&campaign),
        imports: found
            .value
            .into_iter()
            .map(|import| row(&inside, import))
            .collect(),
    };
    page(StatusCode::OK, &shown)
}

/// The import of a path, which is one of the path's campaign.
async fn find(inside: &Inside, (campaign, id): &(String, String)) -> Result<Import, Trouble> {
    let campaign = id_of(campaign, CampaignId::parse)?;
    let id = id_of(id, ImportId::parse)?;
    let import = imports::show(&inside.app, &inside.member, id).await?.value;
    if import.campaign_id == campaign {
        Ok(import)
    } else {
        Err(Trouble::not_found())
    }
}

/// An address of an import without its campaign, as links of earlier versions have it.
pub(crate) async fn moved(inside: Inside, Path(id): Path<String>) -> Answer {
    let id = id_of(&id, ImportId::parse)?;
    let import = imports::show(&inside.app, &inside.member, id).await?.value;
    Ok(see_other(&href(&import)))
}

pub(super) fn href(import: &Import) -> String {
    format!("/campaigns/{}/imports/{}", import.campaign_id, import.id)
}

pub(crate) async fn show(inside: Inside, Path(ids): Ids) -> Answer {
    let import = find(&inside, &ids).await?;
    imports::set_delivered(&inside.app, &inside.member, &import).await;
    let progress = progress(&inside, import).await?;
    if inside.wants_fragment {
        return fragment(&progress);
    }
    let chrome = inside.chrome(Section::Campaigns).await?;
    page(StatusCode::OK, &ImportPage { chrome, progress })
}

async fn progress(inside: &Inside, import: Import) -> Result<ImportProgress, Trouble> {
    let state = state(&import);
    let counts = &import.counts;
    let percent = import.progress_ppm / PPM_PER_PERCENT;
    let percent = if import.state.is_final() {
        100
    } else {
        percent.clamp(0, OPEN_PERCENT_MAX)
    };
    let rate = import.rows_per_second().map(|rate| rate.round() as i64);
    // Of a moment's work a pace says nothing.
    let is_brief = import
        .finished_at
        .is_some_and(|end| end.seconds_since(import.created_at) < 1);
    let may_undo = role(inside.member.role()).manages();
    let is_new = counts.leads_created > 0 && import.undo.is_none();
    Ok(ImportProgress {
        id: import.id.to_string(),
        campaign: campaign(inside, import.campaign_id).await?,
        state,
        percent: u8::try_from(percent).unwrap_or(100),
        rows_read: counts.rows_read,
        leads_created: counts.leads_created,
        leads_updated: counts.leads_updated,
        leads_skipped: counts.leads_skipped,
        leads_failed: counts.leads_failed,
        rows_per_second: rate.filter(|rate| *rate > 0 && !is_brief),
        time_left: import.time_left().map(left),
        started: when(import.created_at, inside.now),
        took: import.finished_at.map(|end| took(import.created_at, end)),
        leads_removed: import.undo.map_or(0, |undo| undo.removed),
        leads_kept: import.undo.map_or(0, |undo| undo.kept),
        can_undo: may_undo && is_new && import.state.is_final(),
        file_name: import.file_name,
        reason: import.error,
        failed_rows: import
            .failed_rows
            .into_iter()
            .map(|failed| FailedRow {
                row: i64::try_from(failed.row).unwrap_or(i64::MAX),
                reason: failed.reason,
            })
            .collect(),
    })
}

/// The campaign that is filled; an import outlives a deleted one.
async fn campaign(inside: &Inside, id: CampaignId) -> Result<CampaignRef, Trouble> {
    match app::campaigns::show(&inside.app, &inside.member, id).await {
        Ok(done) => Ok(named(&done.value)),
        Err(app::Error::Refused(refusal)) if refusal.kind == RefusalKind::NotFound => {
            Ok(CampaignRef {
                id: id.to_string(),
                name: "a deleted campaign".into(),
            })
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn cancel_form(inside: Inside, Path(ids): Ids) -> Answer {
    let import = find(&inside, &ids).await?;
    if import.state.is_final() {
        return Ok(see_other_with(&href(&import), Note::ImportEnded));
    }
    let of = campaign(&inside, import.campaign_id).await?;
    let chrome = inside.chrome(Section::Campaigns).await?;
    let id = import.id.to_string();
    let shown = ConfirmPage::cancel_import(chrome, &of, &id, &import.file_name);
    page(StatusCode::OK, &shown)
}

pub(crate) async fn cancel(Path(ids): Ids, Posted { inside, form: _ }: Posted) -> Answer {
    let import = find(&inside, &ids).await?;
    let note = match imports::cancel(&inside.app, &inside.member, import.id).await {
        Ok(_) => Note::ImportCancelling,
        Err(error) if is_late(&error) => Note::ImportEnded,
        Err(error) => return Err(error.into()),
    };
    Ok(see_other_with(&href(&import), note))
}

pub(crate) async fn undo_form(inside: Inside, Path(ids): Ids) -> Answer {
    inside.require_administrator()?;
    let import = find(&inside, &ids).await?;
    if import.undo.is_some() || !import.state.is_final() {
        return Ok(see_other_with(&href(&import), Note::ImportNotUndone));
    }
    let of = campaign(&inside, import.campaign_id).await?;
    let chrome = inside.chrome(Section::Campaigns).await?;
    let (id, created) = (import.id.to_string(), import.counts.leads_created);
    let shown = ConfirmPage::undo_import(chrome, &of, &id, &import.file_name, created);
    page(StatusCode::OK, &shown)
}

pub(crate) async fn undo(Path(ids): Ids, Posted { inside, form: _ }: Posted) -> Answer {
    let administrator = inside.member.administrator()?;
    let import = find(&inside, &ids).await?;
    let asked = imports::ask_undo(&inside.app, &administrator, import.campaign_id, import.id);
    match asked.await {
        // The page itself says that it is being done.
        Ok(_) => Ok(see_other(&href(&import))),
        Err(error) if is_late(&error) => Ok(see_other_with(&href(&import), Note::ImportNotUndone)),
        Err(error) => Err(error.into()),
    }
}

/// Whether the import does not stand as it did when the page was made.
fn is_late(error: &app::Error) -> bool {
    matches!(error, app::Error::Refused(refusal) if refusal.kind == RefusalKind::Conflict)
}

/// The rows that became no lead, with the reasons.
pub(crate) async fn errors(inside: Inside, Path(ids): Ids) -> Result<Response, Trouble> {
    let import = find(&inside, &ids).await?;
    let (app, member) = (&inside.app, &inside.member);
    let done = imports::errors(app, member, import.campaign_id, import.id).await?;
    let stem = import.file_name.rsplit_once('.');
    let stem = stem.map_or(import.file_name.as_str(), |(stem, _)| stem);
    Ok(http_edge::error_file(done, &format!("{stem} - failed rows.csv")).await?)
}
