//! Keys, and the file names that are made of them.

use crate::UploadError;

/// The longest key.
const KEY_CHARACTERS_MAX: usize = 80;

/// Ends the name of a file that is being written. No key has a full stop in it.
const UNFINISHED_SUFFIX: &str = ".part";

/// Ends the name of a file that grows piece by piece.
const PIECES_SUFFIX: &str = ".pieces";

/// A key that is safe as a file name.
pub(super) fn checked(key: &str) -> Result<&str, UploadError> {
    let is_key = (1..=KEY_CHARACTERS_MAX).contains(&key.len())
        && key
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if is_key {
        Ok(key)
    } else {
        Err(UploadError::BadKey)
    }
}

/// The name under which the `n`th attempt at a key is written.
pub(super) fn unfinished_name(key: &str, n: u32) -> String {
    format!("{key}.{n}{UNFINISHED_SUFFIX}")
}

/// The name of a key's file while it grows piece by piece.
pub(super) fn growing_name(key: &str) -> String {
    format!("{key}{PIECES_SUFFIX}")
}

/// What a file of the folder is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// A complete file, or one that grows piece by piece, of this key.
    Kept(&'a str),
    /// A file that is, or was, being written in one go.
    Unfinished,
    /// Nothing that we made.
    Foreign,
}

/// Tells what a file is by its name.
pub(super) fn named(name: &str) -> Named<'_> {
    let key = name.strip_suffix(PIECES_SUFFIX).unwrap_or(name);
    if checked(key).is_ok() {
        return Named::Kept(key);
    }
    let attempt = name
        .strip_suffix(UNFINISHED_SUFFIX)
        .and_then(|rest| rest.split_once('.'));
    match attempt {
        Some((key, n)) if checked(key).is_ok() && n.parse::<u32>().is_ok() => Named::Unfinished,
        _ => Named::Foreign,
    }
}
