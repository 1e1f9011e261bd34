//! A form's body as the parser of its parts may have it, so that no body fills the memory.
//!
//! The parser takes whatever is ready, which may be all of a fast client's file; so after each piece there is a rest. And it
//! keeps a part's head until that is complete; so it is given no more while it has made nothing of what it has.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::Stream;

/// Bytes that the parser may hold without having made anything of them.
const UNUSED_BYTES_MAX: usize = 64 * 1024;

/// The pieces of a body.
#[derive(Debug)]
pub(crate) struct Pieces {
    body: BodyDataStream,
    unused: Unused,
    rests: bool,
}

/// How much the parser holds; whoever got something from it says so.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unused(Arc<AtomicUsize>);

/// Why there is no next piece.
#[derive(Debug)]
pub(crate) enum Broken {
    /// A head that does not end.
    HeadTooLarge,
    /// The body itself.
    Body(axum::Error),
}

impl Unused {
    /// The parser made something of it.
    pub(crate) fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl Pieces {
    /// The pieces, and the count of those that wait.
    pub(crate) fn of(body: Body) -> (Self, Unused) {
        let unused = Unused::default();
        let pieces = Self {
            body: body.into_data_stream(),
            unused: unused.clone(),
            rests: false,
        };
        (pieces, unused)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeadTooLarge => f.write_str("the head of a part does not end"),
            Self::Body(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Broken {}

impl Stream for Pieces {
    type Item = Result<Bytes, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.unused.0.load(Ordering::Relaxed) > UNUSED_BYTES_MAX {
            return Poll::Ready(Some(Err(Broken::HeadTooLarge)));
        }
        let piece = ready!(Pin::new(&mut self.body).poll_next(context));
        if let Some(Ok(bytes)) = &piece {
            self.rests = true;
            self.unused.0.fetch_add(bytes.len(), Ordering::Relaxed);
        }
        Poll::Ready(piece.map(|piece| piece.map_err(Broken::Body)))
    }
}
