//! The little of XML that a workbook needs.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

use super::part::{self, Part};
use crate::Error;

/// A pull reader whose tokens are bounded.
#[derive(Debug)]
pub(super) struct Xml {
    reader: Reader<Part>,
    buffer: Vec<u8>,
    depth: usize,
}

/// Elements within each other; a workbook has about ten.
const DEPTH_MAX: usize = 256;

impl Xml {
    pub(super) fn new(part: Part) -> Self {
        let mut reader = Reader::from_reader(part);
        let config = reader.config_mut();
        // Speed: a name that does not match is found by our own nesting, or does no harm.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
        }
    }

    pub(super) fn next(&mut self) -> Result<Event<'_>, Error> {
        self.buffer.clear();
        self.reader.get_mut().begin_token();
        let event = self
            .reader
            .read_event_into(&mut self.buffer)
            .map_err(explain)?;
        match &event {
            // The reader keeps the names of all that is open.
            Event::Start(_) if self.depth == DEPTH_MAX => {
                return Err(Error::malformed(
                    "a part of the workbook is nested too deeply",
                ));
            }
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(event)
    }

    pub(super) fn progress(&self) -> f64 {
        self.reader.get_ref().progress()
    }

    /// Appends the characters of the element that has just started, to its end. Of formatted text (`is_rich`) only what
    /// stands in `t` counts, and not the pronunciation in `rPh`.
    pub(super) fn text_to_end(&mut self, is_rich: bool, out: &mut String) -> Result<(), Error> {
        let mut depth = 1;
        let mut is_in_text = !is_rich;
        let mut pronunciation_depth = 0;
        while depth > 0 {
            match self.next()? {
                Event::Start(element) => {
                    depth += 1;
                    match element.local_name().as_ref() {
                        "rPh" if pronunciation_depth == 0 => pronunciation_depth = depth,
                        "t" if pronunciation_depth == 0 => is_in_text = true,
                        _ => {}
                    }
                }
                Event::End(_) => {
                    if depth == pronunciation_depth {
                        pronunciation_depth = 0;
                    }
                    is_in_text &= !is_rich;
                    depth -= 1;
                }
                Event::Text(text) if is_in_text => out.push_str(&text.xml10_content()),
                Event::CData(text) if is_in_text => out.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) if is_in_text => out.extend(character(&reference)),
                Event::Eof => return Err(ends_early()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The value of an attribute by its local name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| {
            attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .ok()
                .map(|value| value.into_owned())
        })
}

pub(super) fn ends_early() -> Error {
    Error::Truncated("a part of the workbook ends early".to_owned())
}

fn character(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match reference.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn explain(error: quick_xml::Error) -> Error {
    match error {
        quick_xml::Error::Io(error) => part::explain(&error),
        quick_xml::Error::Syntax(_) => ends_early(),
        other => Error::malformed(format!("a part of the workbook is not XML: {other}")),
    }
}

/// Undoes the escape `_x000D_` by which spreadsheets write characters that XML cannot hold (ECMA-376 part 1, 22.9.2.19).
pub(super) fn undo_escapes(text: &mut String, start: usize) {
    if !text[start..].contains("_x") {
        return;
    }
    let escaped = text.split_off(start);
    let mut rest = escaped.as_str();
    while let Some(at) = rest.find("_x") {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest
            .get(2..7)
            .and_then(|code| code.strip_suffix('_'))
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        let (character, length) = code.map_or(('_', 1), |character| (character, 7));
        text.push(character);
        rest = &rest[length..];
    }
    text.push_str(rest);
}
