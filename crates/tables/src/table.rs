//! The table and its rows, whatever the format behind them.

use std::{
    fs::File,
    io::{Read, Seek},
    path::Path,
};

use crate::{
    Dialect, Error, Kind, Options, Row, RowProblem, WIDTH_ROWS_MAX,
    builder::Builder,
    header,
    kind::{SNIFF_BYTES, sniff},
    text::DelimitedRows,
    xls::XlsRows,
    xlsx::XlsxRows,
};

/// A file whose format is settled and whose header is read.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    dialect: Dialect,
    sheet_names: Vec<String>,
    rows: Rows,
}

/// The data rows of a table, in file order; an iterator, or [`read`](Rows::read) to reuse a [`Row`].
#[derive(Debug)]
pub struct Rows {
    source: Source,
    builder: Builder,
    width: usize,
    trim: bool,
    /// The number of the row read last.
    number: u64,
    /// Text that may still come out of a workbook, whose cells can all name one long text.
    text_bytes_left: u64,
    worksheet_bytes_max: u64,
    is_finished: bool,
}

#[derive(Debug)]
pub(crate) enum Source {
    Delimited(Box<DelimitedRows>),
    Xlsx(Box<XlsxRows>),
    Xls(Box<XlsRows>),
}

/// What an iteration over [`Rows`] yields.
#[derive(Debug, Clone)]
pub enum Record {
    /// A row.
    Row(Row),
    /// A row that could not be read; there may be more after it.
    Problem(RowProblem),
}

/// What one call of [`Rows::read`] came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The row was filled.
    Row,
    /// A row that could not be read; there may be more after it.
    Problem(RowProblem),
    /// There are no more rows.
    End,
}

/// What a format's reader hands to [`Rows`]: the first rows' owner needs no more than this.
pub(crate) struct Opened {
    pub(crate) source: Source,
    pub(crate) dialect: Dialect,
    pub(crate) sheet_names: Vec<String>,
}

/// Opens a table on disk; `file_name` is the name under which it was uploaded and decides, with the content, on the format.
///
/// # Errors
/// Every [`Error`]; nothing but the header has been read as a row yet.
pub fn open(path: impl AsRef<Path>, file_name: &str, options: &Options) -> Result<Table, Error> {
    open_file(File::open(path)?, file_name, options)
}

/// Opens a table from a file that is open already; it is read from its start.
///
/// # Errors
/// As for [`open`].
pub fn open_file(file: File, file_name: &str, options: &Options) -> Result<Table, Error> {
    if options.has_header {
        return Table::with_header(open_rows(file, file_name, options)?, options);
    }
    // How wide the table is shows only further down, so that its first part is read twice.
    let looked_at = open_rows(file.try_clone()?, file_name, options)?;
    let header = header::numbered(Rows::new(looked_at.source, options).columns()?);
    let opened = open_rows(file, file_name, options)?;
    Ok(Table::new(
        header,
        opened.dialect,
        opened.sheet_names,
        Rows::new(opened.source, options),
    ))
}

fn open_rows(mut file: File, file_name: &str, options: &Options) -> Result<Opened, Error> {
    let mut first = Vec::with_capacity(SNIFF_BYTES);
    file.rewind()?;
    (&mut file)
        .take(SNIFF_BYTES as u64)
        .read_to_end(&mut first)?;
    if first.is_empty() {
        return Err(Error::Empty);
    }
    match sniff(file_name, &first)? {
        Kind::Delimited => DelimitedRows::open(file, file_name, options),
        Kind::Xlsx => XlsxRows::open(file, options),
        Kind::Xls => XlsRows::open(file, options),
    }
}

impl Table {
    fn with_header(opened: Opened, options: &Options) -> Result<Self, Error> {
        let mut rows = Rows::new(opened.source, options);
        let header = loop {
            if !rows.advance()? {
                return Err(Error::NoHeader);
            }
            match rows.builder.problem() {
                Some(crate::Reason::TooManyCells { limit }) => {
                    return Err(Error::TooManyColumns {
                        found: rows.builder.cells(),
                        limit,
                    });
                }
                Some(reason) => {
                    return Err(Error::malformed(format!("in the header row {reason}")));
                }
                None => {}
            }
            let mut row = Row::new();
            rows.builder.finish(&mut row);
            // Spreadsheets write their empty rows as separators and nothing else.
            let header = header::names(&row);
            if !header.is_empty() {
                break header;
            }
        };
        Ok(Self::new(header, opened.dialect, opened.sheet_names, rows))
    }

