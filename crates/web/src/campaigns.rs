//! Campaigns: the list, the form, the state, and deleting one with its name typed.

use app::campaigns;
use axum::extract::Path;
use axum::http::StatusCode;
use domain::campaigns::{
    Campaign, CampaignPatch, MAX_LEADS_DEFAULT, NAME_CHARACTERS, NewCampaign, STATUS_PATTERN,
    Status, TEXT_CHARACTERS_MAX,
};
use domain::clock::Timestamp;
use domain::ids::CampaignId;
use domain::problems::Problem;
use http_edge::fields::{choice, text};
use http_edge::{QueryFields, Received};
use serde_json::Value;
use ui::campaigns::{
    CampaignCard, CampaignForm, CampaignFormPage, CampaignList, CampaignRef, CampaignStatus,
    CampaignsPage, SOURCE_CHOICES,
};
use ui::chrome::Section;
use ui::confirm::ConfirmPage;
use ui::forms::Field;

use crate::flash::Note;
use crate::form::{Complaints, last, lines};
use crate::inside::{Inside, Posted};
use crate::page::{fragment, id_of, page, see_other_with};
use crate::trouble::{Answer, Trouble};
use crate::words::{percent, when};

/// Campaigns of one page of the list.
const PAGE_CAMPAIGNS: usize = 50;
/// The tone of generated descriptions until somebody chooses one.
const STYLE_DEFAULT: &str = "professional";
/// Most characters of a search text typed into the form.
const SEARCH_CHARACTERS_MAX: usize = 255;

/// A campaign as lists and heads show it.
pub(crate) fn card(campaign: &Campaign, now: Timestamp) -> CampaignCard {
    CampaignCard {
        id: campaign.id.to_string(),
        name: campaign.name.clone(),
        description: campaign.description.clone().unwrap_or_default(),
        status: match campaign.status {
            Status::Draft => CampaignStatus::Draft,
            Status::Active => CampaignStatus::Active,
            Status::Paused => CampaignStatus::Paused,
            Status::Completed => CampaignStatus::Completed,
        },
        leads_count: campaign.leads_count,
        emails_sent: campaign.emails_sent,
        response_rate: percent(campaign.response_rate()),
        created: when(campaign.created_at, now),
    }
}

/// A campaign as forms and crumbs name it.
pub(crate) fn named(campaign: &Campaign) -> CampaignRef {
    CampaignRef {
        id: campaign.id.to_string(),
        name: campaign.name.clone(),
    }
}

/// The campaign of a path.
pub(crate) async fn find(inside: &Inside, id: &str) -> Result<Campaign, Trouble> {
    let id = id_of(id, CampaignId::parse)?;
    Ok(campaigns::show(&inside.app, &inside.member, id)
        .await?
        .value)
}

pub(crate) async fn index(inside: Inside, QueryFields(query): QueryFields) -> Answer {
    let (q, status) = (last(&query, "q"), last(&query, "status"));
    let wanted = Status::parse(status);
    let beginning = q.trim().to_lowercase();
    let all = campaigns::list(&inside.app, &inside.member).await?.value;
    let matching: Vec<&Campaign> = all
        .iter()
        .filter(|campaign| wanted.is_none_or(|status| campaign.status == status))
        .filter(|campaign| campaign.name.to_lowercase().starts_with(&beginning))
        .collect();
    let last_number = matching.len().div_ceil(PAGE_CAMPAIGNS).max(1);
    let number = last(&query, "page").parse::<usize>().unwrap_or(1);
    let number = number.clamp(1, last_number);
    let href = |number: usize| {
        let number = number.to_string();
        let pairs = [("q", q), ("status", status), ("page", &number)];
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("/campaigns?{query}")
    };
    let before = (number - 1) * PAGE_CAMPAIGNS;
    let shown = matching.into_iter().skip(before).take(PAGE_CAMPAIGNS);
    let list = CampaignList {
        campaigns: shown.map(|campaign| card(campaign, inside.now)).collect(),
        is_filtered: wanted.is_some() || !beginning.is_empty(),
        previous_href: (number > 1).then(|| href(number - 1)),
        next_href: (number < last_number).then(|| href(number + 1)),
    };
    if inside.wants_fragment {
        return fragment(&list);
    }
    let chrome = inside.chrome(Section::Campaigns).await?;
    let (q, status) = (Field::of(q), wanted.map_or("", Status::as_str).to_owned());
    page(
        StatusCode::OK,
        &CampaignsPage {
            chrome,
            q,
            status,
            list,
        },
    )
}

pub(crate) async fn create_form(inside: Inside) -> Answer {
    let form = CampaignForm {
        lead_source: Field::of(SOURCE_CHOICES[0].value),
        ..CampaignForm::default()
    };
    show_form(&inside, StatusCode::OK, None, form, None).await
}

