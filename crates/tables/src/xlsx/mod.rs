//! XLSX: rows from the worksheet part of a ZIP archive, streamed. Only the shared strings are held.
//!
//! Read here rather than through a general library because the bounds have to hold *while* parts are unpacked, and
//! because numbers must come out with the digits that the file has.

mod container;
mod part;
mod sheet;
mod strings;
mod styles;
mod workbook;
mod xml;

use std::fs::File;

use crate::{
    Dialect, Error, Kind, Options,
    table::{Opened, Source},
};
use container::Container;

pub(crate) use sheet::XlsxRows;

impl XlsxRows {
    pub(crate) fn open(file: File, options: &Options) -> Result<Opened, Error> {
        let container = Container::open(file, options)?;
        let workbook = workbook::read(&container)?;
        let sheet = workbook.choose(&options.sheet)?;
        let strings = match &workbook.strings_path {
            Some(path) => strings::read(&container, path, options.shared_strings_bytes_max)?,
            None => strings::SharedStrings::default(),
        };
        let formats = match &workbook.styles_path {
            Some(path) => styles::read(&container, path)?,
            None => Vec::new(),
        };
        let part = container.part(&sheet.path, "the worksheet", options.worksheet_bytes_max)?;
        Ok(Opened {
            source: Source::Xlsx(Box::new(Self::new(
                part,
                strings,
                formats,
                workbook.is_1904,
            ))),
            dialect: Dialect {
                kind: Kind::Xlsx,
                encoding: None,
                delimiter: None,
                sheet: Some(sheet.name.clone()),
            },
            sheet_names: workbook
                .sheets
                .iter()
                .map(|sheet| sheet.name.clone())
                .collect(),
        })
    }
}
