//! The company's own data.

use app::tenants;
use axum::http::StatusCode;
use domain::email::EmailAddress;
use domain::tenants::{NAME_CHARACTERS, Tenant, TenantPatch, TenantStatus};
use http_edge::fields::{email, text};
use ui::chrome::Section;
use ui::forms::Field;
use ui::tenants::{CompanyForm, CompanyPage};

use crate::accounts::WEBSITE_CHARACTERS_MAX;
use crate::flash::Note;
use crate::form::Complaints;
use crate::inside::{Inside, Posted};
use crate::page::{page, see_other_with};
use crate::trouble::Answer;
use crate::words::when;

/// Most characters of a postal address.
const ADDRESS_CHARACTERS_MAX: usize = 2_000;

pub(crate) async fn show(inside: Inside) -> Answer {
    let tenant = tenants::show(&inside.app, &inside.member).await?.value;
    let optional = |text: &Option<String>| Field::of(text.as_deref().unwrap_or_default());
    let form = CompanyForm {
        name: Field::of(&tenant.name),
        company_email: Field::of(&tenant.company_email),
        company_website: optional(&tenant.company_website),
        company_address: optional(&tenant.company_address),
    };
    render(&inside, StatusCode::OK, tenant, form, None).await
}

pub(crate) async fn update(Posted { inside, form }: Posted) -> Answer {
    let administrator = inside.member.administrator()?;
    let mut fields = form.fields()?;
    let patch = TenantPatch {
        name: fields.patch("name", text(NAME_CHARACTERS)),
        company_email: fields.patch("company_email", email(EmailAddress::parse)),
        company_website: fields.patch_nullable("company_website", text(0..=WEBSITE_CHARACTERS_MAX)),
        company_address: fields.patch_nullable("company_address", text(0..=ADDRESS_CHARACTERS_MAX)),
    };
    let mut complaints = Complaints::of(&fields);
    if fields.complete(()).is_ok() {
        match tenants::update(&inside.app, &administrator, patch).await {
            Ok(_) => return Ok(see_other_with("/company", Note::CompanySaved)),
            Err(error) => complaints = Complaints::why(error, |_| Some("company_email"))?,
        }
    }
    let field = |name| complaints.field(&form, name);
    let typed = CompanyForm {
        name: field("name"),
        company_email: field("company_email"),
        company_website: field("company_website"),
        company_address: field("company_address"),
    };
    let tenant = tenants::show(&inside.app, &inside.member).await?.value;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    render(&inside, status, tenant, typed, complaints.above()).await
}

async fn render(
    inside: &Inside,
    status: StatusCode,
    tenant: Tenant,
    form: CompanyForm,
    above: Option<&str>,
) -> Answer {
    let shown = CompanyPage {
        chrome: inside.chrome_saying(Section::Company, above).await?,
        form,
        status: match tenant.status {
            TenantStatus::Trial => ui::tenants::TenantStatus::Trial,
            TenantStatus::Active => ui::tenants::TenantStatus::Active,
            TenantStatus::Suspended => ui::tenants::TenantStatus::Suspended,
        },
        plan: capitalised(&tenant.plan),
        leads_used: tenant.leads_used,
        leads_quota: tenant.leads_quota,
        created: when(tenant.created_at, inside.now),
    };
    page(status, &shown)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
