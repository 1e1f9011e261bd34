//! The cell formats: which numbers are dates.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::{
    container::Container,
    xml::{Xml, attribute},
};
use crate::{Error, serial::NumberFormat};

/// Unpacked bytes of the styles.
const STYLES_BYTES_MAX: u64 = 16 << 20;

/// The number format of each cell format, by the index that cells name.
pub(super) fn read(container: &Container, path: &str) -> Result<Vec<NumberFormat>, Error> {
    let mut xml = Xml::new(container.part(path, "the styles of the workbook", STYLES_BYTES_MAX)?);
    let mut own: HashMap<u16, NumberFormat> = HashMap::new();
    let mut formats = Vec::new();
    let mut is_in_cell_formats = false;
    loop {
        match xml.next()? {
            Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&element, "numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&element, "formatCode")) {
                        own.insert(id, NumberFormat::of_code(&code));
                    }
                }
                "cellXfs" => is_in_cell_formats = true,
                "xf" if is_in_cell_formats => {
                    let id = attribute(&element, "numFmtId")
                        .and_then(|id| id.parse().ok())
                        .unwrap_or(0);
                    formats.push(
                        own.get(&id)
                            .copied()
                            .unwrap_or_else(|| NumberFormat::built_in(id)),
                    );
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => {
                return Ok(formats);
            }
            Event::Eof => return Ok(formats),
            _ => {}
        }
    }
}
