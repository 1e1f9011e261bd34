//! File imports: taking an upload, waiting for its result, reading it into leads.
//!
//! An upload becomes an import and a job in one transaction. The job ([`run`]) reads the file in
//! chunks; each chunk commits its leads, the counters, the progress and an event together, fenced by
//! the job's lease. So a job that is killed goes on after its last chunk, and no row comes twice (I9).

mod cancel;
mod chunk;
mod read;
mod run;
mod show;
mod upload;

pub use cancel::cancel;
pub use run::{give_up, run};
pub use show::{list, show, wait};
pub use upload::{Begun, Incoming, NewImport, begin, enqueue};
