//! A company to look around in: real names of companies, made-up addresses, three campaigns in different states. It is
//! marked by its name and its plan, and can be removed with everything of it.

use domain::accounts::NewUser;
use domain::campaigns::{CampaignPatch, NewCampaign, Status};
use domain::email::EmailAddress;
use domain::leads::{LeadFields, SCORE_DEFAULT, SCORE_IMPORTED_DESCRIBED};
use domain::refusal::Refusal;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{TenantScope, erase, tenants, unscoped};

use super::{act_as, create_owner, set_suspended};
use crate::context::App;
use crate::error::{Error, Result};
use crate::{campaigns, leads};

/// The address of the demo company and of its owner; nobody can own one at this domain (RFC 2606).
pub const DEMO_EMAIL: &str = "demo@elite.example";
const COMPANY: &str = "Demo company";
/// The plan by which a demo is known; no other company has it.
const PLAN: &str = "demo";
/// Where the leads come from, as each of them says.
const SOURCE: &str = "demo";
/// Random bytes of the password.
const PASSWORD_BYTES: usize = 10;

/// Facts of the `pytickersymbols` data set (MIT licence); see `assets/demo/README.md`.
const COMPANIES: &[u8] = include_bytes!("../../../../assets/demo/companies.json");

/// Of each campaign: its word in the data, name, description, and the states it goes through.
const CAMPAIGNS: [(&str, &str, &str, &[Status]); 3] = [
    (
        "Nordic",
        "Demo: companies of the North",
        "A campaign that is over. The companies are real, their e-mail addresses are not.",
        &[Status::Active, Status::Completed],
    ),
    (
        "Japan",
        "Demo: companies of Japan",
        "A campaign in preparation. The companies are real, their e-mail addresses are not.",
        &[],
    ),
    (
        "Germany",
        "Demo: companies of Germany",
        "A campaign that runs. The companies are real, their e-mail addresses are not.",
        &[Status::Active],
    ),
];

#[derive(Debug, Deserialize)]
struct Company {
    campaign: String,
    name: String,
    email: String,
    address: String,
    website: String,
    description: String,
    industry: String,
    employees: String,
    founded: String,
}

/// A demo that was made.
#[derive(Debug, Clone)]
pub struct Demo {
    /// The password of [`DEMO_EMAIL`].
    pub password: String,
    /// Campaigns made.
    pub campaigns: usize,
    /// Leads made.
    pub leads: usize,
}

/// Makes the demo company; one that is there already is a conflict.
pub async fn make_demo(app: &App) -> Result<Demo> {
    if find(app).await?.is_some() {
        let text = "There is a demo company already. `elite demo --remove` removes it.";
        return Err(Refusal::conflict(text).into());
    }
    let mut companies: Vec<Company> = serde_json::from_slice(COMPANIES)
        .map_err(|error| Error::Internal(format!("the demo's companies: {error}")))?;
    let password = password(app);
    let owner = NewUser {
        email: EmailAddress::parse(DEMO_EMAIL)
            .map_err(|error| Error::Internal(error.to_string()))?,
        first_name: Some("Demo".into()),
        last_name: None,
    };
    create_owner(app, COMPANY.into(), owner, password.clone()).await?;
    let scope = super::find_tenant(app, DEMO_EMAIL).await?;
    let writing = app.store().write(scope).await?;
    tenants::set_plan(&writing, PLAN).await?;
    app.commit(writing, ()).await?;
    let mut demo = Demo {
        password,
        campaigns: 0,
        leads: 0,
    };
    for (word, name, description, states) in CAMPAIGNS {
        let of_campaign = companies.extract_if(.., |company| company.campaign == word);
        let fields: Vec<LeadFields> = of_campaign.map(lead).collect();
        demo.leads += fields.len();
        demo.campaigns += 1;
        make_campaign(app, scope, (name, description), states, fields).await?;
    }
    Ok(demo)
}

async fn make_campaign(
    app: &App,
    scope: TenantScope,
    (name, description): (&str, &str),
    states: &[Status],
    fields: Vec<LeadFields>,
) -> Result<()> {
    let owner = act_as(app, scope, None).await?;
    let new = NewCampaign {
        name: name.into(),
        description: Some(description.into()),
        search_query: String::new(),
        lead_source: "manual".into(),
        max_leads: domain::campaigns::MAX_LEADS_DEFAULT,
        description_style: "professional".into(),
        enable_ai_personalization: true,
    };
    let campaign = campaigns::create(app, &owner, new).await?.value;
    leads::add_many(app, &owner, campaign.id, fields).await?;
    for status in states {
        let patch = CampaignPatch {
            status: Some(*status),
            ..CampaignPatch::default()
        };
        campaigns::update(app, &owner, campaign.id, patch).await?;
    }
    Ok(())
}

/// Removes the demo company and everything of it; says whether there was one.
pub async fn remove_demo(app: &App) -> Result<bool> {
    let Some(scope) = find(app).await? else {
        return Ok(false);
    };
    // Whoever is signed in is shut out first, so that nothing is added meanwhile.
    set_suspended(app, scope, true).await?;
    let files = erase::files(app.store(), scope).await?;
    erase::tenant(app.store(), scope).await?;
    for key in files {
        if let Err(error) = app.uploads().remove(&key).await {
            tracing::warn!(%error, "a file of the demo was not removed; it is swept later");
        }
    }
    Ok(true)
}

/// The demo company, which is known by address and plan. A company of that address that is none is a conflict.
async fn find(app: &App) -> Result<Option<TenantScope>> {
    let Some(scope) = unscoped::tenant_by_email(app.store(), DEMO_EMAIL).await? else {
        return Ok(None);
    };
    let db = app.store().read(scope).await?;
    let is_demo = tenants::find(&db)
        .await?
        .is_some_and(|tenant| tenant.plan == PLAN || tenant.name == COMPANY);
    if is_demo {
        return Ok(Some(scope));
    }
    let text = format!("A company with the address {DEMO_EMAIL} is there that is no demo.");
    Err(Refusal::conflict(text).into())
}

/// A password that keeps the rules, and that nobody can guess.
fn password(app: &App) -> String {
    let random: [u8; PASSWORD_BYTES] = app.entropy().bytes();
    let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("Demo-7-{text}")
}

fn lead(company: Company) -> LeadFields {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let extra = [
        ("industry", company.industry),
        ("employees", company.employees),
        ("founded", company.founded),
    ];
    let extra = extra.into_iter().filter(|(_, text)| !text.is_empty());
    let extra = extra.map(|(name, text)| (name.to_owned(), Value::String(text)));
    let score = match company.description.is_empty() {
        true => SCORE_DEFAULT,
        false => SCORE_IMPORTED_DESCRIBED,
    };
    LeadFields {
        title: some(company.name),
        email: some(company.email),
        address: some(company.address),
        website: some(company.website),
        description: some(company.description),
        lead_score: score,
        contact_source: Some(SOURCE.into()),
        scraped_data: Some(extra.collect::<Map<_, _>>()),
        ..LeadFields::default()
    }
}
