//! The end of every write: number and counters by one update, then the events.

use domain::clock::Timestamp;
use domain::events::Event;
use domain::insights::{CounterChange, Month};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait, Statement, Value,
};

use crate::error::{Error, Result};
use crate::rows::events;
use crate::scope::TenantScope;

/// What the update of the tenant's row is about to do.
pub(crate) struct Advance<'a> {
    pub(crate) scope: TenantScope,
    pub(crate) now: Timestamp,
    pub(crate) change: &'a CounterChange,
    pub(crate) quota_enforced: bool,
}

/// `month` moves forward to $9 (it never goes back, whatever the clock does) and takes its two counters along, then the changes of the two months
/// that are still shown are added; `case` has to spell it out, since the row is read and written by one statement.
const ADVANCE: &str = "
update spines set
    seq = seq + $2,
    campaigns = campaigns + $3,
    active_campaigns = active_campaigns + $4,
    leads = leads + $5,
    leads_used = leads_used + $6,
    emails_sent = emails_sent + $7,
    replied = replied + $8,
    month = case when month < $9 then $9 else month end,
    leads_month = case when month < $9 then 0 else leads_month end
        + case when (case when month < $9 then $9 else month end) = $9 then $10 else 0 end,
    leads_previous = case
            when month < $9 - 1 then 0
            when month = $9 - 1 then leads_month
            else leads_previous
        end
        + case
            when (case when month < $9 then $9 else month end) = $9 then $11
            when month = $9 + 1 then $10
            else 0
        end
where tenant_id = $1
returning seq, leads_used";

/// Numbers the events, moves the counters and inserts; gives the last number.
pub(crate) async fn append(
    transaction: &DatabaseTransaction,
    advance: &Advance<'_>,
    recorded: &[Event],
) -> Result<i64> {
    let count = i64::try_from(recorded.len()).unwrap_or(i64::MAX);
    let last = advance_row(transaction, advance, count).await?;
    let tenant = advance.scope.tenant();
    let rows = recorded
        .iter()
        .zip(last - count + 1..)
        .map(|(event, seq)| events::ActiveModel {
            tenant_id: Set(tenant.0),
            seq: Set(seq),
            at: Set(advance.now.0),
            name: Set(event.name.as_str().to_owned()),
            subject: Set(event.subject),
            actor: Set(event.actor.user().map(|user| user.0)),
            audience: Set(event.audience.as_str().to_owned()),
            audience_user: Set(event.audience.user().map(|user| user.0)),
            data: Set(event.data.clone()),
        });
    events::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(last)
}

async fn advance_row(
    transaction: &DatabaseTransaction,
    advance: &Advance<'_>,
    count: i64,
) -> Result<i64> {
    let change = advance.change;
    // With the clock set back, leads of a later month may go: the row's month is at least theirs.
    let latest = change.by_month.iter().map(|(month, _)| *month).max();
    let month = Month::of(advance.now).max(latest.unwrap_or(Month(0)));
    let of_month = |wanted: Month| -> i64 {
        change
            .by_month
            .iter()
            .filter(|(month, _)| *month == wanted)
            .map(|(_, n)| n)
            .sum()
    };
    let values: Vec<Value> = vec![
        advance.scope.tenant().0.into(),
        count.into(),
        change.campaigns.into(),
        change.active_campaigns.into(),
        change.leads.into(),
        change.leads_used.into(),
        change.emails_sent.into(),
        change.replied.into(),
        month.0.into(),
        of_month(month).into(),
        of_month(Month(month.0 - 1)).into(),
    ];
    let backend = transaction.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, ADVANCE, values);
    let row = transaction.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Error::Defect("a tenant without a spine".into()))?;
    let used: i64 = row.try_get("", "leads_used")?;
    if advance.quota_enforced && change.leads_used > 0 {
        within_quota(transaction, advance.scope, used, change.leads_used).await?;
    }
    Ok(row.try_get("", "seq")?)
}

async fn within_quota(
    transaction: &DatabaseTransaction,
    scope: TenantScope,
    used: i64,
    added: i64,
) -> Result<()> {
    let tenant = crate::rows::tenants::Entity::find_by_id(scope.tenant().0)
        .one(transaction)
        .await?;
    let quota = tenant.map_or(0, |tenant| tenant.leads_quota);
    if used > quota {
        return Err(Error::QuotaExceeded {
            quota,
            used: used - added,
        });
    }
    Ok(())
}
