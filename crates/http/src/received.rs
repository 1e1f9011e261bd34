//! What came in: a JSON body, a form or a query, read within a bound and handed on as fields. Whose field is wrong in
//! which way is said in `fields`.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::{Bytes, BytesMut};
use domain::problems::{FieldProblem, Problem, Step};
use http::HeaderMap;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::BodyExt;
use serde_json::{Map, Value};

use crate::error::{Failure, PROBLEMS_MAX, Result};
use crate::fields::Fields;

/// The largest JSON body or form, unless the handler says otherwise.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// How many fields a form may have; each costs far more memory than its two bytes on the wire.
const FORM_FIELDS_MAX: usize = 10_000;

#[derive(Debug, Clone, PartialEq)]
enum State {
    Absent,
    Unparsed,
    Parsed(Value),
}

/// Fields as they came in, and by which way.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    root: &'static str,
    is_form: bool,
    state: State,
    pairs: Vec<(String, String)>,
}

impl Received {
    /// Reads JSON; the error is `json_invalid` with the offset, in characters, where it stops being JSON.
    pub fn json(headers: &HeaderMap, bytes: &[u8]) -> Result<Self> {
        let state = if bytes.is_empty() {
            State::Absent
        } else if !is_json(headers) {
            State::Unparsed
        } else {
            match parse(bytes)? {
                Value::Null => State::Absent,
                value => State::Parsed(value),
            }
        };
        Ok(Self {
            root: "body",
            is_form: false,
            state,
            pairs: Vec::new(),
        })
    }

    /// Reads a query string; of a name that stands there twice the last counts.
    pub fn query(query: &str) -> Self {
        Self::urlencoded("query", false, query.as_bytes())
    }

    /// Reads a form, in which a field left blank counts as not filled in.
    pub fn form(bytes: &[u8]) -> Result<Self> {
        if bytes.iter().filter(|byte| **byte == b'&').count() >= FORM_FIELDS_MAX {
            let text = format!("The form has more than {FORM_FIELDS_MAX} fields");
            return Err(Failure::plain(StatusCode::PAYLOAD_TOO_LARGE, text));
        }
        Ok(Self::urlencoded("body", true, bytes))
    }

    fn urlencoded(root: &'static str, is_form: bool, bytes: &[u8]) -> Self {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes).unwrap_or_default();
        let object: Map<String, Value> = pairs
            .iter()
            .map(|(name, text)| (name.clone(), text.as_str().into()))
            .collect();
        Self {
            root,
            is_form,
            state: State::Parsed(Value::Object(object)),
            pairs,
        }
    }

    /// Whether there was no body at all.
    pub fn is_absent(&self) -> bool {
        self.state == State::Absent
    }

    /// Every text that a form or a query gives for this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, text)| text.as_str())
    }

    /// The fields; the error says that there is no body, or that it is not an object.
    pub fn fields(&self) -> Result<Fields<'_>> {
        match self.value()? {
            Value::Object(object) => {
                let fields = Fields::new(object, vec![Step::Name(self.root.into())]);
                Ok(match (self.is_form, self.root) {
                    (true, _) => fields.as_form(),
                    (false, "query") => fields.as_embedded(),
                    (false, _) => fields,
                })
            }
            other => Err(self.problem(Problem::ModelType, other.clone())),
        }
    }

    /// Reads every object of a bare array, or of the array under `key` where the body is an object.
    pub fn each_object<T>(
        &self,
        key: &str,
        mut read: impl FnMut(&mut Fields<'_>) -> Option<T>,
    ) -> Result<Vec<T>> {
        let value = self.value()?;
        if value.get(key).is_some() {
            let mut fields = self.fields()?;
            let items = fields.required_objects(key, read);
            let (items,) = fields.complete((items,))?;
            return Ok(items);
        }
        let Value::Array(items) = value else {
            return Err(self.problem(Problem::ListType, value.clone()));
        };
        let mut found = Vec::with_capacity(items.len());
        let mut problems = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let location = vec![Step::Name(self.root.into()), Step::Index(index)];
            found.extend(Fields::of_item(item, location, &mut problems, &mut read));
            if problems.len() >= PROBLEMS_MAX {
                break;
            }
        }
        if problems.is_empty() {
            Ok(found)
        } else {
            Err(problems.into())
        }
    }

    fn value(&self) -> Result<&Value> {
        match &self.state {
            State::Absent => Err(self.problem(Problem::Missing, Value::Null)),
            // What was not parsed is not repeated: it could be a form with a password.
            State::Unparsed => Err(self.problem(Problem::ModelType, Value::Null)),
            State::Parsed(value) => Ok(value),
        }
    }

    fn problem(&self, problem: Problem, input: Value) -> Failure {
        let location = vec![Step::Name(self.root.into())];
        vec![FieldProblem {
            location,
            problem,
            input,
        }]
        .into()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let kind = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn parse(bytes: &[u8]) -> Result<Value> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(json_invalid(error.valid_up_to(), "invalid UTF-8")),
    };
    serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        json_invalid(offset(text, error.line(), error.column()), said)
    })
}

