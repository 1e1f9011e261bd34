//! The list of a bucket file's objects: a line `<bytes> <name>` for each, in order.

use crate::UploadError;

/// The manifest's own name; no piece has it, since theirs begin with a digit.
pub(super) const NAME: &str = "manifest";
/// Most bytes of a manifest that are read.
pub(super) const BYTES_MAX: u64 = 4 << 20;

/// An object that holds a part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its length.
    pub bytes: u64,
    /// Its name below the file's key.
    pub name: String,
}

/// A piece's name: where it begins, and what keeps it apart from another one that begins there.
pub(super) fn piece_name(at: u64, token: &str) -> String {
    format!("{at:020}-{token}")
}

pub(super) fn written(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| format!("{} {}\n", piece.bytes, piece.name))
        .collect()
}

pub(super) fn read(text: &str) -> Result<Vec<Piece>, UploadError> {
    let piece = |line: &str| {
        let (bytes, name) = line.split_once(' ')?;
        Some(Piece {
            bytes: bytes.parse().ok()?,
            name: name.to_owned(),
        })
    };
    let damaged = || UploadError::Io("the list of an upload's pieces is damaged".into());
    text.lines()
        .map(|line| piece(line).ok_or_else(damaged))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back_and_a_damaged_one_is_told() {
        let pieces = [(0, 5), (5, 1)].map(|(at, bytes)| Piece {
            bytes,
            name: piece_name(at, "t"),
        });
        let text = written(&pieces);
        assert_eq!(text, "5 00000000000000000000-t\n1 00000000000000000005-t\n");
        assert_eq!(read(&text), Ok(pieces.to_vec()));
        assert_eq!(read(""), Ok(Vec::new()));
        for text in ["x", "1", "x y", "-1 a"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
