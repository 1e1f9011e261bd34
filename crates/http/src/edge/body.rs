//! A request's body on its way to a handler. Its sender may be slow but not silent: routes without a time-out, uploads above
//! all, would otherwise wait for ever for a client that has stopped. And what a handler that refuses leaves unread is
//! read and thrown away, since a client that sends before it listens would meet a reset instead of the answer.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::Version;
use http::header::EXPECT;
use http::request::Parts;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::{Sleep, sleep, timeout};

/// How long nothing may arrive.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How long the rest of a refused body is read.
const DISCARD_MAX: Duration = Duration::from_secs(5);

type Slot = Arc<Mutex<Option<Body>>>;

/// What is left of a body once everybody has let go of it.
#[derive(Default)]
pub(super) struct Rest(Option<Slot>);

impl Rest {
    /// Reads it to its end, for a bounded time.
    pub(super) async fn discard(self) {
        let take = |slot: Slot| slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut body) = self.0.and_then(take) else {
            return;
        };
        let reading = async { while let Some(Ok(_)) = body.frame().await {} };
        // Whether it came to its end does not matter: the answer is the same.
        let _ = timeout(DISCARD_MAX, reading).await;
    }
}

/// A body that fails once nothing has arrived for [`SILENCE_MAX`], and leaves its rest behind.
struct Received {
    body: Body,
    silence: Option<Pin<Box<Sleep>>>,
    is_wanted: bool,
    slot: Slot,
}

/// The body under these rules; one that has nothing to come is left as it is.
pub(super) fn watch(parts: &Parts, body: Body) -> (Body, Rest) {
    if body.is_end_stream() {
        return (body, Rest::default());
    }
    let slot = Slot::default();
    let rest = Rest((parts.version < Version::HTTP_2).then(|| Arc::clone(&slot)));
    // Who asks whether to send is answered by the answer; reading would tell them to go on.
    let is_wanted = !parts.headers.contains_key(EXPECT);
    (
        Body::new(Received {
            body,
            silence: None,
            is_wanted,
            slot,
        }),
        rest,
    )
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        this.is_wanted = true;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.silence = None;
            return Poll::Ready(frame);
        }
        let silence = this
            .silence
            .get_or_insert_with(|| Box::pin(sleep(SILENCE_MAX)));
        ready!(silence.as_mut().poll(context));
        this.is_wanted = false;
        let error = io::Error::new(io::ErrorKind::TimedOut, "the client stopped sending");
        Poll::Ready(Some(Err(axum::Error::new(error))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if self.is_wanted && !self.body.is_end_stream() {
            let body = std::mem::take(&mut self.body);
            *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}
