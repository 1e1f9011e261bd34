//! File imports: taking an upload, waiting for its result, reading it into leads.
//!
//! An upload becomes an import and a job in one transaction. The job ([`run`]) reads the file in
//! chunks; each chunk commits its leads, the counters, the progress and an event together, fenced by
//! the job's lease. So a job that is killed goes on after its last chunk, and no row comes twice (I9).
//!
//! The same upload again (campaign, file, name and options) attaches to the import that runs, or that has
//! completed without its answer having been delivered: until somebody gets that answer, or all leads of the
//! campaign are deleted. No clock decides about it, so one that is set forward makes no retry add the rows twice
//! (I12); an answer that was never fetched is attached to for longer than the hour of the contract.

mod cancel;
mod chunk;
mod read;
mod run;
mod show;
mod upload;

pub use cancel::cancel;
pub use run::{give_up, run};
pub use show::{list, set_delivered, show, wait};
pub use upload::{Begun, Incoming, NewImport, begin, enqueue};
