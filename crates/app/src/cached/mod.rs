//! Reads that are answered from memory where the rule of [`cache`] admits it: what is kept, for how long, and how the
//! process learns what is no longer true.
//!
//! A process that serves opens its [`Caches`] once ([`open`]); a command has none, and reads the database. Whoever asks
//! has been authorised before; the tenant is part of every key.
//!
//! A body is read after the tenant's number, which [`read`] asks for itself: each statement sees what was committed when it
//! began, so the body is at least as new as the number says, and that is all that the rule needs.
//!
//! What must not come in here: SQL, HTTP, and how a body looks.

mod callers;
mod follow;
mod kinds;
mod rendered;
mod scopes;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cache::{Cache, FarSettings, Knowledge, LoadError, Loaded, Settings, Shelf, Stamp, Times};

pub use cache::{
    BUCKETS_US, Breaker, Count, FarFigures, Figures as CacheFigures, Need, Source, Spans,
};
use callers::Callers;
pub(crate) use callers::look;
pub use kinds::*;
pub use rendered::Rendered;

use crate::caller::Member;
use crate::context::App;
use crate::error::{Error, Result};
use domain::refusal::RefusalKind;
use follow::{Follows, folded, number};

/// For how long answers are fresh, by kind.
#[derive(Debug, Clone)]
pub struct Lives {
    /// Campaigns, listed and alone.
    pub campaigns: Duration,
    /// First pages of leads.
    pub leads: Duration,
    /// The dashboard's figures.
    pub stats: Duration,
    /// A caller's login and rights.
    pub session: Duration,
    /// Notifications.
    pub notifications: Duration,
    /// Templates, listed and alone.
    pub templates: Duration,
    /// Who works here.
    pub team: Duration,
    /// The company.
    pub tenant: Duration,
    /// How old an answer may be that is served because the database does not answer.
    pub stale_max: Duration,
}

/// What the operator decides about caches.
#[derive(Debug, Clone)]
pub struct CacheOptions {
    /// How many bytes the process' memory holds for them; 0 is none.
    pub near_bytes_max: u64,
    /// Redis, where there is one.
    pub redis_url: Option<String>,
    /// Time limits.
    pub lives: Lives,
}

/// The caches of a process.
#[derive(Debug)]
pub struct Caches {
    cache: Cache,
    shelves: Shelves,
    callers: Shelf<Callers>,
    follows: Arc<Follows>,
    unchanged: AtomicU64,
}

/// Redis' address cannot be used; the text is for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(String);

/// What a read found.
#[derive(Debug)]
pub struct Answer {
    /// The body.
    pub rendered: Arc<Rendered>,
    /// Where it came from.
    pub kept: Kept,
    /// The tenant's number that it is at least as new as.
    pub seq: i64,
}

/// Where an answer came from.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// From which level.
    pub source: Source,
    /// How long ago it was read.
    pub age: Duration,
    /// What it is the state of; `None` where that is not known.
    pub content: Option<Content>,
}

impl Kept {
    /// Read just now, and not kept.
    pub const NOT: Self = Self {
        source: Source::Bypass,
        age: Duration::ZERO,
        content: None,
    };
}

/// The state that a body shows: two bodies of one read with the same state are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// The epoch of the numbers.
    pub epoch: u64,
    /// The tenant's number.
    pub number: u64,
}

/// Opens the caches of a process. Call it once, before the tail starts.
pub fn open(app: &App, options: &CacheOptions) -> std::result::Result<(), Unusable> {
    let knowledge = Arc::new(Knowledge::new());
    let world = world::of(app);
    let settings = Settings {
        near_bytes_max: options.near_bytes_max,
        ..Settings::default()
    };
    let known = Arc::clone(&knowledge);
    let cache = match &options.redis_url {
        Some(url) => Cache::with_far(settings, world, known, &FarSettings::of(url))
            .map_err(|error| Unusable(error.to_string()))?,
        None => Cache::near(settings, world, known),
    };
    let follows = Arc::new(Follows::new(knowledge));
    app.tail().listen(Arc::clone(&follows) as _);
    app.set_caches(Caches {
        shelves: Shelves::of(&cache, &options.lives),
        callers: cache.shelf(options.lives.of_callers()),
        cache,
        follows,
        unchanged: AtomicU64::new(0),
    });
    Ok(())
}

