//! Whether Redis is asked at all. A pure state machine: time is a parameter.
//!
//! Failures in a row open it; requests then do without Redis. The heartbeat alone tries it again, and closes it when Redis
//! answers in time, so that no request is spent on finding out.

use std::time::Duration;

/// The state of a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaker {
    /// Redis is asked.
    Closed,
    /// Redis is not asked.
    Open,
    /// The heartbeat is trying whether it may close.
    HalfOpen,
}

impl Breaker {
    /// Its name in a table of metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// A breaker with its history.
#[derive(Debug)]
pub(crate) struct BreakerState {
    state: Breaker,
    since: Duration,
    failures: u32,
    failures_max: u32,
}

impl BreakerState {
    /// Open, until the first heartbeat.
    pub(crate) fn new(now: Duration, failures_max: u32) -> Self {
        Self {
            state: Breaker::Open,
            since: now,
            failures: 0,
            failures_max,
        }
    }

    pub(crate) fn state(&self) -> Breaker {
        self.state
    }

    pub(crate) fn since(&self) -> Duration {
        self.since
    }

    /// A request's operation succeeded. One that was begun before the breaker opened closes nothing.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// A request's operation failed or took too long; gives whether that opened the breaker.
    pub(crate) fn failed(&mut self, now: Duration) -> bool {
        self.failures += 1;
        self.state == Breaker::Closed
            && self.failures >= self.failures_max
            && self.turn(Breaker::Open, now)
    }

    /// The heartbeat begins to try.
    pub(crate) fn tries(&mut self) {
        if self.state == Breaker::Open {
            // Since when Redis has been away stays: that is of interest, not since when it is being tried.
            self.state = Breaker::HalfOpen;
        }
    }

    /// The heartbeat was answered in time; gives whether that changed whether Redis is asked.
    pub(crate) fn beat(&mut self, now: Duration) -> bool {
        if self.state == Breaker::Closed {
            return false;
        }
        self.failures = 0;
        self.turn(Breaker::Closed, now)
    }

    /// The heartbeat was not answered in time; gives whether that changed whether Redis is asked.
    pub(crate) fn missed(&mut self, now: Duration) -> bool {
        match self.state {
            Breaker::Closed => self.turn(Breaker::Open, now),
            Breaker::Open | Breaker::HalfOpen => {
                self.state = Breaker::Open;
                false
            }
        }
    }

    fn turn(&mut self, state: Breaker, now: Duration) -> bool {
        self.state = state;
        self.since = now;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn failures_in_a_row_open_it_and_only_a_heartbeat_closes_it() {
        let mut breaker = BreakerState::new(Duration::ZERO, 3);
        assert_eq!(breaker.state(), Breaker::Open);
        breaker.tries();
        assert_eq!(breaker.state(), Breaker::HalfOpen);
        assert!(breaker.beat(SECOND));
        for _ in 0..2 {
            assert!(!breaker.failed(SECOND * 2));
        }
        breaker.succeeded();
        for _ in 0..2 {
            assert!(!breaker.failed(SECOND * 3));
        }
        assert!(breaker.failed(SECOND * 4));
        assert_eq!(
            (breaker.state(), breaker.since()),
            (Breaker::Open, SECOND * 4)
        );
        breaker.succeeded();
        assert_eq!(breaker.state(), Breaker::Open);
        breaker.tries();
        assert!(!breaker.missed(SECOND * 6));
        assert_eq!(
            (breaker.state(), breaker.since()),
            (Breaker::Open, SECOND * 4)
        );
        breaker.tries();
        assert!(breaker.beat(SECOND * 8));
        assert!(breaker.missed(SECOND * 9));
    }
}
