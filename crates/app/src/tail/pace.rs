//! When the tail looks next.
//!
//! A ring is followed by a look at once. On PostgreSQL that look may come too early: what is committed shows only when all
//! transactions that began to write before it have ended, and one that is rolled back rings for nobody. So after a
//! ring that led to nothing the next looks come soon, and then less and less often until the usual pause.

use std::time::Duration;

/// The pause between two looks that nobody rang for, while other nodes cannot ring here.
pub(super) const POLL: Duration = Duration::from_millis(200);
/// The same while they can, through Redis: what a silent bell costs at most.
pub(super) const POLL_LINKED: Duration = Duration::from_secs(1);
/// The first pause after a ring that led to nothing.
const AGAIN_FIRST: Duration = Duration::from_millis(5);
/// The first pause after a failure; it doubles up to the longest.
const FAILED_FIRST: Duration = Duration::from_millis(100);
const FAILED_LONGEST: Duration = Duration::from_secs(2);

/// What a look led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Events.
    Found,
    /// Nothing, although somebody rang.
    RangForNothing,
    /// Nothing, as was to be expected.
    Nothing,
    /// An error.
    Failed,
}

/// The pauses.
#[derive(Debug, Default)]
pub(super) struct Pace {
    again: Option<Duration>,
    failed: Option<Duration>,
}

impl Pace {
    /// How long to wait for a ring after a look; `poll` is the usual pause.
    pub(super) fn after(&mut self, look: Look, poll: Duration) -> Duration {
        if look == Look::Failed {
            let pause = self.failed.map_or(FAILED_FIRST, |pause| pause * 2);
            let pause = pause.min(FAILED_LONGEST);
            self.failed = Some(pause);
            return pause;
        }
        self.failed = None;
        self.again = match (look, self.again) {
            (Look::RangForNothing, _) => Some(AGAIN_FIRST),
            (Look::Nothing, Some(pause)) if pause * 2 < poll => Some(pause * 2),
            _ => None,
        };
        self.again.unwrap_or(poll)
    }

    /// Whether the database failed at the last look: rings are then no reason to ask it.
    pub(super) fn is_failing(&self) -> bool {
        self.failed.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_soon_after_a_ring_for_nothing_and_seldom_while_all_is_quiet() {
        let mut pace = Pace::default();
        let mut pauses = |look, n: usize| -> Vec<u128> {
            let mut pause = || pace.after(look, POLL).as_millis();
            (0..n).map(|_| pause()).collect()
        };
        assert_eq!(pauses(Look::Nothing, 2), [200, 200]);
        assert_eq!(pauses(Look::RangForNothing, 2), [5, 5]);
        assert_eq!(pauses(Look::Nothing, 7), [10, 20, 40, 80, 160, 200, 200]);
        assert_eq!(pauses(Look::RangForNothing, 1), [5]);
        assert_eq!(pauses(Look::Found, 1), [200]);
        assert_eq!(pauses(Look::Failed, 6), [100, 200, 400, 800, 1_600, 2_000]);
        assert_eq!(pauses(Look::Nothing, 1), [200]);
        assert_eq!(pauses(Look::Failed, 1), [100]);
    }
}
