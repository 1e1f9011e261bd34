//! A company that uses the product: its profile, its plan, and what a change of the profile may be.

use crate::clock::Timestamp;
use crate::ids::TenantId;

/// Characters of a company's name.
pub const NAME_CHARACTERS: std::ops::RangeInclusive<usize> = 2..=255;
/// Leads that a new company may hold in its plan (contract 4.14).
pub const STARTER_LEADS_QUOTA: i64 = 500;

/// Where the account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantStatus {
    /// Registered, not paying yet.
    Trial,
    /// In good standing.
    Active,
    /// Shut out by an operator.
    Suspended,
}

impl TenantStatus {
    /// The wire's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// Reads the stored word; an unknown one counts as suspended, so that a damaged row opens nothing.
    pub fn read(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "trial" => Self::Trial,
            "active" => Self::Active,
            _ => Self::Suspended,
        }
    }

    /// Whether its people may work (contract 3.1, "is active").
    pub fn is_live(self) -> bool {
        self != Self::Suspended
    }
}

/// A company.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Where mail about the account goes; unique over all tenants.
    pub company_email: String,
    /// Its website.
    pub company_website: Option<String>,
    /// Its postal address; written but not answered by the API.
    pub company_address: Option<String>,
    /// Where the account stands.
    pub status: TenantStatus,
    /// `starter`, `pro` or `enterprise`.
    pub plan: String,
    /// Leads the plan allows.
    pub leads_quota: i64,
    /// Leads inserted so far, by every path.
    pub leads_used: i64,
    /// When it registered.
    pub created_at: Timestamp,
    /// When its profile last changed.
    pub updated_at: Timestamp,
}

/// What a registration brings.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// The company's name.
    pub name: String,
    /// Its address for mail.
    pub company_email: crate::email::EmailAddress,
    /// Its website.
    pub company_website: Option<String>,
}

/// A change of the profile; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct TenantPatch {
    /// A new name.
    pub name: Option<String>,
    /// A new address for mail.
    pub company_email: Option<crate::email::EmailAddress>,
    /// A new website, or none.
    pub company_website: Option<Option<String>>,
    /// A new postal address, or none.
    pub company_address: Option<Option<String>>,
}

impl Tenant {
    /// The profile after the change, and the names of the fields that differ.
    pub fn patched(mut self, patch: TenantPatch, now: Timestamp) -> (Self, Vec<&'static str>) {
        let mut changed = Vec::new();
        set(&mut self.name, patch.name, "name", &mut changed);
        let email = patch.company_email.map(|email| email.as_str().to_owned());
        set(
            &mut self.company_email,
            email,
            "company_email",
            &mut changed,
        );
        set(
            &mut self.company_website,
            patch.company_website,
            "company_website",
            &mut changed,
        );
        set(
            &mut self.company_address,
            patch.company_address,
            "company_address",
            &mut changed,
        );
        if !changed.is_empty() {
            self.updated_at = now;
        }
        (self, changed)
    }
}

/// Writes a value that is given and differs, and notes the field's name.
pub(crate) fn set<T: PartialEq>(
    field: &mut T,
    value: Option<T>,
    name: &'static str,
    changed: &mut Vec<&'static str>,
) {
    if let Some(value) = value
        && *field != value
    {
        *field = value;
        changed.push(name);
    }
}
