//! Leads (contract 2.6).

mod body;
mod cursor;
mod export;
mod list;
mod stream;

use app::App;
use app::campaigns::missing as no_campaign;
use app::leads::{self, missing};
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::ids::{CampaignId, LeadId};
use domain::problems::{FieldProblem, Problem, Step};
use http::StatusCode;
use http_edge::{
    CallingMember, EventSeq, Json, JsonBody, QueryFields, Received, Result, no_content, reply,
};

use crate::bodies::id_or;
use crate::operation::Route;
use crate::wire::{
    Lead, LeadBulkCreate, LeadCreate, LeadDescriptionQuery, LeadExportQuery, LeadListQuery,
    LeadUpdate, LeadsAdded,
};

pub(crate) use body::{new, patch};

const OF_CAMPAIGN: &str = "/api/v1/campaigns/{campaign_id}/leads";
const BULK: &str = "/api/v1/campaigns/{campaign_id}/leads/bulk";
const EXPORT: &str = "/api/v1/campaigns/{campaign_id}/leads/export";
const ONE: &str = "/api/v1/leads/{lead_id}";
/// The largest body that changes or makes one lead: its texts and extra data at their bounds, escaped.
const LEAD_BYTES_MAX: usize = 4 << 20;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            OF_CAMPAIGN,
            "list_leads",
            "List a campaign's leads",
            list::list,
        )
        .untimed()
        .query::<LeadListQuery>()
        .answers_list::<Lead>(
            200,
            "All, oldest first, streamed; or a page, with a `Link` to the next one",
        )
        .kept()
        .refuses(404, "Campaign not found"),
        Route::post(OF_CAMPAIGN, "create_lead", "Add a lead", create)
            .body::<LeadCreate>()
            .answers::<Lead>(201, "The lead")
            .refuses(402, "Monthly lead quota exceeded")
            .refuses(404, "Campaign not found"),
        Route::post(
            BULK,
            "create_leads",
            "Add many leads, all or none",
            create_many,
        )
        .body::<LeadBulkCreate>()
        .answers::<LeadsAdded>(201, "How many were added")
        .refuses(402, "Monthly lead quota exceeded")
        .refuses(404, "Campaign not found")
        .refuses(413, "Request body is larger than {n} MB"),
        Route::get(
            EXPORT,
            "export_leads",
            "Download a campaign's leads as a file",
            export::export,
        )
        .untimed()
        .query::<LeadExportQuery>()
        .answers_text(
            "text/csv",
            "The file, streamed; texts that a spreadsheet could take for a formula begin with an apostrophe",
        )
        .answers_text(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "A workbook where `format` is `xlsx`",
        )
        .refuses(404, "Campaign not found"),
        Route::delete(
            OF_CAMPAIGN,
            "delete_leads",
            "Delete all leads of a campaign",
            clear,
        )
        .answers_nothing("Deleted")
        .refuses(403, "Insufficient permissions. Required: owner, admin")
        .refuses(404, "Campaign not found"),
        Route::patch(
            ONE,
            "patch_lead",
            "Change a lead, by query or body",
            change_description,
        )
        .query::<LeadDescriptionQuery>()
        .optional_body::<LeadUpdate>()
        .answers::<Lead>(200, "The lead")
        .refuses(404, "Lead not found"),
        Route::put(ONE, "update_lead", "Change a lead", update)
            .body::<LeadUpdate>()
            .answers::<Lead>(200, "The lead")
            .refuses(404, "Lead not found"),
        Route::delete(ONE, "delete_lead", "Delete a lead", delete)
            .answers_nothing("Deleted")
            .refuses(404, "Lead not found"),
    ]
}

async fn create(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(campaign): Path<String>,
    JsonBody(body): JsonBody<LEAD_BYTES_MAX>,
) -> Result<(StatusCode, EventSeq, Json<Lead>)> {
    let new = new(&body)?;
    let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
    let done = leads::add(&app, &caller, campaign, new).await?;
    let (seq, lead) = reply(done.map(Lead::from));
    Ok((StatusCode::CREATED, seq, lead))
}

async fn create_many(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(campaign): Path<String>,
    request: Request,
) -> Result<(StatusCode, EventSeq, Json<LeadsAdded>)> {
    let new = body::many(request).await?;
    let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
    let done = leads::add_many(&app, &caller, campaign, new).await?;
    let (seq, added) = reply(done.map(|ids| LeadsAdded::of(campaign, ids.len())));
    Ok((StatusCode::CREATED, seq, added))
}

async fn clear(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(campaign): Path<String>,
) -> Result<Response> {
    let caller = caller.administrator()?;
    let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
    let done = leads::clear(&app, &caller, campaign).await?;
    Ok(no_content(EventSeq(done.seq)))
}

async fn change_description(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    QueryFields(query): QueryFields,
    JsonBody(body): JsonBody<LEAD_BYTES_MAX>,
) -> Result<(EventSeq, Json<Lead>)> {
    let patch = description_or_body(&query, &body)?;
    let id = id_or(&id, LeadId::parse, missing)?;
    Ok(reply(
        leads::update(&app, &caller, id, patch)
            .await?
            .map(Lead::from),
    ))
}

async fn update(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<LEAD_BYTES_MAX>,
) -> Result<(EventSeq, Json<Lead>)> {
    let patch = patch(&body)?;
    let id = id_or(&id, LeadId::parse, missing)?;
    Ok(reply(
        leads::update(&app, &caller, id, patch)
            .await?
            .map(Lead::from),
    ))
}

async fn delete(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
) -> Result<Response> {
    let id = id_or(&id, LeadId::parse, missing)?;
    let done = leads::delete(&app, &caller, id).await?;
    Ok(no_content(EventSeq(done.seq)))
}

/// The change by whichever way it came (FIX-30); the query counts first, and one that says nothing misses it.
pub(crate) fn description_or_body(
    query: &Received,
    body: &Received,
) -> Result<domain::leads::LeadPatch> {
    let from_query = body::description(query)?;
    if from_query.is_none() && body.is_absent() {
        let location = ["query", "description"].map(|step| Step::Name(step.into()));
        return Err(vec![FieldProblem {
            location: location.into(),
            problem: Problem::Missing,
            input: serde_json::Value::Null,
        }]
        .into());
    }
    match from_query {
        Some(description) => Ok(domain::leads::LeadPatch {
            description: Some(Some(description)),
            ..Default::default()
        }),
        None => patch(body),
    }
}

#[cfg(test)]
mod tests;
