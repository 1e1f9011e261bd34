//! Leads.

use domain::ids::CampaignId;
use domain::leads::Lead as Entity;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A lead.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Lead {
    /// Its id.
    pub id: String,
    /// The campaign that holds it.
    pub campaign_id: String,
    /// Company or person.
    #[schema(required)]
    pub title: Option<String>,
    /// Postal address.
    #[schema(required)]
    pub address: Option<String>,
    /// One or several numbers.
    #[schema(required)]
    pub phone: Option<String>,
    /// Website.
    #[schema(required)]
    pub website: Option<String>,
    /// One or several addresses, joined by `; `.
    #[schema(required)]
    pub email: Option<String>,
    /// What is known.
    #[schema(required)]
    pub description: Option<String>,
    /// How promising it is.
    pub lead_score: i64,
    /// A drafted e-mail.
    #[schema(required)]
    pub generated_email: Option<String>,
    /// A drafted WhatsApp message.
    #[schema(required)]
    pub generated_whatsapp: Option<String>,
    /// Whether an e-mail went out.
    pub email_sent: bool,
    /// Whether a WhatsApp message went out.
    pub whatsapp_sent: bool,
    /// Whether it answered.
    pub replied: bool,
    /// When it was made.
    pub created_at: String,
    /// Where it came from.
    #[schema(required)]
    pub contact_source: Option<String>,
    /// Whatever else came with it.
    #[schema(required, value_type = Option<Object>)]
    pub scraped_data: Option<Map<String, Value>>,
    /// A research report.
    #[schema(required)]
    pub deep_research: Option<String>,
    /// `scraped_data.category`, where it is a text.
    #[schema(required)]
    pub category: Option<String>,
    /// `scraped_data.rating`, where it is a number.
    #[schema(required)]
    pub rating: Option<f64>,
    /// `scraped_data.reviews_count`, where it is an integer.
    #[schema(required)]
    pub reviews_count: Option<i64>,
}

impl From<Entity> for Lead {
    fn from(lead: Entity) -> Self {
        let fields = lead.fields;
        let extra = |name: &str| fields.scraped_data.as_ref().and_then(|data| data.get(name));
        let category = extra("category").and_then(Value::as_str).map(str::to_owned);
        let (rating, reviews_count) = (
            extra("rating").and_then(number),
            extra("reviews_count").and_then(count),
        );
        Self {
            id: lead.id.to_string(),
            campaign_id: lead.campaign_id.to_string(),
            title: fields.title,
            address: fields.address,
            phone: fields.phone,
            website: fields.website,
            email: fields.email,
            description: fields.description,
            lead_score: fields.lead_score,
            generated_email: fields.generated_email,
            generated_whatsapp: fields.generated_whatsapp,
            email_sent: lead.email_sent,
            whatsapp_sent: lead.whatsapp_sent,
            replied: lead.replied,
            created_at: lead.created_at.wire(),
            contact_source: fields.contact_source,
            scraped_data: fields.scraped_data,
            deep_research: fields.deep_research,
            category,
            rating,
            reviews_count,
        }
    }
}

/// A number, or a text of one: files have nothing but texts.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    number.filter(|number: &f64| number.is_finite())
}

fn count(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    }
}

/// What makes a lead; every field may be left out.
#[derive(Debug, ToSchema)]
pub struct LeadCreate {
    /// Company or person.
    #[schema(max_length = 2000)]
    pub title: Option<String>,
    /// Postal address.
    #[schema(max_length = 100_000)]
    pub address: Option<String>,
    /// One or several numbers.
    #[schema(max_length = 2000)]
    pub phone: Option<String>,
    /// Website.
    #[schema(max_length = 2000)]
    pub website: Option<String>,
    /// One or several addresses; free text.
    #[schema(max_length = 2000)]
    pub email: Option<String>,
    /// What is known.
    #[schema(max_length = 100_000)]
    pub description: Option<String>,
    /// Where it came from.
    #[schema(max_length = 2000)]
    pub contact_source: Option<String>,
    /// Whatever else is known.
    #[schema(value_type = Option<Object>)]
    pub scraped_data: Option<Map<String, Value>>,
    /// How promising it is.
    #[schema(default = 50, nullable = false)]
    pub lead_score: Option<i64>,
}

