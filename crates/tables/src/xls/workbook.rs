//! What a BIFF workbook says before its sheets: their names and places, the shared texts, the formats.

use std::collections::HashMap;

use super::{
    records::{self, BOF, EOF, u16_at, u32_at},
    strings::{Cursor, Decoding, SharedStrings},
};
use crate::{Error, serial::NumberFormat};

const DATE_MODE: u16 = 0x0022;
const FILE_PASS: u16 = 0x002F;
const CODE_PAGE: u16 = 0x0042;
const BOUND_SHEET: u16 = 0x0085;
const XF: u16 = 0x00E0;
const SST: u16 = 0x00FC;
const FORMAT: u16 = 0x041E;
/// The version of Excel 97 and later.
const BIFF8: u16 = 0x0600;

#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    /// Where its records start.
    pub(super) offset: usize,
    pub(super) is_visible: bool,
}

#[derive(Debug)]
pub(super) struct Workbook {
    pub(super) stream: Vec<u8>,
    pub(super) sheets: Vec<Sheet>,
    pub(super) strings: SharedStrings,
    /// The number format of each cell format.
    pub(super) formats: Vec<NumberFormat>,
    pub(super) is_1904: bool,
    pub(super) decoding: Decoding,
}

impl Workbook {
    pub(super) fn read(stream: Vec<u8>) -> Result<Self, Error> {
        let mut sheets = Vec::new();
        let mut strings = SharedStrings::default();
        let mut own_formats: HashMap<u16, NumberFormat> = HashMap::new();
        let mut format_ids = Vec::new();
        let mut is_1904 = false;
        let mut decoding = Decoding::new();
        let mut at = 0;
        while let Some(record) = records::record_at(&stream, at)? {
            at = record.next;
            match record.kind {
                BOF => decoding.is_unicode = u16_at(record.data, 0)? >= BIFF8,
                CODE_PAGE => decoding.set_code_page(u16_at(record.data, 0)?),
                DATE_MODE => is_1904 = u16_at(record.data, 0)? == 1,
                FILE_PASS => {
                    return Err(Error::malformed(
                        "it is protected by a password; save it without one",
                    ));
                }
                XF => format_ids.push(u16_at(record.data, 2)?),
                SST => strings = SharedStrings::read(records::segments(&stream, &record)?)?,
                FORMAT => {
                    let mut cursor = Cursor::new(records::segments(&stream, &record)?);
                    let id = cursor.u16()?;
                    let code = cursor.text(!decoding.is_unicode, &decoding)?;
                    own_formats.insert(id, NumberFormat::of_code(&code));
                }
                BOUND_SHEET => {
                    let mut cursor = Cursor::new(vec![record.data]);
                    cursor.skip(4)?;
                    let (state, kind) = (cursor.u8()?, cursor.u8()?);
                    let name = cursor.text(true, &decoding)?;
                    // Others are charts and macros.
                    if kind == 0 {
                        let offset = u32_at(record.data, 0)? as usize;
                        sheets.push(Sheet {
                            name,
                            offset,
                            is_visible: state & 3 == 0,
                        });
                    }
                }
                EOF => break,
                _ => {}
            }
        }
        let formats = format_ids
            .into_iter()
            .map(|id| {
                own_formats
                    .get(&id)
                    .copied()
                    .unwrap_or_else(|| NumberFormat::built_in(id))
            })
            .collect();
        Ok(Self {
            stream,
            sheets,
            strings,
            formats,
            is_1904,
            decoding,
        })
    }
}
