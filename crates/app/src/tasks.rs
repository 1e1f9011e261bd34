//! The one way to work beside a request: tracked, so that a stop can wait for it, and told when the
//! program wants to end.

use std::future::Future;

use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The process's background work. Clones are handles to the same.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
}

impl Tasks {
    /// Starts a task that a stop waits for.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tracker.spawn(task)
    }

    /// Starts a task that a stop neither waits for nor tells: whoever needs its outcome waits for it, and what nobody
    /// needs any more ends with the runtime.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one seam for tasks that nobody waits for"
    )]
    pub fn spawn_unwaited(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(task);
    }

    /// Runs something that computes or blocks on a thread made for it.
    pub async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        self.tracker.spawn_blocking(work).await
    }

    /// The sign that the program wants to end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// The tracker, for what is tracked elsewhere, such as connections.
    pub fn tracker(&self) -> &TaskTracker {
        &self.tracker
    }

    /// Tells every task to end, and waits until all have.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}
