//! Answers that may come from memory: what a request says about them, and the headers that say what they are.
//!
//! A reply carries `X-Cache`, `Age` where it is kept, `X-Event-Seq`, and an `ETag` made of all that its bytes depend on:
//! epoch and number of the state, whose it is, bucket of time, build, encoding. A request that names that tag is answered
//! 304 without a look at the body or the database.

use std::convert::Infallible;

use app::App;
use app::cached::{self, Content, Kept, Rendered, Sought, Source, View};
use app::caller::{Member, SignedIn};
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName,
    IF_NONE_MATCH, LINK, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use crate::answers::{EventSeq, X_EVENT_SEQ};
use crate::error::{Failure, Result};

/// Where an answer came from.
pub const X_CACHE: HeaderName = HeaderName::from_static("x-cache");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const REVALIDATED: HeaderValue = HeaderValue::from_static("private, no-cache");
const VARIES: HeaderValue =
    HeaderValue::from_static("Authorization, Cookie, Accept, Accept-Encoding");
const GZIP: &str = "gzip";
/// Bodies of two releases may differ.
const BUILD: &str = env!("CARGO_PKG_VERSION");

/// What a request says about the answer that it may be given.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The number that it carries; one that is no text asks for the source, as every nonsense does.
    carried: Option<String>,
    /// The tags of the bodies that it has.
    tags: Vec<String>,
    accepts_gzip: bool,
}

/// How a body goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Plain,
    Gzip,
}

/// What a body depends on beside its state.
#[derive(Debug, Clone, Copy)]
struct Owner {
    /// The random end of the tenant's id, or of the person's where the body shows one.
    whose: u64,
    bucket: i64,
}

impl Owner {
    fn of<V>(sought: &Sought<V>) -> Self {
        let (_, whose) = sought.tenant().0.as_u64_pair();
        let bucket = sought.bucket();
        Self { whose, bucket }
    }
}

/// JSON as it is kept and goes out.
pub fn rendered<T: Serialize>(value: &T) -> app::Result<Rendered> {
    let bytes = serde_json::to_vec(value);
    let bytes =
        bytes.map_err(|error| app::Error::Internal(format!("a reply cannot be written: {error}")));
    Ok(Rendered::new(bytes?))
}

impl Asked {
    fn of(headers: &HeaderMap) -> Self {
        let carried = headers.get(X_EVENT_SEQ);
        let carried = carried.map(|value| value.to_str().unwrap_or("?").to_owned());
        Self {
            carried,
            tags: listed(headers, &IF_NONE_MATCH)
                .map(|tag| tag.trim_start_matches("W/").to_owned())
                .collect(),
            accepts_gzip: listed(headers, &ACCEPT_ENCODING).any(is_gzip),
        }
    }

    /// Answers a read that may be kept; `load` reads and renders it where it is not.
    pub async fn answer<V, L, F>(
        &self,
        app: &App,
        caller: &Member,
        sought: Sought<V>,
        load: L,
    ) -> Result<Response>
    where
        V: View,
        L: FnOnce(App, Member) -> F + Send + 'static,
        F: Future<Output = app::Result<Rendered>> + Send + 'static,
    {
        let owner = Owner::of(&sought);
        let need = cached::need(caller, self.carried.as_deref());
        if !self.tags.is_empty()
            && let Some(content) = cached::content(app, &sought, need)
            && let Some(tag) = self.known_tag(content, owner)
        {
            if let Some(caches) = app.caches() {
                caches.count_unchanged();
            }
            return Ok(unchanged(&tag, caller.seq(), Source::Near));
        }
        let (own_app, own_caller) = (app.clone(), caller.clone());
        let load = move || load(own_app, own_caller);
        match cached::read(app, caller, &sought, need, load).await? {
            Some(answer) => self.reply(&answer.rendered, answer.kept, answer.seq, owner),
            None => Err(sought.absent().into()),
        }
    }

    /// Answers with what was read just now and is not kept.
    pub fn source(&self, seq: i64, rendered: &Rendered) -> Result<Response> {
        self.body(rendered, seq, None, Source::Bypass)
    }

    /// Answers with what is known of the caller.
    pub fn of_caller(&self, caller: &SignedIn, rendered: &Rendered) -> Result<Response> {
        let (_, whose) = caller.user().id.0.as_u64_pair();
        self.reply(
            rendered,
            caller.kept(),
            caller.seq(),
            Owner { whose, bucket: 0 },
        )
    }

    /// The tag of a body that the client has and could be given now.
    fn known_tag(&self, content: Content, owner: Owner) -> Option<String> {
        let encodings = [Encoding::Gzip, Encoding::Plain];
        let could_be = |encoding: &Encoding| *encoding == Encoding::Plain || self.accepts_gzip;
        let mut tags = encodings
            .into_iter()
            .filter(could_be)
            .map(|encoding| tag(content, owner, encoding));
        tags.find(|tag| self.tags.contains(tag))
    }

