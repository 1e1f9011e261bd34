//! Uploading a file of leads: the form, and the stream that it sends. The token comes first and is checked before a byte
//! of the file is kept; the file goes to disk piece by piece, and never into memory as a whole.

use app::imports::{self, Incoming, NewImport};
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use domain::campaigns::Campaign;
use domain::refusal::{Refusal, RefusalKind};
use http_edge::{Failure, RequestScope};
use multer::{Constraints, Field, Multipart, SizeLimit};
use ui::chrome::Section;
use ui::imports::{ImportRow, UploadPage};

use crate::campaigns::{find as find_campaign, named};
use crate::flash::Note;
use crate::inside::{Inside, require_same_origin};
use crate::page::{page, see_other, see_other_with};
use crate::pieces::{Pieces, Unused};
use crate::trouble::{Answer, Trouble};
use crate::words::when;
use crate::{WebState, csrf};

/// Most bytes of the token's part.
const TOKEN_BYTES_MAX: u64 = 1 << 10;
/// Most bytes that a request may have around its file.
const AROUND_BYTES_MAX: u64 = 1 << 20;
const MIB: u64 = 1 << 20;
const FILE: &str = "file";
const NO_FILE: &str = "Choose a file first.";
const BROKEN: &str = "The upload ended early. Nothing was imported; please try again.";

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
                if matches!(kind, RefusalKind::Rule | RefusalKind::TooLarge) =>
            {
                let is_rule = kind == RefusalKind::Rule;
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
        let (incoming, new) = store(inside, campaign, part, &unused).await?;
        // Only a form that came to its end is a whole one.
        while parts.next_field().await?.is_some() {
            unused.reset();
        }
        return queue(inside, campaign, incoming, new).await;
    }
}

/// Brings the file to disk.
async fn store(
    inside: &Inside,
    campaign: &Campaign,
    mut part: Field<'_>,
    unused: &Unused,
) -> Result<(Incoming, NewImport), Refused> {
    let file_name = base_name(part.file_name().unwrap_or_default());
    if file_name.is_empty() {
        return Err(Refused::InPage(refused_status(true), NO_FILE.into()));
    }
    let mut incoming = imports::begin(&inside.app, &inside.member, campaign.id).await?;
    while let Some(piece) = part.chunk().await? {
        unused.reset();
        incoming.write(&piece).await?;
    }
    let new = NewImport {
        file_name,
        generate_emails: false,
    };
    Ok((incoming, new))
}

/// Has the file imported, and leads to where that can be watched.
async fn queue(
    inside: &Inside,
    campaign: &Campaign,
    incoming: Incoming,
    new: NewImport,
) -> Result<Response, Refused> {
    let (app, member) = (&inside.app, &inside.member);
    let begun = imports::enqueue(app, member, campaign.id, incoming, new).await?;
    let path = format!("/imports/{}", begun.value.import.id);
    Ok(if begun.value.is_attached {
        see_other_with(&path, Note::SameUpload)
    } else {
        see_other(&path)
    })
}

/// The last part of what may be a whole path, without characters that nobody can see.
fn base_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).collect()
}

async fn show(
    inside: &Inside,
    campaign: &Campaign,
    status: StatusCode,
    error: Option<String>,
) -> Answer {
    let imports = imports::list(&inside.app, &inside.member, campaign.id).await?;
    let megabytes = inside.app.options().upload_bytes_max / MIB;
    let shown = UploadPage {
        chrome: inside.chrome(Section::Campaigns).await?,
        campaign: named(campaign),
        size_max_mb: u32::try_from(megabytes).unwrap_or(u32::MAX),
        error,
        imports: imports
            .value
            .into_iter()
            .map(|import| ImportRow {
                id: import.id.to_string(),
                state: crate::imports::state(import.state),
                leads_created: import.counts.leads_created,
                leads_failed: import.counts.leads_failed,
                started: when(import.created_at, inside.now),
                file_name: import.file_name,
            })
            .collect(),
    };
    page(status, &shown)
}

#[cfg(test)]
mod tests {
    use super::base_name;

    #[test]
    fn a_file_name_loses_its_path_and_what_nobody_sees() {
        assert_eq!(base_name("C:\\Users\\me\\leads.csv"), "leads.csv");
        assert_eq!(base_name("../../etc/passwd"), "passwd");
        assert_eq!(base_name("a\0b\r\n.csv"), "ab.csv");
        assert_eq!(base_name("/"), "");
    }
}
