//! XLS: rows from the records of a BIFF workbook (Excel 5 to 2003), as MS-XLS describes them.
//!
//! The file is small by its bound and held in memory; cells are found by an index of eight bytes each, so that two cells
//! far apart cost no more than two cells. Nothing is reserved by what the file declares.

mod compound;
mod records;
mod strings;
mod workbook;

use std::{
    fs::File,
    io::{Read, Seek},
};

use crate::{
    Dialect, Error, Kind, Options, SheetChoice,
    builder::Builder,
    serial,
    table::{Opened, Source},
};
use records::{CellRef, Value};
use workbook::Workbook;

#[derive(Debug)]
pub(crate) struct XlsRows {
    workbook: Workbook,
    cells: Vec<CellRef>,
    at: usize,
    text: String,
}

impl XlsRows {
    pub(crate) fn open(mut file: File, options: &Options) -> Result<Opened, Error> {
        if file.metadata()?.len() > options.xls_bytes_max {
            return Err(Error::too_many_bytes("the XLS file", options.xls_bytes_max));
        }
        let mut bytes = Vec::new();
        file.rewind()?;
        file.take(options.xls_bytes_max).read_to_end(&mut bytes)?;
        let stream = compound::workbook_stream(&bytes)?;
        drop(bytes);
        let workbook = Workbook::read(stream)?;
        let sheet = match &options.sheet {
            SheetChoice::First => workbook
                .sheets
                .iter()
                .find(|sheet| sheet.is_visible)
                .or(workbook.sheets.first()),
            SheetChoice::Named(name) => {
                let wanted = name.to_lowercase();
                let sheet = workbook
                    .sheets
                    .iter()
                    .find(|sheet| sheet.name.to_lowercase() == wanted);
                Some(sheet.ok_or_else(|| Error::NoSuchSheet(name.clone()))?)
            }
        }
        .ok_or_else(|| Error::malformed("the workbook has no worksheet"))?;
        let dialect = Dialect {
            kind: Kind::Xls,
            encoding: None,
            delimiter: None,
            sheet: Some(sheet.name.clone()),
        };
        let cells = records::index(&workbook.stream, sheet.offset)?;
        let sheet_names = workbook
            .sheets
            .iter()
            .map(|sheet| sheet.name.clone())
            .collect();
        let rows = Self {
            workbook,
            cells,
            at: 0,
            text: String::new(),
        };
        Ok(Opened {
            source: Source::Xls(Box::new(rows)),
            dialect,
            sheet_names,
        })
    }

    /// Reads the next row that holds any text; false at the end.
    pub(crate) fn advance(&mut self, builder: &mut Builder) -> Result<bool, Error> {
        while let Some(first) = self.cells.get(self.at).copied() {
            builder.clear();
            while let Some(cell) = self
                .cells
                .get(self.at)
                .filter(|cell| cell.row == first.row)
                .copied()
            {
                self.at += 1;
                self.write_cell(cell)?;
                if !self.text.is_empty() {
                    builder.pad_to(usize::from(cell.column));
                    builder.push(self.text.as_bytes());
                    builder.end_cell();
                }
            }
            if !builder.is_without_text() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) fn progress(&self) -> f64 {
        self.at as f64 / self.cells.len().max(1) as f64
    }

    fn write_cell(&mut self, cell: CellRef) -> Result<(), Error> {
        self.text.clear();
        let (value, format) = records::value(&self.workbook.stream, cell, &self.workbook.decoding)?;
        match value {
            Value::Nothing => {}
            Value::Number(number) => {
                let format = self
                    .workbook
                    .formats
                    .get(usize::from(format))
                    .copied()
                    .unwrap_or_default();
                serial::write_formatted(number, format, self.workbook.is_1904, &mut self.text);
            }
            Value::Boolean(value) => self.text.push_str(if value { "true" } else { "false" }),
            Value::Shared(index) => {
                let text = self.workbook.strings.get(index);
                self.text.push_str(text.ok_or_else(|| {
                    Error::malformed("a cell names a text that the workbook lacks")
                })?);
            }
            Value::Text(text) => self.text = text,
        }
        Ok(())
    }
}
