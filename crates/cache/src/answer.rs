//! What a read gives back.

use std::sync::Arc;
use std::time::Duration;

use crate::rule::Stamp;

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// This process' memory.
    Near,
    /// Redis.
    Far,
    /// The source, asked by this reader or by one that it waited with.
    Miss,
    /// A level of the cache, past its time limit, because the source did not answer.
    Stale,
    /// The source, because the reader asked for it, or for a number that the sequence does not have.
    Bypass,
}

impl Source {
    /// The word for a reply's `X-Cache`.
    pub const fn as_header(self) -> &'static str {
        match self {
            Self::Near | Self::Far => "HIT",
            Self::Miss => "MISS",
            Self::Stale => "STALE",
            Self::Bypass => "BYPASS",
        }
    }
}

/// What a read gives back.
#[derive(Debug)]
pub struct Answer<V> {
    /// The value; `None` where the source said that there is nothing.
    pub value: Option<Arc<V>>,
    /// Where it came from.
    pub source: Source,
    /// How long ago its load began.
    pub age: Duration,
    /// The epoch and number of its load.
    pub stamp: Stamp,
    /// The number that the answer is at least as new as: its own, or what this process has reached.
    pub at_least: u64,
    /// The number whose state its content is: with the epoch, what an `ETag` says about the content.
    pub content_number: u64,
}

/// What a load brings.
#[derive(Debug)]
pub struct Loaded<V> {
    /// The tenant's number, read in the same snapshot before the value.
    pub stamp: Stamp,
    /// The value; `None` where there is nothing.
    pub value: Option<V>,
}

/// Why there is no answer. A load's error is shared by all who waited for it.
#[derive(Debug, thiserror::Error)]
pub enum LoadError<E> {
    /// The load failed.
    #[error("the load failed")]
    Failed(Arc<E>),
    /// The load ended without a result: it panicked, or the program is stopping.
    #[error("the load ended without a result")]
    Abandoned,
}

impl<E> Clone for LoadError<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Failed(error) => Self::Failed(Arc::clone(error)),
            Self::Abandoned => Self::Abandoned,
        }
    }
}
