//! The tenant whose rows a call may touch, as a value.

use domain::ids::TenantId;

/// Whose rows a call may touch. Only this crate makes one: of a session that was found in the
/// database, of a registration that makes the tenant, or of a claimed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantScope(TenantId);

impl TenantScope {
    pub(crate) fn of(tenant: TenantId) -> Self {
        Self(tenant)
    }

    /// The tenant.
    pub fn tenant(self) -> TenantId {
        self.0
    }
}
