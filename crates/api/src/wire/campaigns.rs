//! Campaigns.

use domain::campaigns::Campaign as Entity;
use domain::ids::TenantId;
use serde::Serialize;
use utoipa::ToSchema;

/// A campaign.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Campaign {
    /// Its id.
    pub id: String,
    /// The company.
    pub tenant_id: String,
    /// Its name.
    pub name: String,
    /// What it is about.
    #[schema(required)]
    pub description: Option<String>,
    /// `draft`, `active`, `paused` or `completed`.
    pub status: &'static str,
    /// What leads are searched by.
    pub search_query: String,
    /// `google_maps`, `linkedin`, `instagram` or `manual`.
    pub lead_source: String,
    /// How many leads are wanted.
    pub max_leads: i64,
    /// When it was made.
    pub created_at: String,
    /// When it first became active.
    #[schema(required)]
    pub started_at: Option<String>,
    /// When it was completed, while it is.
    #[schema(required)]
    pub completed_at: Option<String>,
    /// Leads that it holds.
    pub leads_count: i64,
    /// Leads of it that got an e-mail.
    pub emails_sent: i64,
    /// Replied leads per e-mailed lead, in percent.
    pub response_rate: f64,
    /// `professional`, `sales` or `casual`.
    #[schema(required)]
    pub description_style: Option<String>,
    /// Whether generated texts are made for each lead.
    pub enable_ai_personalization: bool,
}

impl Campaign {
    /// As the people of its company see it.
    pub fn of(campaign: Entity, tenant: TenantId) -> Self {
        Self {
            response_rate: campaign.response_rate(),
            id: campaign.id.to_string(),
            tenant_id: tenant.to_string(),
            name: campaign.name,
            description: campaign.description,
            status: campaign.status.as_str(),
            search_query: campaign.search_query,
            lead_source: campaign.lead_source,
            max_leads: campaign.max_leads,
            created_at: campaign.created_at.wire(),
            started_at: campaign.started_at.map(|at| at.wire()),
            completed_at: campaign.completed_at.map(|at| at.wire()),
            leads_count: campaign.leads_count,
            emails_sent: campaign.emails_sent,
            description_style: Some(campaign.description_style),
            enable_ai_personalization: campaign.enable_ai_personalization,
        }
    }
}

/// What makes a campaign.
#[derive(Debug, ToSchema)]
pub struct CampaignCreate {
    /// Its name.
    #[schema(min_length = 3, max_length = 255)]
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// What leads are searched by; may be empty.
    pub search_query: String,
    /// Where leads come from.
    #[schema(pattern = "^(google_maps|linkedin|instagram)$")]
    pub lead_source: String,
    /// How many leads are wanted.
    #[schema(minimum = 1, maximum = 1000, default = 10, nullable = false)]
    pub max_leads: Option<i64>,
    /// Tone of generated descriptions.
    #[schema(
        pattern = "^(professional|sales|casual)$",
        default = "professional",
        nullable = false
    )]
    pub description_style: Option<String>,
    /// Whether generated texts are made for each lead.
    #[schema(default = true, nullable = false)]
    pub enable_ai_personalization: Option<bool>,
}

/// A change of a campaign; what is left out stays.
#[derive(Debug, ToSchema)]
pub struct CampaignUpdate {
    /// A new name.
    #[schema(min_length = 3, max_length = 255, nullable = false)]
    pub name: Option<String>,
    /// A new description; `null` clears it.
    pub description: Option<String>,
    /// A new state; every transition passes.
    #[schema(pattern = "^(draft|active|paused|completed)$", nullable = false)]
    pub status: Option<String>,
}
