//! Taking in what follows of a file.

use std::time::Duration;

use bytes::Bytes;
use domain::ids::UploadId;
use domain::refusal::Refusal;
use domain::uploads::{Upload, busy};
use futures_util::{Stream, StreamExt};
use providers::{Appending, PIECE_BYTES_MAX};
use store::uploads;

use super::{find, lost_or, storage};
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};

/// Longest silence of a client; after it, what has come is kept and the rest has to be sent by another request.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Appends what comes, from `offset` on, and gives the upload as it is then. What came before the stream broke is kept, also
/// where the caller is gone by then; so the upload's length tells where to go on. A long stream is kept piece by piece.
pub async fn append<S, E>(
    app: &App,
    caller: &Member,
    id: UploadId,
    offset: u64,
    incoming: S,
) -> Result<Done<Upload>>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin + 'static,
    E: Send + 'static,
{
    let shown = super::show(app, caller, id).await?;
    if shown.value.room_at(offset)? == 0 {
        return Ok(shown);
    }
    let work = Work {
        app: app.clone(),
        caller: caller.clone(),
        id,
        incoming: Incoming {
            stream: incoming,
            early: Bytes::new(),
        },
    };
    // A request that is given up is dropped wherever it waits; this is not, so it can keep what has come.
    let done = app.tasks().spawn(work.run(shown)).await;
    done.map_err(|error| Error::Internal(error.to_string()))?
}

struct Work<S> {
    app: App,
    caller: Member,
    id: UploadId,
    incoming: Incoming<S>,
}

/// Why a piece ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is full, and more may come.
    Full,
    /// Nothing more comes, for whatever reason.
    Over,
    /// More came than was announced.
    TooMuch,
}

impl<S, E> Work<S>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin + 'static,
{
    async fn run(mut self, mut done: Done<Upload>) -> Result<Done<Upload>> {
        loop {
            let at = done.value.bytes_received;
            let (next, end) = self.piece(at).await?;
            done = next.unwrap_or(done);
            match end {
                End::Full => {}
                End::Over => return Ok(done),
                End::TooMuch => {
                    let text = format!(
                        "More bytes were sent than the {} that were announced",
                        done.value.bytes_declared
                    );
                    return Err(Refusal::too_large(text).into());
                }
            }
        }
    }

    /// Takes in one piece that begins at `at`; `None` where nothing came.
    async fn piece(&mut self, at: u64) -> Result<(Option<Done<Upload>>, End)> {
        let app = &self.app;
        let key = self.id.to_string();
        let mut piece = app.uploads().append(&key).await.map_err(storage)?;
        // What was known before nobody else could write may be old.
        let db = self.caller.read(app).await?;
        let upload = find(app, &db, self.id).await?;
        drop(db);
        let room = upload.room_at(at)?;
        let token = app.entropy().uuid(app.now()).simple().to_string();
        let begun = piece.begin_at(at, &token).await;
        begun.map_err(|error| lost_or(app, error))?;
        let stopping = app.tasks().stopping().clone();
        let end = tokio::select! {
            filled = self.incoming.fill(&mut piece, room) => filled?,
            () = stopping.cancelled() => End::Over,
        };
        if piece.bytes_written() == 0 {
            return Ok((None, end));
        }
        let kept = piece.finish().await.map_err(storage)?;
        let writing = self.caller.write(app).await?;
        let expires_at = writing.now().plus(app.options().upload_life);
        let name = kept.name.as_deref();
        if !uploads::advance(&writing, self.id, at, kept.bytes, name, expires_at).await? {
            find(app, &writing, self.id).await?;
            return Err(busy().into());
        }
        let upload = find(app, &writing, self.id).await?;
        let done = app.commit(writing, upload).await?;
        // Until here nobody else could write.
        drop(kept);
        Ok((Some(done), end))
    }
}

struct Incoming<S> {
    stream: S,
    /// Bytes that came with the last ones of a full piece.
    early: Bytes,
}

impl<S, E> Incoming<S>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
{
    /// Fills a piece, which may bring `room` bytes at most.
    async fn fill(&mut self, piece: &mut Appending, room: u64) -> Result<End> {
        loop {
            let written = piece.bytes_written();
            if written == PIECE_BYTES_MAX && written < room {
                return Ok(End::Full);
            }
            let mut bytes = self.next().await;
            if bytes.is_empty() {
                return Ok(End::Over);
            }
            if bytes.len() as u64 > room - written {
                return Ok(End::TooMuch);
            }
            let fits = usize::try_from(PIECE_BYTES_MAX - written).unwrap_or(usize::MAX);
            self.early = bytes.split_off(fits.min(bytes.len()));
            piece.write(&bytes).await.map_err(storage)?;
        }
    }

    /// What comes next; nothing at the end, however it came about.
    async fn next(&mut self) -> Bytes {
        if !self.early.is_empty() {
            return std::mem::take(&mut self.early);
        }
        loop {
            match tokio::time::timeout(SILENCE_MAX, self.stream.next()).await {
                Ok(Some(Ok(bytes))) if bytes.is_empty() => {}
                Ok(Some(Ok(bytes))) => return bytes,
                Ok(Some(Err(_)) | None) | Err(_) => return Bytes::new(),
            }
        }
    }
}