    fn reply(&self, rendered: &Rendered, kept: Kept, seq: i64, owner: Owner) -> Result<Response> {
        let Kept {
            source,
            age,
            content,
        } = kept;
        let (_, encoding) = self.pick(rendered);
        let tag = content.map(|content| tag(content, owner, encoding));
        if let Some(tag) = tag.as_ref().filter(|tag| self.tags.contains(tag)) {
            return Ok(unchanged(tag, seq, source));
        }
        let mut response = self.body(rendered, seq, tag.as_deref(), source)?;
        if matches!(source, Source::Near | Source::Far | Source::Stale) {
            let age = HeaderValue::from(age.as_secs());
            response.headers_mut().insert(AGE, age);
        }
        Ok(response)
    }

    fn body(
        &self,
        rendered: &Rendered,
        seq: i64,
        tag: Option<&str>,
        source: Source,
    ) -> Result<Response> {
        let (bytes, encoding) = self.pick(rendered);
        let content = ([(CONTENT_TYPE, JSON)], Body::from(bytes.clone()));
        let mut response = (EventSeq(seq), content).into_response();
        let headers = response.headers_mut();
        describe(headers, tag, source);
        if encoding == Encoding::Gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(GZIP));
        }
        if let Some(link) = rendered.link() {
            let link = HeaderValue::from_str(link);
            let link = link.map_err(|error| Failure::internal(error.to_string()))?;
            headers.insert(LINK, link);
        }
        Ok(response)
    }

    fn pick<'a>(&self, rendered: &'a Rendered) -> (&'a Bytes, Encoding) {
        match rendered.as_gzip() {
            Some(packed) if self.accepts_gzip => (packed, Encoding::Gzip),
            _ => (rendered.as_plain(), Encoding::Plain),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

fn unchanged(tag: &str, seq: i64, source: Source) -> Response {
    let mut response = (StatusCode::NOT_MODIFIED, EventSeq(seq), ()).into_response();
    describe(response.headers_mut(), Some(tag), source);
    response
}

fn describe(headers: &mut HeaderMap, tag: Option<&str>, source: Source) {
    headers.insert(X_CACHE, HeaderValue::from_static(source.as_header()));
    headers.insert(CACHE_CONTROL, REVALIDATED);
    headers.insert(VARY, VARIES);
    if let Some(Ok(tag)) = tag.map(HeaderValue::from_str) {
        headers.insert(ETAG, tag);
    }
}

fn tag(content: Content, owner: Owner, encoding: Encoding) -> String {
    let Content { epoch, number } = content;
    let Owner { whose, bucket } = owner;
    let ending = match encoding {
        Encoding::Plain => "",
        Encoding::Gzip => "-gzip",
    };
    format!("\"{epoch:x}-{number:x}-{whose:x}-{bucket:x}-{BUILD}{ending}\"")
}

/// The members of a header that is a list, over all its lines.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

/// Whether a member of `Accept-Encoding` is gzip and not refused by its weight.
fn is_gzip(member: &str) -> bool {
    let mut parts = member.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let is_refused = parts.any(|part| {
        let weight = part.strip_prefix("q=").or(part.strip_prefix("Q="));
        weight.is_some_and(|weight| weight.parse() == Ok(0.0))
    });
    (name.eq_ignore_ascii_case(GZIP) || name == "*") && !is_refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(HeaderName, &'static str)]) -> Asked {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_static(value));
        }
        Asked::of(&map)
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let accepts = |value| asked(&[(ACCEPT_ENCODING, value)]).accepts_gzip;
        for yes in ["gzip", "br, GZIP;q=0.5", "*", "deflate;q=0, gzip"] {
            assert!(accepts(yes), "{yes}");
        }
        for no in ["", "br", "gzip;q=0", "gzip;q=0.000, br", "identity"] {
            assert!(!accepts(no), "{no}");
        }
        assert!(!asked(&[]).accepts_gzip);
    }

    #[test]
    fn tags_are_read_over_all_lines_weak_ones_too() {
        let asked = asked(&[(IF_NONE_MATCH, "\"a\", W/\"b\""), (IF_NONE_MATCH, "\"c\"")]);
        assert_eq!(asked.tags, ["\"a\"", "\"b\"", "\"c\""]);
    }

    #[test]
    fn a_number_that_is_no_text_is_carried_as_nonsense() {
        let mut map = HeaderMap::new();
        map.insert(X_EVENT_SEQ, HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(Asked::of(&map).carried.as_deref(), Some("?"));
    }
}
