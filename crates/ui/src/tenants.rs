//! The company's own data.

use askama::Template;

use crate::chrome::{Chrome, Tone};
use crate::forms::{Field, Input};
use crate::text::When;

/// The company form; the field names are the form's.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are the form's names")]
pub struct CompanyForm {
    pub name: Field,
    pub company_email: Field,
    pub company_website: Field,
    pub company_address: Field,
}

/// Whether the company may work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantStatus {
    /// Trying it out.
    Trial,
    /// A customer.
    Active,
    /// Stopped.
    Suspended,
}

impl TenantStatus {
    fn label(self) -> &'static str {
        match self {
            Self::Trial => "Trial",
            Self::Active => "Active",
            Self::Suspended => "Suspended",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Trial => Tone::Info,
            Self::Active => Tone::Good,
            Self::Suspended => Tone::Bad,
        }
    }
}

/// `GET /company`, and `POST /company` refused. Members see the values, owners and admins a form.
#[derive(Debug, Clone, Template)]
#[template(path = "pages/company.html")]
pub struct CompanyPage {
    /// The surroundings; the role decides between form and values.
    pub chrome: Chrome,
    /// What is stored or was typed.
    pub form: CompanyForm,
    /// Whether the company may work.
    pub status: TenantStatus,
    /// The plan's name: `Starter`.
    pub plan: String,
    /// Leads counted against the plan.
    pub leads_used: i64,
    /// How many the plan allows.
    pub leads_quota: i64,
    /// Since when the company is here.
    pub created: When,
}
