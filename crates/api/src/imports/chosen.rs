//! Imports with choices: preview, import, progress, cancelling, failed rows, the way back.

use app::App;
use app::campaigns::missing as no_campaign;
use app::imports::{self, ChosenImport, missing};
use app::uploads::missing as no_upload;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::ids::{CampaignId, ImportId, UploadId};
use domain::imports::ImportOptions;
use domain::problems::{FieldProblem, Problem, Step};
use http::{HeaderMap, StatusCode};
use http_edge::{CallingMember, EventSeq, Failure, Json, Result, error_file, reply};
use serde_json::Value;

use crate::bodies::id_or;
use crate::multipart::{Texts, Upload, no_file};
use crate::operation::Route;
use crate::wire::{Import, ImportForm, ImportPreview};

const ALL: &str = "/api/v1/campaigns/{campaign_id}/imports";
const PREVIEW: &str = "/api/v1/campaigns/{campaign_id}/imports/preview";
const ONE: &str = "/api/v1/campaigns/{campaign_id}/imports/{import_id}";
const CANCEL: &str = "/api/v1/campaigns/{campaign_id}/imports/{import_id}/cancel";
const ERRORS: &str = "/api/v1/campaigns/{campaign_id}/imports/{import_id}/errors.csv";
const UNDO: &str = "/api/v1/campaigns/{campaign_id}/imports/{import_id}/undo";

/// The part of the form with the choices.
pub(super) const OPTIONS: &str = "options";
/// The part that names an upload in place of a file.
const UPLOAD_ID: &str = "upload_id";
const KEPT: &[&str] = &[OPTIONS, UPLOAD_ID];
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// Most characters of an idempotency key.
const KEY_CHARACTERS_MAX: usize = 255;

pub(super) fn routes() -> Vec<Route> {
    let refused = |route: Route| {
        route
            .refuses(400, "File must be CSV or Excel format (.csv, .xlsx, .xls)")
            .refuses(400, "File is empty or malformed")
            .refuses(400, "Error processing file: {reason}")
            .refuses(
                400,
                "The file has no column \"{name}\". Its columns: {list}",
            )
            .refuses(400, "Send a file or an upload_id, not both")
            .refuses(404, "Campaign not found · Upload not found")
            .refuses(409, "The upload is not complete: {n} of {m} bytes were received · This upload was imported already")
            .refuses(413, "File is larger than {n} MB")
    };
    let preview = Route::post(
        PREVIEW,
        "preview_import",
        "Look at the first part of a file before it is imported",
        preview,
    );
    let import = Route::post(ALL, "create_import", "Import a file with choices", create);
    let of_one = |route: Route| route.refuses(404, "Campaign not found · Import not found");
    vec![
        refused(preview.untimed().upload::<ImportForm>())
            .answers::<ImportPreview>(200, "What was understood; nothing is kept"),
        refused(import.untimed().upload::<ImportForm>())
            .header(
                IDEMPOTENCY_KEY,
                "The client's own name for the request: the same request again gives the same import",
            )
            .answers::<Import>(202, "The import, which a job runs")
            .refuses(400, "File is empty")
            .refuses(400, "No column becomes the title. Choose one of: {list}")
            .refuses(409, "This Idempotency-Key was used for another request"),
        Route::get(ALL, "list_imports", "List a campaign's imports", list)
            .answers_list::<Import>(200, "The last hundred, newest first")
            .refuses(404, "Campaign not found"),
        of_one(Route::get(ONE, "get_import", "Show an import", show))
            .answers::<Import>(200, "The import"),
        of_one(Route::post(CANCEL, "cancel_import", "Stop an import", cancel))
            .answers::<Import>(202, "The import, which stops after its present chunk; what was read stays")
            .refuses(409, "This import has already ended"),
        of_one(Route::get(
            ERRORS,
            "get_import_errors",
            "Download the rows that became no lead, with the reasons",
            errors,
        ))
        .untimed()
        .answers_text("text/csv", "The rows as they were, and `reason`"),
        of_one(Route::post(UNDO, "undo_import", "Take an import's untouched leads away", undo))
            .answers::<Import>(202, "The import, whose untouched leads a job takes away")
            .refuses(403, "Insufficient permissions. Required: owner, admin")
            .refuses(409, "This import runs. Cancel it first.")
            .refuses(409, "This import is being undone already · This import was undone already"),
    ]
}