/// Says that the tail has started; nothing cached answers before.
pub fn begin(app: &App) {
    if let Some(caches) = app.caches() {
        caches.follows.begin(app.bell().epoch());
    }
}

/// How new an answer a request asks for: at or after the number that it carries, and at or after what was committed when
/// its caller was looked up. What it carries and cannot be a number asks for the source.
pub fn need(caller: &Member, carried: Option<&str>) -> Need {
    Need::of_request(carried, Some(number(caller.seq())))
}

/// The state that an answer would show, for comparing without reading it; `None` where only a read can tell.
pub fn content<V: View>(app: &App, sought: &Sought<V>, need: Need) -> Option<Content> {
    let shelf = V::shelf(&app.caches()?.shelves);
    let (epoch, number) = shelf.content_number(sought, need)?;
    Some(Content { epoch, number })
}

/// Answers from memory, from Redis, or by `load`, which reads and renders. `None` where `load` says that there is nothing.
pub async fn read<V, L, F>(
    app: &App,
    caller: &Member,
    sought: &Sought<V>,
    need: Need,
    load: L,
) -> Result<Option<Answer>>
where
    V: View,
    L: FnOnce() -> F + Send + 'static,
    F: Future<Output = Result<Rendered>> + Send + 'static,
{
    let load = numbered(app.clone(), caller.clone(), load);
    let Some(caches) = app.caches() else {
        return Ok(without_caches(load().await?));
    };
    let answer = V::shelf(&caches.shelves).get(sought, need, load).await;
    let answer = answer.map_err(shared)?;
    let content = Content {
        epoch: answer.stamp.epoch,
        number: answer.content_number,
    };
    let seq = i64::try_from(answer.at_least).unwrap_or(i64::MAX);
    Ok(answer.value.map(|rendered| Answer {
        rendered,
        seq,
        kept: Kept {
            source: answer.source,
            age: answer.age,
            content: Some(content),
        },
    }))
}

/// A load's error, for one of those who waited for it.
fn shared(error: LoadError<Error>) -> Error {
    match error {
        LoadError::Failed(error) => (*error).clone(),
        LoadError::Abandoned => Error::Unavailable("a read ended without a result".to_owned()),
    }
}

/// The number first, then what is read.
fn numbered<L, F>(
    app: App,
    caller: Member,
    load: L,
) -> impl FnOnce() -> std::pin::Pin<Box<dyn Future<Output = Result<Loaded<Rendered>>> + Send>> + Send
where
    L: FnOnce() -> F + Send + 'static,
    F: Future<Output = Result<Rendered>> + Send + 'static,
{
    move || {
        Box::pin(async move {
            let epoch = folded(app.bell().epoch());
            let seq = caller.read(&app).await?.seq().await?;
            let stamp = Stamp {
                epoch,
                as_of: number(seq),
            };
            let value = match load().await {
                Ok(rendered) => Some(rendered),
                Err(Error::Refused(refusal)) if refusal.kind == RefusalKind::NotFound => None,
                Err(error) => return Err(error),
            };
            Ok(Loaded { stamp, value })
        })
    }
}

fn without_caches(loaded: Loaded<Rendered>) -> Option<Answer> {
    let seq = i64::try_from(loaded.stamp.as_of).unwrap_or(i64::MAX);
    loaded.value.map(|rendered| Answer {
        rendered: Arc::new(rendered),
        kept: Kept::NOT,
        seq,
    })
}

impl Caches {
    /// Counts an answer that said only that nothing has changed.
    pub fn count_unchanged(&self) {
        self.unchanged.fetch_add(1, Ordering::Relaxed);
    }

    /// Answers that said only that nothing has changed.
    pub fn unchanged(&self) -> u64 {
        self.unchanged.load(Ordering::Relaxed)
    }

    /// The figures now.
    pub async fn figures(&self) -> CacheFigures {
        self.cache.figures().await
    }
}

impl Lives {
    /// Rights are never served past their time.
    fn of_callers(&self) -> Times {
        Times {
            stale_max: self.session,
            ..Times::fresh_for(self.session)
        }
    }

    fn times(&self, life: Duration) -> Times {
        Times {
            stale_max: self.stale_max.max(life),
            ..Times::fresh_for(life)
        }
    }
}
