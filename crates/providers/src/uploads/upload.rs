//! A file that is being written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::runtime::Handle;

use super::folder::blocking;
use super::key;
use crate::UploadError;

/// Bytes gathered before they go to the disk; also what an upload holds in memory.
const BUFFER_BYTES: usize = 256 * 1024;

/// Files of one key that may be in the making, those left by a killed process included.
const ATTEMPTS_MAX: u32 = 100;

/// A file is for this program's user alone.
const FILE_MODE: u32 = 0o600;

/// A file that is being written. Dropped without [`Upload::finish`] it leaves nothing behind.
#[derive(Debug)]
pub struct Upload {
    /// Not there while a blocking thread has it, so never again after a write that failed or was given up.
    unfinished: Option<Unfinished>,
    buffer: Vec<u8>,
    bytes_written: u64,
}

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
        Self {
            unfinished: Some(unfinished),
            buffer: Vec::new(),
            bytes_written: 0,
        }
    }

    /// Appends bytes. After an error, or when the wait was given up, the file cannot be finished any more.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), UploadError> {
        while !bytes.is_empty() {
            let room = BUFFER_BYTES - self.buffer.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            self.bytes_written += now.len() as u64;
            bytes = later;
            if self.buffer.len() == BUFFER_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// How many bytes were written so far.
    pub fn bytes_written(&self) -> u64 {
        self.bytes_written
    }

    /// Brings the file and its name safely to disk, under its key. After an error the file is not to be trusted,
    /// whether it is there or not.
    pub async fn finish(mut self) -> Result<Finished, UploadError> {
        let bytes = self.bytes_written;
        let buffer = std::mem::take(&mut self.buffer);
        let mut unfinished = self.take()?;
        let sha256 = blocking(move || {
            unfinished.append(&buffer)?;
            unfinished.publish()
        })
        .await?;
        Ok(Finished { bytes, sha256 })
    }

    async fn flush(&mut self) -> Result<(), UploadError> {
        let mut unfinished = self.take()?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let (unfinished, buffer) = blocking(move || {
            unfinished.append(&buffer)?;
            buffer.clear();
            Ok((unfinished, buffer))
        })
        .await?;
        self.unfinished = Some(unfinished);
        self.buffer = buffer;
        Ok(())
    }

    fn take(&mut self) -> Result<Unfinished, UploadError> {
        let broken = || UploadError::Io("an earlier write did not come to its end".into());
        self.unfinished.take().ok_or_else(broken)
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

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file()?.write_all(bytes)?;
        self.hasher.update(bytes);
        Ok(())
    }

    fn publish(mut self) -> io::Result<String> {
        self.file()?.sync_all()?;
        fs::rename(&self.temporary, &self.published)?;
        self.is_published = true;
        // The rename itself is safe only once the folder is.
        File::open(&self.folder)?.sync_all()?;
        let digest = std::mem::take(&mut self.hasher).finalize();
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn file(&mut self) -> io::Result<&mut File> {
        self.file
            .as_mut()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
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

    async fn on_a_full_disk(store: &Uploads) -> Upload {
        let mut upload = store.begin("k").await.expect("begun");
        let unfinished = upload.unfinished.as_mut().expect("just begun");
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
