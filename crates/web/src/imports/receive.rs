//! Choosing a file: the form, and the stream that it sends. The token comes first and is checked before a byte of the file is
//! kept; the file goes to the store piece by piece, and never into memory as a whole. Received it waits for its import.

use app::uploads::{Receiving, begin_receiving};
use app::{imports, uploads};
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use domain::campaigns::Campaign;
use domain::refusal::{Refusal, RefusalKind};
use domain::uploads::kept_name;
use http_edge::{Failure, RequestScope};
use multer::{Constraints, Field, Multipart, SizeLimit};
use ui::chrome::Section;
use ui::imports::{UploadPage, WaitingUpload};

use crate::campaigns::{find as find_campaign, named};
use crate::inside::{Inside, require_same_origin};
use crate::page::{page, see_other};
use crate::pieces::{Pieces, Unused};
use crate::trouble::{Answer, Trouble};
use crate::words::when;
use crate::{WebState, csrf};

use super::show::row;
use super::{MIB, size};

/// Most bytes of the token's part.
const TOKEN_BYTES_MAX: u64 = 1 << 10;
/// Most bytes that a request may have around its file.
const AROUND_BYTES_MAX: u64 = 1 << 20;
/// Earlier imports that are shown below the form, at most.
const IMPORTS_SHOWN_MAX: usize = 5;
const FILE: &str = "file";
const NO_FILE: &str = "Choose a file first.";
const BROKEN: &str = "The upload ended early. Nothing was kept; please try again.";

/// Why a file was not taken: to be said in the upload page, or another end of the request.
enum Refused {
    InPage(StatusCode, String),
    Otherwise(Trouble),
}

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Self {
        Self::Otherwise(trouble)
    }
}

impl From<app::Error> for Refused {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::Refused(Refusal { kind, text })
                if matches!(
                    kind,
                    RefusalKind::Rule | RefusalKind::TooLarge | RefusalKind::Conflict
                ) =>
            {
                let is_rule = kind != RefusalKind::TooLarge;
                Self::InPage(refused_status(is_rule), text.into_owned())
            }
            other => Self::Otherwise(other.into()),
        }
    }
}

impl From<multer::Error> for Refused {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamSizeExceeded { limit } => {
                let megabytes = limit.saturating_sub(AROUND_BYTES_MAX) / MIB;
                let text = format!("File is larger than {megabytes} MB");
                Self::InPage(refused_status(false), text)
            }
            multer::Error::FieldSizeExceeded { .. } => Self::Otherwise(bad_token()),
            _ => Self::InPage(refused_status(true), BROKEN.into()),
        }
    }
}

fn refused_status(is_rule: bool) -> StatusCode {
    if is_rule {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::PAYLOAD_TOO_LARGE
    }
}

fn bad_token() -> Trouble {
    Trouble::forbidden(crate::inside::BAD_TOKEN)
}

pub(crate) async fn form(inside: Inside, Path(id): Path<String>) -> Answer {
    let campaign = find_campaign(&inside, &id).await?;
    show(&inside, &campaign, StatusCode::OK, None).await
}

pub(crate) async fn receive(
    State(state): State<WebState>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let (mut parts, body) = request.into_parts();
    require_same_origin(&parts, &state)?;
    let inside = Inside::from_request_parts(&mut parts, &state).await?;
    let Ok(scope) = RequestScope::from_request_parts(&mut parts, &state).await;
    scope.lift_time_out();
    let campaign = find_campaign(&inside, &id).await?;
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(|_| {
        let text = "This form has to be sent as a file upload. Go back and try again.";
        Failure::plain(StatusCode::BAD_REQUEST, text)
    })?;
    let bytes_max = inside.app.options().upload_bytes_max;
    let limits = SizeLimit::new()
        .whole_stream(bytes_max.saturating_add(AROUND_BYTES_MAX))
        .for_field(csrf::FIELD, TOKEN_BYTES_MAX);
    let constraints = Constraints::new().size_limit(limits);
    let (pieces, unused) = Pieces::of(body);
    let parts = Multipart::with_constraints(pieces, boundary, constraints);
    match take(&inside, &campaign, parts, unused).await {
        Ok(answer) => Ok(answer),
        Err(Refused::Otherwise(trouble)) => Err(trouble),
        Err(Refused::InPage(status, text)) => show(&inside, &campaign, status, Some(text)).await,
    }
}

async fn take(
    inside: &Inside,
    campaign: &Campaign,
    mut parts: Multipart<'_>,
    unused: Unused,
) -> Result<Response, Refused> {
    let first = parts.next_field().await?;
    unused.reset();
    let Some(token) = first.filter(|part| part.name() == Some(csrf::FIELD)) else {
        return Err(bad_token().into());
    };
    inside.require_token(&token.text().await?)?;
    loop {
        unused.reset();
        let Some(mut part) = parts.next_field().await? else {
            return Err(Refused::InPage(refused_status(true), NO_FILE.into()));
        };
        unused.reset();
        if part.name() != Some(FILE) {
            while part.chunk().await?.is_some() {
                unused.reset();
            }
            continue;
        }
        let receiving = store(inside, part, &unused).await?;
        // Only a form that came to its end is a whole one.
        while parts.next_field().await?.is_some() {
            unused.reset();
        }
        let upload = receiving.finish(&inside.app, &inside.member).await?.value;
        let path = format!("/campaigns/{}/import/{}", campaign.id, upload.id);
        return Ok(see_other(&path));
    }
}

/// Brings the file to the store.
async fn store(
    inside: &Inside,
    mut part: Field<'_>,
    unused: &Unused,
) -> Result<Receiving, Refused> {
    let file_name = kept_name(part.file_name().unwrap_or_default());
    if file_name.is_empty() {
        return Err(Refused::InPage(refused_status(true), NO_FILE.into()));
    }
    let mut receiving = begin_receiving(&inside.app, &inside.member, &file_name).await?;
    while let Some(piece) = part.chunk().await? {
        unused.reset();
        receiving.write(&piece).await?;
    }
    Ok(receiving)
}

async fn show(
    inside: &Inside,
    campaign: &Campaign,
    status: StatusCode,
    error: Option<String>,
) -> Answer {
    let imports = imports::list(&inside.app, &inside.member, campaign.id).await?;
    let waiting = uploads::waiting(&inside.app, &inside.member).await?;
    let megabytes = inside.app.options().upload_bytes_max / MIB;
    let shown = UploadPage {
        chrome: inside.chrome(Section::Campaigns).await?,
        campaign: named(campaign),
        size_max_mb: u32::try_from(megabytes).unwrap_or(u32::MAX),
        error,
        waiting: waiting
            .value
            .into_iter()
            .map(|upload| WaitingUpload {
                id: upload.id.to_string(),
                size: size(upload.bytes_declared),
                received: when(upload.created_at, inside.now),
                file_name: upload.file_name,
            })
            .collect(),
        imports: imports
            .value
            .into_iter()
            .take(IMPORTS_SHOWN_MAX)
            .map(|import| row(inside, import))
            .collect(),
    };
    page(status, &shown)
}
