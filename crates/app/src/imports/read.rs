//! Reading a file on a thread of its own, chunk by chunk, never more than two chunks ahead.

use std::path::PathBuf;

use domain::imports::{FailedRow, MappedRow, Mapping};
use tokio::sync::mpsc;

/// Rows of a chunk, at most.
const CHUNK_ROWS: usize = 2_000;
/// Bytes of text of a chunk, at most (one row may be over).
const CHUNK_BYTES: usize = 2 << 20;
/// Chunks that may wait for the database.
const CHUNKS_AHEAD: usize = 1;

/// Rows that are committed together.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Rows that become leads, with their numbers.
    pub(super) rows: Vec<(u64, MappedRow)>,
    /// Rows that do not.
    pub(super) failed: Vec<FailedRow>,
    /// The number of the last row of the chunk.
    pub(super) last_row: u64,
    bytes: usize,
}

/// What the reader sends.
pub(super) type Piece = Result<Chunk, tables::Error>;

/// Reads the file from after row `skip` on. The channel closes at the end of the file; dropping
/// the receiver ends the reading.
pub(super) fn chunks(
    app: &crate::App,
    path: PathBuf,
    file_name: String,
    skip: u64,
) -> mpsc::Receiver<Piece> {
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    let tasks = app.tasks().clone();
    app.tasks().spawn(async move {
        let work = move || {
            if let Err(error) = read(&path, &file_name, skip, &sender) {
                // Nobody listens any more when this fails, then there is nobody to tell.
                let _closed = sender.blocking_send(Err(error));
            }
        };
        if let Err(error) = tasks.run_blocking(work).await {
            tracing::error!(%error, "reading an uploaded file ended unexpectedly");
        }
    });
    receiver
}

fn read(
    path: &std::path::Path,
    file_name: &str,
    skip: u64,
    sender: &mpsc::Sender<Piece>,
) -> Result<(), tables::Error> {
    let table = tables::open(path, file_name, &tables::Options::default())?;
    let mapping = Mapping::propose(table.header())
        .map_err(|refusal| tables::Error::Malformed(refusal.text.into_owned()))?;
    let mut rows = table.into_rows();
    rows.skip_rows(skip)?;
    let mut row = tables::Row::new();
    let mut chunk = Chunk::default();
    loop {
        match rows.read(&mut row)? {
            tables::Step::Row => {
                chunk.last_row = row.number();
                chunk.bytes += row.cells().map(str::len).sum::<usize>();
                match mapping.apply(row.len(), |index| Some(row.cell(index))) {
                    Ok(mapped) => chunk.rows.push((row.number(), mapped)),
                    Err(reason) => chunk.failed.push(FailedRow {
                        row: row.number(),
                        reason,
                    }),
                }
            }
            tables::Step::Problem(problem) => {
                chunk.last_row = problem.number;
                let reason = problem.reason.to_string();
                chunk.failed.push(FailedRow {
                    row: problem.number,
                    reason,
                });
            }
            tables::Step::End => break,
        }
        let is_full =
            chunk.rows.len() + chunk.failed.len() >= CHUNK_ROWS || chunk.bytes >= CHUNK_BYTES;
        if is_full
            && sender
                .blocking_send(Ok(std::mem::take(&mut chunk)))
                .is_err()
        {
            return Ok(());
        }
    }
    if chunk.last_row > 0 {
        // A receiver that is gone has no use for the last chunk either.
        let _gone = sender.blocking_send(Ok(chunk));
    }
    Ok(())
}
