//! The task behind the tail, and those that carry rings to it.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bell::{Bell, RedisState};
use store::Engine;
use store::spine::Follower;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::gauges::count;
use super::pace::{Look, POLL, POLL_LINKED, Pace};
use crate::context::App;
use crate::error::Result;

/// How often the epoch is asked for, beside the looks that follow a failure.
const EPOCH_EVERY: Duration = Duration::from_secs(5);
/// The least time between two looks, however often the bell rings.
const BREATH: Duration = Duration::from_millis(1);

/// Begins the tail of this process at the end of what is committed, with the watcher of the node's page; both end with the
/// app's tasks. Call it once.
pub async fn start(app: &App) -> Result<()> {
    let bell = app.bell().clone();
    let rung = bell.listen();
    let follower = Follower::begin(app.store().clone()).await?;
    let counts = &app.tail().inner.counts;
    counts
        .position
        .store(follower.position(), Ordering::Relaxed);
    counts.is_well.store(true, Ordering::Relaxed);
    counts.has_begun.store(true, Ordering::Release);
    let running = Running {
        app: app.clone(),
        epoch: bell.epoch(),
        epoch_asked: Instant::now(),
        pace: Pace::default(),
        follower,
    };
    app.tasks().spawn(running.run(rung));
    watch_page(app);
    Ok(())
}

/// Gives a thread to the rings of the node's other processes: it sleeps until one of them rings.
fn watch_page(app: &App) {
    let bell = app.bell().clone();
    let until = StopsWatching(bell.clone());
    let watching = app
        .tasks()
        .tracker()
        .spawn_blocking(move || bell.watch_page());
    let stopping = app.tasks().stopping().clone();
    app.tasks().spawn(async move {
        stopping.cancelled().await;
        drop(until);
        if let Err(error) = watching.await {
            tracing::error!(%error, "the watcher of the node's page ended unexpectedly");
        }
    });
}

/// Ends the watching when it goes, also with a runtime that is dropped, which would wait for the thread.
struct StopsWatching(Bell);

impl Drop for StopsWatching {
    fn drop(&mut self) {
        self.0.stop_watching();
    }
}

struct Running {
    app: App,
    epoch: Uuid,
    epoch_asked: Instant,
    pace: Pace,
    follower: Follower,
}

impl Running {
    async fn run(mut self, mut rung: bell::Listener) {
        let stopping = self.app.tasks().stopping().clone();
        tokio::select! {
            () = stopping.cancelled() => {}
            () = self.look_again_and_again(&mut rung) => {}
        }
    }

    async fn look_again_and_again(&mut self, rung: &mut bell::Listener) {
        let mut was_rung = false;
        loop {
            let look = self.look(was_rung).await;
            let poll = match self.app.bell().redis().state {
                RedisState::Connected => POLL_LINKED,
                RedisState::Disabled | RedisState::Degraded => POLL,
            };
            let pause = self.pace.after(look, poll);
            if self.pace.is_failing() {
                sleep(pause).await;
                was_rung = false;
            } else {
                sleep(BREATH).await;
                was_rung = timeout(pause, rung.rang()).await.is_ok();
            }
        }
    }

    /// Tells everything that is there.
    async fn look(&mut self, was_rung: bool) -> Look {
        match self.look_or_fail(was_rung).await {
            Ok(found) => {
                if !self.counts().is_well.swap(true, Ordering::Relaxed) {
                    tracing::info!("the database answers the tail again");
                }
                let waits = self.app.store().engine() == Engine::Postgres && was_rung;
                match found {
                    true => Look::Found,
                    false if waits => Look::RangForNothing,
                    false => Look::Nothing,
                }
            }
            Err(error) => {
                count(&self.counts().failures, 1);
                if self.counts().is_well.swap(false, Ordering::Relaxed) {
                    tracing::warn!(%error, "the database does not answer the tail, which goes on where it was");
                }
                Look::Failed
            }
        }
    }

    async fn look_or_fail(&mut self, was_rung: bool) -> Result<bool> {
        if self.pace.is_failing() || self.epoch_asked.elapsed() >= EPOCH_EVERY {
            self.ask_epoch().await?;
        }
        let mut found = false;
        loop {
            count(&self.counts().looks, 1);
            let events = self.follower.next().await?;
            let unread = self.follower.take_unread();
            if !events.is_empty() || !unread.is_empty() {
                found = true;
                if !was_rung {
                    self.count_unannounced(&events);
                }
                self.note(&events);
                self.app.tail().tell(&events, &unread);
                for (tenant, seq) in &unread {
                    self.app.bell().learn(*tenant, *seq);
                }
                for event in &events {
                    self.app.bell().learn(event.tenant, event.recorded.seq);
                }
            }
            self.counts()
                .position
                .store(self.follower.position(), Ordering::Relaxed);
            if !self.follower.has_more() {
                return Ok(found);
            }
        }
    }

    /// Another epoch means numbers and positions that have nothing to do with those known: all begins anew.
    async fn ask_epoch(&mut self) -> Result<()> {
        let epoch = self.app.store().epoch_now().await?;
        if epoch != self.epoch && !self.epoch.is_nil() {
            tracing::warn!(%epoch, "the spine has begun a new epoch: the database was restored or replaced");
            self.follower = Follower::begin(self.app.store().clone()).await?;
            // What was reached goes first: it must not be compared with numbers of the new epoch.
            self.app.tail().turn_to(epoch);
            let bell = self.app.bell().clone();
            let turned = self.app.tasks().run_blocking(move || bell.turn_to(epoch));
            if let Ok(Err(error)) = turned.await {
                tracing::warn!(%error, "the node's page cannot be made; numbers are read in the database");
            }
            count(&self.counts().epochs, 1);
        }
        self.epoch = epoch;
        self.epoch_asked = Instant::now();
        Ok(())
    }

    fn count_unannounced(&self, events: &[super::Followed]) {
        let bell = self.app.bell();
        let silent = events
            .iter()
            .filter(|event| bell.announced(event.tenant) < Some(event.recorded.seq));
        count(&self.counts().unannounced, silent.count());
    }

    fn note(&self, events: &[super::Followed]) {
        count(&self.counts().events, events.len());
        if let Some(last) = events.last() {
            let age_us = self.app.now().0 - last.recorded.at.0;
            let age_us = u64::try_from(age_us).unwrap_or(0);
            self.counts().lag_us.store(age_us, Ordering::Relaxed);
        }
    }

    fn counts(&self) -> &super::Counts {
        &self.app.tail().inner.counts
    }
}
