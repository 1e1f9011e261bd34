//! A request's body whose sender may be slow but not silent. Routes without a time-out, uploads above all, would
//! otherwise wait for ever for a client that has stopped.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// How long nothing may arrive.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(30);

/// A body that fails once nothing has arrived for [`SILENCE_MAX`].
pub(super) struct Unstalled {
    body: Body,
    silence: Option<Pin<Box<Sleep>>>,
}

impl Unstalled {
    /// The body under this bound; one that has nothing to come is left as it is.
    pub(super) fn around(body: Body) -> Body {
        if body.is_end_stream() {
            body
        } else {
            Body::new(Self {
                body,
                silence: None,
            })
        }
    }
}

impl http_body::Body for Unstalled {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.silence = None;
            return Poll::Ready(frame);
        }
        let silence = this
            .silence
            .get_or_insert_with(|| Box::pin(sleep(SILENCE_MAX)));
        ready!(silence.as_mut().poll(context));
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
