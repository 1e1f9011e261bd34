//! File imports: looking at a file, taking an upload, waiting for its result, reading it into leads, and the way back.
//!
//! An upload becomes an import and a job in one transaction. The job ([`run`]) reads the file in
//! chunks; each chunk commits its leads, the counters, the progress and an event together, fenced by
//! the job's lease. So a job that is killed goes on after its last chunk, and no row comes twice (I9).
//!
//! The same upload again (campaign, file, name and options) attaches to the import that runs, or that has
//! completed without its answer having been delivered: until somebody gets that answer, or all leads of the
//! campaign are deleted. No clock decides about it, so one that is set forward makes no retry add the rows twice
//! (I12); an answer that was never fetched is attached to for longer than the hour of the contract.

mod ahead;
mod cancel;
mod chunk;
mod count;
mod describe;
mod errors;
mod from_upload;
mod part;
mod preview;
mod read;
mod run;
mod show;
mod undo;
mod upload;

pub use cancel::{cancel, cancel_of};
pub use errors::{ErrorFile, errors};
pub use from_upload::{preview_upload, start_from_upload};
pub use part::FIRST_PART_BYTES;
pub use preview::{Preview, PreviewColumn, PreviewProblem, PreviewRow, begin_preview, preview};
pub use run::{give_up, run, run_turn};
pub use show::{list, missing, set_delivered, show, show_of, wait};
pub(crate) use upload::known_kind;

pub use undo::{ask_undo, give_up_undo, undo};
pub use upload::{Begun, ChosenImport, Incoming, NewImport, begin, enqueue, enqueue_chosen};
