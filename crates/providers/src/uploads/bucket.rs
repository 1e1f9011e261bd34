//! A bucket that speaks S3.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::clock::Timestamp;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
};
use tokio::sync::Semaphore;

use super::connection::Connector;
use super::folder::blocking;
use super::manifest::{self, Piece};
use super::{PIECE_BYTES_MAX, key};
use crate::UploadError;

/// Objects that are sent at once; each is in memory as a whole.
const SENDING_MAX: usize = 4;
/// Tries after the first one, and how long after it there may be more.
const RETRIES_MAX: usize = 3;
const RETRY_MAX: Duration = Duration::from_secs(20);

/// Where a bucket is, and how it is entered.
#[derive(Clone)]
pub struct S3Options {
    /// The bucket's name.
    pub bucket: String,
    /// Begins the name of every object; empty for none.
    pub prefix: String,
    /// The server, where it is not Amazon's; names of buckets are then a part of the path.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// The key that is public.
    pub access_key_id: String,
    /// The key that is not.
    pub secret_access_key: String,
}

impl std::fmt::Debug for S3Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Options")
            .field("bucket", &self.bucket)
            .field("prefix", &self.prefix)
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// The bucket; clones are handles to the same.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Path,
    sending: Arc<Semaphore>,
}

impl Bucket {
    pub(super) fn open(options: &S3Options) -> Result<Self, UploadError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&options.bucket)
            .with_region(&options.region)
            .with_access_key_id(&options.access_key_id)
            .with_secret_access_key(&options.secret_access_key)
            .with_http_connector(Connector)
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: RETRIES_MAX,
                retry_timeout: RETRY_MAX,
            });
        if let Some(endpoint) = &options.endpoint {
            builder = builder
                .with_endpoint(endpoint)
                .with_virtual_hosted_style_request(false)
                .with_allow_http(endpoint.starts_with("http://"));
        } else {
            builder = builder.with_virtual_hosted_style_request(true);
        }
        let prefix = Path::parse(&options.prefix)
            .map_err(|error| UploadError::Io(format!("the prefix cannot be used: {error}")))?;
        Ok(Self {
            store: Arc::new(builder.build()?),
            prefix,
            sending: Arc::new(Semaphore::new(SENDING_MAX)),
        })
    }

    /// Puts so many bytes of a local file, from an offset on, as an object.
    pub(super) async fn put_part(
        &self,
        key: &str,
        name: &str,
        file: &FilePath,
        offset: u64,
        bytes: u64,
    ) -> Result<(), UploadError> {
        let _turn = self.sending.acquire().await;
        let file = file.to_owned();
        let part = blocking(move || {
            let mut file = File::open(file)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut part = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
            file.take(bytes).read_to_end(&mut part)?;
            Ok(part)
        })
        .await?;
        if part.len() as u64 != bytes {
            return Err(UploadError::Missing);
        }
        let path = self.path(key, name);
        self.store.put(&path, PutPayload::from(part)).await?;
        Ok(())
    }

    /// Puts a whole local file: its objects, then the manifest.
    pub(super) async fn put_file(
        &self,
        key: &str,
        file: &FilePath,
        bytes: u64,
    ) -> Result<(), UploadError> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < bytes {
            let piece = Piece {
                bytes: PIECE_BYTES_MAX.min(bytes - at),
                name: manifest::piece_name(at, "0"),
            };
            self.put_part(key, &piece.name, file, at, piece.bytes)
                .await?;
            at += piece.bytes;
            pieces.push(piece);
        }
        self.put_manifest(key, &pieces).await
    }

    /// Declares a file complete, which consists of these objects.
    pub(super) async fn put_manifest(
        &self,
        key: &str,
        pieces: &[Piece],
    ) -> Result<(), UploadError> {
        let text = manifest::written(pieces);
        let path = self.path(key, manifest::NAME);
        self.store.put(&path, PutPayload::from(text)).await?;
        Ok(())
    }

    /// The objects of a complete file; `None` where there is none.
    pub(super) async fn manifest(&self, key: &str) -> Result<Option<Vec<Piece>>, UploadError> {
        let path = self.path(key, manifest::NAME);
        let found = match self.store.get(&path).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found?,
        };
        if found.meta.size > manifest::BYTES_MAX {
            return Err(UploadError::Io("a list of pieces is too long".into()));
        }
        let bytes = found.bytes().await?;
        manifest::read(&String::from_utf8_lossy(&bytes)).map(Some)
    }

    /// The content of an object, as it comes.
    pub(super) async fn get(
        &self,
        key: &str,
        name: &str,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>, UploadError> {
        Ok(self.store.get(&self.path(key, name)).await?.into_stream())
    }

    /// Removes the manifest, then all objects of a key; it is fine if there is none.
    pub(super) async fn remove(&self, key: &str) -> Result<(), UploadError> {
        self.delete(&self.path(key, manifest::NAME)).await?;
        let mut objects = self.store.list(Some(&self.prefix.clone().join(key)));
        while let Some(object) = objects.try_next().await? {
            self.delete(&object.location).await?;
        }
        Ok(())
    }

    /// Removes objects whose key `keep` refuses, last written before `written_before`, `most` of them; names that we
    /// cannot have made stay.
    pub(super) async fn sweep(
        &self,
        keep: &(impl Fn(&str) -> bool + Sync),
        written_before: Timestamp,
        most: u64,
    ) -> Result<u64, UploadError> {
        let mut objects = self.store.list(Some(&self.prefix));
        let mut removed = 0;
        while let Some(object) = objects.next().await.transpose()? {
            let Some(key) = self.key_of(&object) else {
                continue;
            };
            let written = Timestamp(object.last_modified.timestamp_micros());
            if written < written_before && !keep(&key) {
                self.delete(&object.location).await?;
                removed += 1;
            }
            if removed >= most {
                break;
            }
        }
        Ok(removed)
    }

    async fn delete(&self, path: &Path) -> Result<(), UploadError> {
        match self.store.delete(path).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            deleted => Ok(deleted?),
        }
    }

    fn path(&self, key: &str, name: &str) -> Path {
        self.prefix.clone().join(key).join(name)
    }

    fn key_of(&self, object: &ObjectMeta) -> Option<String> {
        let mut parts = object.location.prefix_match(&self.prefix)?;
        let (key, name) = (parts.next()?, parts.next()?);
        let is_ours = parts.next().is_none()
            && key::checked(key.as_ref()).is_ok()
            && (name.as_ref() == manifest::NAME || name.as_ref().contains('-'));
        is_ours.then(|| key.as_ref().to_owned())
    }
}
