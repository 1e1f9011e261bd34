//! `[cache]`: Redis, and how many answers are kept for how long.

use std::time::Duration;

use super::{reader::Reader, secret::Secret};

/// Bytes of a MiB.
const MIB_BYTES: u64 = 1_024 * 1_024;

/// The section `[cache]`.
#[derive(Debug, Clone)]
pub struct Cache {
    /// URL of a Redis server, through which nodes wake each other and share answers.
    pub redis_url: Option<Secret>,
    /// MiB of memory for answers that are kept.
    pub near_mb: u64,
    /// For how long a kept answer may be given while the database does not answer.
    pub stale_max: Duration,
    /// How long campaigns are fresh.
    pub campaigns: Duration,
    /// How long first pages of leads are fresh.
    pub leads: Duration,
    /// How long the dashboard's figures are fresh.
    pub stats: Duration,
    /// How long a caller's login and rights are fresh.
    pub session: Duration,
    /// How long the company's profile is fresh.
    pub tenant: Duration,
    /// How long the list of the team is fresh.
    pub team: Duration,
    /// How long templates are fresh.
    pub templates: Duration,
    /// How long notifications are fresh.
    pub notifications: Duration,
}

impl Cache {
    /// Memory for answers that are kept, in bytes.
    pub fn near_bytes(&self) -> u64 {
        self.near_mb * MIB_BYTES
    }

    pub(super) fn read(reader: &mut Reader) -> Self {
        let redis_url = reader.text("REDIS_URL");
        if let Some(url) = &redis_url {
            let is_url = ["redis://", "rediss://"]
                .iter()
                .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
            if !is_url {
                reader.refuse("REDIS_URL", "is not the URL of a Redis server. Write redis://HOST:6379/0, rediss:// with TLS, or leave it out.");
            }
        }
        let mut seconds = |name: &str| Duration::from_secs(reader.whole(name));
        Self {
            redis_url: redis_url.map(Secret::new),
            stale_max: seconds("CACHE_STALE_MAX"),
            campaigns: seconds("CACHE_CAMPAIGNS_SECONDS"),
            leads: seconds("CACHE_LEADS_SECONDS"),
            stats: seconds("CACHE_STATS_SECONDS"),
            session: seconds("CACHE_SESSION_SECONDS"),
            tenant: seconds("CACHE_TENANT_SECONDS"),
            team: seconds("CACHE_TEAM_SECONDS"),
            templates: seconds("CACHE_TEMPLATES_SECONDS"),
            notifications: seconds("CACHE_NOTIFICATIONS_SECONDS"),
            near_mb: reader.whole("CACHE_NEAR_MB"),
        }
    }
}
