//! One tenant's events by number, each person's view of them.

use domain::clock::Timestamp;
use domain::events::{Actor, Audience, Event, EventName, RecordedEvent};
use domain::ids::UserId;
use domain::team::Role;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::Result;
use crate::read::Read;
use crate::rows::events;

/// Rows read at a time.
const BATCH_ROWS: u64 = 200;
/// Batches read for one page, at most: a person who may see few events gets a shorter page, not a slow one.
const BATCHES_MAX: usize = 10;

/// The events after number `after` that the person may see, in order, at most `limit`; and the
/// number up to which the spine was read, from which the next page goes on.
pub async fn after(
    db: &impl Read,
    viewer: (UserId, Role),
    after: i64,
    limit: usize,
) -> Result<(Vec<RecordedEvent>, i64)> {
    let mut cursor = after;
    let mut page = Vec::new();
    for _ in 0..BATCHES_MAX {
        let rows = events::Entity::find()
            .filter(events::Column::TenantId.eq(db.scope().tenant().0))
            .filter(events::Column::Seq.gt(cursor))
            .order_by_asc(events::Column::Seq)
            .limit(BATCH_ROWS)
            .all(db.connection())
            .await?;
        let exhausted = (rows.len() as u64) < BATCH_ROWS;
        for row in rows {
            if page.len() == limit {
                return Ok((page, cursor));
            }
            cursor = row.seq;
            page.extend(visible(row, viewer));
        }
        if exhausted || page.len() == limit {
            break;
        }
    }
    Ok((page, cursor))
}

/// The events before number `before` (the newest where `None`) that the person may see, newest
/// first, at most `limit`; and the number from which the next page goes on, `None` at the beginning.
pub async fn before(
    db: &impl Read,
    viewer: (UserId, Role),
    before: Option<i64>,
    limit: usize,
) -> Result<(Vec<RecordedEvent>, Option<i64>)> {
    let mut cursor = before.unwrap_or(i64::MAX);
    let mut page = Vec::new();
    for _ in 0..BATCHES_MAX {
        let rows = events::Entity::find()
            .filter(events::Column::TenantId.eq(db.scope().tenant().0))
            .filter(events::Column::Seq.lt(cursor))
            .order_by_desc(events::Column::Seq)
            .limit(BATCH_ROWS)
            .all(db.connection())
            .await?;
        let exhausted = (rows.len() as u64) < BATCH_ROWS;
        for row in rows {
            if page.len() == limit {
                return Ok((page, Some(cursor)));
            }
            cursor = row.seq;
            page.extend(visible(row, viewer));
        }
        if exhausted {
            return Ok((page, None));
        }
        if page.len() == limit {
            break;
        }
    }
    Ok((page, Some(cursor)))
}

fn visible(row: events::Model, (user, role): (UserId, Role)) -> Option<RecordedEvent> {
    recorded(row).filter(|recorded| recorded.event.audience.includes(user, role))
}

/// The event of a row; `None` for a name that a newer program wrote.
pub(crate) fn recorded(row: events::Model) -> Option<RecordedEvent> {
    Some(RecordedEvent {
        seq: row.seq,
        at: Timestamp(row.at),
        event: Event {
            name: EventName::parse(&row.name)?,
            subject: row.subject,
            actor: row
                .actor
                .map_or(Actor::System, |id| Actor::User(UserId(id))),
            audience: Audience::read(&row.audience, row.audience_user.map(UserId)),
            data: row.data,
        },
    })
}
