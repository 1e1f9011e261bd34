//! How far an import is, and stopping it.

use app::imports;
use axum::extract::Path;
use axum::http::StatusCode;
use domain::ids::ImportId;
use domain::imports::{Import, ImportState};
use domain::refusal::RefusalKind;
use ui::campaigns::CampaignRef;
use ui::chrome::Section;
use ui::imports::{FailedRow, ImportPage, ImportProgress};

use crate::campaigns::named;
use crate::flash::Note;
use crate::inside::{Inside, Posted};
use crate::page::{fragment, id_of, page, see_other_with};
use crate::trouble::{Answer, Trouble};
use crate::words::{took, when};

/// A state as pages know it.
pub(crate) fn state(state: ImportState) -> ui::imports::ImportState {
    match state {
        ImportState::Queued => ui::imports::ImportState::Queued,
        ImportState::Running => ui::imports::ImportState::Running,
        ImportState::Completed => ui::imports::ImportState::Done,
        ImportState::Failed => ui::imports::ImportState::Failed,
        ImportState::Cancelled => ui::imports::ImportState::Cancelled,
        ImportState::Undone => ui::imports::ImportState::Undone,
    }
}

pub(crate) async fn show(inside: Inside, Path(id): Path<String>) -> Answer {
    let id = id_of(&id, ImportId::parse)?;
    let import = imports::show(&inside.app, &inside.member, id).await?.value;
    imports::set_delivered(&inside.app, &inside.member, &import).await;
    let progress = progress(&inside, import).await?;
    if inside.wants_fragment {
        return fragment(&progress);
    }
    let chrome = inside.chrome(Section::Campaigns).await?;
    page(StatusCode::OK, &ImportPage { chrome, progress })
}

async fn progress(inside: &Inside, import: Import) -> Result<ImportProgress, Trouble> {
    let counts = import.counts;
    Ok(ImportProgress {
        id: import.id.to_string(),
        campaign: campaign(inside, import.campaign_id).await?,
        file_name: import.file_name,
        state: state(import.state),
        // How many rows a file has is known only at its end.
        percent: None,
        rows_read: counts.rows_read,
        leads_created: counts.leads_created,
        leads_failed: counts.leads_failed,
        reason: import.error,
        failed_rows: import
            .failed_rows
            .into_iter()
            .map(|failed| FailedRow {
                row: i64::try_from(failed.row).unwrap_or(i64::MAX),
                reason: failed.reason,
            })
            .collect(),
        started: when(import.created_at, inside.now),
        took: import.finished_at.map(|end| took(import.created_at, end)),
        can_cancel: !import.state.is_final(),
        csrf: inside.csrf.clone(),
    })
}

/// The campaign that is filled; an import outlives a deleted one.
async fn campaign(inside: &Inside, id: domain::ids::CampaignId) -> Result<CampaignRef, Trouble> {
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

pub(crate) async fn cancel(Path(id): Path<String>, Posted { inside, form: _ }: Posted) -> Answer {
    let id = id_of(&id, ImportId::parse)?;
    let note = match imports::cancel(&inside.app, &inside.member, id).await {
        Ok(_) => Note::ImportCancelling,
        Err(app::Error::Refused(refusal)) if refusal.kind == RefusalKind::Conflict => {
            Note::ImportEnded
        }
        Err(error) => return Err(error.into()),
    };
    Ok(see_other_with(&format!("/imports/{id}"), note))
}
