//! Leads: the form of one lead, deleting one or all of a campaign; `table` is the campaign's page, `export` its leads as a file.

mod export;
mod table;

use app::leads;
use axum::extract::Path;
use axum::http::StatusCode;
use domain::campaigns::Campaign;
use domain::ids::LeadId;
use domain::leads::{
    LONG_TEXT_CHARACTERS_MAX, Lead, LeadFields, LeadPatch, SCORE_DEFAULT, SHORT_TEXT_CHARACTERS_MAX,
};
use http_edge::Received;
use http_edge::fields::{integer, text};
use ui::chrome::Section;
use ui::confirm::ConfirmPage;
use ui::forms::Field;
use ui::leads::{LeadFacts, LeadForm, LeadFormPage};

use crate::campaigns::{find as find_campaign, mistyped, named};
use crate::flash::Note;
use crate::form::{Complaints, last, lines};
use crate::inside::{Inside, Posted};
use crate::page::{id_of, page, see_other_with};
use crate::trouble::{Answer, Trouble};
use crate::words::when;

pub(crate) use export::export;
pub(crate) use table::index;

/// The scores that the form takes.
const FORM_SCORE: std::ops::RangeInclusive<i64> = 0..=100;
/// `contact_source` of a lead that somebody typed in.
const TYPED_IN: &str = "manual";

pub(crate) async fn add_form(inside: Inside, Path(id): Path<String>) -> Answer {
    let campaign = find_campaign(&inside, &id).await?;
    let form = LeadForm {
        lead_score: Field::of(SCORE_DEFAULT.to_string()),
        ..LeadForm::default()
    };
    show_form(&inside, StatusCode::OK, &campaign, None, form, None).await
}

pub(crate) async fn add(Path(id): Path<String>, Posted { inside, form }: Posted) -> Answer {
    let campaign = find_campaign(&inside, &id).await?;
    let short = || text(0..=SHORT_TEXT_CHARACTERS_MAX);
    let mut fields = form.fields()?;
    let title = fields.required("title", text(1..=SHORT_TEXT_CHARACTERS_MAX));
    let new = LeadFields {
        email: fields.optional("email", short()),
        phone: fields.optional("phone", short()),
        website: fields.optional("website", short()),
        address: fields.optional("address", text(0..=LONG_TEXT_CHARACTERS_MAX)),
        description: fields.optional("description", lines(LONG_TEXT_CHARACTERS_MAX)),
        lead_score: fields.or("lead_score", SCORE_DEFAULT, integer(FORM_SCORE)),
        contact_source: Some(TYPED_IN.into()),
        ..LeadFields::default()
    };
    let mut complaints = Complaints::of(&fields);
    if let Ok((title,)) = fields.complete((title,)) {
        let title = Some(title);
        let new = LeadFields { title, ..new };
        match leads::add(&inside.app, &inside.member, campaign.id, new).await {
            Ok(_) => {
                let another = last(&form, "then") == "another";
                let rest = if another { "/leads/new" } else { "" };
                let path = format!("/campaigns/{}{rest}", campaign.id);
                return Ok(see_other_with(&path, Note::LeadAdded));
            }
            Err(error) => complaints = Complaints::why(error, |_| None)?,
        }
    }
    let (status, above) = (StatusCode::UNPROCESSABLE_ENTITY, complaints.above());
    let typed = typed(&form, &complaints);
    show_form(&inside, status, &campaign, None, typed, above).await
}

fn typed(form: &Received, complaints: &Complaints) -> LeadForm {
    let field = |name| complaints.field(form, name);
    LeadForm {
        title: field("title"),
        email: field("email"),
        phone: field("phone"),
        website: field("website"),
        address: field("address"),
        description: field("description"),
        lead_score: field("lead_score"),
        generated_email: field("generated_email"),
    }
}

/// The lead of a path, with its campaign.
async fn find(inside: &Inside, id: &str) -> Result<(Lead, Campaign), Trouble> {
    let id = id_of(id, LeadId::parse)?;
    let (app, member) = (&inside.app, &inside.member);
    let lead = leads::show(app, member, id).await?.value;
    let campaign = app::campaigns::show(app, member, lead.campaign_id).await?;
    Ok((lead, campaign.value))
}

pub(crate) async fn edit_form(inside: Inside, Path(id): Path<String>) -> Answer {
    let (lead, campaign) = find(&inside, &id).await?;
    let fields = &lead.fields;
    let field = |text: &Option<String>| Field::of(text.as_deref().unwrap_or_default());
    let form = LeadForm {
        title: field(&fields.title),
        email: field(&fields.email),
        phone: field(&fields.phone),
        website: field(&fields.website),
        address: field(&fields.address),
        description: field(&fields.description),
        lead_score: Field::of(fields.lead_score.to_string()),
        generated_email: field(&fields.generated_email),
    };
    show_form(&inside, StatusCode::OK, &campaign, Some(&lead), form, None).await
}

