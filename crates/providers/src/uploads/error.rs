//! What can go wrong with an uploaded file.

use std::io;

/// What can go wrong with an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// The key is not one: 1–80 characters of `a`–`z`, `0`–`9` and `-`.
    #[error("not a key of an upload")]
    BadKey,
    /// The disk, or the share of it that we may use, is full.
    #[error("no space left for uploads: {0}")]
    NoSpace(String),
    /// The disk or the bucket refuses for another reason, or does not answer.
    #[error("upload storage failed: {0}")]
    Io(String),
    /// Another writer has the file.
    #[error("another piece of this upload is being written")]
    Busy,
    /// The file, or the part of it that should be there, is not: lost, or in another node's folder.
    #[error("the uploaded file is not there")]
    Missing,
}

impl From<object_store::Error> for UploadError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            other => Self::Io(other.to_string()),
        }
    }
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::NoSpace(error.to_string())
            }
            _ => Self::Io(error.to_string()),
        }
    }
}
