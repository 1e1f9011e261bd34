//! A file that is made while it is sent.

use app::Done;
use app::imports::ErrorFile;
use app::leads::Export;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::try_unfold;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::answers::EventSeq;
use crate::error::{Failure, Result};

const X_CACHE: HeaderName = HeaderName::from_static("x-cache");
/// What `filename*` leaves as it is: `attr-char` of RFC 5987.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The answer with a file of leads. Its first bytes are made before the status is sent; an error after them ends the
/// connection, so that no client takes a part for the whole.
pub async fn download(done: Done<Export>) -> Result<Response> {
    let Done {
        value: mut export,
        seq,
    } = done;
    let kind = HeaderValue::from_static(export.format().media_type());
    let name = disposition(export.file_name())?;
    let first = export.next().await?;
    let chunks = try_unfold((export, first), |(mut export, first)| async move {
        let chunk = match first {
            Some(first) => Some(first),
            None => export.next().await.inspect_err(|error| {
                tracing::warn!(%error, "an export was cut off");
            })?,
        };
        Ok::<_, app::Error>(chunk.map(|chunk| (Bytes::from(chunk), (export, None))))
    });
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_DISPOSITION, name),
        (X_CACHE, HeaderValue::from_static("BYPASS")),
    ];
    let body = Body::from_stream(chunks);
    Ok((StatusCode::OK, headers, EventSeq(seq), body).into_response())
}

/// The answer with the rows of an import that became no lead, under a name; as [`download`] otherwise.
pub async fn error_file(done: Done<ErrorFile>, file_name: &str) -> Result<Response> {
    let Done {
        value: mut file,
        seq,
    } = done;
    let first = file.next().await?;
    let chunks = try_unfold((file, first), |(mut file, first)| async move {
        let chunk = match first {
            Some(first) => Some(first),
            None => file.next().await.inspect_err(|error| {
                tracing::warn!(%error, "a file of failed rows was cut off");
            })?,
        };
        Ok::<_, app::Error>(chunk.map(|chunk| (Bytes::from(chunk), (file, None))))
    });
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (CONTENT_DISPOSITION, disposition(file_name)?),
        (X_CACHE, HeaderValue::from_static("BYPASS")),
    ];
    let body = Body::from_stream(chunks);
    Ok((StatusCode::OK, headers, EventSeq(seq), body).into_response())
}

/// `Content-Disposition` (RFC 6266): the name in ASCII for old clients, and as it is (RFC 5987).
fn disposition(name: &str) -> Result<HeaderValue> {
    let ascii = |c: char| match c {
        '"' | '\\' | '%' => '-',
        ' '..='~' => c,
        _ => '_',
    };
    let plain: String = name.chars().map(ascii).collect();
    let full = utf8_percent_encode(name, ENCODED);
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}");
    HeaderValue::try_from(value).map_err(|error| Failure::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_ascii_and_as_they_are() {
        let value = disposition("Zürich \"50 %\" - leads.csv").unwrap();
        let expected = "attachment; filename=\"Z_rich -50 -- - leads.csv\"; \
            filename*=UTF-8''Z%C3%BCrich%20%2250%20%25%22%20-%20leads.csv";
        assert_eq!(value.to_str().unwrap(), expected);
        let hostile = disposition("a\r\nSet-Cookie: x=1\u{202e}").unwrap();
        assert!(!hostile.to_str().unwrap().contains(['\r', '\n']));
    }
}
