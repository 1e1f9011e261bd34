//! How many rows a file has, where that is known soon.

use std::path::Path;

use domain::imports::{HeaderChoice, ImportOptions};

use super::preview::PreviewProblem;
use super::read::table_options;

/// Rows that are counted, at most; a file of more is not read to its end only to be counted.
const ROWS_COUNTED_MAX: u64 = 200_000;

/// What reading to the end came to.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// The rows; `None` where there are more than are counted, or the file breaks off.
    pub(super) rows: Option<u64>,
    /// Where it breaks off.
    pub(super) broken: Option<PreviewProblem>,
}

/// Reads a whole file to its end; blocks.
pub(super) fn count(
    path: &Path,
    file_name: &str,
    options: &ImportOptions,
    header: HeaderChoice,
) -> Result<Counted, tables::Error> {
    let options = tables::Options {
        has_header: header != HeaderChoice::None,
        ..table_options(Some(options))
    };
    let mut table = tables::open(path, file_name, &options)?;
    let mut row = tables::Row::new();
    let mut rows = 0;
    loop {
        match table.rows().read(&mut row) {
            Ok(tables::Step::End) => {
                return Ok(Counted {
                    rows: Some(rows),
                    broken: None,
                });
            }
            Ok(_) if rows == ROWS_COUNTED_MAX => return Ok(Counted::default()),
            Ok(_) => rows += 1,
            Err(tables::Error::Io(error)) => return Err(error.into()),
            Err(error) => {
                let broken = PreviewProblem {
                    row: rows + 1,
                    column: None,
                    text: error.to_string(),
                };
                return Ok(Counted {
                    rows: None,
                    broken: Some(broken),
                });
            }
        }
    }
}
