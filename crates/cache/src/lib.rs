//! A two-level cache that is never wrong: answers at memory speed, and none older than a write that was acknowledged.
//!
//! It stands before a source of truth in which each *tenant*'s changes are numbered 1, 2, 3…, each number with an event
//! that says what it changed. Values are kept in two levels: *near*, in this process' memory, bounded by bytes, and
//! *far*, in Redis, shared by all processes and optional. Neither decides anything. Whether a value may answer is decided
//! by numbers alone, by one pure function, [`admits`]:
//!
//! > A value answers a reader who needs number R if `as_of ≥ R`, or if this process has reached R; and if `as_of` is not
//! > older than the last event that names one of its scopes.
//!
//! The same test judges near values, far values and loads that another reader has begun. So a Redis that is flushed, cut
//! off, restarted with old data or filled with nonsense costs loads and nothing else; a slow load cannot put an old
//! answer back; and no clock takes part: clocks only say how *fresh* a value is, which is taste, not truth.
//!
//! # The parts
//!
//! - [`Kind`] names a sort of answer: its key type, its value type, its names. A key of another kind does not compile.
//! - [`Knowledge`] is what this process knows of the sequences. Whoever follows them calls
//!   [`begin_epoch`](Knowledge::begin_epoch) once its starting point is fixed, then [`advance`](Knowledge::advance) for every event. It is bounded;
//!   forgetting is safe, since the unknown counts as named just now.
//! - [`Cache`] holds both levels; [`Shelf`] is one kind's place in it, with its [`Times`].
//! - [`Shelf::get`] answers from memory, from Redis, or by the load that it is given, and says which in
//!   [`Answer::source`]. The load reads the tenant's number and the value in one snapshot and runs as a task of its
//!   own: a reader who leaves cancels nothing, a thousand readers of one key share one load, and with Redis one process
//!   of all loads while the others wait a moment.
//! - [`Need`] is how new an answer a reader asks for, made from the number that its request carries.
//! - [`World`] is clock, randomness and the spawner, so that a test can repeat itself.
//!
//! # When things fail
//!
//! A load that fails, or takes longer than [`Times::soft_timeout`], is covered by a value past its time limit if there is one that the
//! rule admits and that is no older than [`Times::stale_max`]; it is marked [`Source::Stale`]. Redis is asked with a budget for each operation;
//! failures in a row open a breaker, and a heartbeat alone, beside all requests, finds out when it may close.
//!
//! # Ages without clocks
//!
//! Redis counts each value's time down itself. A value says how long Redis keeps it in all, so its age is that less what is
//! left: no node's clock is compared with another's. Where more is left than there was, Redis' own clock was set, and the
//! value is not used.
//!
//! # Example
//!
//! ```
//! use std::sync::Arc;
//! use std::time::{Duration, Instant};
//! use cache::*;
//!
//! /// The rendered list of a tenant's books.
//! struct BookList;
//! struct Page { library: u128, number: u32 }
//! const BOOKS: Scope = Scope::all(1);
//!
//! impl Kind for BookList {
//!     const NOUN: &'static str = "books";
//!     const VIEW: &'static str = "list";
//!     type Key = Page;
//!     type Value = Body;
//!     type Error = std::io::Error;
//! }
//!
//! impl Key for Page {
//!     fn tenant(&self) -> Tenant { Tenant(self.library) }
//!     fn scopes(&self) -> Scopes { Scopes::of([BOOKS]) }
//!     fn write(&self, text: &mut KeyText) { text.part(self.number); }
//! }
//!
//! # #[expect(clippy::disallowed_methods, reason = "an example")]
//! # fn spawn(task: Task) { tokio::spawn(task); }
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let started = Instant::now();
//! let world = World {
//!     clock: Arc::new(move || started.elapsed()),
//!     random: Arc::new(|| 4), // use a real source
//!     spawn: Arc::new(|task| spawn(task)),
//!     number: None,
//! };
//! let knowledge = Arc::new(Knowledge::new());
//! knowledge.begin_epoch(7); // whoever follows the events starts here
//! let cache = Cache::near(Settings::default(), world, Arc::clone(&knowledge));
//! let lists: Shelf<BookList> = cache.shelf(Times::fresh_for(Duration::from_secs(300)));
//!
//! let load = |as_of: u64| move || async move {
//!     let stamp = Stamp { epoch: 7, as_of }; // read in the snapshot that the list is read in
//!     Ok(Loaded { stamp, value: Some(Body::plain(format!("the list as of {as_of}"))) })
//! };
//! let page = Page { library: 1, number: 1 };
//! assert_eq!(lists.get(&page, Need::Any, load(40)).await?.source.as_header(), "MISS");
//! assert_eq!(lists.get(&page, Need::Any, load(40)).await?.source.as_header(), "HIT");
//!
//! // Somebody adds a book: event 41 names the scope, and the value answers nobody any more.
//! knowledge.advance(Tenant(1), 7, 41, Named::Scopes(&[BOOKS]));
//! let answer = lists.get(&page, Need::AtLeast(41), load(41)).await?;
//! assert_eq!(&answer.value.unwrap().as_plain()[..], b"the list as of 41");
//! # Ok::<(), LoadError<std::io::Error>>(())
//! # }).unwrap();
//! ```
//!
//! A key finds its own kind's values and no others:
//!
//! ```compile_fail,E0308
//! # use cache::*;
//! # struct BookList; struct Page; struct Reader;
//! # impl Key for Page { fn tenant(&self) -> Tenant { Tenant(1) } fn scopes(&self) -> Scopes { Scopes::of([]) } fn write(&self, _: &mut KeyText) {} }
//! # impl Kind for BookList { const NOUN: &'static str = "books"; const VIEW: &'static str = "list"; type Key = Page; type Value = Body; type Error = (); }
//! async fn look(lists: &Shelf<BookList>, reader: &Reader) {
//!     lists.peek(reader, Need::Any).await; // expected `&Page`, found `&Reader`
//! }
//! ```
//!
//! What must not come in here: what the values are about, HTTP, SQL, and the wall clock.

mod answer;
mod cache;
mod entry;
mod far;
mod flights;
#[cfg(test)]
mod flights_tests;
mod key;
mod knowledge;
#[cfg(test)]
mod knowledge_tests;
mod landing;
mod loading;
mod metrics;
mod near;
mod reading;
mod rule;
mod scope;
mod settings;
mod shelf;
mod sync;
#[cfg(test)]
mod testing;
mod value;

pub use answer::{Answer, LoadError, Loaded, Source};
pub use cache::{Cache, Figures};
pub use far::{Breaker, FarFigures, FarSettings, Unusable};
pub use key::{KEY_BYTES_MAX, Key, KeyText, Kind};
pub use knowledge::{Knowledge, Named, REMEMBERED_MAX, SCOPES_PER_TENANT_MAX, Ticket};
pub use metrics::{BUCKETS_US, Count, KindFigures, Spans};
pub use rule::{Known, Need, Stamp, admits, content_number};
pub use scope::{SCOPES_MAX, Scope, Scopes, Tenant};
pub use settings::{NEAR_BYTES_MAX, NumberSource, Settings, Task, Times, VALUE_BYTES_MAX, World};
pub use shelf::Shelf;
pub use value::{Body, Value};
