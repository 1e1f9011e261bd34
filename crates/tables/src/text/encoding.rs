//! Which encoding a text has.

use std::{
    fmt,
    fs::File,
    io::{self, Read, Seek},
};

/// Bytes looked at for the zero bytes that give UTF-16 away.
const SAMPLE_BYTES: usize = 64 << 10;

/// Zero bytes that a text must have to be taken for UTF-16: a damaged file may have a stray one.
const ZEROS_MIN: usize = 2;

/// Bytes checked at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// How characters are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, the superset of Latin-1.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
        })
    }
}

/// The encoding, and where the text starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) encoding: Encoding,
    /// Bytes of the byte-order mark.
    pub(crate) mark_bytes: u64,
}

const MARKS: [(&[u8], Encoding); 3] = [
    (b"\xEF\xBB\xBF", Encoding::Utf8),
    (b"\xFF\xFE", Encoding::Utf16Le),
    (b"\xFE\xFF", Encoding::Utf16Be),
];

/// Finds the encoding: the mark, else the choice, else zero bytes, else whether the whole file is UTF-8.
pub(crate) fn detect(file: &mut File, choice: Option<Encoding>) -> io::Result<Layout> {
    file.rewind()?;
    let mut sample = Vec::new();
    file.take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
    if let Some((mark, encoding)) = MARKS.iter().find(|(mark, _)| sample.starts_with(mark))
        && choice.is_none_or(|choice| choice == *encoding)
    {
        // Programs that put a mark before what has one leave two.
        let marks = sample.chunks(mark.len()).take_while(|bytes| bytes == mark);
        return Ok(Layout {
            encoding: *encoding,
            mark_bytes: (marks.count() * mark.len()) as u64,
        });
    }
    let encoding = match choice.or_else(|| utf16_by_zeros(&sample)) {
        Some(encoding) => encoding,
        None if is_utf8(file)? => Encoding::Utf8,
        None => Encoding::Windows1252,
    };
    Ok(Layout {
        encoding,
        mark_bytes: 0,
    })
}

/// UTF-16 without a mark: in any script the line ends, digits and delimiters have a zero byte, always on the same side,
/// and what has none is rarely two bytes of plain text (even of Chinese two pairs in five at most), which is what a text
/// of single bytes with stray zeros is made of.
fn utf16_by_zeros(sample: &[u8]) -> Option<Encoding> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    let pairs = sample.len() / 2;
    let (mut high_zeros, mut low_zeros, mut plain) = (0, 0, 0);
    for pair in sample.chunks_exact(2) {
        low_zeros += usize::from(pair[0] == 0);
        high_zeros += usize::from(pair[1] == 0);
        plain += usize::from(is_plain(pair[0]) && is_plain(pair[1]));
    }
    let is_wide = |zeros: usize, others: usize| {
        zeros >= ZEROS_MIN
            && zeros * 10 > pairs
            && others * 10 < zeros
            && plain * 3 <= (pairs - zeros) * 2
    };
    if is_wide(high_zeros, low_zeros) {
        Some(Encoding::Utf16Le)
    } else if is_wide(low_zeros, high_zeros) {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// Whether the whole file is UTF-8, in one pass and constant memory. One that is cut within its last character is, if
/// there is another such character in it; else that byte is more likely a Western letter.
fn is_utf8(file: &mut File) -> io::Result<bool> {
    file.rewind()?;
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut kept = 0;
    let mut has_long_characters = false;
    loop {
        let read = match file.read(&mut buffer[kept..]) {
            Ok(0) => return Ok(kept == 0 || has_long_characters),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let filled = kept + read;
        let valid = match str::from_utf8(&buffer[..filled]) {
            Ok(_) => filled,
            // A character cut in two by the chunk: its first bytes wait for the rest.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        has_long_characters = has_long_characters || !buffer[..valid].is_ascii();
        buffer.copy_within(valid..filled, 0);
        kept = filled - valid;
    }
}
