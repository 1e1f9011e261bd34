//! Comma-separated text (RFC 4180).

use super::{Cell, harmless};

/// By this mark spreadsheets know UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

#[derive(Debug)]
pub(super) struct CsvWriter(Vec<u8>);

impl CsvWriter {
    pub(super) fn new(header: &[String]) -> Self {
        let mut writer = Self(BYTE_ORDER_MARK.to_vec());
        writer.row(header.iter().map(|name| Cell::Text(name.into())));
        writer
    }

    pub(super) fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => self.0.extend_from_slice(number.to_string().as_bytes()),
                Cell::Text(text) => self.text(&harmless(&text)),
            }
        }
        self.0.extend_from_slice(b"\r\n");
    }

    fn text(&mut self, text: &str) {
        // Blanks at the ends are quoted too, for some readers trim what stands bare.
        let is_bare = !text.contains([',', '"', '\r', '\n']) && text.trim().len() == text.len();
        if is_bare {
            self.0.extend_from_slice(text.as_bytes());
            return;
        }
        self.0.push(b'"');
        for (index, part) in text.split('"').enumerate() {
            if index > 0 {
                self.0.extend_from_slice(b"\"\"");
            }
            self.0.extend_from_slice(part.as_bytes());
        }
        self.0.push(b'"');
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}
