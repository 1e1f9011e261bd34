//! The one file of an upload, piece by piece, and the texts around it that are wanted. Whatever stands before and around it is bounded, and only a form that was
//! received to its end counts as received.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{BodyDataStream, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use domain::problems::{FieldProblem, Problem, Step};
use futures_util::Stream;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http_edge::{Failure, Result};
use multer::{Constraints, Field, Multipart, SizeLimit};
use serde_json::Value;

/// What a form may hold beside the file's bytes.
const FORM_BYTES: u64 = 1 << 20;
/// Most bytes of a part's head, which is held in memory until it is complete.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Most bytes of a text that is kept.
const TEXT_BYTES_MAX: usize = 256 * 1024;
const FILE: &str = "file";

/// Texts of a form by their names.
pub(crate) type Texts = BTreeMap<String, String>;

/// A form that is being received.
pub(crate) struct Upload {
    form: Multipart<'static>,
    unread: Arc<AtomicUsize>,
    bytes_max: u64,
    wanted: &'static [&'static str],
    texts: Texts,
}

/// The file within it.
pub(crate) struct File {
    field: Field<'static>,
    pub(crate) name: String,
}

impl Upload {
    /// Begins with the first byte of a body; one that is no form has no file.
    pub(crate) fn begin(request: Request, bytes_max: u64) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|_| no_file())?;
        if body.is_end_stream() {
            return Err(no_file());
        }
        let limit = SizeLimit::new().whole_stream(bytes_max.saturating_add(FORM_BYTES));
        let constraints = Constraints::new().size_limit(limit);
        let unread = Arc::<AtomicUsize>::default();
        let paced = Paced {
            body: body.into_data_stream(),
            unread: Arc::clone(&unread),
            rests: false,
        };
        Ok(Self {
            form: Multipart::with_constraints(paced, boundary, constraints),
            unread,
            bytes_max,
            wanted: &[],
            texts: Texts::new(),
        })
    }

    /// Keeps the texts of these names, which may stand before or after the file.
    pub(crate) fn keeping(mut self, names: &'static [&'static str]) -> Self {
        self.wanted = names;
        self
    }

    /// Goes to the file; a form that ends without one lacks a field.
    pub(crate) async fn file(&mut self) -> Result<File> {
        self.file_if_any().await?.ok_or_else(no_file)
    }

    /// Goes to the file, or to the end of the form.
    pub(crate) async fn file_if_any(&mut self) -> Result<Option<File>> {
        while let Some(field) = self.next().await? {
            let name = field.file_name().filter(|name| !name.is_empty());
            if field.name() == Some(FILE)
                && let Some(name) = name.map(str::to_owned)
            {
                return Ok(Some(File { field, name }));
            }
            self.keep_or_skip(field).await?;
        }
        Ok(None)
    }

    /// The texts of a form that was read to its end and has no file.
    pub(crate) fn into_texts(self) -> Texts {
        self.texts
    }

    /// The next piece of the file.
    pub(crate) async fn chunk(&self, file: &mut File) -> Result<Option<Bytes>> {
        self.chunk_of(&mut file.field).await
    }

    /// Reads on to the end of the form, so that one which was cut off is not taken for a whole one; gives the texts.
    pub(crate) async fn finish(mut self, file: File) -> Result<Texts> {
        drop(file);
        while let Some(field) = self.next().await? {
            self.keep_or_skip(field).await?;
        }
        Ok(self.texts)
    }

    async fn next(&mut self) -> Result<Option<Field<'static>>> {
        let next = self.form.next_field().await;
        self.unread.store(0, Ordering::Relaxed);
        next.map_err(|error| self.failure(&error))
    }

    /// Reads a part to its end; of those with the same name the last one is kept.
    async fn keep_or_skip(&mut self, mut field: Field<'static>) -> Result<()> {
        let name = field.name().filter(|name| self.wanted.contains(name));
        let Some(name) = name.map(str::to_owned) else {
            while self.chunk_of(&mut field).await?.is_some() {}
            return Ok(());
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk_of(&mut field).await? {
            if bytes.len() + chunk.len() > TEXT_BYTES_MAX {
                return Err(Failure::body_too_large(TEXT_BYTES_MAX));
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.texts.insert(name, text);
        Ok(())
    }

    async fn chunk_of(&self, field: &mut Field<'static>) -> Result<Option<Bytes>> {
        let chunk = field.chunk().await;
        self.unread.store(0, Ordering::Relaxed);
        chunk.map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &multer::Error) -> Failure {
        match error {
            multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
                Failure::file_too_large(self.bytes_max)
            }
            _ => {
                let text = "The upload ended early or is malformed";
                Failure::plain(StatusCode::BAD_REQUEST, text)
            }
        }
    }
}

pub(crate) fn no_file() -> Failure {
    let location = ["body", FILE].map(|step| Step::Name(step.into())).into();
    vec![FieldProblem {
        location,
        problem: Problem::Missing,
        input: Value::Null,
    }]
    .into()
}

/// The body as the parser may have it. The parser takes whatever is ready into its memory, so after each piece there
/// is a rest; and it is refused more while it has found no use for [`HEAD_BYTES_MAX`].
struct Paced {
    body: BodyDataStream,
    unread: Arc<AtomicUsize>,
    rests: bool,
}

#[derive(Debug)]
enum Broken {
    HeadTooLarge,
    Body(axum::Error),
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::HeadTooLarge => f.write_str("the head of a part is too large"),
            Self::Body(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Broken {}

impl Stream for Paced {
    type Item = std::result::Result<Bytes, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.unread.load(Ordering::Relaxed) > HEAD_BYTES_MAX {
            return Poll::Ready(Some(Err(Broken::HeadTooLarge)));
        }
        let next = ready!(Pin::new(&mut self.body).poll_next(context));
        if let Some(Ok(bytes)) = &next {
            self.rests = true;
            self.unread.fetch_add(bytes.len(), Ordering::Relaxed);
        }
        Poll::Ready(next.map(|next| next.map_err(Broken::Body)))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures_util::stream;

    use super::*;

    const BYTES_MAX: u64 = 1000;

    fn request(body: Body) -> Request {
        let kind = "multipart/form-data; boundary=B";
        Request::builder()
            .header(CONTENT_TYPE, kind)
            .body(body)
            .unwrap()
    }

    async fn receive(request: Request) -> std::result::Result<(String, Vec<u8>), (u16, String)> {
        let read = async {
            let mut upload = Upload::begin(request, BYTES_MAX)?;
            let mut file = upload.file().await?;
            let mut bytes = Vec::new();
            while let Some(chunk) = upload.chunk(&mut file).await? {
                bytes.extend_from_slice(&chunk);
            }
            let name = file.name.clone();
            upload.finish(file).await?;
            Ok::<_, Failure>((name, bytes))
        };
        let read = read.await;
        read.map_err(|failure| (failure.status().as_u16(), failure.text().to_owned()))
    }

    /// The body in pieces of so many bytes.
    fn pieces(text: &str, bytes: usize) -> Body {
        let pieces: Vec<_> = text
            .as_bytes()
            .chunks(bytes)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect();
        Body::from_stream(stream::iter(pieces))
    }

    fn form(parts: &[(&str, &str)]) -> String {
        let part = |(disposition, content): &(&str, &str)| {
            format!("--B\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
        };
        parts.iter().map(part).collect::<String>() + "--B--\r\n"
    }

    const GOOD: &str = "name=\"file\"; filename=\"leads.csv\"";

    #[tokio::test]
    async fn the_file_is_found_whatever_stands_around_it_and_however_it_arrives() {
        let text = form(&[
            ("name=\"note\"", "x"),
            (GOOD, "name\r\nSiemens"),
            ("name=\"file\"; filename=\"second.csv\"", "y"),
        ]);
        let expected = ("leads.csv".to_owned(), b"name\r\nSiemens".to_vec());
        for bytes in [1, 7, 10_000] {
            assert_eq!(
                receive(request(pieces(&text, bytes))).await,
                Ok(expected.clone())
            );
        }
    }

    #[tokio::test]
    async fn wanted_texts_are_kept_on_both_sides_of_the_file() {
        let text = form(&[
            ("name=\"a\"", "1"),
            (GOOD, "x"),
            ("name=\"b\"", "2"),
            ("name=\"c\"", "3"),
        ]);
        let upload = Upload::begin(request(pieces(&text, 7)), BYTES_MAX).unwrap();
        let mut upload = upload.keeping(&["a", "b"]);
        let mut file = upload.file().await.unwrap();
        while upload.chunk(&mut file).await.unwrap().is_some() {}
        let texts = upload.finish(file).await.unwrap();
        let found: Vec<_> = texts
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(found, [("a", "1"), ("b", "2")]);
    }

    #[tokio::test]
    async fn a_form_without_a_file_lacks_a_field() {
        let missing = Err((422, "Field required".to_owned()));
        let bodies = [
            form(&[]),
            form(&[("name=\"note\"", "x")]),
            form(&[("name=\"file\"", "no file name")]),
            form(&[("name=\"file\"; filename=\"\"", "")]),
            String::new(),
        ];
        for body in bodies {
            assert_eq!(receive(request(Body::from(body))).await, missing);
        }
        for kind in ["application/json", "multipart/form-data", "text/plain", "é"] {
            let mut plain = request(Body::from(form(&[(GOOD, "x")])));
            let kind = http::HeaderValue::from_bytes(kind.as_bytes()).unwrap();
            plain.headers_mut().insert(CONTENT_TYPE, kind);
            assert_eq!(receive(plain).await, missing);
        }
    }

    #[tokio::test]
    async fn a_form_that_is_cut_off_anywhere_is_refused() {
        let text = form(&[(GOOD, "name\r\nSiemens"), ("name=\"note\"", "x")]);
        let end = text.len() - "--\r\n".len();
        for cut in 1..end {
            let (status, _) = receive(request(pieces(&text[..cut], 5))).await.unwrap_err();
            assert_eq!(status, 400, "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn a_connection_that_breaks_is_no_defect_of_ours() {
        let text = form(&[(GOOD, "name\r\nSiemens")]);
        let broken = [
            Ok(Bytes::copy_from_slice(&text.as_bytes()[..70])),
            Err(std::io::Error::other("reset")),
        ];
        let (status, _) = receive(request(Body::from_stream(stream::iter(broken))))
            .await
            .unwrap_err();
        assert_eq!(status, 400);
    }

    #[tokio::test]
    async fn what_is_held_in_memory_is_bounded() {
        let heads = [
            format!("--B\r\nX-Long: {}", "x".repeat(1 << 20)),
            "preamble ".repeat(1 << 17),
        ];
        for head in heads {
            let (status, _) = receive(request(pieces(&head, 4096))).await.unwrap_err();
            assert_eq!(status, 400);
        }
        let large = form(&[(GOOD, &"x".repeat(2 << 20))]);
        let refused = receive(request(pieces(&large, 4096))).await.unwrap_err();
        assert_eq!(refused, (413, "File is larger than 1 MB".to_owned()));
    }
}
