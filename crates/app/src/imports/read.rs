//! Reading a file on a thread of its own, chunk by chunk, never more than two chunks ahead.

use std::path::PathBuf;

use domain::imports::{FailedRow, MappedRow, Mapping};
use tokio::sync::mpsc;

use super::upload;
use crate::error::Error;

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
#[derive(Debug)]
enum Piece {
    Chunk(Chunk),
    /// The file has been read to its end. A reader that dies closes the channel without it.
    End,
}

/// The reader's other end; dropping it ends the reading.
#[derive(Debug)]
pub(super) struct Chunks {
    receiver: mpsc::Receiver<Result<Piece, tables::Error>>,
}

impl Chunks {
    /// The next chunk; `None` is the end of the file, and nothing else is.
    pub(super) async fn next(&mut self) -> Result<Option<Chunk>, Error> {
        match self.receiver.recv().await {
            Some(Ok(Piece::Chunk(chunk))) => Ok(Some(chunk)),
            Some(Ok(Piece::End)) => Ok(None),
            Some(Err(error)) => Err(upload::unreadable(error)),
            None => Err(Error::Internal("the reader of the file died".into())),
        }
    }
}

/// Reads the file from after row `skip` on.
pub(super) fn chunks(app: &crate::App, path: PathBuf, file_name: String, skip: u64) -> Chunks {
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
    Chunks { receiver }
}

fn read(
    path: &std::path::Path,
    file_name: &str,
    skip: u64,
    sender: &mpsc::Sender<Result<Piece, tables::Error>>,
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
                .blocking_send(Ok(Piece::Chunk(std::mem::take(&mut chunk))))
                .is_err()
        {
            return Ok(());
        }
    }
    // A receiver that is gone has no use for the rest either.
    if chunk.last_row > 0 {
        let _gone = sender.blocking_send(Ok(Piece::Chunk(chunk)));
    }
    let _gone = sender.blocking_send(Ok(Piece::End));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_readers_word_is_the_end_of_the_file() {
        let (sender, receiver) = mpsc::channel(2);
        let mut chunks = Chunks { receiver };
        for piece in [Piece::Chunk(Chunk::default()), Piece::End] {
            sender.send(Ok(piece)).await.expect("listened to");
        }
        drop(sender);
        assert!(matches!(chunks.next().await, Ok(Some(_))));
        assert!(matches!(chunks.next().await, Ok(None)));
        // A reader that died has said nothing of an end.
        assert!(matches!(chunks.next().await, Err(Error::Internal(_))));
    }
}
