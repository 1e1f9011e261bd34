//! Two ways of saying "not so many", with nothing in them of the program that uses them.
//!
//! [`Limiter`] answers *how often*: a keyed rate limiter of fixed memory. A flood of distinct keys costs
//! neither memory nor time, because the table is laid out once and a new key takes the place of the one that is
//! closest to being forgotten anyway. Time is a parameter, so that tests need no sleep and a jump of the
//! wall clock changes nothing.
//!
//! [`Permits`] answers *how many at once*: a gate with a capacity, first come first served, a bound on the wait, and
//! gauges for whoever watches it.
//!
//! ```
//! use std::time::Duration;
//! use limits::{Limiter, Rate};
//!
//! let limiter = Limiter::new(&[Rate::per_minute(2)], 1024);
//! let now = Duration::from_secs(5); // any monotonic reading
//! assert_eq!(limiter.take("ada", now).remaining(0), 1);
//! assert!(limiter.take("ada", now).is_allowed);
//! let refused = limiter.take("ada", now);
//! assert!(!refused.is_allowed);
//! assert_eq!(refused.retry_after_seconds(), 30);
//! ```
//!
//! What must not come in here: names of settings, HTTP, and users.

mod gcra;
mod limiter;
mod permits;

pub use gcra::Rate;
pub use limiter::{Decision, Limiter, RATES_MAX, Window};
pub use permits::{Gauges, Permit, Permits, TimedOut};
