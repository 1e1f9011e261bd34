//! A file that is being written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::runtime::Handle;

use super::writer::{Grows, Writer};
use super::{folder, key};
use crate::UploadError;

/// Files of one key that may be in the making, those left by a killed process included.
const ATTEMPTS_MAX: u32 = 100;

/// A file is for this program's user alone.
pub(super) const FILE_MODE: u32 = 0o600;

/// A file that is being written. Dropped without [`Upload::finish`] it leaves nothing behind.
#[derive(Debug)]
pub struct Upload(Writer<Unfinished>);

/// A file that is complete and safe on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Length.
    pub bytes: u64,
    /// SHA-256 of the content, in lower-case hexadecimal.
    pub sha256: String,
}

impl Upload {
    pub(super) fn new(unfinished: Unfinished) -> Self {
        Self(Writer::new(unfinished))
    }

    /// Appends bytes. After an error, or when the wait was given up, the file cannot be finished any more.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.0.write(bytes).await
    }

    /// How many bytes were written so far.
    pub fn bytes_written(&self) -> u64 {
        self.0.bytes_written()
    }

    /// Brings the file and its name safely to disk, under its key. After an error the file is not to be trusted,
    /// whether it is there or not.
    pub async fn finish(self) -> Result<Finished, UploadError> {
        let bytes = self.0.bytes_written();
        let sha256 = self.0.end(Unfinished::publish).await?;
        Ok(Finished { bytes, sha256 })
    }
}

/// The file under its temporary name. Whoever holds this owns the name, and dropping it removes the file:
/// also on a blocking thread whose caller has gone away.
#[derive(Debug)]
pub(super) struct Unfinished {
    folder: PathBuf,
    temporary: PathBuf,
    published: PathBuf,
    file: Option<File>,
    hasher: Sha256,
    is_published: bool,
}

impl Unfinished {
    pub(super) fn create(folder: &Path, key: &str) -> io::Result<Self> {
        for n in 0..ATTEMPTS_MAX {
            let temporary = folder.join(key::unfinished_name(key, n));
            let opened = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(FILE_MODE)
                .open(&temporary);
            match opened {
                Ok(file) => {
                    return Ok(Self {
                        folder: folder.to_owned(),
                        temporary,
                        published: folder.join(key),
                        file: Some(file),
                        hasher: Sha256::new(),
                        is_published: false,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("too many unfinished files of one key"))
    }

    /// Where it is while it has no key.
    pub(super) fn path(&self) -> &Path {
        &self.temporary
    }

    fn publish(mut self) -> io::Result<String> {
        self.file()?.sync_all()?;
        fs::rename(&self.temporary, &self.published)?;
        self.is_published = true;
        folder::sync(&self.folder)?;
        let digest = std::mem::take(&mut self.hasher).finalize();
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn file(&mut self) -> io::Result<&mut File> {
        self.file
            .as_mut()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Grows for Unfinished {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file()?.write_all(bytes)?;
        self.hasher.update(bytes);
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.is_published {
            return;
        }
        // Taking the name away is quick; giving the blocks back happens when the file is closed, and for a large
        // one that takes a while, so a blocking thread does it. What cannot be removed is left to the sweep.
        let _ = fs::remove_file(&self.temporary);
        let file = self.file.take();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn_blocking(move || drop(file));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uploads;
    use crate::uploads::writer::BUFFER_BYTES;

    async fn on_a_full_disk(store: &Uploads) -> Upload {
        let mut upload = store.begin("k").await.expect("begun");
        let unfinished = upload.0.file.as_mut().expect("just begun");
        unfinished.file = File::options().write(true).open("/dev/full").ok();
        upload
    }

    #[tokio::test]
    async fn a_disk_that_gets_full_is_said_so_and_nothing_stays() {
        let folder = tempfile::TempDir::new().expect("a temporary folder");
        let store = Uploads::in_folder(folder.path().to_owned());

        let mut upload = on_a_full_disk(&store).await;
        let written = upload.write(&[0; BUFFER_BYTES + 1]).await;
        assert!(
            matches!(written, Err(UploadError::NoSpace(_))),
            "{written:?}"
        );
        let finished = upload.finish().await;
        assert!(matches!(finished, Err(UploadError::Io(_))), "{finished:?}");

        let mut upload = on_a_full_disk(&store).await;
        upload.write(b"little").await.expect("gathered");
        let finished = upload.finish().await;
        assert!(
            matches!(finished, Err(UploadError::NoSpace(_))),
            "{finished:?}"
        );

        let left = fs::read_dir(folder.path()).expect("there").count();
        assert_eq!(left, 0);
    }
}
