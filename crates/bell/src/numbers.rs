//! Where a process finds the last numbers: its own, the node's, or nowhere.

use std::io;
use std::path::PathBuf;

use domain::ids::TenantId;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::last_numbers::LastNumbers;
use crate::page::SharedPage;

/// Where the numbers of an epoch are to be found.
#[derive(Debug)]
pub(crate) enum Place {
    /// In the process.
    Process,
    /// On the page in this file.
    File(PathBuf),
    /// On a page that came with the process; there is no way to another.
    Inherited,
}

impl Place {
    /// The numbers of an epoch, for a node.
    pub(crate) fn numbers(&self, epoch: Uuid, node: Option<Uuid>) -> io::Result<Numbers> {
        match self {
            Self::Process => Ok(Numbers::of_process()),
            Self::File(path) => {
                let page = SharedPage::open_or_create(path, epoch, node.unwrap_or(epoch))?;
                Ok(Numbers::Page(page))
            }
            Self::Inherited => Ok(Numbers::Unknown),
        }
    }
}

/// The last numbers.
#[derive(Debug)]
pub(crate) enum Numbers {
    /// Those of a process that is alone.
    Process(Mutex<LastNumbers>),
    /// Those of a node.
    Page(SharedPage),
    /// None: other processes write, and there is no way to hear of it.
    Unknown,
}

impl Numbers {
    pub(crate) fn of_process() -> Self {
        Self::Process(Mutex::default())
    }

    pub(crate) fn raise(&self, tenant: TenantId, seq: i64) {
        match self {
            Self::Process(numbers) => {
                let forgotten = numbers.lock().raise(tenant, seq);
                drop(forgotten); // outside the lock
            }
            Self::Page(page) => {
                page.raise(tenant, seq);
            }
            Self::Unknown => {}
        }
    }

    pub(crate) fn last(&self, tenant: TenantId) -> Option<i64> {
        match self {
            Self::Process(numbers) => numbers.lock().get(tenant),
            Self::Page(page) => page.last(tenant),
            Self::Unknown => None,
        }
    }
}
