//! Following all tenants by position, each event once and in its tenant's order.
//!
//! On SQLite the position is the rowid: one writer at a time, so it is commit order.
//!
//! On PostgreSQL it is the writing transaction's `xid8`, read below `pg_snapshot_xmin`: whatever is
//! below has ended. But a transaction gets its id at its first write and its number at its end, so
//! of one tenant the later number can bear the smaller id and be seen first. Its predecessors are
//! committed by then (numbers follow commits), so they are fetched by number and handed out first;
//! when their position is reached they are known.

use std::collections::HashMap;

use domain::events::RecordedEvent;
use domain::ids::TenantId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, Statement,
};
use uuid::Uuid;

use crate::connect::{Engine, Store};
use crate::error::Result;
use crate::rows::events;
use crate::spine::feed::recorded;

/// Events fetched by one scan.
const BATCH_ROWS: i64 = 1_000;
/// Tenants whose last number is remembered; a forgotten one costs a query when it writes again.
const REMEMBERED_MAX: usize = 100_000;

/// An event of some tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// Whose event.
    pub tenant: TenantId,
    /// The event.
    pub recorded: RecordedEvent,
}

/// A reader of the whole spine. It begins at the end of what is committed when it is made.
#[derive(Debug)]
pub struct Follower {
    store: Store,
    /// Everything before this position has been handed out.
    cursor: Cursor,
    /// The last number handed out of each tenant that is remembered.
    reached: HashMap<Uuid, i64>,
    /// The highest position that was handed out before the cursor came to it.
    ahead: i64,
    /// Whether the last scan was full.
    has_more: bool,
    /// Events passed over since they were last asked for: a newer program wrote them.
    unread: Vec<(TenantId, i64)>,
}

/// A place in the order (position, tenant, number); tenant and number only count within one position.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    position: i64,
    tenant: Uuid,
    seq: i64,
}

#[derive(Debug, FromQueryResult)]
struct Scanned {
    position: i64,
    tenant_id: Uuid,
    seq: i64,
}

const START_SQLITE: &str = "select coalesce(max(position), 0) + 1 as position from events";
const START_POSTGRES: &str =
    "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as position";
const SCAN_SQLITE: &str = "
select position, tenant_id, seq from events
where position >= $1 and (position > $1 or (tenant_id, seq) > ($2, $3))
order by position limit $4";
const SCAN_POSTGRES: &str = "
select position::text::bigint as position, tenant_id, seq from events
where position >= $1::text::xid8 and (position, tenant_id, seq) > ($1::text::xid8, $2, $3)
  and position < pg_snapshot_xmin(pg_current_snapshot())
order by events.position, tenant_id, seq limit $4";
const MISSED_POSTGRES: &str = "
select seq, position::text::bigint as position from events
where tenant_id = $1 and seq < $2 and seq > $3
  and position >= $4::text::xid8 and (position, tenant_id, seq) > ($4::text::xid8, $5, $6)
order by seq";

impl Follower {
    /// Begins at the end of what is committed now; on PostgreSQL, while transactions are under way,
    /// with some that were committed just before.
    pub async fn begin(store: Store) -> Result<Self> {
        let sql = match store.engine() {
            Engine::Sqlite => START_SQLITE,
            Engine::Postgres => START_POSTGRES,
        };
        let _permit = store.reader_permit().await?;
        let db = store.readers();
        let row = db
            .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
            .await?;
        let position = match row {
            Some(row) => row.try_get("", "position")?,
            None => 0,
        };
        let cursor = Cursor {
            position,
            tenant: Uuid::nil(),
            seq: 0,
        };
        Ok(Self {
            store: store.clone(),
            cursor,
            reached: HashMap::new(),
            ahead: 0,
            has_more: false,
            unread: Vec::new(),
        })
    }

    /// The position up to which everything has been handed out.
    pub fn position(&self) -> i64 {
        self.cursor.position
    }

    /// Whether the last call left something that is committed already, so that the next one need not wait.
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// The events that were passed over because their names are of a newer program: whose, and their numbers.
    /// Each is told once.
    pub fn take_unread(&mut self) -> Vec<(TenantId, i64)> {
        std::mem::take(&mut self.unread)
    }

