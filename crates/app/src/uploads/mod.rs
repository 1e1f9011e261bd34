//! Uploads: a file is announced, arrives in one go or piece by piece, and waits for the import that takes it.
//!
//! What has arrived is kept with its length in the database, so that a client whose connection broke asks for the offset
//! and goes on from there, on any node that has the file. One that is not taken in time is removed.

mod append;
mod begin;
mod receive;
mod show;

pub use append::append;
pub use begin::{NewUpload, begin};
pub use receive::{Receiving, begin_receiving};
pub use show::{remove, show, waiting};

use domain::ids::UploadId;
use domain::refusal::Refusal;
use domain::uploads::{self as rules, Upload};
use providers::UploadError;
use store::{Engine, Read, uploads};

use crate::caller::Member;
use crate::context::App;
use crate::error::{Error, Result};

/// One of the tenant's that has not expired.
pub(crate) async fn find(app: &App, db: &impl Read, id: UploadId) -> Result<Upload> {
    let found = uploads::find(db, id, app.now()).await?;
    Ok(found.ok_or_else(rules::missing)?)
}

/// The refusal where nothing of the tenant's has the id.
pub fn missing() -> Refusal {
    rules::missing()
}

/// Why the store of files did not do what was asked.
pub(crate) fn storage(error: UploadError) -> Error {
    match error {
        UploadError::NoSpace(text) | UploadError::Io(text) => Error::Unavailable(text),
        UploadError::Busy => rules::busy().into(),
        UploadError::Missing => Error::Unavailable(error.to_string()),
        UploadError::BadKey => Error::Internal("an upload with a malformed key".into()),
    }
}

/// The same for a file that the database knows. Where no other node could have it, it is lost, and the client has to begin
/// anew.
fn lost_or(app: &App, error: UploadError) -> Error {
    let is_elsewhere = app.store().engine() == Engine::Postgres && !app.uploads().is_shared();
    match error {
        UploadError::Missing if !is_elsewhere => rules::missing().into(),
        other => storage(other),
    }
}

/// An upload that can be used, made a whole file, so that it can be read under its key.
pub(crate) async fn ready(app: &App, caller: &Member, id: UploadId) -> Result<Upload> {
    let db = caller.read(app).await?;
    let upload = find(app, &db, id).await?;
    upload.require_usable()?;
    let pieces = uploads::pieces(&db, id).await?.into_iter();
    // No connection is held while the store of files is waited for.
    drop(db);
    let pieces: Vec<providers::Piece> = pieces
        .map(|piece| providers::Piece {
            bytes: piece.bytes,
            name: piece.name,
        })
        .collect();
    let key = upload.object_key();
    let done = app
        .uploads()
        .complete(&key, upload.bytes_declared, &pieces)
        .await;
    done.map_err(|error| lost_or(app, error))?;
    Ok(upload)
}
