//! Bytes of UTF-8 into cells: a state machine that can stop between any two bytes.
//!
//! The rules: cells are separated by the delimiter, rows by CRLF, LF or CR. A cell that *starts* with a double quote
//! runs to the next single one, and a doubled one stands for itself; a quote anywhere else is a character like others. What
//! follows a closing quote up to the delimiter belongs to the cell.

use memchr::{memchr, memchr2, memchr3};

use crate::builder::Builder;

const QUOTE: u8 = b'"';

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    RowStart,
    CellStart,
    Plain,
    Quoted,
    QuoteSeen,
}

#[derive(Debug)]
pub(crate) struct Parser {
    delimiter: u8,
    state: State,
    /// The last row ended in CR: an LF that follows belongs to it.
    is_after_cr: bool,
    has_quotes: bool,
    /// A closing quote had text after it: a sign that cells end elsewhere.
    has_text_after_quote: bool,
    /// Bytes of this row so far.
    row_bytes: u64,
    /// Bytes to the end of this row's first line, known once a quoted cell goes over it.
    first_line_bytes: Option<u64>,
}

/// What became of a chunk.
pub(crate) struct Fed {
    pub(crate) consumed: usize,
    pub(crate) is_complete: bool,
}

/// What was left at the end of the text.
pub(crate) enum End {
    Nothing,
    Row,
    OpenQuote { first_line_bytes: Option<u64> },
}

impl Parser {
    pub(crate) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            state: State::RowStart,
            is_after_cr: false,
            has_quotes: false,
            has_text_after_quote: false,
            row_bytes: 0,
            first_line_bytes: None,
        }
    }

    /// Call before each row.
    pub(crate) fn begin(&mut self) {
        self.state = State::RowStart;
        self.has_quotes = false;
        self.has_text_after_quote = false;
        self.row_bytes = 0;
        self.first_line_bytes = None;
    }

    /// Whether the row is one cell that was not quoted, so that it may be a blank line.
    pub(crate) fn is_plain_line(&self, builder: &Builder) -> bool {
        builder.cells() == 1 && !self.has_quotes
    }

    /// Whether a closing quote of the row was followed by more text of its cell.
    pub(crate) fn has_text_after_quote(&self) -> bool {
        self.has_text_after_quote
    }

    /// Takes from `input` up to the end of the row.
    pub(crate) fn feed(&mut self, input: &[u8], builder: &mut Builder) -> Fed {
        let mut at = 0;
        let mut is_complete = false;
        while at < input.len() && !is_complete {
            match self.state {
                State::RowStart => {
                    self.state = State::CellStart;
                    if std::mem::take(&mut self.is_after_cr) && input[at] == b'\n' {
                        at += 1;
                        self.state = State::RowStart;
                    }
                }
                State::CellStart if input[at] == QUOTE => {
                    self.has_quotes = true;
                    self.state = State::Quoted;
                    at += 1;
                }
                State::CellStart => self.state = State::Plain,
                State::Plain => match memchr3(self.delimiter, b'\n', b'\r', &input[at..]) {
                    None => {
                        builder.push(&input[at..]);
                        at = input.len();
                    }
                    Some(length) => {
                        builder.push(&input[at..at + length]);
                        is_complete = self.end_cell(input[at + length], builder);
                        at += length + 1;
                    }
                },
                State::Quoted => {
                    let rest = &input[at..];
                    let length = memchr(QUOTE, rest);
                    let text = &rest[..length.unwrap_or(rest.len())];
                    if self.first_line_bytes.is_none() {
                        self.first_line_bytes = memchr2(b'\n', b'\r', text)
                            .map(|offset| self.row_bytes + (at + offset + 1) as u64);
                    }
                    builder.push(text);
                    at += text.len();
                    if length.is_some() {
                        self.state = State::QuoteSeen;
                        at += 1;
                    }
                }
                State::QuoteSeen => match input[at] {
                    QUOTE => {
                        builder.push(&[QUOTE]);
                        self.state = State::Quoted;
                        at += 1;
                    }
                    byte if byte == self.delimiter || byte == b'\n' || byte == b'\r' => {
                        is_complete = self.end_cell(byte, builder);
                        at += 1;
                    }
                    _ => {
                        self.has_text_after_quote = true;
                        self.state = State::Plain;
                    }
                },
            }
        }
        self.row_bytes += at as u64;
        Fed {
            consumed: at,
            is_complete,
        }
    }

    /// Call when there is no more text.
    pub(crate) fn finish(&mut self, builder: &mut Builder) -> End {
        match std::mem::replace(&mut self.state, State::RowStart) {
            State::RowStart => End::Nothing,
            State::Quoted => {
                self.is_after_cr = false;
                End::OpenQuote {
                    first_line_bytes: self.first_line_bytes,
                }
            }
            State::CellStart | State::Plain | State::QuoteSeen => {
                builder.end_cell();
                End::Row
            }
        }
    }

    /// Ends a cell at `byte`; true if that ends the row.
    fn end_cell(&mut self, byte: u8, builder: &mut Builder) -> bool {
        builder.end_cell();
        self.state = State::CellStart;
        self.is_after_cr = byte == b'\r';
        byte != self.delimiter
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Row};

    /// All rows of a text that comes in chunks of so many bytes.
    fn rows(text: &str, chunk_bytes: usize) -> Vec<Vec<String>> {
        let mut parser = Parser::new(b',');
        let mut builder = Builder::new(&Options::default());
        let mut rows = Vec::new();
        let mut take = |builder: &mut Builder| {
            let mut row = Row::new();
            builder.finish(&mut row);
            rows.push(row.cells().map(str::to_owned).collect());
        };
        parser.begin();
        for mut chunk in text.as_bytes().chunks(chunk_bytes) {
            while !chunk.is_empty() {
                let fed = parser.feed(chunk, &mut builder);
                chunk = &chunk[fed.consumed..];
                if fed.is_complete {
                    take(&mut builder);
                    parser.begin();
                }
            }
        }
        if matches!(parser.finish(&mut builder), End::Row) {
            take(&mut builder);
        }
        rows
    }

    #[test]
    fn chunks_may_end_anywhere() {
        let text = "a,\"b\"\"c\r\nd\"\r\n\"\",é\r\rx\"y,\"z\"w\n\n🚀,\"\"\"\"\r\nlast,";
        let whole = rows(text, text.len());
        assert_eq!(whole[0], ["a", "b\"c\r\nd"]);
        assert_eq!(whole.last().map(Vec::len), Some(1));
        for chunk_bytes in 1..text.len() {
            assert_eq!(rows(text, chunk_bytes), whole, "{chunk_bytes}");
        }
    }
}
