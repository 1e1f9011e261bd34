//! Delimited text: rows from characters. The format has no standard that files keep, so each rule says what it does
//! with a file that breaks it.

mod delimiter;
mod encoding;
mod parser;
mod source;

use std::fs::File;

use crate::{
    Dialect, Error, Kind, Options, Reason,
    builder::Builder,
    table::{Opened, Source},
};
use parser::{End, Parser};
use source::TextSource;

pub use encoding::Encoding;

/// Bytes of text that the delimiter is chosen by.
const SAMPLE_BYTES: usize = 64 << 10;

/// Quotes without an end that one file may have: each costs a search to the end of the file.
const UNCLOSED_QUOTES_MAX: u32 = 16;

#[derive(Debug)]
pub(crate) struct DelimitedRows {
    source: TextSource,
    parser: Parser,
    unclosed_quotes: u32,
}

impl DelimitedRows {
    pub(crate) fn open(
        mut file: File,
        file_name: &str,
        options: &Options,
    ) -> Result<Opened, Error> {
        let layout = encoding::detect(&mut file, options.encoding)?;
        let mut source = TextSource::new(file, layout)?;
        let (sample, is_whole) = source.sample(SAMPLE_BYTES)?;
        let mut start = 0;
        let mut chosen = options.delimiter;
        if let Some((delimiter, length)) = delimiter::declared(&sample) {
            start = length as u64;
            chosen = chosen.or(Some(delimiter));
        }
        let is_tsv = file_name.to_ascii_lowercase().ends_with(".tsv");
        let fallback = if is_tsv { b'\t' } else { b',' };
        let delimiter = chosen
            .unwrap_or_else(|| delimiter::detect(&sample[start as usize..], is_whole, fallback));
        source.rewind_to(start)?;
        Ok(Opened {
            source: Source::Delimited(Box::new(Self {
                source,
                parser: Parser::new(delimiter),
                unclosed_quotes: 0,
            })),
            dialect: Dialect {
                kind: Kind::Delimited,
                encoding: Some(layout.encoding),
                delimiter: Some(delimiter),
                sheet: None,
            },
            sheet_names: Vec::new(),
        })
    }

    /// Reads the next row that is not a blank line; false at the end.
    pub(crate) fn advance(&mut self, builder: &mut Builder) -> Result<bool, Error> {
        loop {
            let start = self.source.position();
            builder.clear();
            self.parser.begin();
            let is_complete = loop {
                let chunk = self.source.fill()?;
                if chunk.is_empty() {
                    break false;
                }
                let fed = self.parser.feed(chunk, builder);
                self.source.consume(fed.consumed);
                if fed.is_complete {
                    break true;
                }
            };
            if !is_complete {
                match self.parser.finish(builder) {
                    End::Nothing => return Ok(false),
                    End::Row => {}
                    End::OpenQuote { first_line_bytes } => {
                        builder.fail(Reason::UnclosedQuote);
                        if let Some(bytes) = first_line_bytes {
                            self.go_on_after(start + bytes)?;
                        }
                        return Ok(true);
                    }
                }
            }
            if !(self.parser.is_plain_line(builder) && builder.is_white_space()) {
                return Ok(true);
            }
        }
    }

    /// Gives up the line whose quote swallowed the rest of the file, and stands at the line after it.
    fn go_on_after(&mut self, position: u64) -> Result<(), Error> {
        self.unclosed_quotes += 1;
        if self.unclosed_quotes > UNCLOSED_QUOTES_MAX {
            return Err(Error::malformed(
                "too many quotation marks are never closed",
            ));
        }
        self.source.rewind_to(position)?;
        Ok(())
    }

    pub(crate) fn progress(&self) -> f64 {
        self.source.progress()
    }
}
