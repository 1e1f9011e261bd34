//! The runner of background jobs: takes them with a lease, does them, tries again, gives up.
//!
//! * [`start`] runs everything: the dispatcher with its slots, the watcher of leases, housekeeping.
//! * One file for each kind of job says how it is done and what to do when it is given up.
//!
//! What a job does to the data is a use case of `app`; this crate knows neither SQL nor rules.

mod dispatch;
mod fill_search;
mod handler;
mod housekeeping;
mod purge_campaign;
mod run_import;
mod slot;
mod undo_import;
mod watch;

use app::App;

/// Starts the runner of this process; it ends with the app's tasks.
pub fn start(app: &App) {
    app.tasks().spawn(dispatch::run(app.clone()));
    app.tasks().spawn(watch::run(app.clone()));
    app.tasks().spawn(housekeeping::run(app.clone()));
    app.tasks().spawn(housekeeping::mark(app.clone()));
}