/// Many leads as a bare list; `{"leads": […]}` around it is taken as well. The document shows the list alone:
/// explorers cannot make an example of a choice between a list and an object.
#[derive(Debug, ToSchema)]
pub struct LeadBulkCreate(pub Vec<LeadCreate>);

/// How many leads came.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadsAdded {
    /// The same for a person.
    pub message: String,
    /// The campaign.
    pub campaign_id: String,
    /// How many.
    pub leads_added: usize,
}

impl LeadsAdded {
    /// So many leads in a campaign.
    pub fn of(campaign: CampaignId, leads_added: usize) -> Self {
        Self {
            message: format!("Successfully added {leads_added} leads to campaign"),
            campaign_id: campaign.to_string(),
            leads_added,
        }
    }
}

/// A change of a lead; what is left out stays, other keys are ignored.
#[derive(Debug, ToSchema)]
pub struct LeadUpdate {
    /// A new title; an empty one is ignored.
    #[schema(max_length = 2000)]
    pub title: Option<String>,
    /// A new e-mail text; `null` clears it, as for the following.
    #[schema(max_length = 2000)]
    pub email: Option<String>,
    /// A new phone.
    #[schema(max_length = 2000)]
    pub phone: Option<String>,
    /// A new address.
    #[schema(max_length = 100_000)]
    pub address: Option<String>,
    /// A new website.
    #[schema(max_length = 2000)]
    pub website: Option<String>,
    /// A new description.
    #[schema(max_length = 100_000)]
    pub description: Option<String>,
    /// A new draft.
    #[schema(max_length = 100_000)]
    pub generated_email: Option<String>,
    /// A new report.
    #[schema(max_length = 100_000)]
    pub deep_research: Option<String>,
}

/// A description, as older clients send it.
#[derive(Debug, ToSchema)]
pub struct LeadDescriptionQuery {
    /// The new description; without it a JSON body is read.
    #[schema(max_length = 100_000, nullable = false)]
    pub description: Option<String>,
}

/// Which leads of a campaign are wanted; with none of these all of them are streamed, oldest first.
#[derive(Debug, ToSchema)]
pub struct LeadListQuery {
    /// Leads of a page.
    #[schema(minimum = 1, maximum = 1000, default = 100, nullable = false)]
    pub limit: Option<i64>,
    /// Where the page begins, from the `Link` header of the page before.
    #[schema(nullable = false)]
    pub cursor: Option<String>,
    /// Words of which each must begin a word of the lead.
    #[schema(max_length = 500, nullable = false)]
    pub q: Option<String>,
    /// The order.
    #[schema(
        pattern = "^(oldest|newest|title|score)$",
        default = "oldest",
        nullable = false
    )]
    pub sort: Option<String>,
    /// The lowest score.
    #[schema(nullable = false)]
    pub min_score: Option<i64>,
    /// Only those that did, or did not, get an e-mail.
    #[schema(nullable = false)]
    pub email_sent: Option<bool>,
}

/// The query of the export of leads.
#[derive(Debug, ToSchema)]
pub struct LeadExportQuery {
    /// The kind of file.
    #[schema(pattern = "^(csv|xlsx)$", default = "csv", nullable = false)]
    pub format: Option<String>,
    /// Words of which each must begin a word of the lead.
    #[schema(max_length = 500, nullable = false)]
    pub q: Option<String>,
    /// The order.
    #[schema(
        pattern = "^(oldest|newest|title|score)$",
        default = "oldest",
        nullable = false
    )]
    pub sort: Option<String>,
    /// The lowest score.
    #[schema(nullable = false)]
    pub min_score: Option<i64>,
    /// Only those that did, or did not, get an e-mail.
    #[schema(nullable = false)]
    pub email_sent: Option<bool>,
}
