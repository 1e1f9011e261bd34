//! Checking a received file before anything is added: what was understood of it, where its columns go, and the leads that
//! its first rows become. Every change comes back as the same page, or as the parts of it that changed.

use app::imports::{ChosenImport, preview_upload, start_from_upload};
use app::uploads;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::campaigns::Campaign;
use domain::ids::UploadId;
use domain::refusal::{Refusal, RefusalKind};
use domain::uploads::Upload;
use ui::chrome::Section;
use ui::imports::{Mapping, MappingPage, Reading, UploadRef};

use super::choices::{Choices, ReadingValues};
use super::size;
use super::understood::{controls, reading, understood};
use crate::campaigns::{find as find_campaign, named};
use crate::flash::Note;
use crate::inside::{Inside, Posted};
use crate::page::{fragment, id_of, page, see_other, see_other_with};
use crate::trouble::{Answer, Trouble};

/// The ids of a path below `/campaigns/{id}/import/{id}`.
type Ids = Path<(String, String)>;

const NO_TITLE: &str =
    "No column is the name yet. Choose the one that holds the company or the person.";
const REREAD: &str = "The file is read in another way now. Look at its columns, then import.";

/// A file that can be looked at, and where its leads would go.
struct Waiting {
    campaign: Campaign,
    upload: Upload,
}

/// The file of a path, or where somebody has to go instead.
async fn find(inside: &Inside, (id, upload): &(String, String)) -> Result<Waiting, Trouble> {
    let campaign = find_campaign(inside, id).await?;
    let id = id_of(upload, UploadId::parse)?;
    let upload = uploads::show(&inside.app, &inside.member, id).await?.value;
    if let Some(import) = upload.import_id {
        return Err(see_other_with(&format!("/imports/{import}"), Note::UploadUsed).into());
    }
    if !upload.is_complete() {
        let path = format!("/campaigns/{}/import", campaign.id);
        return Err(see_other_with(&path, Note::UploadIncomplete).into());
    }
    Ok(Waiting { campaign, upload })
}

pub(crate) async fn show(inside: Inside, Path(ids): Ids) -> Answer {
    let waiting = find(&inside, &ids).await?;
    let mapping = look(&inside, &waiting, Choices::first()).await?;
    answer(&inside, StatusCode::OK, mapping).await
}

pub(crate) async fn sample(Path(ids): Ids, Posted { inside, form }: Posted) -> Answer {
    let waiting = find(&inside, &ids).await?;
    let mapping = look(&inside, &waiting, Choices::of(&form)).await?;
    if inside.wants_fragment {
        return fragment(&mapping);
    }
    answer(&inside, StatusCode::OK, mapping).await
}

pub(crate) async fn start(Path(ids): Ids, Posted { inside, form }: Posted) -> Answer {
    let waiting = find(&inside, &ids).await?;
    let mut choices = Choices::of(&form);
    if choices.is_reread {
        choices.complaint = Some(REREAD.into());
    } else if !choices.has_title() {
        choices.complaint.get_or_insert(NO_TITLE.into());
    }
    if choices.complaint.is_none() {
        match begin(&inside, &waiting, &choices).await {
            Ok(response) => return Ok(response),
            Err(app::Error::Refused(Refusal {
                kind: RefusalKind::Conflict,
                ..
            })) => {
                // Somebody was faster; now it has an import.
                find(&inside, &ids).await?;
                return Err(Trouble::not_found());
            }
            Err(error) => choices.complaint = Some(complaint(error)?),
        }
    }
    let mapping = look(&inside, &waiting, choices).await?;
    answer(&inside, StatusCode::UNPROCESSABLE_ENTITY, mapping).await
}

