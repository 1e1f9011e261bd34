//! The keys of leads on SQLite: by title, by address, by website and title. PostgreSQL has indexes for them; SQLite has
//! tables, which triggers keep for leads that come one by one, and which are filled here for the leads of a file, many at a
//! time in the tables' own order (docs/decisions/0007).

use domain::ids::CampaignId;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use crate::connect::Engine;
use crate::error::Result;
use crate::read::Read;
use crate::write::Writing;

/// Leads whose keys one transaction writes: many, since every page of the tables is then written once for several of them.
pub const SETTLE_LEADS: i64 = 50_000;
/// Notes that one transaction works off.
const SETTLE_NOTES: i64 = 50;

/// Whose keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// Of files that have been read, and of leads that were there before the tables.
    Ended,
    /// Of files that are being read, too.
    All,
}

#[derive(Debug, FromQueryResult)]
struct Note {
    id: Uuid,
    import_id: Option<Uuid>,
    keys_from: Uuid,
    last_lead_id: Uuid,
}

#[derive(Debug, FromQueryResult)]
struct Reach {
    last: Option<Uuid>,
    leads: i64,
}

const NOTES: &str = "
select b.id, b.import_id, b.keys_from, b.last_lead_id from search_backlog b
where b.tenant_id = $1 and b.keys_from is not null
  and ($2 or not exists (select 1 from imports i where i.id = b.import_id and i.state in ('queued', 'running')))
order by b.id limit $3";
const REACH: &str = "
select max(id) as last, count(*) as leads from (
    select id from campaign_leads where id >= $1 and id <= $2 and tenant_id = $3 and (+import_id is $4 or $4 is null)
    order by id limit $5)";
const TITLES: &str = "
insert into lead_titles (campaign_id, lead_generation, title_key, lead_id)
select campaign_id, lead_generation, title_key, id from campaign_leads
where id >= $1 and id <= $2 and tenant_id = $3 and (+import_id is $4 or $4 is null)
order by 1, 2, 3, 4 on conflict do nothing";
const KEYS: &str = "
insert into lead_keys (tenant_id, key, lead_id)
select tenant_id, 'e:' || email_key as key, id from campaign_leads
where id >= $1 and id <= $2 and tenant_id = $3 and (+import_id is $4 or $4 is null) and email_key is not null
union all
select tenant_id, 's:' || website_host || '/' || title_key as key, id from campaign_leads
where id >= $1 and id <= $2 and tenant_id = $3 and (+import_id is $4 or $4 is null)
  and website_host is not null and title_key <> ''
order by 2, 3 on conflict do nothing";
const NOTED: &str = "
update search_backlog set keys_from = case when last_lead_id <= $3 then null else $4 end
where tenant_id = $1 and id in (select unhex(value) from json_each($2))";

/// Writes the keys of the leads noted first, a bounded number; says whether more may wait.
pub async fn settle(writing: &Writing, whose: Settle) -> Result<bool> {
    if writing.engine() == Engine::Postgres {
        return Ok(false);
    }
    let tenant: Value = writing.scope().tenant().0.into();
    let db = writing.connection();
    let backend = db.get_database_backend();
    let statement = |sql, values: Vec<Value>| Statement::from_sql_and_values(backend, sql, values);
    let all = whose == Settle::All;
    let values = vec![tenant.clone(), all.into(), SETTLE_NOTES.into()];
    let mut notes = Note::find_by_statement(statement(NOTES, values))
        .all(db)
        .await?;
    let more = notes.len() as i64 == SETTLE_NOTES;
    let Some(import) = notes.first().map(|note| note.import_id) else {
        return Ok(false);
    };
    // Those of one file lie side by side; others are next.
    let of_others = notes.len();
    notes.retain(|note| note.import_id == import);
    if import.is_none() {
        notes.truncate(1);
    }
    let more = more || notes.len() < of_others;
    let first = notes
        .iter()
        .map(|note| note.keys_from)
        .min()
        .unwrap_or_default();
    let last = notes
        .iter()
        .map(|note| note.last_lead_id)
        .max()
        .unwrap_or_default();
    let range = |last: Uuid| -> Vec<Value> {
        vec![first.into(), last.into(), tenant.clone(), import.into()]
    };
    let mut values = range(last);
    values.push(SETTLE_LEADS.into());
    let reach = Reach::find_by_statement(statement(REACH, values))
        .one(db)
        .await?;
    let is_full = reach
        .as_ref()
        .is_some_and(|reach| reach.leads == SETTLE_LEADS);
    let reached = reach
        .and_then(|reach| reach.last)
        .filter(|_| is_full)
        .unwrap_or(last);
    db.execute_raw(statement(TITLES, range(reached))).await?;
    db.execute_raw(statement(KEYS, range(reached))).await?;
    let ids: Vec<String> = notes
        .iter()
        .map(|note| note.id.simple().to_string())
        .collect();
    let next = Uuid::from_u128(reached.as_u128().saturating_add(1));
    let ids = serde_json::to_string(&ids)
        .map_err(|error| crate::error::Error::Defect(error.to_string()))?;
    let values = vec![tenant.clone(), ids.into(), reached.into(), next.into()];
    db.execute_raw(statement(NOTED, values)).await?;
    Ok(more || is_full)
}

const UNSETTLED: &str = "
select 1 as found from search_backlog b left join imports i on i.id = b.import_id
where b.tenant_id = $1 and b.keys_from is not null and (b.import_id is null or i.campaign_id = $2) limit 1";

/// Whether all leads of a campaign have their keys.
pub(super) async fn are_settled(db: &impl Read, campaign: CampaignId) -> Result<bool> {
    let connection = db.connection();
    let values = [db.scope().tenant().0.into(), campaign.0.into()];
    let statement =
        Statement::from_sql_and_values(connection.get_database_backend(), UNSETTLED, values);
    Ok(connection.query_one_raw(statement).await?.is_none())
}
