//! Texts of a BIFF workbook: two byte formats, optional formatting, and texts that go over the end of a record.

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::Error;

const FLAG_WIDE: u8 = 1;
const FLAG_PHONETIC: u8 = 4;
const FLAG_RICH: u8 = 8;

/// How the workbook writes text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decoding {
    /// Unicode, as since Excel 97.
    pub(super) is_unicode: bool,
    /// What bytes mean before that.
    pub(super) code_page: &'static Encoding,
}

impl Decoding {
    pub(super) fn new() -> Self {
        Self {
            is_unicode: true,
            code_page: WINDOWS_1252,
        }
    }

    pub(super) fn set_code_page(&mut self, number: u16) {
        let label = match number {
            874 => "windows-874".to_owned(),
            932 => "shift_jis".to_owned(),
            936 => "gbk".to_owned(),
            949 => "euc-kr".to_owned(),
            950 => "big5".to_owned(),
            10_000 | 32_768 => "macintosh".to_owned(),
            1250..=1258 => format!("windows-{number}"),
            _ => return,
        };
        self.code_page = Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252);
    }
}

/// Reads through a record and those that continue it.
pub(super) struct Cursor<'a> {
    segments: std::vec::IntoIter<&'a [u8]>,
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(segments: Vec<&'a [u8]>) -> Self {
        Self {
            segments: segments.into_iter(),
            rest: &[],
        }
    }

    /// Makes sure that there is a byte, in this record or the next.
    fn ready(&mut self) -> Result<(), Error> {
        while self.rest.is_empty() {
            self.rest = self.segments.next().ok_or_else(ends_early)?;
        }
        Ok(())
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.ready().is_err()
    }

    pub(super) fn u8(&mut self) -> Result<u8, Error> {
        self.ready()?;
        let (first, rest) = self.rest.split_first().expect("made ready just above");
        self.rest = rest;
        Ok(*first)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Error> {
        Ok(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    pub(super) fn u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    pub(super) fn skip(&mut self, mut bytes: usize) -> Result<(), Error> {
        while bytes > 0 {
            self.ready()?;
            let skipped = bytes.min(self.rest.len());
            self.rest = &self.rest[skipped..];
            bytes -= skipped;
        }
        Ok(())
    }

    /// Appends a Unicode text of so many UTF-16 units: flags, optional lengths, units, formatting. A text that goes on in
    /// the next record has new flags there.
    pub(super) fn unicode(&mut self, units: usize, out: &mut String) -> Result<(), Error> {
        let flags = self.u8()?;
        let runs = if flags & FLAG_RICH != 0 {
            usize::from(self.u16()?)
        } else {
            0
        };
        let phonetic_bytes = if flags & FLAG_PHONETIC != 0 {
            self.u32()? as usize
        } else {
            0
        };
        let mut is_wide = flags & FLAG_WIDE != 0;
        let mut left = units;
        let mut text = Vec::new();
        while left > 0 {
            if self.rest.is_empty() {
                self.ready()?;
                is_wide = self.u8()? & FLAG_WIDE != 0;
            }
            let width = if is_wide { 2 } else { 1 };
            let taken = left.min(self.rest.len() / width);
            if taken == 0 && !self.rest.is_empty() {
                return Err(Error::malformed(
                    "a text of the workbook is cut within a character",
                ));
            }
            let (now, rest) = self.rest.split_at(taken * width);
            text.extend(now.chunks_exact(width).map(|unit| match unit {
                [low, high] => u16::from_le_bytes([*low, *high]),
                // Compressed text drops the high bytes, which are zero.
                _ => u16::from(unit[0]),
            }));
            self.rest = rest;
            left -= taken;
        }
        out.extend(
            char::decode_utf16(text).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
        self.skip(runs * 4)?;
        self.skip(phonetic_bytes)
    }

    /// A text with its length in front, in the workbook's way of writing.
    pub(super) fn text(
        &mut self,
        has_short_length: bool,
        decoding: &Decoding,
    ) -> Result<String, Error> {
        let length = usize::from(if has_short_length {
            u16::from(self.u8()?)
        } else {
            self.u16()?
        });
        let mut out = String::new();
        if decoding.is_unicode {
            if length > 0 {
                self.unicode(length, &mut out)?;
            }
        } else {
            let bytes: Vec<u8> = (0..length).map(|_| self.u8()).collect::<Result<_, _>>()?;
            out.push_str(&decoding.code_page.decode_without_bom_handling(&bytes).0);
        }
        Ok(out)
    }
}

/// The shared texts in one buffer.
#[derive(Debug, Default)]
pub(super) struct SharedStrings {
    text: String,
    ends: Vec<u32>,
}

impl SharedStrings {
    pub(super) fn read(segments: Vec<&[u8]>) -> Result<Self, Error> {
        let mut cursor = Cursor::new(segments);
        let mut strings = Self::default();
        let _references = cursor.u32()?;
        let count = cursor.u32()?;
        for _ in 0..count {
            if cursor.is_at_end() {
                break;
            }
            let units = usize::from(cursor.u16()?);
            cursor.unicode(units, &mut strings.text)?;
            strings.ends.push(strings.text.len() as u32);
        }
        Ok(strings)
    }

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

pub(super) fn ends_early() -> Error {
    Error::Truncated("the workbook ends within a record".to_owned())
}
