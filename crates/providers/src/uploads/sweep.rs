//! Removing what nobody wants any more.

use std::fs::{self, DirEntry, ReadDir};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use domain::clock::Timestamp;

use super::folder::{blocking, missing_is_fine};
use super::key::{self, Named};
use crate::UploadError;

/// Entries of the folder that are looked at in one go on a blocking thread.
const BATCH_ENTRIES: usize = 1_000;

/// Files that one call removes at most.
pub(super) const REMOVED_MAX: u64 = 1_000;

/// An old file of ours, by its name.
struct Old {
    name: String,
    /// Whose file it is; one left unfinished is nobody's.
    key: Option<String>,
}

/// Removes unfinished files, and finished ones that `keep` refuses, last written before `written_before`.
pub(super) async fn sweep(
    folder: &Path,
    keep: impl Fn(&str) -> bool,
    written_before: Timestamp,
) -> Result<u64, UploadError> {
    let opened = folder.to_owned();
    let Some(mut entries) = blocking(move || open(&opened)).await? else {
        return Ok(0);
    };
    let mut removed = 0;
    loop {
        let (rest, batch, is_last) = blocking(move || next_batch(entries, written_before)).await?;
        entries = rest;
        let unwanted: Vec<PathBuf> = batch
            .iter()
            .filter(|old| old.key.as_deref().is_none_or(|key| !keep(key)))
            .map(|old| folder.join(&old.name))
            .take(usize::try_from(REMOVED_MAX - removed).unwrap_or(usize::MAX))
            .collect();
        removed += blocking(move || remove(unwanted)).await?;
        if is_last || removed >= REMOVED_MAX {
            return Ok(removed);
        }
    }
}

/// The folder's entries; `None` where nobody has needed the folder yet.
fn open(folder: &Path) -> io::Result<Option<ReadDir>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

fn next_batch(
    mut entries: ReadDir,
    written_before: Timestamp,
) -> io::Result<(ReadDir, Vec<Old>, bool)> {
    let mut batch = Vec::new();
    for _ in 0..BATCH_ENTRIES {
        let Some(entry) = entries.next() else {
            return Ok((entries, batch, true));
        };
        batch.extend(old(&entry?, written_before)?);
    }
    Ok((entries, batch, false))
}

fn old(entry: &DirEntry, written_before: Timestamp) -> io::Result<Option<Old>> {
    let Ok(name) = entry.file_name().into_string() else {
        return Ok(None);
    };
    let key = match key::named(&name) {
        Named::Kept(key) => Some(key.to_owned()),
        Named::Unfinished => None,
        Named::Foreign => return Ok(None),
    };
    let metadata = match entry.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        metadata => metadata?,
    };
    let written = metadata.modified()?.duration_since(UNIX_EPOCH);
    let written = Timestamp(0).plus(written.unwrap_or_default());
    let is_old = metadata.is_file() && written < written_before;
    Ok(is_old.then_some(Old { name, key }))
}

fn remove(paths: Vec<PathBuf>) -> io::Result<u64> {
    let mut removed = 0;
    for path in paths {
        missing_is_fine(fs::remove_file(path))?;
        removed += 1;
    }
    Ok(removed)
}