    fn new(
        header: Vec<String>,
        dialect: Dialect,
        sheet_names: Vec<String>,
        mut rows: Rows,
    ) -> Self {
        rows.width = header.len();
        Self {
            header,
            dialect,
            sheet_names,
            rows,
        }
    }

    /// The names of the columns, in file order; none is empty, none occurs twice.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// How the file is written.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// The worksheets of a workbook, in its order; none for delimited text.
    pub fn sheet_names(&self) -> &[String] {
        &self.sheet_names
    }

    /// The rows, from where reading stands.
    pub fn rows(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// The rows, without the table around them.
    pub fn into_rows(self) -> Rows {
        self.rows
    }
}

impl Rows {
    fn new(source: Source, options: &Options) -> Self {
        Self {
            source,
            builder: Builder::new(options),
            width: 0,
            trim: options.trim,
            number: 0,
            text_bytes_left: options.worksheet_bytes_max,
            worksheet_bytes_max: options.worksheet_bytes_max,
            is_finished: false,
        }
    }

    /// The columns that the first rows have values in; at least one.
    fn columns(mut self) -> Result<usize, Error> {
        let mut row = Row::new();
        let mut columns = 1;
        for rows_read in 0..WIDTH_ROWS_MAX {
            match self.read(&mut row)? {
                Step::Row => {
                    let mut from_last = (0..row.len()).rev();
                    let last = from_last.find(|column| !row.cell(*column).trim().is_empty());
                    columns = columns.max(last.map_or(0, |last| last + 1));
                }
                Step::Problem(_) => {}
                Step::End if rows_read == 0 => return Err(Error::NoRows),
                Step::End => break,
            }
        }
        Ok(columns)
    }

    /// Reads the next row into `row`, reusing its memory.
    ///
    /// # Errors
    /// What ends the reading; after it there is only [`Step::End`].
    pub fn read(&mut self, row: &mut Row) -> Result<Step, Error> {
        if !self.advance()? {
            return Ok(Step::End);
        }
        self.number += 1;
        if let Some(reason) = self.builder.problem() {
            return Ok(Step::Problem(RowProblem {
                number: self.number,
                reason,
            }));
        }
        row.number = self.number;
        row.width = self.width;
        row.trim = self.trim;
        self.builder.finish(row);
        Ok(Step::Row)
    }

    /// Passes over the next `count` rows (unreadable ones included) and says how many there were. It reads that part of
    /// the file again, but builds no rows.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn skip_rows(&mut self, count: u64) -> Result<u64, Error> {
        for skipped in 0..count {
            if !self.advance()? {
                return Ok(skipped);
            }
            self.number += 1;
        }
        Ok(count)
    }

    /// How much of the table has been read, from 0 to 1, for a progress bar.
    pub fn progress(&self) -> f64 {
        let share = match &self.source {
            _ if self.is_finished => 1.0,
            Source::Delimited(rows) => rows.progress(),
            Source::Xlsx(rows) => rows.progress(),
            Source::Xls(rows) => rows.progress(),
        };
        share.clamp(0.0, 1.0)
    }

    fn count_text(&mut self) -> Result<(), Error> {
        match self.text_bytes_left.checked_sub(self.builder.text_bytes()) {
            Some(left) => self.text_bytes_left = left,
            None => {
                self.is_finished = true;
                return Err(Error::too_many_bytes(
                    "the text of the worksheet",
                    self.worksheet_bytes_max,
                ));
            }
        }
        Ok(())
    }

    /// Reads one row into the builder; false at the end.
    fn advance(&mut self) -> Result<bool, Error> {
        if self.is_finished {
            return Ok(false);
        }
        let builder = &mut self.builder;
        let result = match &mut self.source {
            Source::Delimited(rows) => rows.advance(builder),
            Source::Xlsx(rows) => rows.advance(builder),
            Source::Xls(rows) => rows.advance(builder),
        };
        self.is_finished = !matches!(result, Ok(true));
        if !self.is_finished && !matches!(self.source, Source::Delimited(_)) {
            self.count_text()?;
        }
        result
    }
}

impl Iterator for Rows {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut row = Row::new();
        match self.read(&mut row) {
            Ok(Step::Row) => Some(Ok(Record::Row(row))),
            Ok(Step::Problem(problem)) => Some(Ok(Record::Problem(problem))),
            Ok(Step::End) => None,
            Err(error) => Some(Err(error)),
        }
    }
}
