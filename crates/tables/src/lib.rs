//! Tables that people upload, as bounded streams of rows; and rows as tables that people download.
//!
//! [`open`] reads delimited text (comma, semicolon, tab, bar; UTF-8, UTF-16, Windows-1252), XLSX and XLS
//! from a file on disk, finds out by itself how the file is written, and hands out its rows one after
//! another. Every cell is text *as written*: leading zeros stay, `42` never becomes `42.0`, dates are
//! `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS`.
//!
//! ```no_run
//! use tables::{Options, Record};
//!
//! # fn main() -> Result<(), tables::Error> {
//! let table = tables::open("/tmp/upload-17", "customers.CSV", &Options::default())?;
//! println!("{:?} {:?}", table.dialect(), table.header());
//! for record in table.into_rows() {
//!     match record? {
//!         Record::Row(row) => println!("{}: {}", row.number(), row.cell(0)),
//!         Record::Problem(problem) => println!("{problem}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What to rely on
//!
//! * **Synchronous.** Call it on a thread that may block.
//! * **Bounded.** Whatever the file holds, memory is bounded by [`Options`]: delimited text and XLSX
//!   worksheets stream; only the shared strings of an XLSX and the whole of an XLS are held. Sizes that
//!   a file declares are checked first, and what is really read is counted as well.
//! * **Two sorts of failure.** [`Error`] ends the reading. A [`RowProblem`] costs one row: it carries the
//!   row's number and the reason, and the next row follows.
//! * **Numbers of rows.** Data rows count from 1; the header does not count, nor do blank lines (in a
//!   workbook: rows without any value). The same file gives the same numbers each time, so a caller who
//!   has remembered a number goes on with [`Rows::skip_rows`]. That reads the skipped part again, but
//!   builds no rows from it.
//! * **Ragged rows.** A short row has empty cells to the header's width. A long row keeps its extra cells;
//!   [`column_name`] names them `column_9` and so on. Empty cells at the end of a long row are dropped.
//! * **Header.** The first row that has a value. Names are trimmed; an empty one becomes `column_3`, a
//!   repeated one (in any case) gets a number (`email`, `email_2`), so that names can be keys of a map.
//!   Empty names at the end are dropped.
//! * **No header.** With [`Options::has_header`] off the first row is data and has the number 1. There are as many columns
//!   as the longest of the first [`WIDTH_ROWS_MAX`] rows has, empty cells at its end aside; they are `column 1`, `column 2`….
//! * **Cells** are trimmed when read unless [`Options::trim`] is off. NUL characters are removed, for no
//!   database stores them in text.
//! * **Quotes.** A quote counts only at the start of a cell. One that is never closed costs its row alone:
//!   reading goes on at the next line.
//! * **Encoding.** A byte-order mark decides; else zero bytes tell UTF-16; else the whole file is checked
//!   once, and what is not UTF-8 is Windows-1252. A file that is cut within a character stays UTF-8 if it
//!   has others of several bytes.
//! * **Sheets.** The first visible worksheet unless [`Options::sheet`] names another. Formulas give the
//!   value the file carries; cells with an error are empty.
//!
//! The other way round, [`writing`] makes CSV and XLSX of rows, as a stream.

mod builder;
mod error;
mod header;
mod kind;
mod options;
mod row;
mod serial;
mod table;
mod text;
pub mod writing;
mod xls;
mod xlsx;

pub use error::{Error, Reason, RowProblem};
pub use header::column_name;
pub use kind::{Dialect, Kind};
pub use options::{
    CELL_BYTES_MAX, COLUMNS_MAX, Options, RATIO_MAX, ROW_BYTES_MAX, SHARED_STRINGS_BYTES_MAX,
    SheetChoice, WIDTH_ROWS_MAX, WORKBOOK_BYTES_MAX, WORKBOOK_ENTRIES_MAX, WORKSHEET_BYTES_MAX,
    XLS_BYTES_MAX,
};
pub use row::Row;
pub use table::{Record, Rows, Step, Table, open, open_file};
pub use text::Encoding;