    /// The next events, of each tenant in order; empty when there are none yet. One that fails, or
    /// whose future is dropped, has handed out nothing: the next call begins at the same place.
    pub async fn next(&mut self) -> Result<Vec<Followed>> {
        let store = self.store.clone();
        let _permit = store.reader_permit().await?;
        let db = store.readers();
        let scanned = self.scan(db).await?;
        let mut wanted: Vec<(Uuid, i64)> = Vec::with_capacity(scanned.len());
        let mut reached_now: HashMap<Uuid, i64> = HashMap::new();
        let mut ahead = self.ahead;
        for row in &scanned {
            let known = reached_now.get(&row.tenant_id);
            let reached = known.or(self.reached.get(&row.tenant_id)).copied();
            if reached.is_some_and(|reached| row.seq <= reached) {
                continue;
            }
            if reached != Some(row.seq - 1) && store.engine() == Engine::Postgres {
                for (seq, position) in self.missed(db, row, reached.unwrap_or(0)).await? {
                    wanted.push((row.tenant_id, seq));
                    ahead = ahead.max(position);
                }
            }
            wanted.push((row.tenant_id, row.seq));
            reached_now.insert(row.tenant_id, row.seq);
        }
        let (events, unread) = load(db, &wanted).await?;
        self.reached.extend(reached_now);
        self.ahead = ahead;
        self.unread.extend(unread);
        self.has_more = scanned.len() as i64 == BATCH_ROWS;
        if let Some(last) = scanned.last() {
            self.cursor = Cursor {
                position: last.position,
                tenant: last.tenant_id,
                seq: last.seq,
            };
        }
        self.forget_when_full(scanned.is_empty());
        Ok(events)
    }

    async fn scan(&self, db: &DatabaseConnection) -> Result<Vec<Scanned>> {
        let cursor = self.cursor;
        let (sql, position) = match self.store.engine() {
            Engine::Sqlite => (SCAN_SQLITE, sea_orm::Value::from(cursor.position)),
            Engine::Postgres => (
                SCAN_POSTGRES,
                sea_orm::Value::from(cursor.position.to_string()),
            ),
        };
        let values = [
            position,
            cursor.tenant.into(),
            cursor.seq.into(),
            BATCH_ROWS.into(),
        ];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        Ok(Scanned::find_by_statement(statement).all(db).await?)
    }

    /// Numbers before `row` that are committed and whose position is still ahead, with that position.
    async fn missed(
        &self,
        db: &DatabaseConnection,
        row: &Scanned,
        reached: i64,
    ) -> Result<Vec<(i64, i64)>> {
        let values = [
            row.tenant_id.into(),
            row.seq.into(),
            reached.into(),
            self.cursor.position.to_string().into(),
            self.cursor.tenant.into(),
            self.cursor.seq.into(),
        ];
        let statement =
            Statement::from_sql_and_values(db.get_database_backend(), MISSED_POSTGRES, values);
        let rows = db.query_all_raw(statement).await?;
        rows.iter()
            .map(|found| Ok((found.try_get("", "seq")?, found.try_get("", "position")?)))
            .collect()
    }

    /// Tenants may be forgotten when nothing was handed out ahead of the cursor, else it would be
    /// handed out again.
    fn forget_when_full(&mut self, caught_up: bool) {
        if caught_up && self.cursor.position > self.ahead && self.reached.len() > REMEMBERED_MAX {
            self.reached.clear();
        }
    }
}

/// The wanted events in their order, and those of them whose names are not known.
async fn load(
    db: &DatabaseConnection,
    wanted: &[(Uuid, i64)],
) -> Result<(Vec<Followed>, Vec<(TenantId, i64)>)> {
    let mut by_tenant: HashMap<Uuid, (i64, i64)> = HashMap::new();
    for (tenant, seq) in wanted {
        let range = by_tenant.entry(*tenant).or_insert((*seq, *seq));
        *range = (range.0.min(*seq), range.1.max(*seq));
    }
    let mut found = HashMap::with_capacity(wanted.len());
    for (tenant, (first, last)) in by_tenant {
        let rows = events::Entity::find()
            .filter(events::Column::TenantId.eq(tenant))
            .filter(events::Column::Seq.between(first, last))
            .order_by_asc(events::Column::Seq)
            .all(db)
            .await?;
        found.extend(rows.into_iter().map(|row| ((tenant, row.seq), row)));
    }
    let mut events = Vec::with_capacity(wanted.len());
    let mut unread = Vec::new();
    for key in wanted {
        let Some(row) = found.remove(key) else {
            continue; // its tenant was erased meanwhile
        };
        let tenant = TenantId(key.0);
        match recorded(row) {
            Some(recorded) => events.push(Followed { tenant, recorded }),
            None => unread.push((tenant, key.1)),
        }
    }
    Ok((events, unread))
}
