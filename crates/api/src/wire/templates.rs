//! E-mail templates.

use domain::ids::TenantId;
use domain::templates::Template as Entity;
use serde::Serialize;
use utoipa::ToSchema;

/// An e-mail template.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Template {
    /// Its id.
    pub id: String,
    /// The company.
    pub tenant_id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[schema(required)]
    pub description: Option<String>,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub body: String,
    /// Whether it is offered.
    pub is_active: bool,
    /// Whether texts are made for each lead.
    pub use_ai_personalization: bool,
    /// How many texts were made from it.
    pub times_used: i64,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

impl Template {
    /// As the people of its company see it.
    pub fn of(template: Entity, tenant: TenantId) -> Self {
        let fields = template.fields;
        Self {
            id: template.id.to_string(),
            tenant_id: tenant.to_string(),
            name: fields.name,
            description: fields.description,
            subject: fields.subject,
            body: fields.body,
            is_active: fields.is_active,
            use_ai_personalization: fields.use_ai_personalization,
            times_used: template.times_used,
            created_at: template.created_at.wire(),
            updated_at: template.updated_at.wire(),
        }
    }
}

/// What makes a template.
#[derive(Debug, ToSchema)]
pub struct TemplateCreate {
    /// Its name.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The subject line.
    #[schema(min_length = 1, max_length = 500)]
    pub subject: String,
    /// The text.
    #[schema(min_length = 1)]
    pub body: String,
    /// Whether texts are made for each lead.
    #[schema(default = true, nullable = false)]
    pub use_ai_personalization: Option<bool>,
}

/// A change of a template; what is left out stays.
#[derive(Debug, ToSchema)]
pub struct TemplateUpdate {
    /// A new name.
    #[schema(min_length = 1, max_length = 255, nullable = false)]
    pub name: Option<String>,
    /// A new description; `null` clears it.
    pub description: Option<String>,
    /// A new subject.
    #[schema(min_length = 1, max_length = 500, nullable = false)]
    pub subject: Option<String>,
    /// A new text.
    #[schema(min_length = 1, nullable = false)]
    pub body: Option<String>,
    /// Whether it is offered.
    #[schema(nullable = false)]
    pub is_active: Option<bool>,
    /// Whether texts are made for each lead.
    #[schema(nullable = false)]
    pub use_ai_personalization: Option<bool>,
}
