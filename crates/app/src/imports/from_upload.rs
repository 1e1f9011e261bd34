//! Looking at, and importing, a file that was uploaded before.

use domain::ids::{CampaignId, UploadId};
use domain::imports::ImportOptions;
use store::imports;

use super::part::FIRST_PART_BYTES;
use super::preview::{Preview, begin_preview, preview, preview_whole};
use super::upload::{
    Begun, ChosenImport, Queued, Wanted, key_is_taken, known_kind, look_at, queue, storage,
};
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::tokens::hash_of;
use crate::uploads::ready;

/// Looks at an upload with the choices so far: at the first part of a text, and at a workbook where it is. The upload stays as
/// it is.
pub async fn preview_upload(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    id: UploadId,
    options: ImportOptions,
) -> Result<Done<Preview>> {
    let upload = ready(app, caller, id).await?;
    let (key, name) = (upload.object_key(), &upload.file_name);
    let is_whole =
        known_kind(name)? != tables::Kind::Delimited || upload.bytes_declared < FIRST_PART_BYTES;
    if is_whole {
        let db = caller.read(app).await?;
        crate::campaigns::find(&db, campaign).await?;
        drop(db);
        let path = app.uploads().local(&key).await.map_err(storage)?;
        return preview_whole(app, caller, path.ok_or_else(gone)?, name, options).await;
    }
    let mut incoming = begin_preview(app, caller, campaign, name).await?;
    let read = app.uploads().read(&key).await;
    let mut reader = read.map_err(storage)?.ok_or_else(gone)?;
    while !incoming.is_full()
        && let Some(bytes) = reader.next().await.map_err(storage)?
    {
        incoming.write(&bytes).await?;
    }
    preview(app, caller, incoming, name, options).await
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
    let key = new.idempotency_key.as_deref();
    if let Some(done) = sent_before(app, caller, campaign, key, &fingerprint).await? {
        return Ok(done);
    }
    let upload = match ready(app, caller, id).await {
        Ok(upload) => upload,
        Err(error) => {
            // The same request, sent at once, may have taken the upload meanwhile.
            let done = sent_before(app, caller, campaign, key, &fingerprint).await?;
            return done.ok_or(error);
        }
    };
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

/// The import of the same request, by its idempotency key; the same key with another request is refused.
async fn sent_before(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    key: Option<&str>,
    fingerprint: &str,
) -> Result<Option<Done<Begun>>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    crate::campaigns::find(&db, campaign).await?;
    let Some(key) = key else { return Ok(None) };
    let Some((import, sent)) = imports::find_by_key(&db, key).await? else {
        return Ok(None);
    };
    if sent != fingerprint {
        return Err(key_is_taken());
    }
    let value = Begun {
        import,
        is_attached: true,
    };
    Ok(Some(Done { value, seq }))
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
