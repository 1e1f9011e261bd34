//! What a caller may choose, and the bounds with their defaults.

use crate::text::Encoding;

/// Columns that a table may have.
pub const COLUMNS_MAX: usize = 1_000;
/// Bytes of UTF-8 text in one cell.
pub const CELL_BYTES_MAX: usize = 1 << 20;
/// Bytes of UTF-8 text in one row.
pub const ROW_BYTES_MAX: usize = 4 << 20;
/// Unpacked bytes of the shared strings of an XLSX; they are held in memory.
pub const SHARED_STRINGS_BYTES_MAX: u64 = 64 << 20;
/// Unpacked bytes of one worksheet of an XLSX, which streams; and bytes of text that come out of any workbook's sheet, where
/// a short cell may name a long text.
pub const WORKSHEET_BYTES_MAX: u64 = 1 << 30;
/// Unpacked bytes of all parts of an XLSX together.
pub const WORKBOOK_BYTES_MAX: u64 = 2 << 30;
/// Parts (files within the ZIP archive) of an XLSX.
pub const WORKBOOK_ENTRIES_MAX: u64 = 10_000;
/// How many times larger than packed a part of an XLSX may be; real worksheets stay under 100.
pub const RATIO_MAX: u64 = 250;
/// Bytes of an XLS file; it is held in memory.
pub const XLS_BYTES_MAX: u64 = 32 << 20;

/// Rows that tell how many columns a table without a header has.
pub const WIDTH_ROWS_MAX: u64 = 200;

/// Which worksheet of a workbook to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SheetChoice {
    /// The first visible one, else the first.
    #[default]
    First,
    /// The one of this name, in any case.
    Named(String),
}

/// Choices and bounds for [`open`](crate::open); the defaults suit an upload by a stranger.
#[derive(Debug, Clone)]
pub struct Options {
    /// Cells come without white space around them.
    pub trim: bool,
    /// The delimiter of delimited text; found out when `None`.
    pub delimiter: Option<u8>,
    /// The encoding of delimited text; found out when `None`.
    pub encoding: Option<Encoding>,
    /// The worksheet of a workbook.
    pub sheet: SheetChoice,
    /// The first row that is not blank names the columns; otherwise it is data, and the columns are `column 1`, `column 2`…
    pub has_header: bool,
    /// See [`COLUMNS_MAX`].
    pub columns_max: usize,
    /// See [`CELL_BYTES_MAX`].
    pub cell_bytes_max: usize,
    /// See [`ROW_BYTES_MAX`].
    pub row_bytes_max: usize,
    /// See [`SHARED_STRINGS_BYTES_MAX`].
    pub shared_strings_bytes_max: u64,
    /// See [`WORKSHEET_BYTES_MAX`].
    pub worksheet_bytes_max: u64,
    /// See [`WORKBOOK_BYTES_MAX`].
    pub workbook_bytes_max: u64,
    /// See [`WORKBOOK_ENTRIES_MAX`].
    pub workbook_entries_max: u64,
    /// See [`RATIO_MAX`].
    pub ratio_max: u64,
    /// See [`XLS_BYTES_MAX`].
    pub xls_bytes_max: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            trim: true,
            delimiter: None,
            encoding: None,
            sheet: SheetChoice::First,
            has_header: true,
            columns_max: COLUMNS_MAX,
            cell_bytes_max: CELL_BYTES_MAX,
            row_bytes_max: ROW_BYTES_MAX,
            shared_strings_bytes_max: SHARED_STRINGS_BYTES_MAX,
            worksheet_bytes_max: WORKSHEET_BYTES_MAX,
            workbook_bytes_max: WORKBOOK_BYTES_MAX,
            workbook_entries_max: WORKBOOK_ENTRIES_MAX,
            ratio_max: RATIO_MAX,
            xls_bytes_max: XLS_BYTES_MAX,
        }
    }
}
