//! Taking an uploaded file: stored, looked at, and queued.

use domain::events::{Event, EventName};
use domain::ids::{CampaignId, ImportId};
use domain::imports::{FILE_NAME_CHARACTERS_MAX, Import, ImportCounts, ImportState, Mapping};
use domain::jobs::Job;
use domain::refusal::Refusal;
use providers::{Finished, Upload, UploadError};
use serde_json::json;
use store::{imports, jobs};

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::tokens::hash_of;

/// What comes with the file.
#[derive(Debug, Clone, Default)]
pub struct NewImport {
    /// The file's name as the client gave it.
    pub file_name: String,
    /// Whether drafted e-mails of the file are counted.
    pub generate_emails: bool,
}

/// A file that is being received.
#[derive(Debug)]
pub struct Incoming {
    upload: Upload,
    key: String,
    bytes_max: u64,
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
    })
}

impl Incoming {
    /// Takes the next piece of the file; more than the bound is refused (413).
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.upload.bytes_written() + bytes.len() as u64 > self.bytes_max {
            let megabytes = self.bytes_max / (1 << 20);
            return Err(Refusal::too_large(format!("File is larger than {megabytes} MB")).into());
        }
        self.upload.write(bytes).await.map_err(storage)
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
    let key = incoming.key;
    let finished = incoming.upload.finish().await.map_err(storage)?;
    let outcome = async {
        look_at(app, &key, &new.file_name, finished.bytes).await?;
        queue(app, caller, campaign, &key, &finished, new).await
    }
    .await;
    let keeps_file = matches!(&outcome, Ok(done) if !done.value.is_attached);
    if !keeps_file {
        app.uploads().remove(&key).await.map_err(storage)?;
    }
    outcome
}

async fn queue(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    key: &str,
    finished: &Finished,
    new: NewImport,
) -> Result<Done<Begun>> {
    let mut writing = caller.write(app).await?;
    let locked = crate::campaigns::lock(&writing, campaign).await?;
    let fingerprint = hash_of(&format!(
        "{campaign}:{}:{}:{}",
        finished.sha256, new.generate_emails, new.file_name
    ));
    let generation = locked.lead_generation;
    if let Some(import) = imports::find_same(&writing, campaign, &fingerprint, generation).await? {
        return app
            .commit(
                writing,
                Begun {
                    import,
                    is_attached: true,
                },
            )
            .await;
    }
    let import = Import {
        id: ImportId(writing.fresh_id()),
        campaign_id: campaign,
        user_id: caller.user().id,
        file_name: kept_name(&new.file_name),
        file_bytes: i64::try_from(finished.bytes).unwrap_or(i64::MAX),
        object_key: key.to_owned(),
        lead_generation: generation,
        generate_emails: new.generate_emails,
        state: ImportState::Queued,
        counts: ImportCounts::default(),
        failed_rows: Vec::new(),
        error: None,
        created_at: writing.now(),
        finished_at: None,
    };
    imports::insert(&writing, &import, &fingerprint).await?;
    jobs::enqueue(
        &writing,
        &Job::RunImport {
            import_id: import.id,
        },
    )
    .await?;
    let data = json!({"campaign_id": campaign, "bytes": finished.bytes});
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

/// Looks at the file before anything is queued, so that a wrong one is refused at once (contract #27).
async fn look_at(app: &App, key: &str, file_name: &str, bytes: u64) -> Result<()> {
    let lowered = file_name.to_lowercase();
    let is_known = [".csv", ".tsv", ".xlsx", ".xls"]
        .iter()
        .any(|ending| lowered.ends_with(ending));
    if !is_known {
        let text = "File must be CSV or Excel format (.csv, .xlsx, .xls)";
        return Err(Refusal::rule(text).into());
    }
    if bytes == 0 {
        return Err(Refusal::rule("File is empty or malformed").into());
    }
    let path = app.uploads().path(key).map_err(storage)?;
    let name = file_name.to_owned();
    let looked = app.tasks().run_blocking(move || {
        let mut table = tables::open(&path, &name, &tables::Options::default())?;
        let mut row = tables::Row::new();
        let step = table.rows().read(&mut row)?;
        Ok((table.header().to_vec(), matches!(step, tables::Step::End)))
    });
    let looked = looked
        .await
        .map_err(|error| Error::Internal(error.to_string()))?;
    let (header, has_no_rows) = looked.map_err(unreadable)?;
    if has_no_rows {
        return Err(Refusal::rule("File is empty").into());
    }
    Mapping::propose(&header)?;
    Ok(())
}

/// A file that cannot be read is the client's to mend: 400, or 413 with the way out.
pub(super) fn unreadable(error: tables::Error) -> Error {
    match error {
        tables::Error::Empty | tables::Error::NoHeader => {
            Refusal::rule("File is empty or malformed").into()
        }
        tables::Error::TooLarge { .. } => Refusal::too_large(error.to_string()).into(),
        tables::Error::Io(error) => Error::Unavailable(error.to_string()),
        other => Refusal::rule(format!("Error processing file: {other}")).into(),
    }
}

pub(super) fn storage(error: UploadError) -> Error {
    match error {
        UploadError::NoSpace(text) | UploadError::Io(text) => Error::Unavailable(text),
        UploadError::BadKey => Error::Internal("an upload with a malformed key".into()),
    }
}
