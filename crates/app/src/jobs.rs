//! Background work as the runner sees it: take a job, do it, end it. What a job does is the use
//! case of its noun; the runner in `jobs` knows neither.

pub use store::jobs::{Claimed, Lease, Outcome};

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::CampaignId;
use tokio::sync::Semaphore;

use store::leads::keys::Settle;
use store::{campaigns, jobs, leads};

use crate::context::App;
use crate::error::Result;

/// How long a job may keep its slot from others that have had a turn already.
const TURN: Duration = Duration::from_secs(5);

/// A job's time on a slot. A job of many chunks asks after each whether it is over: at once when another tenant's job has
/// not had a turn yet and no slot is free, after some seconds when it only waits for another one. (To go on with a
/// file costs reading it again up to there, so two long imports do not take turns chunk by chunk.)
#[derive(Debug, Clone)]
pub struct Turn {
    slots: Option<Arc<Semaphore>>,
    kinds: &'static [&'static str],
    began: Instant,
}

impl Turn {
    /// Begins a turn on one of these slots, wanted by jobs of these kinds.
    pub fn on(slots: Arc<Semaphore>, kinds: &'static [&'static str]) -> Self {
        Self {
            slots: Some(slots),
            kinds,
            began: Instant::now(),
        }
    }

    /// A turn that ends with the job.
    pub fn endless() -> Self {
        Self {
            slots: None,
            kinds: &[],
            began: Instant::now(),
        }
    }

    /// Whether another tenant's job should have the slot now.
    pub async fn is_over(&self, app: &App, claimed: &Claimed) -> Result<bool> {
        let Some(slots) = &self.slots else {
            return Ok(false);
        };
        if slots.available_permits() > 0 {
            return Ok(false);
        }
        let any_turn = self.began.elapsed() >= TURN;
        Ok(jobs::others_wait(app.store(), claimed, self.kinds, any_turn).await?)
    }
}

/// Takes the next job of these kinds, fairly between tenants.
pub async fn claim(app: &App, kinds: &[&'static str]) -> Result<Option<Claimed>> {
    Ok(jobs::claim(app.store(), kinds).await?)
}

/// Whether a job of these kinds is due; cheap, so that it can be asked often.
pub async fn is_due(app: &App, kinds: &[&'static str]) -> Result<bool> {
    Ok(jobs::is_due(app.store(), kinds).await?)
}

/// Shows that the worker of a job lives.
pub async fn beat(app: &App, claimed: &Claimed) -> Result<()> {
    Ok(jobs::beat(app.store(), claimed).await?)
}

/// Ends a try.
pub async fn end(app: &App, claimed: &Claimed, outcome: &Outcome) -> Result<()> {
    let writing = app.store().write(claimed.scope).await?;
    jobs::end(&writing, claimed, outcome).await?;
    writing.commit().await?;
    Ok(())
}

/// Every job that somebody works on.
pub async fn running(app: &App) -> Result<Vec<Lease>> {
    Ok(jobs::running(app.store()).await?)
}

/// Takes a job away from a worker whose beat stood still.
pub async fn expire(app: &App, lease: Lease) -> Result<bool> {
    Ok(jobs::expire(app.store(), lease).await?)
}

/// Takes every running job away from its worker, for a start that knows that none lives; gives how many.
pub async fn release_all(app: &App) -> Result<u64> {
    Ok(jobs::release_all(app.store()).await?)
}

/// Removes some hidden rows of a campaign; says whether all are gone.
pub async fn purge_campaign(app: &App, claimed: &Claimed, id: CampaignId) -> Result<bool> {
    let writing = app.store().write(claimed.scope).await?;
    jobs::hold(&writing, claimed).await?;
    let is_done = campaigns::purge(&writing, id).await?;
    writing.commit().await?;
    Ok(is_done)
}

/// Writes the keys and the search words of some leads that changed; says whether more wait.
pub async fn fill_search(app: &App, claimed: &Claimed) -> Result<bool> {
    let writing = app.store().write(claimed.scope).await?;
    jobs::hold(&writing, claimed).await?;
    let keys_wait = leads::keys::settle(&writing, Settle::Ended).await?;
    let more = keys_wait || leads::words::fill(&writing).await?;
    writing.commit().await?;
    Ok(more)
}
