//! Uploading a file of leads (contract #27): received, queued, and answered when it has been read. Imports with choices are
//! in [`chosen`].

mod chosen;

use app::App;
use app::campaigns::missing;
use app::imports::{self, NewImport};
use axum::extract::{Path, Request, State};
use domain::ids::CampaignId;
use domain::imports::Import;
use http::StatusCode;
use http_edge::fields::{boolean, text};
use http_edge::{ANY_TEXT, CallingMember, EventSeq, Json, QueryFields, Received, Result, reply};

use crate::bodies::id_or;
use crate::multipart::Upload;
use crate::operation::Route;
use crate::wire::{UploadForm, UploadQuery, UploadResult};

pub(crate) fn routes() -> Vec<Route> {
    let path = "/api/v1/campaigns/{campaign_id}/upload-leads";
    let mut routes = vec![
        Route::post(path, "upload_leads", "Import a file of leads", upload)
            .untimed()
            .query::<UploadQuery>()
            .upload::<UploadForm>()
            .answers::<UploadResult>(201, "What became of the file, once it has been read")
            .refuses(400, "File must be CSV or Excel format (.csv, .xlsx, .xls)")
            .refuses(400, "File is empty or malformed")
            .refuses(400, "File is empty")
            .refuses(400, "Could not find name/title column. Available columns: {list}. Please ensure your CSV has a column for company/business name.")
            .refuses(400, "Error processing file: {reason}")
            .refuses(402, "Monthly lead quota exceeded")
            .refuses(404, "Campaign not found")
            .refuses(409, "Import stopped: {reason}")
            .refuses(413, "File is larger than {n} MB"),
    ];
    routes.extend(chosen::routes());
    routes
}

async fn upload(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(campaign): Path<String>,
    QueryFields(query): QueryFields,
    request: Request,
) -> Result<(StatusCode, EventSeq, Json<UploadResult>)> {
    let generate_emails = options(&query)?;
    // A form without a file is wrong whatever the campaign, so it is told before (contract 1.2).
    let mut upload = Upload::begin(request, app.options().upload_bytes_max)?;
    let mut file = upload.file().await?;
    let campaign = id_or(&campaign, CampaignId::parse, missing)?;
    let mut incoming = imports::begin(&app, &caller, campaign).await?;
    while let Some(bytes) = upload.chunk(&mut file).await? {
        incoming.write(&bytes).await?;
    }
    let new = NewImport {
        file_name: file.name.clone(),
        generate_emails,
    };
    upload.finish(file).await?;
    let begun = imports::enqueue(&app, &caller, campaign, incoming, new).await?;
    let done = imports::wait(&app, &caller, begun.value.import.id).await?;
    let (seq, result) = reply(done.map(|import: Import| UploadResult::from(import)));
    Ok((StatusCode::CREATED, seq, result))
}

/// Whether drafted e-mails are counted; the options for generated texts are read and mean nothing here.
pub(crate) fn options(query: &Received) -> Result<bool> {
    let mut fields = query.fields()?;
    let _generate_descriptions = fields.or("generate_descriptions", false, boolean);
    let generate_emails = fields.or("generate_emails", false, boolean);
    let _company_info = fields.optional("company_info", text(ANY_TEXT));
    fields.complete(())?;
    Ok(generate_emails)
}
