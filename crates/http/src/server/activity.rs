//! What a connection is doing, so that one that sends its headers drop by drop can be told from one that is idle and from one
//! that is being answered.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Stands for "at no time".
const NEVER: u64 = u64::MAX;

/// How long a connection may take for each of the things it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// To send a head.
    pub(super) header_timeout: Duration,
    /// To do nothing between two requests.
    pub(super) idle_max: Duration,
    /// To take nothing of an answer.
    pub(super) write_stall_max: Duration,
}

/// One connection's state; times are milliseconds since it was accepted.
#[derive(Debug)]
pub(super) struct Activity {
    accepted_at: Instant,
    patience: Patience,
    running: AtomicUsize,
    reading_since_ms: AtomicU64,
    idle_since_ms: AtomicU64,
    blocked_since_ms: AtomicU64,
    is_multiplexed: AtomicBool,
}

impl Activity {
    pub(super) fn new(patience: Patience) -> Self {
        Self {
            accepted_at: Instant::now(),
            patience,
            running: AtomicUsize::new(0),
            // The first head is awaited from the start: a client connects in order to ask.
            reading_since_ms: AtomicU64::new(0),
            idle_since_ms: AtomicU64::new(0),
            blocked_since_ms: AtomicU64::new(NEVER),
            is_multiplexed: AtomicBool::new(false),
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.accepted_at.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }

    fn read_something(&self) {
        if self.running.load(Ordering::Relaxed) == 0
            && !self.is_multiplexed.load(Ordering::Relaxed)
            && self.reading_since_ms.load(Ordering::Relaxed) == NEVER
        {
            self.reading_since_ms
                .store(self.now_ms(), Ordering::Relaxed);
        }
    }

    fn wrote(&self, is_blocked: bool) {
        let blocked_since = &self.blocked_since_ms;
        if !is_blocked {
            blocked_since.store(NEVER, Ordering::Relaxed);
        } else if blocked_since.load(Ordering::Relaxed) == NEVER {
            blocked_since.store(self.now_ms(), Ordering::Relaxed);
        }
    }

    /// A head is complete; the request runs until the guard goes.
    pub(super) fn begin(self: &Arc<Self>, is_multiplexed: bool) -> Running {
        self.is_multiplexed.store(is_multiplexed, Ordering::Relaxed);
        self.running.fetch_add(1, Ordering::Relaxed);
        self.reading_since_ms.store(NEVER, Ordering::Relaxed);
        Running(Arc::clone(self))
    }

    /// When the connection will have taken too long, as it stands; `None` while it is being answered and takes the answer.
    fn overdue_at(&self) -> Option<Instant> {
        let at = |ms: u64| self.accepted_at + Duration::from_millis(ms);
        let blocked_since_ms = self.blocked_since_ms.load(Ordering::Relaxed);
        if blocked_since_ms != NEVER {
            return Some(at(blocked_since_ms) + self.patience.write_stall_max);
        }
        if self.running.load(Ordering::Relaxed) > 0 {
            return None;
        }
        Some(match self.reading_since_ms.load(Ordering::Relaxed) {
            NEVER => at(self.idle_since_ms.load(Ordering::Relaxed)) + self.patience.idle_max,
            since => at(since) + self.patience.header_timeout,
        })
    }

    pub(super) fn is_overdue(&self) -> bool {
        self.overdue_at().is_some_and(|at| Instant::now() >= at)
    }

    /// When to look again: an idle connection may begin to read at any time, so half a header time-out is the longest sleep.
    pub(super) fn check_at(&self) -> Instant {
        let soon = Instant::now() + self.patience.header_timeout / 2;
        self.overdue_at().map_or(soon, |at| at.min(soon))
    }
}

/// A request between its head and the end of its answer.
#[derive(Debug)]
pub(super) struct Running(Arc<Activity>);

impl Drop for Running {
    fn drop(&mut self) {
        let activity = &self.0;
        activity
            .idle_since_ms
            .store(activity.now_ms(), Ordering::Relaxed);
        activity.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A body that keeps its request running until it was sent or given up.
pub(super) struct Tracked {
    body: Body,
    _running: Running,
}

impl Tracked {
    pub(super) fn new(body: Body, running: Running) -> Self {
        Self {
            body,
            _running: running,
        }
    }
}

impl http_body::Body for Tracked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that notes when something was read.
pub(super) struct Watched {
    stream: TcpStream,
    activity: Arc<Activity>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.read_something();
        }
        outcome
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.activity.wrote(outcome.is_pending());
        outcome
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.activity.wrote(outcome.is_pending());
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
