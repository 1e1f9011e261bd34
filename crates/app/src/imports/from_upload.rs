//! Looking at, and importing, a file that was uploaded before.

use domain::ids::{CampaignId, UploadId};
use domain::imports::ImportOptions;
use store::imports;

use super::preview::{Preview, begin_preview, preview};
use super::upload::{Begun, ChosenImport, Queued, Wanted, key_is_taken, look_at, queue, storage};
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::tokens::hash_of;
use crate::uploads::ready;

/// Looks at the first part of an upload with the choices so far. The upload stays as it is.
pub async fn preview_upload(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    id: UploadId,
    options: ImportOptions,
) -> Result<Done<Preview>> {
    let upload = ready(app, caller, id).await?;
    let mut incoming = begin_preview(app, caller, campaign, &upload.file_name).await?;
    let read = app.uploads().read(&upload.object_key()).await;
    let mut reader = read.map_err(storage)?.ok_or_else(gone)?;
    while !incoming.is_full()
        && let Some(bytes) = reader.next().await.map_err(storage)?
    {
        incoming.write(&bytes).await?;
    }
    preview(app, caller, incoming, &upload.file_name, options).await
}

/// Queues an import of an upload, which gives it its file; of the two names of the file that of the upload counts. The same
/// request again, by its idempotency key, gives the same import; another one for the same upload is refused (409).
pub async fn start_from_upload(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    id: UploadId,
    new: ChosenImport,
) -> Result<Done<Begun>> {
    let fingerprint = fingerprint_of(campaign, id, &new.options)?;
    let db = caller.read(app).await?;
    crate::campaigns::find(&db, campaign).await?;
    if let Some(key) = &new.idempotency_key
        && let Some((import, sent)) = imports::find_by_key(&db, key).await?
    {
        if sent != fingerprint {
            return Err(key_is_taken());
        }
        let seq = db.seq().await?;
        let value = Begun {
            import,
            is_attached: true,
        };
        return Ok(Done { value, seq });
    }
    drop(db);
    let upload = ready(app, caller, id).await?;
    let wanted = Wanted {
        file_name: upload.file_name.clone(),
        generate_emails: true,
        asked: Some(new.options),
        key: new.idempotency_key,
    };
    let key = upload.object_key();
    let (header, options) = look_at(app, &key, &wanted, upload.bytes_declared).await?;
    let queued = Queued {
        object_key: &key,
        upload: Some(id),
        bytes: upload.bytes_declared,
        fingerprint,
        header,
        options,
    };
    queue(app, caller, campaign, &queued, &wanted).await
}

/// Names what was asked for: an upload's content never changes, so its id stands for it.
fn fingerprint_of(campaign: CampaignId, id: UploadId, options: &ImportOptions) -> Result<String> {
    let options = serde_json::to_string(options);
    let options = options.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(hash_of(&format!("{campaign}:upload:{id}:{options}")))
}

fn gone() -> Error {
    Error::Unavailable("an uploaded file is gone".into())
}
