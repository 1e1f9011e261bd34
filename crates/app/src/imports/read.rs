//! Reading a file on a thread of its own, chunk by chunk, never more than two chunks ahead.

use std::path::PathBuf;

use domain::imports::{Delimiter, FileEncoding, Import, ImportOptions, MappedRow, PPM, RowReader};
use store::imports::failures::Failure;
use tokio::sync::mpsc;

/// Rows of a chunk, at most.
const CHUNK_ROWS: usize = 2_000;
/// Bytes of text of a chunk, at most (one row may be over).
const CHUNK_BYTES: usize = 4 << 20;
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
    bytes: usize,
}

/// What the reader sends.
pub(super) type Piece = Result<Chunk, tables::Error>;

/// Reads the file from after the last row that was kept on. The channel closes at the end of the file; dropping
/// the receiver ends the reading.
pub(super) fn chunks(app: &crate::App, path: PathBuf, import: &Import) -> mpsc::Receiver<Piece> {
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
    receiver
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
        sheet: options
            .sheet
            .clone()
            .map_or(tables::SheetChoice::First, tables::SheetChoice::Named),
        ..defaults
    }
}

fn read(source: &Source, sender: &mpsc::Sender<Piece>) -> Result<(), tables::Error> {
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
                .blocking_send(Ok(std::mem::take(&mut chunk)))
                .is_err()
            {
                return Ok(());
            }
        }
    }
    if chunk.last_row > 0 {
        chunk.progress_ppm = PPM;
        // A receiver that is gone has no use for the last chunk either.
        let _gone = sender.blocking_send(Ok(chunk));
    }
    Ok(())
}

fn number(row: u64) -> i64 {
    i64::try_from(row).unwrap_or(i64::MAX)
}