pub(crate) async fn edit(Path(id): Path<String>, Posted { inside, form }: Posted) -> Answer {
    let (lead, campaign) = find(&inside, &id).await?;
    let short = || text(0..=SHORT_TEXT_CHARACTERS_MAX);
    let mut fields = form.fields()?;
    let title = fields.required("title", text(1..=SHORT_TEXT_CHARACTERS_MAX));
    let patch = LeadPatch {
        email: fields.patch_nullable("email", short()),
        phone: fields.patch_nullable("phone", short()),
        website: fields.patch_nullable("website", short()),
        address: fields.patch_nullable("address", text(0..=LONG_TEXT_CHARACTERS_MAX)),
        description: fields.patch_nullable("description", lines(LONG_TEXT_CHARACTERS_MAX)),
        generated_email: fields.patch_nullable("generated_email", lines(LONG_TEXT_CHARACTERS_MAX)),
        ..LeadPatch::default()
    };
    let mut complaints = Complaints::of(&fields);
    if let Ok((title,)) = fields.complete((title,)) {
        let title = Some(title);
        let patch = LeadPatch { title, ..patch };
        match leads::update(&inside.app, &inside.member, lead.id, patch).await {
            Ok(_) => {
                let path = format!("/campaigns/{}", campaign.id);
                return Ok(see_other_with(&path, Note::LeadSaved));
            }
            Err(error) => complaints = Complaints::why(error, |_| None)?,
        }
    }
    let (status, above) = (StatusCode::UNPROCESSABLE_ENTITY, complaints.above());
    let typed = typed(&form, &complaints);
    show_form(&inside, status, &campaign, Some(&lead), typed, above).await
}

async fn show_form(
    inside: &Inside,
    status: StatusCode,
    campaign: &Campaign,
    existing: Option<&Lead>,
    form: LeadForm,
    above: Option<&str>,
) -> Answer {
    let shown = LeadFormPage {
        chrome: inside.chrome_saying(Section::Campaigns, above).await?,
        campaign: named(campaign),
        existing: existing.map(|lead| facts(inside, lead)),
        form,
    };
    page(status, &shown)
}

fn facts(inside: &Inside, lead: &Lead) -> LeadFacts {
    let extra = lead.fields.scraped_data.iter().flatten();
    LeadFacts {
        id: lead.id.to_string(),
        score: lead.fields.lead_score,
        is_email_sent: lead.email_sent,
        is_replied: lead.replied,
        source: source_words(lead.fields.contact_source.as_deref().unwrap_or_default()),
        created: Some(when(lead.created_at, inside.now)),
        extra: extra
            .map(|(name, value)| {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                (name.clone(), text)
            })
            .collect(),
    }
}

fn source_words(source: &str) -> String {
    match source {
        domain::imports::CONTACT_SOURCE => "Uploaded file",
        TYPED_IN => "Typed in",
        "google_maps" => "Google Maps",
        "linkedin" => "LinkedIn",
        "instagram" => "Instagram",
        other => other,
    }
    .to_owned()
}

pub(crate) async fn delete_form(inside: Inside, Path(id): Path<String>) -> Answer {
    let (lead, campaign) = find(&inside, &id).await?;
    let chrome = inside.chrome(Section::Campaigns).await?;
    let title = lead.fields.title.as_deref().unwrap_or_default();
    let shown = ConfirmPage::delete_lead(chrome, &lead.id.to_string(), title, &named(&campaign));
    page(StatusCode::OK, &shown)
}

pub(crate) async fn delete(Path(id): Path<String>, Posted { inside, form: _ }: Posted) -> Answer {
    let id = id_of(&id, LeadId::parse)?;
    let campaign = leads::delete(&inside.app, &inside.member, id).await?.value;
    let path = format!("/campaigns/{campaign}");
    Ok(see_other_with(&path, Note::LeadDeleted))
}

pub(crate) async fn clear_form(inside: Inside, Path(id): Path<String>) -> Answer {
    inside.require_administrator()?;
    let campaign = find_campaign(&inside, &id).await?;
    let chrome = inside.chrome(Section::Campaigns).await?;
    let (named, leads) = (named(&campaign), campaign.leads_count);
    let shown = ConfirmPage::delete_all_leads(chrome, &named, leads, Field::default());
    page(StatusCode::OK, &shown)
}

pub(crate) async fn clear(Path(id): Path<String>, Posted { inside, form }: Posted) -> Answer {
    let administrator = inside.member.administrator()?;
    let campaign = find_campaign(&inside, &id).await?;
    if let Some(refused) = mistyped(&campaign, &form) {
        let chrome = inside.chrome(Section::Campaigns).await?;
        let (named, leads) = (named(&campaign), campaign.leads_count);
        let shown = ConfirmPage::delete_all_leads(chrome, &named, leads, refused);
        return page(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    leads::clear(&inside.app, &administrator, campaign.id).await?;
    let path = format!("/campaigns/{}", campaign.id);
    Ok(see_other_with(&path, Note::LeadsCleared))
}