async fn preview(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(campaign): Path<String>,
    request: Request,
) -> Result<(EventSeq, Json<ImportPreview>)> {
    let mut upload = Upload::begin(request, app.options().upload_bytes_max)?.keeping(KEPT);
    let Some(mut file) = upload.file_if_any().await? else {
        let texts = upload.into_texts();
        let id = upload_id(&texts)?;
        let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
        let done = imports::preview_upload(&app, &caller, campaign, id, choices(&texts)?).await?;
        return Ok(reply(done.map(ImportPreview::from)));
    };
    let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
    let name = file.name.clone();
    let mut incoming = imports::begin_preview(&app, &caller, campaign, &name).await?;
    while let Some(bytes) = upload.chunk(&mut file).await? {
        incoming.write(&bytes).await?;
    }
    let texts = upload.finish(file).await?;
    require_one(&texts)?;
    let options = choices(&texts)?;
    let done = imports::preview(&app, &caller, incoming, &name, options).await?;
    Ok(reply(done.map(ImportPreview::from)))
}

async fn create(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(campaign): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, EventSeq, Json<Import>)> {
    let idempotency_key = key(&headers)?;
    let mut upload = Upload::begin(request, app.options().upload_bytes_max)?.keeping(KEPT);
    let Some(mut file) = upload.file_if_any().await? else {
        let texts = upload.into_texts();
        let id = upload_id(&texts)?;
        let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
        let new = ChosenImport {
            // That of the upload counts.
            file_name: String::new(),
            options: choices(&texts)?,
            idempotency_key,
        };
        let begun = imports::start_from_upload(&app, &caller, campaign, id, new).await?;
        let (seq, import) = reply(begun.map(|begun| Import::from(begun.import)));
        return Ok((StatusCode::ACCEPTED, seq, import));
    };
    let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
    let mut incoming = imports::begin(&app, &caller, campaign).await?;
    while let Some(bytes) = upload.chunk(&mut file).await? {
        incoming.write(&bytes).await?;
    }
    let file_name = file.name.clone();
    let texts = upload.finish(file).await?;
    require_one(&texts)?;
    let options = choices(&texts)?;
    let new = ChosenImport {
        file_name,
        options,
        idempotency_key,
    };
    let begun = imports::enqueue_chosen(&app, &caller, campaign, incoming, new).await?;
    let (seq, import) = reply(begun.map(|begun| Import::from(begun.import)));
    Ok((StatusCode::ACCEPTED, seq, import))
}

async fn list(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(campaign): Path<String>,
) -> Result<(EventSeq, Json<Vec<Import>>)> {
    let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
    let done = imports::list(&app, &caller, campaign).await?;
    Ok(reply(
        done.map(|list| list.into_iter().map(Import::from).collect()),
    ))
}

async fn show(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(path): Path<(String, String)>,
) -> Result<(EventSeq, Json<Import>)> {
    let (campaign, id) = ids(&path)?;
    let done = imports::show_of(&app, &caller, campaign, id).await?;
    Ok(reply(done.map(Import::from)))
}

async fn cancel(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(path): Path<(String, String)>,
) -> Result<(StatusCode, EventSeq, Json<Import>)> {
    let (campaign, id) = ids(&path)?;
    let done = imports::cancel_of(&app, &caller, campaign, id).await?;
    let (seq, import) = reply(done.map(Import::from));
    Ok((StatusCode::ACCEPTED, seq, import))
}

