//! Taking an uploaded file: stored, looked at, and queued.

use domain::events::{Event, EventName};
use domain::ids::{CampaignId, ImportId, UploadId};
use domain::imports::{
    FILE_NAME_CHARACTERS_MAX, HeaderChoice, Import, ImportCounts, ImportOptions, ImportState,
    RowReader, as_mapping,
};
use domain::jobs::Job;
use domain::refusal::Refusal;
use providers::{Finished, Upload};
use serde_json::json;
use store::imports::mappings;
use store::{imports, jobs, uploads};

use super::preview::{fingerprint, look};
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::tokens::hash_of;
pub(super) use crate::uploads::storage;

/// What comes with the file.
#[derive(Debug, Clone, Default)]
pub struct NewImport {
    /// The file's name as the client gave it.
    pub file_name: String,
    /// Whether drafted e-mails of the file are counted.
    pub generate_emails: bool,
}

/// What comes with the file where a person chooses.
#[derive(Debug, Clone)]
pub struct ChosenImport {
    /// The file's name as the client gave it.
    pub file_name: String,
    /// The choices.
    pub options: ImportOptions,
    /// The client's own name for the request: the same request again gives the same import.
    pub idempotency_key: Option<String>,
}

/// What is queued.
pub(super) struct Wanted {
    pub(super) file_name: String,
    pub(super) generate_emails: bool,
    /// As they came.
    pub(super) asked: Option<ImportOptions>,
    pub(super) key: Option<String>,
}

/// A file that is being received.
#[derive(Debug)]
pub struct Incoming {
    upload: Upload,
    key: String,
    bytes_max: u64,
    kept_bytes_max: u64,
}

/// An import that was queued, or found running.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The import.
    pub import: Import,
    /// Whether the same upload was there already.
    pub is_attached: bool,
}

/// Begins to receive a file for a campaign, after checking that the campaign is there.
pub async fn begin(app: &App, caller: &Member, campaign: CampaignId) -> Result<Incoming> {
    let db = caller.read(app).await?;
    crate::campaigns::find(&db, campaign).await?;
    drop(db);
    let key = app.entropy().uuid(app.now()).to_string();
    let upload = app.uploads().begin(&key).await.map_err(storage)?;
    Ok(Incoming {
        upload,
        key,
        bytes_max: app.options().upload_bytes_max,
        kept_bytes_max: u64::MAX,
    })
}

impl Incoming {
    /// Takes the next piece of the file; more than the bound is refused (413).
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.upload.bytes_written() + bytes.len() as u64 > self.bytes_max {
            let megabytes = self.bytes_max / (1 << 20);
            return Err(Refusal::too_large(format!("File is larger than {megabytes} MB")).into());
        }
        let room = self.kept_bytes_max - self.upload.bytes_written();
        let kept = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        if kept == 0 {
            return Ok(());
        }
        self.upload.write(&bytes[..kept]).await.map_err(storage)
    }

    /// The same, but what is beyond so many bytes is left out.
    pub(super) fn keeping(mut self, bytes: u64) -> Self {
        self.kept_bytes_max = bytes;
        self
    }

    /// Whether all that follows would be left out.
    pub(super) fn is_full(&self) -> bool {
        self.upload.bytes_written() >= self.kept_bytes_max
    }

    pub(super) async fn finish(self) -> Result<(String, Finished)> {
        let finished = self.upload.finish().await.map_err(storage)?;
        Ok((self.key, finished))
    }
}

/// Queues a received file. The same campaign, bytes and options again attach to the import that
/// runs, or whose answer was not delivered.
pub async fn enqueue(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    incoming: Incoming,
    new: NewImport,
) -> Result<Done<Begun>> {
    let wanted = Wanted {
        file_name: new.file_name,
        generate_emails: new.generate_emails,
        asked: None,
        key: None,
    };
    enqueue_wanted(app, caller, campaign, incoming, wanted).await
}

