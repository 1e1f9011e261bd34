//! The clock, passed in wherever a time is needed, and the one type of a point in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

/// A point in time: microseconds since 1970-01-01T00:00:00 UTC. This is also its form in both
/// databases, where it sorts and compares as the integer that it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds since 1970.
    pub fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The same moment as a calendar date and time in UTC; moments outside the years 1–9999 show as 1970.
    pub fn calendar(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// The wire's form (contract 1.4): `YYYY-MM-DDTHH:MM:SS.ffffff` in UTC without a zone, the
    /// fraction dropped when it is exactly zero.
    pub fn wire(self) -> String {
        let calendar = self.calendar();
        let whole = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
        let fraction = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]"
        );
        let format = if self.0.rem_euclid(1_000_000) == 0 {
            calendar.format(&whole)
        } else {
            calendar.format(&fraction)
        };
        format.unwrap_or_default()
    }

    /// This moment plus a duration.
    pub fn plus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// This moment minus a duration.
    pub fn minus(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// Whole seconds from `earlier` to this moment; negative when `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0.saturating_sub(earlier.0)).div_euclid(1_000_000)
    }
}

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's wall clock.
    System,
    /// A clock that stands where a test puts it; microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `start` until it is moved.
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.0)))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Manual(micros) => Timestamp(micros.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock by so many seconds, backwards too; the system's clock stays as it is.
    pub fn shift(&self, seconds: i64) {
        if let Self::Manual(micros) = self {
            micros.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the wall clock"
)]
fn system_now() -> Timestamp {
    let since_1970 = std::time::SystemTime::now()
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_has_no_zone_and_drops_a_zero_fraction() {
        assert_eq!(
            Timestamp(1_700_000_000_000_000).wire(),
            "2023-11-14T22:13:20"
        );
        assert_eq!(
            Timestamp(1_700_000_000_000_120).wire(),
            "2023-11-14T22:13:20.000120"
        );
        assert_eq!(Timestamp(-1).wire(), "1969-12-31T23:59:59.999999");
    }

    #[test]
    fn a_manual_clock_goes_both_ways() {
        let clock = Clock::manual(Timestamp(0));
        clock.shift(3600);
        assert_eq!(clock.now().unix_seconds(), 3600);
        clock.shift(-7200);
        assert_eq!(clock.now().unix_seconds(), -3600);
    }
}
