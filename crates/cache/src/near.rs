//! The near level: values in this process' memory, bounded by their bytes. It knows no time limits and no rule; it
//! keeps what is used and lets go of the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::future::Cache;
use moka::notification::RemovalCause;

use crate::entry::{Entry, OVERHEAD_BYTES};
use crate::key::SharedText;

#[derive(Debug)]
pub(crate) struct Near {
    /// `None` where the bound is no bytes at all.
    table: Option<Cache<SharedText, Arc<Entry>>>,
    evictions: Arc<AtomicU64>,
}

impl Near {
    pub(crate) fn new(bytes_max: u64) -> Self {
        let evictions = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&evictions);
        let table = (bytes_max > 0).then(|| {
            Cache::builder()
                .max_capacity(bytes_max)
                .weigher(|key: &SharedText, entry: &Arc<Entry>| {
                    let bytes = key.len() + entry.weight() + OVERHEAD_BYTES;
                    u32::try_from(bytes).unwrap_or(u32::MAX)
                })
                .eviction_listener(move |_, _, cause| {
                    if cause == RemovalCause::Size {
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                })
                .build()
        });
        Self { table, evictions }
    }

    pub(crate) async fn get(&self, text: &str) -> Option<Arc<Entry>> {
        match &self.table {
            Some(table) => table.get(text).await,
            None => None,
        }
    }

    /// Keeps an entry, unless a newer one is held already; the rule would refuse the older one anyway.
    pub(crate) async fn put(&self, text: SharedText, entry: Arc<Entry>) {
        let Some(table) = &self.table else {
            return;
        };
        let is_held_newer = table.get(&*text).await.is_some_and(|held| {
            held.stamp.epoch == entry.stamp.epoch
                && (held.stamp.as_of, held.born) > (entry.stamp.as_of, entry.born)
        });
        if !is_held_newer {
            table.insert(text, entry).await;
        }
    }

    /// Drops what the test says, and gives how many were dropped.
    pub(crate) async fn drop_where(&self, is_dropped: impl Fn(&str) -> bool) -> u64 {
        let Some(table) = &self.table else {
            return 0;
        };
        let doomed: Vec<SharedText> = table
            .iter()
            .filter(|(text, _)| is_dropped(text))
            .map(|(text, _)| SharedText::clone(&text))
            .collect();
        for text in &doomed {
            table.invalidate(&**text).await;
        }
        doomed.len() as u64
    }

    pub(crate) fn evictions(&self) -> u64 {
        self.evictions.load(Ordering::Relaxed)
    }

    pub(crate) fn entries(&self) -> u64 {
        self.table.as_ref().map_or(0, Cache::entry_count)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.table.as_ref().map_or(0, Cache::weighted_size)
    }

    /// Lets the table do what it has put off, so that its figures are true.
    pub(crate) async fn settle(&self) {
        if let Some(table) = &self.table {
            table.run_pending_tasks().await;
        }
    }
}