/// Queues a received file with choices. A mapping among them is offered when the same headers come again.
pub async fn enqueue_chosen(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    incoming: Incoming,
    new: ChosenImport,
) -> Result<Done<Begun>> {
    let wanted = Wanted {
        file_name: new.file_name,
        generate_emails: true,
        asked: Some(new.options),
        key: new.idempotency_key,
    };
    enqueue_wanted(app, caller, campaign, incoming, wanted).await
}

async fn enqueue_wanted(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    incoming: Incoming,
    wanted: Wanted,
) -> Result<Done<Begun>> {
    let (key, finished) = incoming.finish().await?;
    let outcome = async {
        let (header, options) = look_at(app, &key, &wanted, finished.bytes).await?;
        app.uploads().publish(&key).await.map_err(storage)?;
        let queued = Queued {
            object_key: &key,
            upload: None,
            bytes: finished.bytes,
            fingerprint: fingerprint_of(campaign, &finished, &wanted)?,
            header,
            options,
        };
        queue(app, caller, campaign, &queued, &wanted).await
    }
    .await;
    let keeps_file = matches!(&outcome, Ok(done) if !done.value.is_attached);
    if !keeps_file {
        remove(app, &key).await?;
    }
    outcome
}

/// What was found out before anything is written.
pub(super) struct Queued<'a> {
    pub(super) object_key: &'a str,
    /// The upload that gives its file.
    pub(super) upload: Option<UploadId>,
    pub(super) bytes: u64,
    pub(super) fingerprint: String,
    pub(super) header: Vec<String>,
    pub(super) options: Option<ImportOptions>,
}

/// Names what was sent; a request without choices as it always was.
fn fingerprint_of(campaign: CampaignId, finished: &Finished, wanted: &Wanted) -> Result<String> {
    let of_file = format!(
        "{campaign}:{}:{}:{}",
        finished.sha256, wanted.generate_emails, wanted.file_name
    );
    Ok(match &wanted.asked {
        None => hash_of(&of_file),
        Some(options) => {
            let options = serde_json::to_string(options);
            let options = options.map_err(|error| Error::Internal(error.to_string()))?;
            hash_of(&format!("{of_file}:{options}"))
        }
    })
}

/// Writes the import and its job, or finds the same request's.
pub(super) async fn queue(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    queued: &Queued<'_>,
    wanted: &Wanted,
) -> Result<Done<Begun>> {
    let mut writing = caller.write(app).await?;
    let locked = crate::campaigns::lock(&writing, campaign).await?;
    let attach = |import| Begun {
        import,
        is_attached: true,
    };
    if let Some(key) = &wanted.key
        && let Some((import, sent)) = imports::find_by_key(&writing, key).await?
    {
        if sent != queued.fingerprint {
            return Err(key_is_taken());
        }
        return app.commit(writing, attach(import)).await;
    }
    let generation = locked.lead_generation;
    if wanted.asked.is_none() {
        let print = &queued.fingerprint;
        let found = imports::find_same(&writing, campaign, print, generation).await?;
        if let Some(import) = found {
            return app.commit(writing, attach(import)).await;
        }
    }
    let import = Import {
        id: ImportId(writing.fresh_id()),
        campaign_id: campaign,
        user_id: caller.user().id,
        file_name: kept_name(&wanted.file_name),
        file_bytes: i64::try_from(queued.bytes).unwrap_or(i64::MAX),
        object_key: queued.object_key.to_owned(),
        lead_generation: generation,
        generate_emails: wanted.generate_emails,
        options: queued.options.clone(),
        header: queued.header.clone(),
        state: ImportState::Queued,
        counts: ImportCounts::default(),
        failed_rows: Vec::new(),
        error: None,
        created_at: writing.now(),
        finished_at: None,
        progress_ppm: 0,
        started_at: None,
        progressed_at: None,
        undo: None,
    };
    let key = wanted.key.as_deref();
    match imports::insert(&writing, &import, &queued.fingerprint, key).await {
        // Taken meanwhile by a request for another campaign; one for this campaign waits for its lock.
        Err(store::Error::Duplicate(_)) if key.is_some() => return Err(key_is_taken()),
        done => done?,
    }
    let is_chosen = wanted
        .asked
        .as_ref()
        .is_some_and(|asked| !asked.mapping.is_empty());
    let kept = queued.options.as_ref().filter(|_| is_chosen);
    if let Some(options) = kept.filter(|options| options.header != HeaderChoice::None) {
        mappings::save(&writing, &fingerprint(&queued.header), &options.mapping).await?;
    }
    if let Some(upload) = queued.upload
        && !uploads::give_to(&writing, upload, import.id).await?
    {
        return Err(domain::uploads::already_used().into());
    }
    jobs::enqueue(
        &writing,
        &Job::RunImport {
            import_id: import.id,
        },
    )
    .await?;
    let data = json!({"campaign_id": campaign, "bytes": queued.bytes});
    writing.record(Event::new(
        EventName::ImportQueued,
        import.id.0,
        caller.actor(),
        data,
    ));
    app.commit(
        writing,
        Begun {
            import,
            is_attached: false,
        },
    )
    .await
}

