//! One unpacked part of a workbook, with the bounds kept while it is read: declared sizes can lie.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read, Take},
};

use flate2::bufread::DeflateDecoder;

use super::container::Entry;
use crate::Error;

/// Bytes unpacked at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Bytes of one XML token, held in memory at once. Excel's own cells end at 32,767 characters.
const TOKEN_BYTES_MAX: u64 = 16 << 20;

pub(super) struct Part {
    inner: BufReader<Unpacked>,
    declared_bytes: u64,
    read_bytes: u64,
    token_bytes: u64,
    what: &'static str,
}

enum Unpacked {
    Stored(Take<File>),
    Deflated(DeflateDecoder<BufReader<Take<File>>>),
}

/// A bound hit in the midst of reading; travels through the XML reader as an I/O error.
#[derive(Debug, Clone, Copy)]
enum Overrun {
    Declared,
    Token,
}

impl Part {
    pub(super) fn new(file: File, entry: Entry, what: &'static str) -> Result<Self, Error> {
        let packed = file.take(entry.packed_bytes);
        let unpacked = match entry.method {
            0 => Unpacked::Stored(packed),
            8 => Unpacked::Deflated(DeflateDecoder::new(BufReader::with_capacity(
                CHUNK_BYTES,
                packed,
            ))),
            _ => return Err(Error::malformed("the workbook is packed in an unusual way")),
        };
        Ok(Self {
            inner: BufReader::with_capacity(CHUNK_BYTES, unpacked),
            declared_bytes: entry.unpacked_bytes,
            read_bytes: 0,
            token_bytes: 0,
            what,
        })
    }

    /// Call before each token.
    pub(super) fn begin_token(&mut self) {
        self.token_bytes = 0;
    }

    pub(super) fn progress(&self) -> f64 {
        self.read_bytes as f64 / self.declared_bytes.max(1) as f64
    }
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let read = available.len().min(buffer.len());
        buffer[..read].copy_from_slice(&available[..read]);
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Part {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.token_bytes > TOKEN_BYTES_MAX {
            return Err(io::Error::other(Overrun::Token));
        }
        let available = self.inner.fill_buf()?;
        if self.read_bytes + available.len() as u64 > self.declared_bytes {
            return Err(io::Error::other(Overrun::Declared));
        }
        Ok(available)
    }

    fn consume(&mut self, bytes: usize) {
        self.read_bytes += bytes as u64;
        self.token_bytes += bytes as u64;
        self.inner.consume(bytes);
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(part) => part.read(buffer),
            Self::Deflated(part) => part.read(buffer),
        }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("what", &self.what)
            .field("read_bytes", &self.read_bytes)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Overrun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bound of the workbook is exceeded")
    }
}

impl std::error::Error for Overrun {}

/// What an I/O error from a part means.
pub(super) fn explain(error: &io::Error) -> Error {
    if let Some(overrun) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Overrun>())
    {
        return match overrun {
            Overrun::Declared => Error::malformed("a part of the workbook is larger than it says"),
            Overrun::Token => {
                Error::too_many_bytes("a single value in the workbook", TOKEN_BYTES_MAX)
            }
        };
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Error::Truncated("a part of the workbook ends early".to_owned())
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            Error::malformed("a part of the workbook is damaged")
        }
        kind => Error::Io(io::Error::new(kind, error.to_string())),
    }
}
