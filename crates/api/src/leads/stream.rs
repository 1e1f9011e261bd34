//! All leads of a campaign as one JSON array, page by page: memory is bounded by a page, and a connection is held
//! only while one is loaded. It is not one snapshot.

use app::App;
use app::caller::Member;
use app::leads::{self, Cursor, Page};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::ids::CampaignId;
use domain::leads::LeadFilter;
use futures_util::stream::try_unfold;
use http::HeaderValue;
use http::header::{CONTENT_TYPE, HeaderName};
use http_edge::{EventSeq, Result};

use crate::wire::Lead;

/// Leads of the first page, whose weight is not known yet.
const FIRST_PAGE_LEADS: u64 = 100;
/// Leads of a page, at most.
const PAGE_LEADS_MAX: u64 = 500;
/// What a page should weigh in bytes: of heavy leads there are fewer in it.
const PAGE_BYTES: u64 = 1 << 20;
const X_CACHE: HeaderName = HeaderName::from_static("x-cache");

enum Step {
    /// A page is there.
    Write(Box<Page>),
    /// The next one has to be loaded.
    Load(Cursor, u64),
    /// The array is closed.
    End,
}

struct Source {
    app: App,
    caller: Member,
    campaign: CampaignId,
    filter: LeadFilter,
}

impl Source {
    async fn page(&self, after: Option<&Cursor>, limit: u64) -> app::Result<app::Done<Page>> {
        leads::page(
            &self.app,
            &self.caller,
            self.campaign,
            &self.filter,
            after,
            limit,
        )
        .await
    }
}

/// The first page is loaded before the status is sent; an error after it ends the connection without closing the array.
pub(super) async fn all(app: App, caller: Member, campaign: CampaignId) -> Result<Response> {
    let source = Source {
        app,
        caller,
        campaign,
        filter: LeadFilter::default(),
    };
    let first = source.page(None, FIRST_PAGE_LEADS).await?;
    let begin = (source, Step::Write(Box::new(first.value)), true);
    let chunks = try_unfold(begin, |(source, step, is_first)| async move {
        let page = match step {
            Step::Write(page) => *page,
            Step::Load(after, limit) => {
                let loaded = source.page(Some(&after), limit).await;
                loaded.inspect_err(log)?.value
            }
            Step::End => return Ok(None),
        };
        let (chunk, next) = write(page, is_first).inspect_err(log)?;
        Ok::<_, app::Error>(Some((chunk, (source, next, false))))
    });
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (X_CACHE, HeaderValue::from_static("BYPASS")),
    ];
    Ok((headers, EventSeq(first.seq), Body::from_stream(chunks)).into_response())
}

fn log(error: &app::Error) {
    tracing::warn!(%error, "a list of leads was cut off");
}

/// A page as a part of the array, and what comes after it.
fn write(page: Page, is_first: bool) -> app::Result<(Bytes, Step)> {
    let mut json = Vec::new();
    let mut opening: &[u8] = if is_first { b"[" } else { b"," };
    let count = page.leads.len() as u64;
    for lead in page.leads {
        json.extend_from_slice(opening);
        serde_json::to_writer(&mut json, &Lead::from(lead))
            .map_err(|error| app::Error::Internal(format!("a lead cannot be written: {error}")))?;
        opening = b",";
    }
    if is_first && count == 0 {
        json.extend_from_slice(opening);
    }
    let next = match page.next {
        Some(after) => {
            let lead_bytes = (json.len() as u64 / count.max(1)).max(1);
            Step::Load(after, (PAGE_BYTES / lead_bytes).clamp(1, PAGE_LEADS_MAX))
        }
        None => {
            json.push(b']');
            Step::End
        }
    };
    Ok((json.into(), next))
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
