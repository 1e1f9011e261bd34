//! Reading a file on a thread of its own, chunk by chunk, never more than two chunks ahead.

use std::path::PathBuf;

use domain::imports::{
    Delimiter, FileEncoding, HeaderChoice, Import, ImportOptions, MappedRow, PPM, RowReader,
};
use store::imports::failures::Failure;
use tokio::sync::mpsc;

use super::upload;
use crate::error::Error;

/// Rows of a chunk, at most.
const CHUNK_ROWS: usize = 5_000;
/// Bytes of text of a chunk, at most (one row may be over).
const CHUNK_BYTES: usize = 2 << 20;
/// Chunks that may wait for the database.
const CHUNKS_AHEAD: usize = 1;

/// Rows that are committed together.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Rows that become leads, with their numbers.
    pub(super) rows: Vec<(u64, MappedRow)>,
    /// Rows that do not, as they were.
    pub(super) failed: Vec<Failure>,
    /// The number of the last row of the chunk.
    pub(super) last_row: u64,
    /// Millionths of the file that have been read.
    pub(super) progress_ppm: i64,
    /// Leads made of it with a description.
    pub(super) descriptions: i64,
    /// Leads made of it with a drafted e-mail.
    pub(super) drafts: i64,
    bytes: usize,
}

impl Chunk {
    /// Counts what leads made of these rows bring along.
    pub(super) fn note_drafts(&mut self, created: &[(u64, MappedRow)], generates_emails: bool) {
        for (_, row) in created {
            self.descriptions += i64::from(row.has_description);
            self.drafts += i64::from(row.has_generated_email && generates_emails);
        }
    }
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

/// Reads the file from after the last row that was kept on.
pub(super) fn chunks(app: &crate::App, path: PathBuf, import: &Import) -> Chunks {
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    let source = Source {
        path,
        file_name: import.file_name.clone(),
        options: import.options.clone(),
        skip: u64::try_from(import.counts.rows_read).unwrap_or(0),
    };
    let tasks = app.tasks().clone();
    app.tasks().spawn(async move {
        let work = move || {
            if let Err(error) = read(&source, &sender) {
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

/// What is read, and how.
struct Source {
    path: PathBuf,
    file_name: String,
    options: Option<ImportOptions>,
    skip: u64,
}

/// How the file is opened. Failed rows are kept as they are, so white space is left for the mapping to trim.
pub(super) fn table_options(options: Option<&ImportOptions>) -> tables::Options {
    let defaults = tables::Options {
        trim: false,
        ..tables::Options::default()
    };
    let Some(options) = options else {
        return defaults;
    };
    tables::Options {
        delimiter: options.delimiter.map(Delimiter::byte),
        encoding: options.encoding.map(|encoding| match encoding {
            FileEncoding::Utf8 => tables::Encoding::Utf8,
            FileEncoding::Utf16Le => tables::Encoding::Utf16Le,
            FileEncoding::Utf16Be => tables::Encoding::Utf16Be,
            FileEncoding::Windows1252 => tables::Encoding::Windows1252,
        }),
        has_header: options.header != HeaderChoice::None,
        sheet: options
            .sheet
            .clone()
            .map_or(tables::SheetChoice::First, tables::SheetChoice::Named),
        ..defaults
    }
}

fn read(
    source: &Source,
    sender: &mpsc::Sender<Result<Piece, tables::Error>>,
) -> Result<(), tables::Error> {
    let options = source.options.as_ref();
    let table = tables::open(&source.path, &source.file_name, &table_options(options))?;
    let reader = RowReader::of(table.header(), options)
        .map_err(|refusal| tables::Error::Malformed(refusal.text.into_owned()))?;
    let mut rows = table.into_rows();
    rows.skip_rows(source.skip)?;
    let mut row = tables::Row::new();
    let mut chunk = Chunk::default();
    loop {
        match rows.read(&mut row)? {
            tables::Step::Row => {
                chunk.last_row = row.number();
                chunk.bytes += row.cells().map(str::len).sum::<usize>();
                match reader.apply(row.len(), |index| Some(row.cell(index))) {
                    Ok(mapped) => chunk.rows.push((row.number(), mapped)),
                    Err(reason) => chunk.failed.push(Failure {
                        row: number(row.number()),
                        cells: row.cells().map(str::to_owned).collect(),
                        reason,
                    }),
                }
            }
            tables::Step::Problem(problem) => {
                chunk.last_row = problem.number;
                chunk.failed.push(Failure {
                    row: number(problem.number),
                    cells: Vec::new(),
                    reason: problem.reason.to_string(),
                });
            }
            tables::Step::End => break,
        }
        let is_full =
            chunk.rows.len() + chunk.failed.len() >= CHUNK_ROWS || chunk.bytes >= CHUNK_BYTES;
        if is_full {
            chunk.progress_ppm = (rows.progress() * PPM as f64) as i64;
            if sender
                .blocking_send(Ok(Piece::Chunk(std::mem::take(&mut chunk))))
                .is_err()
            {
                return Ok(());
            }
        }
    }
    // A receiver that is gone has no use for the rest either.
    if chunk.last_row > 0 {
        chunk.progress_ppm = PPM;
        let _gone = sender.blocking_send(Ok(Piece::Chunk(chunk)));
    }
    let _gone = sender.blocking_send(Ok(Piece::End));
    Ok(())
}

fn number(row: u64) -> i64 {
    i64::try_from(row).unwrap_or(i64::MAX)
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
