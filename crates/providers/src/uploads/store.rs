//! The store of uploaded files, wherever they are.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::clock::Clock;

use super::append::{Appending, Growing};
use super::bucket::{Bucket, S3Options};
use super::folder::{self, blocking, missing_is_fine};
use super::key;
use super::manifest::Piece;
use super::reader::Reader;
use super::sweep::{self, REMOVED_MAX};
use super::upload::{Unfinished, Upload};
use crate::UploadError;

/// How long a copy stays in the folder whose original is in a bucket.
const COPY_KEPT: Duration = Duration::from_secs(3_600);

/// Uploaded files in a local folder, or in a bucket with the folder for copies.
#[derive(Clone, Debug)]
pub struct Uploads {
    folder: PathBuf,
    bucket: Option<Bucket>,
}

impl Uploads {
    /// Files in this folder, which is made (mode 0700) when it is first needed.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            bucket: None,
        }
    }

    /// Files in a bucket, with copies in this folder while they are used. Nothing is asked of the bucket yet.
    pub fn in_bucket(copies: PathBuf, options: &S3Options) -> Result<Self, UploadError> {
        Ok(Self {
            folder: copies,
            bucket: Some(Bucket::open(options)?),
        })
    }

    /// Whether every node finds every file; else a file is on the node alone that received it.
    pub fn is_shared(&self) -> bool {
        self.bucket.is_some()
    }

    /// Begins a file that comes in one go. It is written under another name and gets the key's when it is finished, in
    /// place of an earlier one of that key. It is in the folder then; [`Uploads::publish`] brings it to the others.
    pub async fn begin(&self, key: &str) -> Result<Upload, UploadError> {
        self.unfinished(key).await.map(Upload::new)
    }

    /// Lets every node have a finished file, as far as this store can.
    pub async fn publish(&self, key: &str) -> Result<(), UploadError> {
        let path = self.path(key)?;
        let Some(bucket) = &self.bucket else {
            return Ok(());
        };
        let asked = path.clone();
        let bytes = blocking(move || Ok(fs::metadata(asked)?.len())).await?;
        bucket.put_file(key, &path, bytes).await
    }

    /// Begins a piece of a file that grows; [`UploadError::Busy`] where another writer of this machine has it.
    pub async fn append(&self, key: &str) -> Result<Appending, UploadError> {
        if let Some(bucket) = &self.bucket {
            let unfinished = self.unfinished(key).await?;
            return Ok(Appending::to_bucket(
                unfinished,
                bucket.clone(),
                key.to_owned(),
            ));
        }
        let (folder, path) = (self.folder.clone(), self.growing_path(key)?);
        let opened = blocking(move || {
            folder::make(&folder)?;
            Ok(Growing::open(&path))
        });
        opened.await?.map(Appending::to_file)
    }

    /// Makes a whole file of its pieces, once all `bytes` of it are there; again is fine. `pieces` are those with names
    /// of their own, in order.
    pub async fn complete(
        &self,
        key: &str,
        bytes: u64,
        pieces: &[Piece],
    ) -> Result<(), UploadError> {
        let (from, to) = (self.growing_path(key)?, self.path(key)?);
        if let Some(bucket) = &self.bucket {
            if pieces.is_empty() && bucket.manifest(key).await?.is_some() {
                return Ok(());
            }
            if pieces.iter().map(|piece| piece.bytes).sum::<u64>() != bytes {
                return Err(UploadError::Missing);
            }
            return bucket.put_manifest(key, pieces).await;
        }
        let folder = self.folder.clone();
        let done = blocking(move || {
            if is_whole(&to, bytes)? {
                return Ok(true);
            }
            if !is_whole(&from, bytes)? {
                return Ok(false);
            }
            match fs::rename(from, &to) {
                // Another request was faster.
                Err(error) if error.kind() == io::ErrorKind::NotFound => is_whole(&to, bytes),
                renamed => {
                    renamed?;
                    folder::sync(&folder)?;
                    Ok(true)
                }
            }
        });
        done.await?.then_some(()).ok_or(UploadError::Missing)
    }

    /// Where the finished file of a key is in the folder, whether there is one or not.
    pub fn path(&self, key: &str) -> Result<PathBuf, UploadError> {
        Ok(self.folder.join(key::checked(key)?))
    }

    /// A finished file in the folder, fetched from the bucket where it must be; `None` where there is none.
    pub async fn local(&self, key: &str) -> Result<Option<PathBuf>, UploadError> {
        let path = self.path(key)?;
        let asked = path.clone();
        if blocking(move || asked.try_exists()).await? {
            return Ok(Some(path));
        }
        if self.bucket.is_none() {
            return Ok(None);
        }
        let Some(mut reader) = self.read(key).await? else {
            return Ok(None);
        };
        let mut copy = self.begin(key).await?;
        while let Some(bytes) = reader.next().await? {
            copy.write(&bytes).await?;
        }
        copy.finish().await?;
        Ok(Some(path))
    }

    /// Reads a finished file from its begin, without a copy; `None` where there is none.
    pub async fn read(&self, key: &str) -> Result<Option<Reader>, UploadError> {
        let path = self.path(key)?;
        let opened = blocking(move || match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        });
        if let Some(file) = opened.await? {
            return Ok(Some(Reader::of_file(file)));
        }
        let Some(bucket) = &self.bucket else {
            return Ok(None);
        };
        let pieces = bucket.manifest(key).await?;
        Ok(pieces.map(|pieces| Reader::of_objects(bucket.clone(), key.to_owned(), pieces)))
    }

    /// Removes the file of a key, whole or growing; it is fine if there is none.
    pub async fn remove(&self, key: &str) -> Result<(), UploadError> {
        let paths = [self.path(key)?, self.growing_path(key)?];
        blocking(move || {
            paths
                .into_iter()
                .try_for_each(|path| missing_is_fine(fs::remove_file(path)))
        })
        .await?;
        match &self.bucket {
            Some(bucket) => bucket.remove(key).await,
            None => Ok(()),
        }
    }

    /// Removes what nobody wants any more and gives its number: files left unfinished, and others whose key `keep`
    /// refuses, both only if last written longer ago than `older_than`; copies of files that are in a bucket after an
    /// hour. Removes a bounded number at a time; files that this store cannot have made stay.
    pub async fn sweep(
        &self,
        keep: impl Fn(&str) -> bool + Sync,
        older_than: Duration,
    ) -> Result<u64, UploadError> {
        let now = Clock::System.now();
        let Some(bucket) = &self.bucket else {
            return sweep::sweep(&self.folder, keep, now.minus(older_than)).await;
        };
        let copies = sweep::sweep(&self.folder, |_| false, now.minus(COPY_KEPT)).await?;
        let objects = bucket
            .sweep(&keep, now.minus(older_than), REMOVED_MAX)
            .await?;
        Ok(copies + objects)
    }

    async fn unfinished(&self, key: &str) -> Result<Unfinished, UploadError> {
        let key = key::checked(key)?.to_owned();
        let folder = self.folder.clone();
        blocking(move || {
            folder::make(&folder)?;
            Unfinished::create(&folder, &key)
        })
        .await
    }

    fn growing_path(&self, key: &str) -> Result<PathBuf, UploadError> {
        Ok(self.folder.join(key::growing_name(key::checked(key)?)))
    }
}

/// Whether the file is there with all its bytes; what is behind them was never counted and goes.
fn is_whole(path: &Path, bytes: u64) -> io::Result<bool> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        found if found.as_ref().is_ok_and(|found| found.len() > bytes) => {
            File::options().write(true).open(path)?.set_len(bytes)?;
            Ok(true)
        }
        found => Ok(found?.len() == bytes),
    }
}
