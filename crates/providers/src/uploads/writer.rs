//! Writing a file from asynchronous code: bytes are gathered and go to the disk on a blocking thread.

use std::io;

use super::folder::blocking;
use crate::UploadError;

/// Bytes gathered before they go to the disk; also what a file in the making holds in memory.
pub(super) const BUFFER_BYTES: usize = 256 * 1024;

/// A file that grows at its end.
pub(super) trait Grows: Send + 'static {
    /// Appends bytes; blocks.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// A growing file and what was gathered for it.
#[derive(Debug)]
pub(super) struct Writer<F> {
    /// Not there while a blocking thread has it, so never again after a write that failed or was given up.
    pub(super) file: Option<F>,
    buffer: Vec<u8>,
    bytes_written: u64,
}

impl<F: Grows> Writer<F> {
    pub(super) fn new(file: F) -> Self {
        Self {
            file: Some(file),
            buffer: Vec::new(),
            bytes_written: 0,
        }
    }

    /// Appends bytes. After an error, or when the wait was given up, nothing can be written any more.
    pub(super) async fn write(&mut self, mut bytes: &[u8]) -> Result<(), UploadError> {
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

    pub(super) fn bytes_written(&self) -> u64 {
        self.bytes_written
    }

    /// Writes what is left and does the last thing with the file.
    pub(super) async fn end<T: Send + 'static>(
        mut self,
        last: impl FnOnce(F) -> io::Result<T> + Send + 'static,
    ) -> Result<T, UploadError> {
        let mut file = self.take()?;
        let buffer = std::mem::take(&mut self.buffer);
        blocking(move || {
            file.append(&buffer)?;
            last(file)
        })
        .await
    }

    async fn flush(&mut self) -> Result<(), UploadError> {
        let mut file = self.take()?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let (file, buffer) = blocking(move || {
            file.append(&buffer)?;
            buffer.clear();
            Ok((file, buffer))
        })
        .await?;
        self.file = Some(file);
        self.buffer = buffer;
        Ok(())
    }

    fn take(&mut self) -> Result<F, UploadError> {
        let broken = || UploadError::Io("an earlier write did not come to its end".into());
        self.file.take().ok_or_else(broken)
    }
}
