//! The company's events, for clients that catch up.

use app::App;
use app::events::{self, PAGE_MAX};
use axum::extract::State;
use http_edge::fields::integer;
use http_edge::{CallingMember, EventSeq, Json, QueryFields, Received, Result, reply};

use crate::operation::Route;
use crate::wire::{Events, EventsQuery};

const PAGE_DEFAULT: i64 = 100;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/events",
            "list_events",
            "List events after a number",
            list,
        )
        .query::<EventsQuery>()
        .answers::<Events>(200, "A page, oldest first"),
    ]
}

async fn list(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    QueryFields(query): QueryFields,
) -> Result<(EventSeq, Json<Events>)> {
    let (after, limit) = page(&query)?;
    let done = events::after(&app, &caller, after, limit).await?;
    Ok(reply(done.map(Events::of)))
}

pub(crate) fn page(query: &Received) -> Result<(i64, usize)> {
    let most = i64::try_from(PAGE_MAX).unwrap_or(i64::MAX);
    let mut fields = query.fields()?;
    let after = fields.or("after", 0, integer(0..=i64::MAX));
    let limit = fields.or("limit", PAGE_DEFAULT, integer(1..=most));
    fields.complete(())?;
    Ok((after, usize::try_from(limit).unwrap_or(PAGE_MAX)))
}
