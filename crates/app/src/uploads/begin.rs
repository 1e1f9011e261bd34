//! Announcing a file.

use domain::ids::UploadId;
use domain::refusal::Refusal;
use domain::uploads::{Upload, kept_name, require_length, require_room};
use store::{Writing, uploads};

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;
use crate::imports::known_kind;

/// A file that will come.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// Its name as the client gives it.
    pub file_name: String,
    /// Its length.
    pub bytes: u64,
}

/// Makes room for a file that will come in pieces.
pub async fn begin(app: &App, caller: &Member, new: NewUpload) -> Result<Done<Upload>> {
    known_kind(&new.file_name)?;
    require_length(new.bytes, app.options().upload_bytes_max)?;
    if new.bytes == 0 {
        return Err(Refusal::rule("File is empty or malformed").into());
    }
    let writing = caller.write(app).await?;
    let upload = Upload {
        bytes_received: 0,
        ..fresh(app, caller, &writing, &new)
    };
    insert(&writing, &upload).await?;
    app.commit(writing, upload).await
}

/// The row of a file that is there as a whole.
pub(super) fn fresh(app: &App, caller: &Member, writing: &Writing, new: &NewUpload) -> Upload {
    Upload {
        id: UploadId(writing.fresh_id()),
        user_id: caller.user().id,
        file_name: kept_name(&new.file_name),
        bytes_declared: new.bytes,
        bytes_received: new.bytes,
        pieces: 0,
        import_id: None,
        created_at: writing.now(),
        expires_at: writing.now().plus(app.options().upload_life),
    }
}

pub(super) async fn insert(writing: &Writing, upload: &Upload) -> Result<()> {
    require_room(uploads::count_open(writing, writing.now()).await?)?;
    Ok(uploads::insert(writing, upload).await?)
}
