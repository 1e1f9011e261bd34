//! The chunks that come next. Where the database works for several at once, their rows are added in open transactions of their
//! own while the one before commits; what decides whether they stay is done in order, by [`super::chunk::commit`].

use std::collections::VecDeque;

use domain::ids::{CampaignId, ImportId, LeadId};
use domain::imports::{DuplicateMode, Duplicates, Import, MappedRow};
use store::jobs::Claimed;
use store::leads::{self, NewLead};
use store::{Engine, Writing};
use tokio::task::JoinHandle;

use super::read::{Chunk, Chunks};
use crate::context::App;
use crate::error::{Error, Result};

/// Chunks whose rows are being added at the same time, beside the one that commits: one more than keeps two cores busy, since
/// each of them waits for the disk at times.
const ADDING_MAX: usize = 3;
/// Chunks that wait where they are added one after another; the reader has one more.
const WAITING_MAX: usize = 1;

/// Which rows an import adds where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) import: ImportId,
    campaign: CampaignId,
    lead_generation: i32,
    pub(super) generates_emails: bool,
    pub(super) duplicates: Duplicates,
}

impl Target {
    /// The import's.
    pub(super) fn of(import: &Import) -> Self {
        let options = import.options.as_ref();
        Self {
            import: import.id,
            campaign: import.campaign_id,
            lead_generation: import.lead_generation,
            generates_emails: import.generate_emails,
            duplicates: options
                .map(|options| options.duplicates)
                .unwrap_or_default(),
        }
    }

    /// Whether rows are compared with leads that are there.
    pub(super) fn looks(self) -> bool {
        self.duplicates.mode != DuplicateMode::Keep
    }
}

/// A chunk that is to be committed.
pub(super) struct Prepared {
    pub(super) chunk: Chunk,
    /// The open transaction that has its rows already.
    pub(super) added: Option<Added>,
}

/// Rows that are added and not committed.
pub(super) struct Added {
    pub(super) writing: Writing,
    pub(super) leads: usize,
}

/// Rows as leads; those of a later chunk get larger ids, so that a file's order is the leads' order.
pub(super) fn as_new(writing: &Writing, rows: Vec<(u64, MappedRow)>) -> Vec<NewLead> {
    let new = rows.into_iter().map(|(row, mapped)| NewLead {
        id: LeadId(writing.fresh_id()),
        import_row: i64::try_from(row).ok(),
        fields: mapped.fields,
    });
    new.collect()
}

/// Adds rows, and counts nothing yet.
pub(super) async fn add(writing: Writing, target: Target, new: Vec<NewLead>) -> Result<Added> {
    let (campaign, generation) = (target.campaign, target.lead_generation);
    leads::insert_rows(&writing, campaign, generation, Some(target.import), &new).await?;
    Ok(Added {
        writing,
        leads: new.len(),
    })
}

/// Rows that are being added; dropped, the transaction ends without a trace.
struct Adding(JoinHandle<Result<Added>>);

impl Drop for Adding {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The chunks that come next, in order.
pub(super) struct Ahead<'a> {
    app: &'a App,
    claimed: &'a Claimed,
    target: Target,
    chunks: Chunks,
    coming: VecDeque<(Chunk, Option<Adding>)>,
    /// Whether a chunk found no free connection. It has to get one before those behind it, which would hold theirs until then.
    is_short: bool,
    /// How the file ended, once it has.
    end: Option<Result<()>>,
}

impl<'a> Ahead<'a> {
    pub(super) fn new(app: &'a App, claimed: &'a Claimed, import: &Import, chunks: Chunks) -> Self {
        Self {
            app,
            claimed,
            target: Target::of(import),
            chunks,
            coming: VecDeque::new(),
            is_short: false,
            end: None,
        }
    }

    /// The next chunk, its rows added where that was begun; `None` is the end of the file.
    pub(super) async fn next(&mut self) -> Result<Option<Prepared>> {
        if self.coming.is_empty() {
            self.is_short = false;
            self.fill().await;
        }
        let Some((chunk, adding)) = self.coming.pop_front() else {
            return self.end.take().unwrap_or(Ok(())).map(|()| None);
        };
        let added = match adding {
            None => None,
            Some(mut adding) => {
                let added = (&mut adding.0).await;
                Some(added.map_err(|error| Error::Internal(error.to_string()))??)
            }
        };
        Ok(Some(Prepared { chunk, added }))
    }

    fn adds_in_order(&self) -> bool {
        self.target.looks() || self.app.store().engine() == Engine::Sqlite
    }

    /// Takes what has been read, and begins to add it.
    pub(super) async fn fill(&mut self) {
        let most = if self.adds_in_order() {
            WAITING_MAX
        } else {
            ADDING_MAX
        };
        while self.coming.len() < most && self.end.is_none() {
            match self.begin_one().await {
                Ok(Some(begun)) => self.coming.push_back(begun),
                Ok(None) => self.end = Some(Ok(())),
                Err(error) => self.end = Some(Err(error)),
            }
        }
    }

    /// On PostgreSQL, when a connection is free and no row is compared with others, rows need not wait for those before them.
    async fn begin_one(&mut self) -> Result<Option<(Chunk, Option<Adding>)>> {
        let Some(mut chunk) = self.chunks.next().await? else {
            return Ok(None);
        };
        if self.adds_in_order() || self.is_short {
            return Ok(Some((chunk, None)));
        }
        let Some(writing) = self.app.store().try_write(self.claimed.scope).await? else {
            self.is_short = true;
            return Ok(Some((chunk, None)));
        };
        let rows = std::mem::take(&mut chunk.rows);
        chunk.note_drafts(&rows, self.target.generates_emails);
        let (target, new) = (self.target, as_new(&writing, rows));
        let adding = self.app.tasks().spawn(add(writing, target, new));
        Ok(Some((chunk, Some(Adding(adding)))))
    }
}
