//! The shared strings: texts that cells name by number.

use quick_xml::events::Event;

use super::{
    container::Container,
    xml::{Xml, undo_escapes},
};
use crate::Error;

/// All texts in one buffer.
#[derive(Debug, Default)]
pub(super) struct SharedStrings {
    text: String,
    /// Where each ends; 32 bits suffice, for the part is bounded far below.
    ends: Vec<u32>,
}

impl SharedStrings {
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 {
            0
        } else {
            self.ends[index - 1] as usize
        };
        Some(&self.text[start..end])
    }
}

pub(super) fn read(
    container: &Container,
    path: &str,
    bytes_max: u64,
) -> Result<SharedStrings, Error> {
    // Ends are 32 bits wide, whatever a caller allows.
    let bytes_max = bytes_max.min(u64::from(u32::MAX));
    let mut xml =
        Xml::new(container.part(path, "the text in the workbook (shared strings)", bytes_max)?);
    let mut strings = SharedStrings::default();
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "si" => {
                let start = strings.text.len();
                xml.text_to_end(true, &mut strings.text)?;
                undo_escapes(&mut strings.text, start);
                strings.ends.push(strings.text.len() as u32);
            }
            Event::Empty(element) if element.local_name().as_ref() == "si" => {
                strings.ends.push(strings.text.len() as u32);
            }
            Event::End(element) if element.local_name().as_ref() == "sst" => return Ok(strings),
            Event::Empty(element) if element.local_name().as_ref() == "sst" => return Ok(strings),
            Event::Eof => return Err(super::xml::ends_early()),
            _ => {}
        }
    }
}
