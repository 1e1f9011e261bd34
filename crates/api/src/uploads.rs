//! Files that come in pieces (tus 1.0.0), to be imported afterwards.

use app::App;
use app::uploads;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::ids::UploadId;
use http::HeaderMap;
use http_edge::{CallingMember, EventSeq, Json, Result, reply, tus};

use crate::bodies::id_or;
use crate::operation::Route;
use crate::wire::Upload;

const ALL: &str = "/api/v1/uploads";
const ONE: &str = "/api/v1/uploads/{upload_id}";

pub(crate) fn routes() -> Vec<Route> {
    let tus = |route: Route| {
        route
            .header("Tus-Resumable", "The version of the protocol: `1.0.0`")
            .refuses(412, "Tus-Resumable has to be 1.0.0")
    };
    vec![
        Route::options(ALL, "describe_uploads", "Say what of tus is spoken", describe)
            .public()
            .answers_nothing("Tus-Version, Tus-Extension and Tus-Max-Size (bytes)"),
        tus(Route::post(ALL, "create_upload", "Announce a file that comes in pieces", create))
            .header("Upload-Length", "The file's length in bytes")
            .header("Upload-Metadata", "`filename`, a blank, and the file's name in Base64")
            .answers_empty(201, "Location, under which the pieces go; Upload-Expires")
            .refuses(400, "Upload-Length has to be a number of bytes · Upload-Metadata has to name the file")
            .refuses(400, "File must be CSV or Excel format (.csv, .xlsx, .xls)")
            .refuses(409, "{n} uploads wait to be imported already")
            .refuses(413, "File is larger than {n} MB"),
        tus(Route::head(ONE, "get_upload_offset", "Ask where the next piece begins", offset))
            .answers_empty(200, "Upload-Offset, Upload-Length, Upload-Expires")
            .refuses(404, "Upload not found"),
        Route::get(ONE, "get_upload", "Show an upload", show)
            .answers::<Upload>(200, "The upload")
            .refuses(404, "Upload not found"),
        tus(Route::patch(ONE, "append_upload", "Send the next piece", append).untimed())
            .header("Upload-Offset", "Where the piece begins: what was received so far")
            .bytes("application/offset+octet-stream")
            .answers_nothing("Upload-Offset: what was received so far, also where the piece was cut off")
            .refuses(400, "Upload-Offset has to be a number of bytes")
            .refuses(404, "Upload not found")
            .refuses(409, "Upload-Offset is {n}, but {m} bytes were received")
            .refuses(409, "Another piece of this upload is being received. Ask for the offset and go on from there.")
            .refuses(413, "{n} bytes were sent where {m} are missing")
            .refuses(415, "Content-Type has to be application/offset+octet-stream"),
        tus(Route::delete(ONE, "remove_upload", "Give an upload up", remove))
            .answers_nothing("The upload and its file are gone")
            .refuses(404, "Upload not found")
            .refuses(409, "This upload was imported already"),
    ]
}

async fn describe(State(app): State<App>) -> Response {
    tus::describe(&app)
}

async fn create(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    headers: HeaderMap,
) -> Response {
    tus::create(&app, &caller, &headers, ALL).await
}

async fn offset(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    tus::offset(&app, &caller, &headers, &id).await
}

async fn show(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
) -> Result<(EventSeq, Json<Upload>)> {
    let id = id_or(&id, UploadId::parse, uploads::missing)?;
    let done = uploads::show(&app, &caller, id).await?;
    Ok(reply(done.map(Upload::from)))
}

async fn append(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    tus::append(&app, &caller, &parts.headers, &id, body).await
}

async fn remove(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    tus::remove(&app, &caller, &headers, &id).await
}