/// Line and column of the parser, both from 1 and in bytes, as characters from the start.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let before: usize = lines.map(str::len).sum();
    let bytes = (before + column.saturating_sub(1)).min(text.len());
    text.as_bytes()[..bytes]
        .iter()
        .filter(|byte| **byte & 0xc0 != 0x80)
        .count()
}

fn json_invalid(offset: usize, said: &str) -> Failure {
    let location = vec![Step::Name("body".into()), Step::Index(offset)];
    let problem = Problem::JsonInvalid(said.to_owned());
    vec![FieldProblem {
        location,
        problem,
        input: Value::Object(Map::new()),
    }]
    .into()
}

/// Reads a whole body of at most `bytes_max`; more is 413, and one that ends early or stops coming 400.
pub async fn collect(headers: &HeaderMap, mut body: Body, bytes_max: usize) -> Result<Bytes> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let announced = announced
        .and_then(|length| length.parse::<u64>().ok())
        .unwrap_or(0);
    let mut read = BytesMut::new();
    if announced <= bytes_max as u64 {
        loop {
            match body.frame().await {
                None => return Ok(read.freeze()),
                Some(Err(_)) => {
                    let text = "The request body ended early";
                    return Err(Failure::plain(StatusCode::BAD_REQUEST, text));
                }
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else {
                        continue;
                    };
                    if read.len() + data.len() > bytes_max {
                        break;
                    }
                    read.extend_from_slice(&data);
                }
            }
        }
    }
    Err(Failure::body_too_large(bytes_max))
}

/// Extracts a JSON body of at most `BYTES_MAX`; stands last among a handler's parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonBody<const BYTES_MAX: usize = BODY_BYTES_MAX>(pub Received);

impl<S: Send + Sync, const BYTES_MAX: usize> FromRequest<S> for JsonBody<BYTES_MAX> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let bytes = collect(&parts.headers, body, BYTES_MAX).await?;
        Received::json(&parts.headers, &bytes).map(Self)
    }
}

/// Extracts a form of at most `BYTES_MAX`.
#[derive(Debug, Clone, PartialEq)]
pub struct FormBody<const BYTES_MAX: usize = BODY_BYTES_MAX>(pub Received);

impl<S: Send + Sync, const BYTES_MAX: usize> FromRequest<S> for FormBody<BYTES_MAX> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let bytes = collect(&parts.headers, body, BYTES_MAX).await?;
        Received::form(&bytes).map(Self)
    }
}

/// Extracts the query.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryFields(pub Received);

impl<S: Send + Sync> FromRequestParts<S> for QueryFields {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> std::result::Result<Self, Self::Rejection> {
        Ok(Self(Received::query(parts.uri.query().unwrap_or_default())))
    }
}
