//! Wake-ups after a commit: within the process, between the processes of a node, and between nodes.
//!
//! Whoever has committed rings with the tenant and its new number; whoever follows the spine listens.
//! The bell says *that* something happened and how far a tenant has come, never *what*: the events are
//! in the database, and a listener reads them there. So a ring that is never heard costs time, not truth.
//!
//! * [`Bell`] is the bell of a process; it carries the numbers of its node.
//! * [`SharedPage`] is where the processes of a node keep those numbers together and wake each other.
//! * [`RedisLink`] carries rings to other nodes and theirs here. It is never waited for, and what it brings wakes listeners
//!   and decides nothing.
//!
//! What must not come in here: events, SQL, sockets.

mod last_numbers;
mod message;
mod numbers;
mod outbox;
mod page;
mod redis;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use domain::ids::TenantId;
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use uuid::Uuid;

pub use crate::last_numbers::{LastNumbers, TENANTS_MAX};
pub use crate::page::SharedPage;
pub use crate::redis::{InvalidUrl, RedisGauges, RedisLink, RedisState};

use crate::numbers::{Numbers, Place};
use crate::outbox::Outbox;
use crate::redis::Counts;

/// How long a watcher of the page waits at once; it is woken earlier by what happens.
const WATCH_PATIENCE: Duration = Duration::from_secs(5);

/// The bell of this process; clones are the same bell.
#[derive(Clone, Debug)]
pub struct Bell {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    place: Place,
    numbers: RwLock<Arc<Numbers>>,
    /// Rings of this process on the page, so that its watcher hears the others' alone.
    own_rings: AtomicU32,
    is_stopped: AtomicBool,
    epoch: watch::Sender<Uuid>,
    rung: watch::Sender<()>,
    /// The highest numbers that other nodes have told.
    heard: Mutex<LastNumbers>,
    outbox: Outbox,
    redis: Counts,
}

impl Bell {
    /// The bell of a process that is alone on its node.
    pub fn new() -> Self {
        Self::alone(Uuid::nil())
    }

    /// The same in an epoch that is known.
    pub fn alone(epoch: Uuid) -> Self {
        Self::with(Place::Process, Numbers::of_process(), epoch)
    }

    /// The bell of one of a node's processes, which find each other at a page in the file system. `node` names the node
    /// if this process is its first.
    pub fn at(path: &Path, epoch: Uuid, node: Uuid) -> io::Result<Self> {
        let page = SharedPage::open_or_create(path, epoch, node)?;
        let place = Place::File(path.to_owned());
        Ok(Self::with(place, Numbers::Page(page), epoch))
    }

    /// The bell of one of a node's processes, which have inherited a page.
    pub fn inherited(file: File) -> io::Result<Self> {
        let page = SharedPage::from_file(file)?;
        let epoch = page.epoch();
        Ok(Self::with(Place::Inherited, Numbers::Page(page), epoch))
    }

