//! Rows from a worksheet part, one at a time.

use quick_xml::events::{BytesStart, Event};

use super::{
    part::Part,
    strings::SharedStrings,
    xml::{Xml, ends_early, undo_escapes},
};
use crate::{
    Error,
    builder::Builder,
    serial::{self, NumberFormat},
};

/// Columns that the format itself allows.
const FORMAT_COLUMNS_MAX: usize = 16_384;

#[derive(Debug)]
pub(crate) struct XlsxRows {
    xml: Xml,
    strings: SharedStrings,
    formats: Vec<NumberFormat>,
    is_1904: bool,
    /// The value of the cell being read, as the file has it, and as text.
    raw: String,
    text: String,
}

/// How a cell says its value is to be read (ECMA-376 part 1, 18.18.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellType {
    Number,
    Shared,
    Text,
    Boolean,
    Error,
    Date,
}

/// What a cell's start tag says.
struct CellStart {
    column: Option<usize>,
    kind: CellType,
    format: NumberFormat,
}

impl XlsxRows {
    pub(super) fn new(
        part: Part,
        strings: SharedStrings,
        formats: Vec<NumberFormat>,
        is_1904: bool,
    ) -> Self {
        Self {
            xml: Xml::new(part),
            strings,
            formats,
            is_1904,
            raw: String::new(),
            text: String::new(),
        }
    }

    /// Reads the next row that holds any text; false at the end.
    pub(crate) fn advance(&mut self, builder: &mut Builder) -> Result<bool, Error> {
        loop {
            match self.xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "row" => {
                    builder.clear();
                    self.read_row(builder)?;
                    if !builder.is_without_text() {
                        return Ok(true);
                    }
                }
                Event::Empty(element) if element.local_name().as_ref() == "sheetData" => {
                    return Ok(false);
                }
                Event::End(element) if element.local_name().as_ref() == "sheetData" => {
                    return Ok(false);
                }
                Event::Eof => return Err(ends_early()),
                _ => {}
            }
        }
    }

    pub(crate) fn progress(&self) -> f64 {
        self.xml.progress()
    }

    fn read_row(&mut self, builder: &mut Builder) -> Result<(), Error> {
        let mut next_column = 0;
        loop {
            let (start, is_empty) = match self.xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "c" => {
                    (read_start(&element, &self.formats)?, false)
                }
                Event::Empty(element) if element.local_name().as_ref() == "c" => {
                    (read_start(&element, &self.formats)?, true)
                }
                Event::End(element) if element.local_name().as_ref() == "row" => return Ok(()),
                Event::Eof => return Err(ends_early()),
                _ => continue,
            };
            let column = start.column.unwrap_or(next_column);
            if column < next_column || column >= FORMAT_COLUMNS_MAX {
                return Err(Error::malformed("the cells of a row are out of order"));
            }
            next_column = column + 1;
            if is_empty {
                continue;
            }
            self.read_cell(&start)?;
            if !self.text.is_empty() {
                builder.pad_to(column);
                builder.push(self.text.as_bytes());
                builder.end_cell();
            }
        }
    }

    /// Reads to the end of a cell and leaves its text.
    fn read_cell(&mut self, start: &CellStart) -> Result<(), Error> {
        self.raw.clear();
        self.text.clear();
        loop {
            match self.xml.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "v" => self.xml.text_to_end(false, &mut self.raw)?,
                    "is" => {
                        self.xml.text_to_end(true, &mut self.text)?;
                        undo_escapes(&mut self.text, 0);
                    }
                    // The formula, or what a later version put here.
                    _ => {
                        let mut ignored = String::new();
                        self.xml.text_to_end(true, &mut ignored)?;
                    }
                },
                Event::End(element) if element.local_name().as_ref() == "c" => break,
                Event::Eof => return Err(ends_early()),
                _ => {}
            }
        }
        if self.text.is_empty() && !self.raw.is_empty() {
            self.write_value(start)?;
        }
        Ok(())
    }

    fn write_value(&mut self, start: &CellStart) -> Result<(), Error> {
        let raw = self.raw.as_str();
        match start.kind {
            CellType::Shared => {
                let text = raw
                    .trim()
                    .parse()
                    .ok()
                    .and_then(|index| self.strings.get(index));
                self.text.push_str(text.ok_or_else(|| {
                    Error::malformed("a cell names a text that the workbook lacks")
                })?);
            }
            CellType::Text => {
                self.text.push_str(raw);
                undo_escapes(&mut self.text, 0);
            }
            CellType::Boolean => self.text.push_str(if matches!(raw.trim(), "1" | "true") {
                "true"
            } else {
                "false"
            }),
            CellType::Error => {}
            CellType::Date => self.text.push_str(&iso_text(raw)),
            CellType::Number => match (start.format, raw.trim().parse()) {
                (NumberFormat::Date | NumberFormat::Duration, Ok(value)) => {
                    serial::write_formatted(value, start.format, self.is_1904, &mut self.text);
                }
                _ => serial::write_decimal(raw, &mut self.text),
            },
        }
        Ok(())
    }
}

fn read_start(element: &BytesStart<'_>, formats: &[NumberFormat]) -> Result<CellStart, Error> {
    let mut start = CellStart {
        column: None,
        kind: CellType::Number,
        format: NumberFormat::Plain,
    };
    for attribute in element.attributes().with_checks(false).flatten() {
        let value = attribute.value.as_ref();
        match attribute.key.as_ref() {
            "r" => {
                start.column = Some(
                    column_of(value)
                        .ok_or_else(|| Error::malformed("a cell has no proper address"))?,
                )
            }
            "s" => {
                start.format = value
                    .parse()
                    .ok()
                    .and_then(|index: usize| formats.get(index))
                    .copied()
                    .unwrap_or_default()
            }
            "t" => {
                start.kind = match value {
                    "s" => CellType::Shared,
                    "str" | "inlineStr" => CellType::Text,
                    "b" => CellType::Boolean,
                    "e" => CellType::Error,
                    "d" => CellType::Date,
                    _ => CellType::Number,
                };
            }
            _ => {}
        }
    }
    Ok(start)
}

/// The column from 0 of an address such as `AB12`.
fn column_of(address: &str) -> Option<usize> {
    let letters = address.bytes().take_while(u8::is_ascii_alphabetic);
    let column = letters.fold(0_usize, |column, letter| {
        column
            .saturating_mul(26)
            .saturating_add(usize::from(letter.to_ascii_uppercase() - b'A') + 1)
    });
    column.checked_sub(1)
}

/// An ISO date as the file has it, in the form that dates have here.
fn iso_text(raw: &str) -> String {
    let text = raw.trim().trim_end_matches('Z').replacen('T', " ", 1);
    let text = text.strip_suffix(".000").unwrap_or(&text);
    text.strip_suffix(" 00:00:00").unwrap_or(text).to_owned()
}
