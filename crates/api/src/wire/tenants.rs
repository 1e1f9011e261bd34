//! The company.

use domain::tenants::Tenant as Company;
use serde::Serialize;
use utoipa::ToSchema;

/// The company of the caller.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Tenant {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where mail about the account goes.
    pub company_email: String,
    /// Its website.
    #[schema(required)]
    pub company_website: Option<String>,
    /// `trial`, `active` or `suspended`.
    pub status: &'static str,
    /// `starter`, `pro` or `enterprise`.
    pub plan: String,
    /// Leads that the plan allows.
    pub leads_quota: i64,
    /// Leads inserted so far.
    pub leads_used: i64,
    /// When it registered.
    pub created_at: String,
    /// Whether its people may work.
    pub is_active: bool,
    /// When its profile last changed.
    pub updated_at: String,
}

impl From<Company> for Tenant {
    fn from(tenant: Company) -> Self {
        Self {
            id: tenant.id.to_string(),
            name: tenant.name,
            company_email: tenant.company_email,
            company_website: tenant.company_website,
            status: tenant.status.as_str(),
            plan: tenant.plan,
            leads_quota: tenant.leads_quota,
            leads_used: tenant.leads_used,
            created_at: tenant.created_at.wire(),
            is_active: tenant.status.is_live(),
            updated_at: tenant.updated_at.wire(),
        }
    }
}

/// A change of the company's profile; what is left out stays.
#[derive(Debug, ToSchema)]
pub struct TenantUpdate {
    /// A new name.
    #[schema(min_length = 2, max_length = 255, nullable = false)]
    pub name: Option<String>,
    /// A new address for mail about the account.
    #[schema(format = "email", nullable = false)]
    pub company_email: Option<String>,
    /// A new website; `null` clears it.
    pub company_website: Option<String>,
    /// A new postal address; `null` clears it. It is stored and not answered.
    pub company_address: Option<String>,
}
