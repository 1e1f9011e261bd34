//! Taking a file in one go, as a form without a script sends it.

use domain::ids::UploadId;
use domain::refusal::Refusal;
use domain::uploads::{Upload, require_length};
use providers::Upload as Unfinished;

use super::begin::{NewUpload, fresh, insert};
use super::storage;
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;
use crate::imports::known_kind;

/// A file that is being received in one go; dropped it leaves nothing.
#[derive(Debug)]
pub struct Receiving {
    file: Unfinished,
    id: UploadId,
    file_name: String,
    bytes_max: u64,
}

/// Begins to receive a file whose length nobody knows yet.
pub async fn begin_receiving(app: &App, _caller: &Member, file_name: &str) -> Result<Receiving> {
    known_kind(file_name)?;
    let id = UploadId(app.entropy().uuid(app.now()));
    Ok(Receiving {
        file: app
            .uploads()
            .begin(&id.to_string())
            .await
            .map_err(storage)?,
        id,
        file_name: file_name.to_owned(),
        bytes_max: app.options().upload_bytes_max,
    })
}

impl Receiving {
    /// Takes the next bytes; more than the bound is refused (413).
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        require_length(
            self.file.bytes_written() + bytes.len() as u64,
            self.bytes_max,
        )?;
        self.file.write(bytes).await.map_err(storage)
    }

    /// Keeps the file as a complete upload.
    pub async fn finish(self, app: &App, caller: &Member) -> Result<Done<Upload>> {
        let finished = self.file.finish().await.map_err(storage)?;
        let new = NewUpload {
            file_name: self.file_name,
            bytes: finished.bytes,
        };
        let kept = keep(app, caller, self.id, &new).await;
        if kept.is_err()
            && let Err(error) = app.uploads().remove(&self.id.to_string()).await
        {
            tracing::warn!(%error, "a file that was refused was not removed");
        }
        kept
    }
}

async fn keep(app: &App, caller: &Member, id: UploadId, new: &NewUpload) -> Result<Done<Upload>> {
    if new.bytes == 0 {
        return Err(Refusal::rule("File is empty or malformed").into());
    }
    app.uploads()
        .publish(&id.to_string())
        .await
        .map_err(storage)?;
    let writing = caller.write(app).await?;
    let upload = Upload {
        id,
        ..fresh(app, caller, &writing, new)
    };
    insert(&writing, &upload).await?;
    app.commit(writing, upload).await
}