    fn with(place: Place, numbers: Numbers, epoch: Uuid) -> Self {
        let shared = Shared {
            place,
            numbers: RwLock::new(Arc::new(numbers)),
            own_rings: AtomicU32::new(0),
            is_stopped: AtomicBool::new(false),
            epoch: watch::Sender::new(epoch),
            rung: watch::Sender::new(()),
            heard: Mutex::default(),
            outbox: Outbox::default(),
            redis: Counts::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Says that a tenant's changes up to `seq` are committed. Waits for nobody, and wakes every listener:
    /// one that is busy finds it at its next wait.
    pub fn ring(&self, tenant: TenantId, seq: i64) {
        // The number first: who wakes must find it.
        let numbers = self.shared.numbers.read();
        numbers.raise(tenant, seq);
        self.shared.rung.send_replace(());
        if let Numbers::Page(page) = &**numbers {
            self.ring_on(page);
        }
        drop(numbers);
        self.shared.outbox.put(tenant, seq);
    }

    /// Enters a number that was read in the database, and wakes nobody.
    pub fn learn(&self, tenant: TenantId, seq: i64) {
        self.shared.numbers.read().raise(tenant, seq);
    }

    /// The highest committed number of a tenant that this node knows; `None` where it must be read in the database.
    pub fn last(&self, tenant: TenantId) -> Option<i64> {
        self.shared.numbers.read().last(tenant)
    }

    /// The highest number of a tenant that any ring told of, here or on another node; nothing is decided by it.
    pub fn announced(&self, tenant: TenantId) -> Option<i64> {
        self.last(tenant).max(self.shared.heard.lock().get(tenant))
    }

    /// A listener that hears every ring from now on. Listen first and read afterwards, so that nothing falls
    /// between the two.
    pub fn listen(&self) -> Listener {
        Listener {
            rung: self.shared.rung.subscribe(),
            _bell: self.clone(),
        }
    }

    /// The epoch of the numbers; nil where nobody has said it.
    pub fn epoch(&self) -> Uuid {
        *self.shared.epoch.borrow()
    }

    /// Forgets the numbers of another epoch and goes on in this one; blocks for the time of opening a page. Where the page
    /// cannot be had, every tenant is unknown from then on.
    pub fn turn_to(&self, epoch: Uuid) -> io::Result<()> {
        if epoch == self.epoch() {
            return Ok(());
        }
        let (numbers, outcome) = match self.shared.place.numbers(epoch, self.node()) {
            Ok(numbers) => (numbers, Ok(())),
            Err(error) => (Numbers::Unknown, Err(error)),
        };
        let before = std::mem::replace(&mut *self.shared.numbers.write(), Arc::new(numbers));
        *self.shared.heard.lock() = LastNumbers::default();
        self.shared.epoch.send_replace(epoch);
        if let Numbers::Page(page) = &*before {
            page.ring(); // its watcher turns over too
        }
        self.shared.rung.send_replace(());
        outcome
    }

    /// The node's name; `None` without a page.
    pub fn node(&self) -> Option<Uuid> {
        match &**self.shared.numbers.read() {
            Numbers::Page(page) => Some(page.node()),
            Numbers::Process(_) | Numbers::Unknown => None,
        }
    }

    /// Carries the rings of the node's other processes to this one's listeners. Blocks the thread that it is given until
    /// [`stop_watching`](Self::stop_watching); returns at once where there is no page.
    pub fn watch_page(&self) {
        let mut foreign = None;
        while !self.shared.is_stopped.load(Ordering::Acquire) {
            let numbers = Arc::clone(&self.shared.numbers.read());
            let Numbers::Page(page) = &*numbers else {
                return;
            };
            let rings = page.rings();
            let now = rings.wrapping_sub(self.shared.own_rings.load(Ordering::Acquire));
            if foreign.replace(now) != Some(now) {
                self.shared.rung.send_replace(());
            }
            page.wait(rings, WATCH_PATIENCE);
        }
    }

    /// Ends [`watch_page`](Self::watch_page) for good.
    pub fn stop_watching(&self) {
        self.shared.is_stopped.store(true, Ordering::Release);
        if let Numbers::Page(page) = &**self.shared.numbers.read() {
            self.ring_on(page);
        }
    }

    /// How the link to other nodes fares.
    pub fn redis(&self) -> RedisGauges {
        self.shared.redis.read()
    }

    fn ring_on(&self, page: &SharedPage) {
        self.shared.own_rings.fetch_add(1, Ordering::AcqRel);
        page.ring();
    }
}

impl Default for Bell {
    fn default() -> Self {
        Self::new()
    }
}

/// One who waits for the bell; it hears what rings after [`Bell::listen`].
#[derive(Debug)]
pub struct Listener {
    rung: watch::Receiver<()>,
    /// Keeps the bell in being, so that waiting never ends for want of one.
    _bell: Bell,
}

impl Listener {
    /// Returns as soon as there was at least one ring since it last returned; many rings wake once.
    /// Dropping the wait loses nothing.
    pub async fn rang(&mut self) {
        if self.rung.changed().await.is_err() {
            // No ring can come any more; the bell that this listener holds keeps that from happening.
            std::future::pending::<()>().await;
        }
    }
}
