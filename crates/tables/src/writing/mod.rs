//! Writing tables: rows in, bytes out, whatever the number of rows. A [`Writer`] holds no more than what was
//! written since it was last [taken](Writer::take).
//!
//! Texts that a spreadsheet could take for a formula are made harmless: see [`is_formula_like`].

mod csv;
mod xlsx;

use std::{borrow::Cow, io};

use self::{csv::CsvWriter, xlsx::XlsxWriter};

pub use self::xlsx::{SHEET_ROWS_MAX, TEXT_UNITS_MAX};

/// A cell of a row that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A text; made harmless where it looks like a formula.
    Text(Cow<'a, str>),
    /// A whole number, which cannot be a formula, whatever its sign.
    Number(i64),
}

/// What can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated text as RFC 4180 has it: CRLF at the end of each row, quotes where they are needed. It is UTF-8
    /// and begins with a byte-order mark, by which spreadsheets know that.
    Csv,
    /// A workbook with one worksheet, and another one whenever the last is full.
    Xlsx,
}

/// A table that is being written.
#[derive(Debug)]
pub struct Writer(Kind);

#[derive(Debug)]
enum Kind {
    Csv(CsvWriter),
    Xlsx(Box<XlsxWriter>),
}

impl Writer {
    /// Begins a table with its header.
    ///
    /// # Errors
    /// A defect of compression; there is no file that could be full.
    pub fn new(format: Format, header: &[String]) -> io::Result<Self> {
        Ok(Self(match format {
            Format::Csv => Kind::Csv(CsvWriter::new(header)),
            Format::Xlsx => Kind::Xlsx(Box::new(XlsxWriter::new(header)?)),
        }))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> io::Result<()> {
        match &mut self.0 {
            Kind::Csv(writer) => {
                writer.row(cells);
                Ok(())
            }
            Kind::Xlsx(writer) => writer.row(cells),
        }
    }

    /// The bytes that are ready, and forgets them; compressed formats give them late.
    pub fn take(&mut self) -> Vec<u8> {
        match &mut self.0 {
            Kind::Csv(writer) => writer.take(),
            Kind::Xlsx(writer) => writer.take(),
        }
    }

    /// Ends the table and gives its last bytes.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self.0 {
            Kind::Csv(mut writer) => Ok(writer.take()),
            Kind::Xlsx(writer) => writer.finish(),
        }
    }
}

/// Whether a spreadsheet that opens CSV could take a text for a formula: it begins with `=`, `+`, `-`, `@`, a tab or a
/// carriage return. Such a text is written with an apostrophe before it (OWASP, "CSV Injection").
pub fn is_formula_like(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The same text, harmless.
fn harmless(text: &str) -> Cow<'_, str> {
    if is_formula_like(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
