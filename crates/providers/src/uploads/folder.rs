//! The folder.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::time::Duration;

use domain::clock::Clock;

use super::key;
use super::sweep;
use super::upload::{Unfinished, Upload};
use crate::UploadError;

/// The folder is for this program's user alone.
const FOLDER_MODE: u32 = 0o700;

/// Uploaded files in a local folder.
#[derive(Clone, Debug)]
pub struct Uploads {
    folder: PathBuf,
}

impl Uploads {
    /// Files in this folder, which is made (mode 0700) when it is first needed.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Begins a file. It is written under another name and gets the key's when it is finished, in place of
    /// an earlier one of that key.
    pub async fn begin(&self, key: &str) -> Result<Upload, UploadError> {
        let key = key::checked(key)?.to_owned();
        let folder = self.folder.clone();
        blocking(move || {
            make_folder(&folder)?;
            Unfinished::create(&folder, &key)
        })
        .await
        .map(Upload::new)
    }

    /// Where the finished file of a key is, whether there is one or not.
    pub fn path(&self, key: &str) -> Result<PathBuf, UploadError> {
        Ok(self.folder.join(key::checked(key)?))
    }

    /// Removes the file of a key; it is fine if there is none.
    pub async fn remove(&self, key: &str) -> Result<(), UploadError> {
        let path = self.path(key)?;
        blocking(move || missing_is_fine(fs::remove_file(path))).await
    }

    /// Removes what nobody wants any more and gives its number: files left unfinished, and finished ones whose key
    /// `keep` refuses, both only if last written longer ago than `older_than`. Removes a bounded number at a
    /// time; files that this store cannot have made stay.
    pub async fn sweep(
        &self,
        keep: impl Fn(&str) -> bool,
        older_than: Duration,
    ) -> Result<u64, UploadError> {
        let written_before = Clock::System.now().minus(older_than);
        sweep::sweep(&self.folder, keep, written_before).await
    }
}

fn make_folder(folder: &PathBuf) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(folder)
}

/// Runs disk work on a blocking thread.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, UploadError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(UploadError::from),
        Err(stopped) => Err(UploadError::Io(stopped.to_string())),
    }
}

/// A file that is gone already is as good as removed.
pub(super) fn missing_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
