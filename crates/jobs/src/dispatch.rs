//! Taking jobs when a slot is free: after each ring of the bell, and every second for what nobody rang for.

use std::sync::Arc;
use std::time::Duration;

use app::jobs::Turn;
use app::{App, jobs};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::handler::{ALL, SHORT, rivals};
use crate::slot;

/// Jobs of every kind at the same time.
const SLOTS: usize = 3;
/// Short jobs beside them.
const SHORT_SLOTS: usize = 1;
/// How often to look when no bell rings.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The least time between two looks, however often the bell rings.
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// Runs until the program wants to stop.
pub(crate) async fn run(app: App) {
    let lanes = [Lane::new(ALL, SLOTS), Lane::new(SHORT, SHORT_SLOTS)];
    let freed = Arc::new(Notify::new());
    let mut bell = app.bell().listen();
    let stopping = app.tasks().stopping().clone();
    while !stopping.is_cancelled() {
        for lane in &lanes {
            lane.fill(&app, &freed).await;
        }
        tokio::select! {
            _rang_or_time_out = timeout(LOOK_EVERY, bell.rang()) => {}
            () = freed.notified() => {}
            () = stopping.cancelled() => {}
        }
        sleep(LOOK_PAUSE).await;
    }
}

/// Slots for the same kinds of jobs.
struct Lane {
    kinds: &'static [&'static str],
    slots: Arc<Semaphore>,
}

impl Lane {
    fn new(kinds: &'static [&'static str], slots: usize) -> Self {
        Self {
            kinds,
            slots: Arc::new(Semaphore::new(slots)),
        }
    }

    /// Gives a job to each free slot while there are any.
    async fn fill(&self, app: &App, freed: &Arc<Notify>) {
        while let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            match self.take(app, slot, freed).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "no job could be taken");
                    return;
                }
            }
        }
    }

    async fn take(
        &self,
        app: &App,
        slot: OwnedSemaphorePermit,
        freed: &Arc<Notify>,
    ) -> app::Result<bool> {
        if !jobs::is_due(app, self.kinds).await? {
            return Ok(false);
        }
        let Some(claimed) = jobs::claim(app, self.kinds).await? else {
            return Ok(false);
        };
        let (worker, freed) = (app.clone(), Arc::clone(freed));
        let turn = Turn::on(Arc::clone(&self.slots), rivals(&claimed.job, self.kinds));
        app.tasks().spawn(async move {
            slot::work(worker, claimed, turn).await;
            drop(slot);
            freed.notify_one();
        });
        Ok(true)
    }
}
