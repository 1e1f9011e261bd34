//! Resumable uploads as tus 1.0.0 speaks of them (<https://tus.io/protocols/resumable-upload>): core, creation,
//! termination and expiration. The API and the site mount the same functions, each with its own way to a caller.
//!
//! What an upload is, and what may be done with it, is `app::uploads`'.

use std::fmt::Display;

use app::caller::Member;
use app::uploads::{self, NewUpload};
use app::{App, Done};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::clock::Timestamp;
use domain::ids::UploadId;
use domain::refusal::Refusal;
use domain::uploads::Upload;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::answers::{EventSeq, no_content};
use crate::error::{Failure, Result};

/// The version that is spoken.
pub const VERSION: &str = "1.0.0";
/// What is spoken beyond the core.
const EXTENSIONS: &str = "creation,termination,expiration";
/// The kind of body that a piece has.
const PIECE: &str = "application/offset+octet-stream";
/// The name in `Upload-Metadata` under which clients send the file's name.
const FILE_NAME: &str = "filename";
/// Most bytes of `Upload-Metadata`.
const METADATA_BYTES_MAX: usize = 4 * 1024;

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// What the server speaks; needs no caller.
pub fn describe(app: &App) -> Response {
    let headers = [
        (TUS_VERSION, HeaderValue::from_static(VERSION)),
        (TUS_EXTENSION, HeaderValue::from_static(EXTENSIONS)),
        (
            TUS_MAX_SIZE,
            HeaderValue::from(app.options().upload_bytes_max),
        ),
    ];
    spoken(Ok((StatusCode::NO_CONTENT, headers).into_response()))
}

/// Announces a file; the answer's `Location` is `below`, a slash and the upload's id.
pub async fn create(app: &App, caller: &Member, headers: &HeaderMap, below: &str) -> Response {
    let work = async {
        require_version(headers)?;
        let new = NewUpload {
            bytes: number(headers, &UPLOAD_LENGTH)?,
            file_name: file_name(headers)?,
        };
        let done = uploads::begin(app, caller, new).await?;
        let location = text(format!("{below}/{}", done.value.id));
        let headers = [(LOCATION, location), expires(&done.value)];
        Ok((StatusCode::CREATED, EventSeq(done.seq), headers).into_response())
    };
    spoken(work.await)
}

/// Tells how much of a file is there.
pub async fn offset(app: &App, caller: &Member, headers: &HeaderMap, id: &str) -> Response {
    let work = async {
        require_version(headers)?;
        let done = uploads::show(app, caller, of(id)?).await?;
        let upload = &done.value;
        let name = STANDARD.encode(&upload.file_name);
        let headers = [
            (UPLOAD_OFFSET, HeaderValue::from(upload.bytes_received)),
            (UPLOAD_LENGTH, HeaderValue::from(upload.bytes_declared)),
            (UPLOAD_METADATA, text(format!("{FILE_NAME} {name}"))),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            expires(upload),
        ];
        Ok((StatusCode::OK, EventSeq(done.seq), headers).into_response())
    };
    spoken(work.await)
}

