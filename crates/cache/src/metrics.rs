//! What a cache counts, by kind of value.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is counted for each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Answers from this process' memory.
    HitNear,
    /// Answers from Redis.
    HitFar,
    /// Answers from the source.
    Miss,
    /// Old answers given because the source did not answer.
    Stale,
    /// Answers that asked for the source.
    Bypass,
    /// Loads begun.
    Load,
    /// Loads that failed.
    LoadFailed,
    /// Readers that waited for a load that another had begun.
    Joined,
    /// Loads begun in the background for a value near its end.
    Refresh,
    /// Values found and refused by their number.
    Refused,
    /// Values found in Redis that could not be read.
    Unreadable,
}

impl Count {
    /// All of them, in the order of their figures.
    pub const ALL: [Self; 11] = [
        Self::HitNear,
        Self::HitFar,
        Self::Miss,
        Self::Stale,
        Self::Bypass,
        Self::Load,
        Self::LoadFailed,
        Self::Joined,
        Self::Refresh,
        Self::Refused,
        Self::Unreadable,
    ];

    /// Its name in a table of metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HitNear => "hit_near",
            Self::HitFar => "hit_far",
            Self::Miss => "miss",
            Self::Stale => "stale",
            Self::Bypass => "bypass",
            Self::Load => "load",
            Self::LoadFailed => "load_failed",
            Self::Joined => "joined",
            Self::Refresh => "refresh",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }
}

/// The upper ends of a histogram's buckets, in microseconds; one more holds the rest.
pub const BUCKETS_US: [u64; 12] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 250_000, 1_000_000, 5_000_000,
];

/// How long something took, by buckets.
#[derive(Debug, Default)]
pub(crate) struct Timings {
    buckets: [AtomicU64; BUCKETS_US.len() + 1],
    sum_us: AtomicU64,
}

/// A reading of how long something took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    /// How many fell into each of [`BUCKETS_US`], and beyond.
    pub buckets: [u64; BUCKETS_US.len() + 1],
    /// All of them together, in microseconds.
    pub sum_us: u64,
}

impl Spans {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

impl Timings {
    pub(crate) fn record(&self, span: Duration) {
        let span_us = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS_US.partition_point(|end| *end < span_us);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(span_us, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Spans {
        let mut spans = Spans {
            sum_us: self.sum_us.load(Ordering::Relaxed),
            ..Spans::default()
        };
        for (read, bucket) in spans.buckets.iter_mut().zip(&self.buckets) {
            *read = bucket.load(Ordering::Relaxed);
        }
        spans
    }
}

/// The figures of one kind, while they grow.
#[derive(Debug)]
pub(crate) struct Counters {
    noun: &'static str,
    view: &'static str,
    counts: [AtomicU64; Count::ALL.len()],
    pub(crate) load_time: Timings,
}

impl Counters {
    pub(crate) fn new(noun: &'static str, view: &'static str) -> Self {
        Self {
            noun,
            view,
            counts: Default::default(),
            load_time: Timings::default(),
        }
    }

    pub(crate) fn is_of(&self, noun: &str, view: &str) -> bool {
        self.noun == noun && self.view == view
    }

    pub(crate) fn add(&self, count: Count) {
        self.counts[count as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> KindFigures {
        let mut counts = [0; Count::ALL.len()];
        for (read, count) in counts.iter_mut().zip(&self.counts) {
            *read = count.load(Ordering::Relaxed);
        }
        KindFigures {
            noun: self.noun,
            view: self.view,
            counts,
            load_time: self.load_time.read(),
        }
    }
}

/// The figures of one kind, read at a moment.
#[derive(Debug, Clone)]
pub struct KindFigures {
    /// The kind's noun.
    pub noun: &'static str,
    /// The kind's view.
    pub view: &'static str,
    counts: [u64; Count::ALL.len()],
    /// How long its loads took.
    pub load_time: Spans,
}

impl KindFigures {
    /// One of the counts.
    pub fn get(&self, count: Count) -> u64 {
        self.counts[count as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_has_its_place() {
        for (index, count) in Count::ALL.into_iter().enumerate() {
            assert_eq!(count as usize, index, "{}", count.name());
        }
    }

    #[test]
    fn spans_fall_into_their_buckets() {
        let timings = Timings::default();
        timings.record(Duration::from_micros(100));
        timings.record(Duration::from_micros(101));
        timings.record(Duration::from_secs(60));
        let spans = timings.read();
        assert_eq!(spans.count(), 3);
        assert_eq!(
            (spans.buckets[0], spans.buckets[1], spans.buckets[12]),
            (1, 1, 1)
        );
        assert_eq!(spans.sum_us, 60_000_201);
    }
}