async fn undo(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(path): Path<(String, String)>,
) -> Result<(StatusCode, EventSeq, Json<Import>)> {
    let administrator = caller.administrator()?;
    let (campaign, id) = ids(&path)?;
    let done = imports::ask_undo(&app, &administrator, campaign, id).await?;
    let (seq, import) = reply(done.map(Import::from));
    Ok((StatusCode::ACCEPTED, seq, import))
}

async fn errors(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(path): Path<(String, String)>,
) -> Result<Response> {
    let (campaign, id) = ids(&path)?;
    let done = imports::errors(&app, &caller, campaign, id).await?;
    error_file(done, "errors.csv").await
}

fn ids((campaign, import): &(String, String)) -> Result<(CampaignId, ImportId)> {
    let campaign = id_or(campaign, CampaignId::parse, no_campaign)?;
    Ok((campaign, id_or(import, ImportId::parse, missing)?))
}

/// The choices of a form; without the part, the gentlest.
fn choices(texts: &Texts) -> Result<ImportOptions> {
    let Some(text) = texts.get(OPTIONS) else {
        return Ok(ImportOptions::default());
    };
    serde_json::from_str(text)
        .map_err(|error| problem(&["body", OPTIONS], Problem::Rule(error.to_string())))
}

/// The upload that a form without a file names.
fn upload_id(texts: &Texts) -> Result<UploadId> {
    let text = texts.get(UPLOAD_ID).ok_or_else(no_file)?;
    id_or(text, UploadId::parse, no_upload)
}

/// Refuses a form with a file and an upload: nobody could say which is meant.
fn require_one(texts: &Texts) -> Result<()> {
    if texts.contains_key(UPLOAD_ID) {
        let text = "Send a file or an upload_id, not both";
        return Err(Failure::plain(StatusCode::BAD_REQUEST, text));
    }
    Ok(())
}

fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let wrong = |found| problem(&["header", IDEMPOTENCY_KEY], found);
    let text = value
        .to_str()
        .map_err(|_| wrong(Problem::Rule("a key is visible ASCII".into())))?;
    match text.len() {
        0 => Err(wrong(Problem::TooShort(1))),
        KEY_CHARACTERS_MAX.. if text.len() > KEY_CHARACTERS_MAX => {
            Err(wrong(Problem::TooLong(KEY_CHARACTERS_MAX)))
        }
        _ => Ok(Some(text.to_owned())),
    }
}

fn problem(location: &[&str], problem: Problem) -> Failure {
    let location = location.iter().map(|step| Step::Name((*step).into()));
    vec![FieldProblem {
        location: location.collect(),
        problem,
        input: Value::Null,
    }]
    .into()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn status_of<T>(result: Result<T>) -> u16 {
        result
            .err()
            .map_or(200, |failure| failure.status().as_u16())
    }

    #[test]
    fn choices_that_are_none_are_told() {
        let of = |text: &str| choices(&Texts::from([(OPTIONS.to_owned(), text.to_owned())]));
        assert_eq!(choices(&Texts::new()).unwrap(), ImportOptions::default());
        assert!(of(r#"{"mapping":{"a":"title"}}"#).is_ok());
        for text in [
            "",
            "[1",
            r#"{"mapping":{"a":"colour"}}"#,
            r#"{"unknown":1}"#,
        ] {
            assert_eq!(status_of(of(text)), 422, "{text}");
        }
    }

    #[test]
    fn a_key_has_bounds() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_str(text).unwrap());
            key(&headers)
        };
        assert_eq!(key(&HeaderMap::new()).unwrap(), None);
        assert_eq!(of("a-1").unwrap().as_deref(), Some("a-1"));
        assert_eq!(status_of(of("")), 422);
        assert_eq!(status_of(of(&"x".repeat(255))), 200);
        assert_eq!(status_of(of(&"x".repeat(256))), 422);
    }
}
