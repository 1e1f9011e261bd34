//! How reading can fail: for good ([`Error`]) or for one row ([`RowProblem`]).

use std::{fmt, io};

/// Why a table cannot be read, or not any further. The texts are fit to be shown to the person who uploaded it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file has zero bytes.
    #[error("the file is empty")]
    Empty,
    /// There is no row that could be a header.
    #[error("the file has no header row")]
    NoHeader,
    /// A file that is read without a header has no row either.
    #[error("the file has no rows")]
    NoRows,
    /// The file is not of a kind that this crate reads, or not of the kind that its name says.
    #[error("{0}")]
    UnsupportedKind(String),
    /// The file breaks the rules of its format.
    #[error("the file cannot be read: {0}")]
    Malformed(String),
    /// The file ends too early, as an interrupted upload does.
    #[error("the file is incomplete: {0}")]
    Truncated(String),
    /// The file is over one of the bounds.
    #[error("{what} is over the limit of {limit}; {advice}")]
    TooLarge {
        /// The part that is too large.
        what: &'static str,
        /// The bound, with its unit.
        limit: String,
        /// What a person can do about it.
        advice: &'static str,
    },
    /// The header has too many columns.
    #[error("the table has {found} columns, the most that can be read is {limit}")]
    TooManyColumns {
        /// Columns found.
        found: usize,
        /// The bound.
        limit: usize,
    },
    /// The workbook has no worksheet of the name asked for.
    #[error("the workbook has no sheet named {0:?}")]
    NoSuchSheet(String),
    /// The disk, not the file.
    #[error("the file could not be read from disk: {0}")]
    Io(#[from] io::Error),
}

/// The advice that a [`Error::TooLarge`] workbook comes with.
pub(crate) const SAVE_AS_CSV: &str = "save as CSV and upload that";

impl Error {
    /// A workbook's part is over a bound of so many bytes.
    pub(crate) fn too_many_bytes(what: &'static str, limit: u64) -> Self {
        Self::TooLarge {
            what,
            limit: Bytes(limit).to_string(),
            advice: SAVE_AS_CSV,
        }
    }

    pub(crate) fn malformed(reason: impl Into<String>) -> Self {
        Self::Malformed(reason.into())
    }
}

/// A row that could not be read; the rows after it still can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The data row, from 1, the header not counted.
    pub number: u64,
    /// What is wrong with it.
    pub reason: Reason,
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}: {}", self.number, self.reason)
    }
}

/// Why one row could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A cell is over the bound.
    CellTooLong {
        /// The bound.
        limit_bytes: usize,
    },
    /// The row is over the bound.
    RowTooLong {
        /// The bound.
        limit_bytes: usize,
    },
    /// The row has values beyond the last column that can be read.
    TooManyCells {
        /// The bound.
        limit: usize,
    },
    /// A quote opens and is never closed; the line was given up, the next one is a row again.
    UnclosedQuote,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CellTooLong { limit_bytes } => {
                write!(f, "a cell is longer than {}", Bytes(*limit_bytes as u64))
            }
            Self::RowTooLong { limit_bytes } => {
                write!(f, "the row is longer than {}", Bytes(*limit_bytes as u64))
            }
            Self::TooManyCells { limit } => write!(f, "the row has more than {limit} cells"),
            Self::UnclosedQuote => write!(f, "a quotation mark is never closed"),
        }
    }
}

/// A number of bytes for people: `64 MiB`.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["bytes", "KiB", "MiB", "GiB"];
        let mut value = self.0;
        let mut unit = 0;
        while value >= 1024 && value.is_multiple_of(1024) && unit + 1 < UNITS.len() {
            value /= 1024;
            unit += 1;
        }
        write!(f, "{value} {}", UNITS[unit])
    }
}