/// Takes in what follows of a file. The answer tells how much is there, also where less came than was meant.
pub async fn append(
    app: &App,
    caller: &Member,
    headers: &HeaderMap,
    id: &str,
    body: Body,
) -> Response {
    let work = async {
        require_version(headers)?;
        let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        if kind != Some(PIECE.as_bytes()) {
            let text = format!("Content-Type has to be {PIECE}");
            return Err(Failure::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
        let at = number(headers, &UPLOAD_OFFSET)?;
        let id = of(id)?;
        require_room(app, caller, headers, id, at).await?;
        let done = uploads::append(app, caller, id, at, body.into_data_stream()).await?;
        let offset = HeaderValue::from(done.value.bytes_received);
        let headers = [(UPLOAD_OFFSET, offset), expires(&done.value)];
        Ok((StatusCode::NO_CONTENT, EventSeq(done.seq), headers).into_response())
    };
    spoken(work.await)
}

/// Gives an upload up.
pub async fn remove(app: &App, caller: &Member, headers: &HeaderMap, id: &str) -> Response {
    let work = async {
        require_version(headers)?;
        let Done { seq, .. } = uploads::remove(app, caller, of(id)?).await?;
        Ok(no_content(EventSeq(seq)))
    };
    spoken(work.await)
}

/// An answer in the protocol: each says the version.
pub fn spoken(answer: Result<Response>) -> Response {
    let mut response = answer.unwrap_or_else(Failure::into_response);
    let is_version_wrong = response.status() == StatusCode::PRECONDITION_FAILED;
    let headers = response.headers_mut();
    headers.insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    if is_version_wrong {
        headers.insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    }
    response
}

fn require_version(headers: &HeaderMap) -> Result<()> {
    if headers.get(TUS_RESUMABLE).map(HeaderValue::as_bytes) == Some(VERSION.as_bytes()) {
        return Ok(());
    }
    let text = format!("Tus-Resumable has to be {VERSION}");
    Err(Failure::plain(StatusCode::PRECONDITION_FAILED, text))
}

/// A body that is longer than what is missing is refused before its first byte is kept.
async fn require_room(
    app: &App,
    caller: &Member,
    headers: &HeaderMap,
    id: UploadId,
    at: u64,
) -> Result<()> {
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let Some(length) = length else { return Ok(()) };
    let upload = uploads::show(app, caller, id).await?.value;
    let room = upload.room_at(at)?;
    if length > room {
        let text = format!("{length} bytes were sent where {room} are missing");
        return Err(Refusal::too_large(text).into());
    }
    Ok(())
}

fn of(id: &str) -> Result<UploadId> {
    let missing = || uploads::missing().into();
    UploadId::parse(id).ok_or_else(missing)
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let value = value.filter(is_number).and_then(|text| text.parse().ok());
    value.ok_or_else(|| wrong(format_args!("{name} has to be a number of bytes")))
}

/// The name that the client gives the file.
fn file_name(headers: &HeaderMap) -> Result<String> {
    let metadata = headers.get(UPLOAD_METADATA);
    let metadata = metadata.and_then(|value| value.to_str().ok());
    let metadata = metadata.filter(|text| text.len() <= METADATA_BYTES_MAX);
    let named = metadata.unwrap_or_default().split(',').find_map(|pair| {
        let (key, value) = pair.trim().split_once(' ')?;
        (key == FILE_NAME).then_some(value.trim())
    });
    let name = named.and_then(|encoded| String::from_utf8(STANDARD.decode(encoded).ok()?).ok());
    name.filter(|name| !name.trim().is_empty()).ok_or_else(|| {
        wrong("Upload-Metadata has to name the file: filename, a blank, and the name in Base64")
    })
}

fn wrong(text: impl Display) -> Failure {
    Refusal::rule(text.to_string()).into()
}

fn text(value: String) -> HeaderValue {
    // An id, Base64 and a date are plain; anything else would be a defect that shows as an empty header.
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static(""))
}

fn expires(upload: &Upload) -> (HeaderName, HeaderValue) {
    (UPLOAD_EXPIRES, text(http_date(upload.expires_at)))
}

/// A date as HTTP writes it (RFC 9110, section 5.6.7).
fn http_date(at: Timestamp) -> String {
    let at = at.calendar();
    let (day, month) = (at.weekday().to_string(), at.month().to_string());
    format!(
        "{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
        &day[..3],
        at.day(),
        &month[..3],
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_file_name_is_found_among_the_metadata() {
        for (metadata, name) in [
            ("filename bGVhZHMuY3N2", Some("leads.csv")),
            ("is_private,filename bGVhZHMuY3N2,a YQ==", Some("leads.csv")),
            ("filename w6kuY3N2", Some("é.csv")),
            ("filename", None),
            ("filename ", None),
            ("filename !", None),
            ("name bGVhZHMuY3N2", None),
            ("", None),
        ] {
            let found = file_name(&with(UPLOAD_METADATA, metadata)).ok();
            assert_eq!(found.as_deref(), name, "{metadata}");
        }
        assert!(file_name(&HeaderMap::new()).is_err());
    }

    #[test]
    fn numbers_are_digits_alone() {
        for (value, expected) in [
            ("0", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("", None),
        ] {
            let found = number(&with(UPLOAD_LENGTH, value), &UPLOAD_LENGTH).ok();
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn a_date_is_written_as_http_wants_it() {
        let at = Timestamp(784_111_777_000_000); // the example of RFC 9110
        assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn another_version_is_told_which_one_is_spoken() {
        let refused = require_version(&with(TUS_RESUMABLE, "0.2.2")).unwrap_err();
        let response = spoken(Err(refused));
        assert_eq!(response.status(), StatusCode::PRECONDITION_FAILED);
        assert_eq!(response.headers()[TUS_VERSION], VERSION);
        assert_eq!(response.headers()[TUS_RESUMABLE], VERSION);
    }
}