pub(crate) async fn create(Posted { inside, form }: Posted) -> Answer {
    let mut fields = form.fields()?;
    let name = fields.required("name", text(NAME_CHARACTERS));
    let description = fields.optional("description", lines(TEXT_CHARACTERS_MAX));
    let lead_source = fields.or("lead_source", SOURCE_CHOICES[0].value.into(), source);
    let search_query = fields.or(
        "search_query",
        String::new(),
        text(0..=SEARCH_CHARACTERS_MAX),
    );
    let complaints = Complaints::of(&fields);
    let Ok((name,)) = fields.complete((name,)) else {
        return show_again(&inside, None, &form, &complaints).await;
    };
    let new = NewCampaign {
        name,
        description,
        search_query,
        lead_source,
        max_leads: MAX_LEADS_DEFAULT,
        description_style: STYLE_DEFAULT.into(),
        enable_ai_personalization: false,
    };
    let campaign = campaigns::create(&inside.app, &inside.member, new).await?;
    let path = format!("/campaigns/{}", campaign.value.id);
    Ok(see_other_with(&path, Note::CampaignCreated))
}

/// One of the sources that the form offers.
fn source(value: &Value) -> Result<String, Problem> {
    let known = SOURCE_CHOICES
        .iter()
        .find(|choice| value.as_str() == Some(choice.value));
    known
        .map(|choice| choice.value.to_owned())
        .ok_or(Problem::Pattern(
            "^(manual|google_maps|linkedin|instagram)$",
        ))
}

pub(crate) async fn edit_form(inside: Inside, Path(id): Path<String>) -> Answer {
    let campaign = find(&inside, &id).await?;
    let form = CampaignForm {
        name: Field::of(&campaign.name),
        description: Field::of(campaign.description.as_deref().unwrap_or_default()),
        ..CampaignForm::default()
    };
    show_form(&inside, StatusCode::OK, Some(&campaign), form, None).await
}

pub(crate) async fn edit(Path(id): Path<String>, Posted { inside, form }: Posted) -> Answer {
    let campaign = find(&inside, &id).await?;
    let mut fields = form.fields()?;
    let name = fields.required("name", text(NAME_CHARACTERS));
    let description = fields.patch_nullable("description", lines(TEXT_CHARACTERS_MAX));
    let complaints = Complaints::of(&fields);
    let Ok((name,)) = fields.complete((name,)) else {
        return show_again(&inside, Some(&campaign), &form, &complaints).await;
    };
    let patch = CampaignPatch {
        name: Some(name),
        description,
        ..CampaignPatch::default()
    };
    campaigns::update(&inside.app, &inside.member, campaign.id, patch).await?;
    let path = format!("/campaigns/{}", campaign.id);
    Ok(see_other_with(&path, Note::CampaignSaved))
}

async fn show_again(
    inside: &Inside,
    existing: Option<&Campaign>,
    form: &Received,
    complaints: &Complaints,
) -> Answer {
    let field = |name| complaints.field(form, name);
    let form = CampaignForm {
        name: field("name"),
        description: field("description"),
        lead_source: field("lead_source"),
        search_query: field("search_query"),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    show_form(inside, status, existing, form, complaints.above()).await
}

async fn show_form(
    inside: &Inside,
    status: StatusCode,
    existing: Option<&Campaign>,
    form: CampaignForm,
    above: Option<&str>,
) -> Answer {
    let chrome = inside.chrome_saying(Section::Campaigns, above).await?;
    let existing = existing.map(named);
    page(
        status,
        &CampaignFormPage {
            chrome,
            existing,
            form,
        },
    )
}

pub(crate) async fn set_status(Path(id): Path<String>, Posted { inside, form }: Posted) -> Answer {
    let id = id_of(&id, CampaignId::parse)?;
    let mut fields = form.fields()?;
    let status = fields.required("status", choice(STATUS_PATTERN, Status::parse));
    let (status,) = fields.complete((status,))?;
    let patch = CampaignPatch {
        status: Some(status),
        ..CampaignPatch::default()
    };
    campaigns::update(&inside.app, &inside.member, id, patch).await?;
    let note = match status {
        Status::Draft => Note::CampaignDraft,
        Status::Active => Note::CampaignActive,
        Status::Paused => Note::CampaignPaused,
        Status::Completed => Note::CampaignCompleted,
    };
    Ok(see_other_with(&format!("/campaigns/{id}"), note))
}

pub(crate) async fn delete_form(inside: Inside, Path(id): Path<String>) -> Answer {
    inside.require_administrator()?;
    let campaign = find(&inside, &id).await?;
    let chrome = inside.chrome(Section::Campaigns).await?;
    let (named, leads) = (named(&campaign), campaign.leads_count);
    let shown = ConfirmPage::delete_campaign(chrome, &named, leads, Field::default());
    page(StatusCode::OK, &shown)
}

pub(crate) async fn delete(Path(id): Path<String>, Posted { inside, form }: Posted) -> Answer {
    let administrator = inside.member.administrator()?;
    let campaign = find(&inside, &id).await?;
    if let Some(refused) = mistyped(&campaign, &form) {
        let chrome = inside.chrome(Section::Campaigns).await?;
        let (named, leads) = (named(&campaign), campaign.leads_count);
        let shown = ConfirmPage::delete_campaign(chrome, &named, leads, refused);
        return page(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    campaigns::delete(&inside.app, &administrator, campaign.id).await?;
    Ok(see_other_with("/campaigns", Note::CampaignDeleted))
}

/// The field of the typed name, where it is not the campaign's.
pub(crate) fn mistyped(campaign: &Campaign, form: &Received) -> Option<Field> {
    let typed = last(form, "typed_name");
    (typed.trim() != campaign.name.trim()).then(|| {
        Field::refused(
            typed,
            "This is not the campaign's name. Nothing was deleted.",
        )
    })
}
