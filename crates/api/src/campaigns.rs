//! Campaigns (contract 2.5).

use app::cached;
use app::caller::Member;
use app::campaigns::{self, missing};
use app::{App, Done};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::campaigns::{
    Campaign as Entity, CampaignPatch, MAX_LEADS, MAX_LEADS_DEFAULT, NAME_CHARACTERS, NewCampaign,
    SOURCE_PATTERN, STATUS_PATTERN, STYLE_PATTERN, Status, TEXT_CHARACTERS_MAX,
};
use domain::ids::CampaignId;
use http::StatusCode;
use http_edge::fields::{boolean, choice, integer, text};
use http_edge::{
    Asked, CallingMember, EventSeq, Json, JsonBody, Received, Result, no_content, rendered, reply,
};

use crate::bodies::id_or;
use crate::operation::Route;
use crate::wire::{Campaign, CampaignCreate, CampaignUpdate};

const ALL: &str = "/api/v1/campaigns";
const ONE: &str = "/api/v1/campaigns/{campaign_id}";
const SOURCES: [&str; 3] = ["google_maps", "linkedin", "instagram"];
const STYLES: [&str; 3] = ["professional", "sales", "casual"];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post(ALL, "create_campaign", "Make a campaign", create)
            .body::<CampaignCreate>()
            .answers::<Campaign>(201, "The campaign, a draft"),
        Route::get(ALL, "list_campaigns", "List the campaigns", list)
            .answers_list::<Campaign>(200, "All, newest first")
            .kept(),
        Route::get(ONE, "get_campaign", "Show a campaign", show)
            .answers::<Campaign>(200, "The campaign")
            .kept()
            .refuses(404, "Campaign not found"),
        Route::patch(ONE, "update_campaign", "Change a campaign", update)
            .body::<CampaignUpdate>()
            .answers::<Campaign>(200, "The campaign")
            .refuses(404, "Campaign not found"),
        Route::delete(
            ONE,
            "delete_campaign",
            "Delete a campaign with its leads",
            delete,
        )
        .answers_nothing("Deleted")
        .refuses(403, "Insufficient permissions. Required: owner, admin")
        .refuses(404, "Campaign not found"),
    ]
}

async fn create(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, EventSeq, Json<Campaign>)> {
    let new = new(&body)?;
    let (seq, campaign) = answer(campaigns::create(&app, &caller, new).await?, &caller);
    Ok((StatusCode::CREATED, seq, campaign))
}

async fn list(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    asked: Asked,
) -> Result<Response> {
    let sought = cached::campaign_list(&caller);
    let load = async |app: App, caller: Member| {
        let done = campaigns::list(&app, &caller).await?;
        let tenant = caller.user().tenant_id;
        let of = |campaign| Campaign::of(campaign, tenant);
        rendered(&done.value.into_iter().map(of).collect::<Vec<_>>())
    };
    asked.answer(&app, &caller, sought, load).await
}

async fn show(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let id = id_or(&id, CampaignId::parse, missing)?;
    let sought = cached::campaign_shown(&caller, id);
    let load = async move |app: App, caller: Member| {
        let done = campaigns::show(&app, &caller, id).await?;
        rendered(&Campaign::of(done.value, caller.user().tenant_id))
    };
    asked.answer(&app, &caller, sought, load).await
}

async fn update(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<(EventSeq, Json<Campaign>)> {
    let patch = patch(&body)?;
    let id = id_or(&id, CampaignId::parse, missing)?;
    let done = campaigns::update(&app, &caller, id, patch).await?;
    Ok(answer(done, &caller))
}

async fn delete(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
) -> Result<Response> {
    let caller = caller.administrator()?;
    let id = id_or(&id, CampaignId::parse, missing)?;
    let done = campaigns::delete(&app, &caller, id).await?;
    Ok(no_content(EventSeq(done.seq)))
}

fn answer(done: Done<Entity>, caller: &app::caller::Member) -> (EventSeq, Json<Campaign>) {
    let tenant = caller.user().tenant_id;
    reply(done.map(|campaign| Campaign::of(campaign, tenant)))
}

pub(crate) fn new(body: &Received) -> Result<NewCampaign> {
    let among =
        |words: [&'static str; 3]| move |word: &str| words.contains(&word).then(|| word.to_owned());
    let free = || text(0..=TEXT_CHARACTERS_MAX);
    let mut fields = body.fields()?;
    let name = fields.required("name", text(NAME_CHARACTERS));
    let description = fields.optional("description", free());
    let search_query = fields.required("search_query", free());
    let lead_source = fields.required("lead_source", choice(SOURCE_PATTERN, among(SOURCES)));
    let max_leads = fields.or("max_leads", MAX_LEADS_DEFAULT, integer(MAX_LEADS));
    let style = choice(STYLE_PATTERN, among(STYLES));
    let description_style = fields.or("description_style", STYLES[0].to_owned(), style);
    let enable_ai_personalization = fields.or("enable_ai_personalization", true, boolean);
    let (name, search_query, lead_source) = fields.complete((name, search_query, lead_source))?;
    Ok(NewCampaign {
        name,
        description,
        search_query,
        lead_source,
        max_leads,
        description_style,
        enable_ai_personalization,
    })
}

pub(crate) fn patch(body: &Received) -> Result<CampaignPatch> {
    let mut fields = body.fields()?;
    let patch = CampaignPatch {
        name: fields.patch("name", text(NAME_CHARACTERS)),
        description: fields.patch_nullable("description", text(0..=TEXT_CHARACTERS_MAX)),
        status: fields.patch("status", choice(STATUS_PATTERN, Status::parse)),
        search_query: None,
    };
    fields.complete(())?;
    Ok(patch)
}
