//! The node's shared page: tenant → last committed number, in memory that all processes of a node map.
//!
//! A writer raises its tenant's number after the commit and before it answers, so that every later reader on the node
//! finds it. Numbers are raised, never lowered; a tenant that the page does not know is looked up in the database and may
//! be entered by whoever looked. When the slots near its place are taken by others, a tenant stays unknown until
//! the page is made anew, which costs its readers a query and nothing else.
//!
//! A counter of rings lies beside the numbers; [`SharedPage::wait`] sleeps until it moves. On Linux that is a futex in
//! the shared memory: a waiter costs nothing while nothing happens and wakes within microseconds, whereas a timer of
//! some milliseconds in every worker would keep an idle machine awake. Elsewhere it looks every few milliseconds.
//!
//! A page belongs to one epoch of the spine, to one node, and to one machine's memory, all named in it: a file in a folder that
//! machines share is mapped by one of them only. While processes use it, its file must not be removed.

mod file;
mod mapping;
mod slots;
#[cfg(test)]
mod tests;
mod wait;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::ids::TenantId;
use uuid::Uuid;

use mapping::Mapping;
use slots::{Raised, STRIDE, Word};

/// Tenants that one page can hold; those at work on a node at the same time, with room to spare.
pub(crate) const TENANTS_MAX: usize = 65_536;
/// `bellpage` in ASCII.
const MAGIC: u64 = u64::from_le_bytes(*b"bellpage");
/// Version of the layout.
const VERSION: u64 = 2;

/// A page, mapped; unmapped when dropped.
#[derive(Debug)]
pub struct SharedPage {
    mapping: Mapping,
    /// Holds the lock that says that the page is in use.
    file: File,
    epoch: Uuid,
    node: Uuid,
    machine: Uuid,
}

impl SharedPage {
    /// Makes a new page at `path` in the place of what is there, whole or not at all.
    pub fn create(path: &Path, epoch: Uuid, node: Uuid) -> io::Result<Self> {
        Self::from_file(file::create(path, bytes(), &header(epoch, node))?)
    }

    /// Opens the page at `path`; one that is broken or of another epoch is an error of the kind `InvalidData`.
    pub fn open(path: &Path, epoch: Uuid) -> io::Result<Self> {
        let file = file::open(path)?;
        file.lock_shared()?;
        Self::from_file(file)?.of_epoch(epoch)?.of_this_machine()
    }

    /// Opens the page at `path` that other processes of the node use, and makes a new one where none is used, or
    /// where it is broken or of another epoch. `node` names the node if this process is its first. One that another machine
    /// uses is an error of the kind `ResourceBusy`.
    pub fn open_or_create(path: &Path, epoch: Uuid, node: Uuid) -> io::Result<Self> {
        let _one_at_a_time = file::lock_beside(path)?;
        match file::open_in_use(path) {
            Ok(Some(file)) => match Self::from_file(file).and_then(|page| page.of_epoch(epoch)) {
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    Self::create(path, epoch, node)
                }
                page => page?.of_this_machine(),
            },
            Ok(None) => Self::create(path, epoch, node),
            Err(error) => Err(error),
        }
    }

    /// Makes a page without a name, for processes that inherit its [`file`](Self::file).
    #[cfg(target_os = "linux")]
    pub fn anonymous(epoch: Uuid, node: Uuid) -> io::Result<Self> {
        Self::from_file(file::anonymous(bytes(), &header(epoch, node))?)
    }

    /// Maps a page that was inherited.
    pub fn from_file(file: File) -> io::Result<Self> {
        let mapping = Mapping::of(&file, TENANTS_MAX * STRIDE)?;
        let word = |at: usize| mapping.header()[at].load(Ordering::Acquire);
        let made_of = [word(0), word(1), word(2)];
        if made_of != [MAGIC, VERSION, TENANTS_MAX as u64] {
            return Err(invalid("not a page of this version"));
        }
        let id = |at: usize| Uuid::from_u64_pair(word(at), word(at + 1));
        let (epoch, node, machine) = (id(3), id(5), id(7));
        Ok(Self {
            mapping,
            file,
            epoch,
            node,
            machine,
        })
    }

    /// The file behind it, to be handed to a child.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The epoch that its numbers are of.
    pub fn epoch(&self) -> Uuid {
        self.epoch
    }

    /// The node whose page it is.
    pub fn node(&self) -> Uuid {
        self.node
    }

    /// A tenant's last number; `None` where the page does not know it.
    pub fn last(&self, tenant: TenantId) -> Option<i64> {
        let number = slots::get(self.mapping.slots(), tenant.0.as_u128())?;
        i64::try_from(number).ok()
    }

    /// Raises a tenant's number; one that is higher already stays. Says whether the page knows the tenant now.
    pub fn raise(&self, tenant: TenantId, seq: i64) -> bool {
        let Ok(number) = u64::try_from(seq) else {
            return false;
        };
        slots::raise(self.mapping.slots(), tenant.0.as_u128(), number) != Raised::Full
    }

    /// Counts a ring and wakes every process that waits.
    pub fn ring(&self) {
        self.mapping.generation().fetch_add(1, Ordering::AcqRel);
        wait::wake_all(self.mapping.generation());
    }

    /// How often somebody rang, modulo 2³².
    pub fn rings(&self) -> u32 {
        self.mapping.generation().load(Ordering::Acquire)
    }

    /// Blocks until the count of rings is no longer `seen`, at most for `patience`; it may return early.
    pub fn wait(&self, seen: u32, patience: Duration) {
        wait::until_changed(self.mapping.generation(), seen, patience);
    }

    fn of_epoch(self, epoch: Uuid) -> io::Result<Self> {
        if self.epoch != epoch {
            return Err(invalid("a page of another epoch"));
        }
        Ok(self)
    }

    fn of_this_machine(self) -> io::Result<Self> {
        if self.machine != file::machine() {
            let why = "another machine uses this page";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, why));
        }
        Ok(self)
    }
}

impl Word for AtomicU64 {
    fn get(&self) -> u64 {
        self.load(Ordering::Acquire)
    }

    fn claim(&self, value: u64) -> u64 {
        let found = self.get();
        if found != 0 {
            return found;
        }
        match self.compare_exchange(0, value, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => value,
            Err(found) => found,
        }
    }

    fn raise(&self, value: u64) -> bool {
        self.fetch_max(value, Ordering::AcqRel) < value
    }
}

/// The size of a page's file.
fn bytes() -> u64 {
    mapping::bytes(TENANTS_MAX * STRIDE) as u64
}

/// The first bytes of a page.
fn header(epoch: Uuid, node: Uuid) -> Vec<u8> {
    let ids = [epoch, node, file::machine()].map(|id| id.as_u64_pair());
    let ids = ids.into_iter().flat_map(|(high, low)| [high, low]);
    [MAGIC, VERSION, TENANTS_MAX as u64]
        .into_iter()
        .chain(ids)
        .flat_map(u64::to_ne_bytes)
        .collect()
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
