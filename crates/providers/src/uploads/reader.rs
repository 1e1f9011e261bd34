//! Reading a complete file from wherever it is, piece by piece.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::bucket::Bucket;
use super::folder::blocking;
use super::manifest::Piece;
use super::writer::BUFFER_BYTES;
use crate::UploadError;

/// A complete file that is being read from its begin; see [`crate::Uploads::read`].
pub struct Reader(Kind);

enum Kind {
    File(Option<File>),
    Objects {
        bucket: Bucket,
        key: String,
        rest: VecDeque<Piece>,
        now: Option<Now>,
    },
}

/// The object that is being read.
struct Now {
    stream: BoxStream<'static, object_store::Result<Bytes>>,
    bytes_left: u64,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Kind::File(_) => "Reader(file)",
            Kind::Objects { .. } => "Reader(objects)",
        })
    }
}

impl Reader {
    pub(super) fn of_file(file: File) -> Self {
        Self(Kind::File(Some(file)))
    }

    pub(super) fn of_objects(bucket: Bucket, key: String, pieces: Vec<Piece>) -> Self {
        Self(Kind::Objects {
            bucket,
            key,
            rest: pieces.into(),
            now: None,
        })
    }

    /// The next bytes; `None` is the end of the file, and nothing else is.
    pub async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        match &mut self.0 {
            Kind::File(place) => {
                let Some(mut file) = place.take() else {
                    return Err(UploadError::Io(
                        "an earlier read did not come to its end".into(),
                    ));
                };
                let (file, bytes) = blocking(move || {
                    let mut bytes = Vec::with_capacity(BUFFER_BYTES);
                    (&mut file)
                        .take(BUFFER_BYTES as u64)
                        .read_to_end(&mut bytes)?;
                    Ok((file, bytes))
                })
                .await?;
                *place = Some(file);
                Ok((!bytes.is_empty()).then(|| bytes.into()))
            }
            Kind::Objects {
                bucket,
                key,
                rest,
                now,
            } => loop {
                let Some(reading) = now else {
                    let Some(piece) = rest.pop_front() else {
                        return Ok(None);
                    };
                    *now = Some(Now {
                        stream: bucket.get(key, &piece.name).await?,
                        bytes_left: piece.bytes,
                    });
                    continue;
                };
                let wrong = || UploadError::Io("an object of an upload has another length".into());
                match reading.stream.next().await.transpose()? {
                    Some(bytes) => {
                        let left = reading.bytes_left.checked_sub(bytes.len() as u64);
                        reading.bytes_left = left.ok_or_else(wrong)?;
                        if !bytes.is_empty() {
                            return Ok(Some(bytes));
                        }
                    }
                    None if reading.bytes_left > 0 => return Err(wrong()),
                    None => *now = None,
                }
            },
        }
    }
}
