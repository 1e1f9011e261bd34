//! `[limits]` and `[imports]`: how much one user may ask for, and how large a file may be.

use super::reader::Reader;

/// Bytes of a MiB.
const MIB_BYTES: u64 = 1_024 * 1_024;

/// The section `[limits]`.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Whether requests are limited at all.
    pub is_enabled: bool,
    /// Requests a minute; `None` is no limit.
    pub per_minute: Option<u32>,
    /// Requests an hour; `None` is no limit.
    pub per_hour: Option<u32>,
    /// Requests that may come at once.
    pub burst: u32,
    /// Whether the monthly quota of leads is enforced.
    pub enforces_quota: bool,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let some = |rate: u32| (rate > 0).then_some(rate);
        Self {
            is_enabled: reader.flag("RATE_LIMIT_ENABLED"),
            per_minute: some(reader.whole("RATE_LIMIT_PER_MINUTE")),
            per_hour: some(reader.whole("RATE_LIMIT_PER_HOUR")),
            burst: reader.whole("RATE_LIMIT_BURST"),
            enforces_quota: reader.flag("ENFORCE_QUOTA"),
        }
    }
}

/// The section `[imports]`.
#[derive(Debug, Clone)]
pub struct Imports {
    /// Largest file of leads in MiB, as refusals name it.
    pub upload_max_mb: u64,
}

impl Imports {
    /// Largest file of leads in bytes.
    pub fn upload_max_bytes(&self) -> u64 {
        self.upload_max_mb * MIB_BYTES
    }

    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            upload_max_mb: reader.whole("MAX_UPLOAD_MB"),
        }
    }
}