/// Forgets a file that will not be imported.
pub(crate) async fn discard(Path(ids): Ids, Posted { inside, form: _ }: Posted) -> Answer {
    let waiting = find(&inside, &ids).await?;
    uploads::remove(&inside.app, &inside.member, waiting.upload.id).await?;
    let path = format!("/campaigns/{}/import", waiting.campaign.id);
    Ok(see_other_with(&path, Note::UploadDiscarded))
}

async fn begin(inside: &Inside, waiting: &Waiting, choices: &Choices) -> app::Result<Response> {
    let new = ChosenImport {
        file_name: waiting.upload.file_name.clone(),
        options: choices.options.clone(),
        idempotency_key: None,
    };
    let (app, member) = (&inside.app, &inside.member);
    let (campaign, upload) = (waiting.campaign.id, waiting.upload.id);
    let begun = start_from_upload(app, member, campaign, upload, new).await?;
    Ok(see_other(&super::show::href(&begun.value.import)))
}

/// What was understood, with the choices so far. A mapping that does not fit is told, and its columns are shown as they are.
async fn look(
    inside: &Inside,
    waiting: &Waiting,
    mut choices: Choices,
) -> Result<Mapping, Trouble> {
    let (app, member) = (&inside.app, &inside.member);
    let (campaign, upload) = (waiting.campaign.id, waiting.upload.id);
    let with = |options| preview_upload(app, member, campaign, upload, options);
    let mut found = if choices.complaint.is_some() {
        with(unmapped(&choices)).await
    } else {
        with(choices.options.clone()).await
    };
    if !choices.options.mapping.is_empty()
        && choices.complaint.is_none()
        && let Err(error) = found
    {
        choices.complaint = Some(complaint(error)?);
        found = with(unmapped(&choices)).await;
    }
    let (reading, content) = match found {
        Ok(done) => {
            let mut preview = done.value;
            if choices.complaint.is_some() && !choices.options.mapping.is_empty() {
                // The leads of a mapping that was not followed would be others.
                preview.rows.clear();
            }
            let reading = reading(&choices, &preview);
            (reading, Ok(understood(&choices, preview)))
        }
        Err(error) => {
            let text = complaint(error)?;
            (unread(&waiting.upload, choices.reading), Err(text))
        }
    };
    Ok(Mapping {
        campaign: named(&waiting.campaign),
        upload: UploadRef {
            id: waiting.upload.id.to_string(),
            file_name: waiting.upload.file_name.clone(),
            size: size(waiting.upload.bytes_declared),
        },
        csrf: inside.csrf.clone(),
        reading,
        content,
    })
}

fn unmapped(choices: &Choices) -> domain::imports::ImportOptions {
    domain::imports::ImportOptions {
        mapping: std::collections::BTreeMap::new(),
        ..choices.options.clone()
    }
}

/// How a file was read that could not be.
fn unread(upload: &Upload, values: ReadingValues) -> Reading {
    let name = upload.file_name.to_lowercase();
    let is_workbook = name.ends_with(".xlsx") || name.ends_with(".xls");
    let kind = if is_workbook {
        "Excel workbook"
    } else {
        "text"
    };
    Reading {
        found: vec![kind.into()],
        is_workbook,
        ..controls(values)
    }
}

/// What is said of a file or of choices that do not do; anything else ends the request.
fn complaint(error: app::Error) -> Result<String, Trouble> {
    match error {
        app::Error::Refused(Refusal {
            kind: RefusalKind::Rule | RefusalKind::TooLarge,
            text,
        }) => {
            let text = text
                .strip_prefix("Error processing file: ")
                .unwrap_or(&text);
            let mut letters = text.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string());
            let text = format!("{}{}", first.unwrap_or_default(), letters.as_str());
            Ok(format!("{}.", text.trim_end_matches('.')))
        }
        other => Err(other.into()),
    }
}

async fn answer(inside: &Inside, status: StatusCode, mapping: Mapping) -> Answer {
    let chrome = inside.chrome(Section::Campaigns).await?;
    page(status, &MappingPage { chrome, mapping })
}
