//! A file that grows piece by piece, by one writer at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::bucket::Bucket;
use super::folder::blocking;
use super::manifest::piece_name;
use super::upload::{FILE_MODE, Unfinished};
use super::writer::{Grows, Writer};
use crate::UploadError;

/// A piece that is being written; see [`crate::Uploads::append`].
#[derive(Debug)]
pub struct Appending(Kind);

#[derive(Debug)]
enum Kind {
    /// Written to the growing file at once.
    ToFile(Writer<Growing>),
    /// Gathered on this machine, then put as an object of its own.
    ToBucket {
        writer: Box<Writer<Unfinished>>,
        bucket: Bucket,
        key: String,
        name: String,
    },
}

/// A piece that is safe. While this is held, nobody else can write to the file.
#[derive(Debug)]
pub struct Appended {
    /// Its length.
    pub bytes: u64,
    /// Its name, where it is an object of its own.
    pub name: Option<String>,
    _held: Option<Growing>,
}

impl Appending {
    pub(super) fn to_file(growing: Growing) -> Self {
        Self(Kind::ToFile(Writer::new(growing)))
    }

    pub(super) fn to_bucket(unfinished: Unfinished, bucket: Bucket, key: String) -> Self {
        Self(Kind::ToBucket {
            writer: Box::new(Writer::new(unfinished)),
            bucket,
            key,
            name: String::new(),
        })
    }

    /// Says where the piece begins, before its first byte: what lies behind that was never counted and goes. `token`
    /// keeps the piece apart from another one that begins there.
    pub async fn begin_at(&mut self, offset: u64, token: &str) -> Result<(), UploadError> {
        match &mut self.0 {
            Kind::ToFile(writer) => {
                let Some(growing) = writer.file.take() else {
                    return Err(UploadError::Missing);
                };
                let at = blocking(move || growing.at(offset)).await?;
                writer.file = Some(at.ok_or(UploadError::Missing)?);
            }
            Kind::ToBucket { name, .. } => *name = piece_name(offset, token),
        }
        Ok(())
    }

    /// Appends bytes to the piece.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        match &mut self.0 {
            Kind::ToFile(writer) => writer.write(bytes).await,
            Kind::ToBucket { writer, .. } => writer.write(bytes).await,
        }
    }

    /// How many bytes the piece has so far.
    pub fn bytes_written(&self) -> u64 {
        match &self.0 {
            Kind::ToFile(writer) => writer.bytes_written(),
            Kind::ToBucket { writer, .. } => writer.bytes_written(),
        }
    }

    /// Makes the piece safe.
    pub async fn finish(self) -> Result<Appended, UploadError> {
        let bytes = self.bytes_written();
        match self.0 {
            Kind::ToFile(writer) => {
                let growing = writer.end(Growing::sync).await?;
                Ok(Appended {
                    bytes,
                    name: None,
                    _held: Some(growing),
                })
            }
            Kind::ToBucket {
                writer,
                bucket,
                key,
                name,
            } => {
                let unfinished = writer.end(Ok).await?;
                bucket
                    .put_part(&key, &name, unfinished.path(), 0, bytes)
                    .await?;
                Ok(Appended {
                    bytes,
                    name: Some(name),
                    _held: None,
                })
            }
        }
    }
}

/// The growing file, locked: the lock goes with the process or with this value.
#[derive(Debug)]
pub(super) struct Growing(File);

impl Growing {
    /// Opens the file and takes its lock; blocks, but waits for nobody.
    pub(super) fn open(path: &Path) -> Result<Self, UploadError> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(FILE_MODE)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(UploadError::Busy),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Goes to where the next piece begins; `None` where the file does not reach that far.
    fn at(mut self, offset: u64) -> io::Result<Option<Self>> {
        if self.0.metadata()?.len() < offset {
            return Ok(None);
        }
        self.0.set_len(offset)?;
        self.0.seek(SeekFrom::Start(offset))?;
        Ok(Some(self))
    }

    fn sync(self) -> io::Result<Self> {
        self.0.sync_all()?;
        Ok(self)
    }
}

impl Grows for Growing {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}