/// The end of an over-long name, since the ending says how the file is read.
fn kept_name(name: &str) -> String {
    let excess = name
        .chars()
        .count()
        .saturating_sub(FILE_NAME_CHARACTERS_MAX);
    name.chars().skip(excess).collect()
}

pub(super) fn key_is_taken() -> Error {
    Refusal::conflict("This Idempotency-Key was used for another request").into()
}

/// The format that a file's name promises; another one is refused.
pub(crate) fn known_kind(file_name: &str) -> Result<tables::Kind> {
    let lowered = file_name.to_lowercase();
    let is_known = [".csv", ".tsv", ".xlsx", ".xls"]
        .iter()
        .any(|ending| lowered.ends_with(ending));
    let kind = tables::Kind::of_file_name(file_name).filter(|_| is_known);
    kind.ok_or_else(|| Refusal::rule("File must be CSV or Excel format (.csv, .xlsx, .xls)").into())
}

/// Looks at the file before anything is queued, so that a wrong one is refused at once (contract #27); gives its columns,
/// and the choices with a mapping.
pub(super) async fn look_at(
    app: &App,
    key: &str,
    wanted: &Wanted,
    bytes: u64,
) -> Result<(Vec<String>, Option<ImportOptions>)> {
    known_kind(&wanted.file_name)?;
    if bytes == 0 {
        return Err(Refusal::rule("File is empty or malformed").into());
    }
    let path = app.uploads().local(key).await.map_err(storage)?;
    let gone = || Error::Unavailable("an uploaded file is gone".into());
    let path = path.ok_or_else(gone)?;
    let (name, choices) = (wanted.file_name.clone(), wanted.asked.clone());
    let looked = app
        .tasks()
        .run_blocking(move || look(&path, &name, choices.as_ref()));
    let looked = looked
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
        .map_err(unreadable)?;
    if looked.has_no_rows() {
        return Err(Refusal::rule("File is empty").into());
    }
    let options = wanted.asked.clone().map(|mut options| {
        options.header = looked.header_choice;
        if options.mapping.is_empty() {
            options.mapping = as_mapping(&looked.header, looked.proposals());
        }
        options
    });
    RowReader::of(&looked.header, options.as_ref())?;
    Ok((looked.header, options))
}

/// Removes a file that is not needed.
pub(super) async fn remove(app: &App, key: &str) -> Result<()> {
    app.uploads().remove(key).await.map_err(storage)
}

/// A file that cannot be read is the client's to mend: 400, or 413 with the way out.
pub(super) fn unreadable(error: tables::Error) -> Error {
    match error {
        tables::Error::Empty | tables::Error::NoHeader | tables::Error::NoRows => {
            Refusal::rule("File is empty or malformed").into()
        }
        tables::Error::TooLarge { .. } => Refusal::too_large(error.to_string()).into(),
        tables::Error::Io(error) => Error::Unavailable(error.to_string()),
        other => Refusal::rule(format!("Error processing file: {other}")).into(),
    }
}
