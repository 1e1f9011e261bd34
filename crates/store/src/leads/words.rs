//! The words by which leads are found. A write only notes which leads changed; a job writes the
//! words, so that neither an edit nor an import waits for them.

use domain::ids::{ImportId, LeadId};
use domain::leads::Lead;
use domain::search::words_of_lead;
use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use crate::connect::Engine;
use crate::error::{Error, Result};
use crate::jobs;
use crate::leads::rows::Row;
use crate::read::Read;
use crate::write::Writing;

/// Leads whose words one transaction writes.
pub const FILL_LEADS: i64 = 1_000;

/// Notes that are worked off together; an edit makes one, a chunk of an import too.
const FILL_NOTES_MAX: i64 = 200;

const NOTE: &str = "
insert into search_backlog (id, tenant_id, import_id, first_lead_id, last_lead_id, keys_from)
values ($1, $2, $3, $4, $5, $6)";

/// Notes a range of new or changed leads, and asks for the job that writes their words. An import asks at its end
/// ([`ask`]): until then its words would only take turns with its rows.
pub(crate) async fn note(
    writing: &Writing,
    import: Option<ImportId>,
    first: LeadId,
    last: LeadId,
) -> Result<()> {
    let keys_wait = import.is_some() && writing.engine() == Engine::Sqlite;
    let keys_from = keys_wait.then_some(first);
    let values = [
        writing.fresh_id().into(),
        writing.scope().tenant().0.into(),
        import.map(|id| id.0).into(),
        first.0.into(),
        last.0.into(),
        keys_from.map(|id| id.0).into(),
    ];
    execute(writing, NOTE, values.to_vec()).await?;
    match import {
        None => ask(writing).await,
        Some(_) => Ok(()),
    }
}

/// Asks for the job that writes the words of what was noted.
pub async fn ask(writing: &Writing) -> Result<()> {
    jobs::enqueue(writing, &domain::jobs::Job::FillSearch).await
}

const NOTE_EACH_POSTGRES: &str = "
insert into search_backlog (id, tenant_id, first_lead_id, last_lead_id)
select (value ->> 0)::uuid, $1, (value ->> 1)::uuid, (value ->> 1)::uuid from json_array_elements($2::text::json)";
const NOTE_EACH_SQLITE: &str = "
insert into search_backlog (id, tenant_id, first_lead_id, last_lead_id)
select unhex(value ->> 0), $1, unhex(value ->> 1), unhex(value ->> 1) from json_each($2)";

/// Notes changed leads that may lie far apart, by one statement, and asks for the job that writes their words.
pub(crate) async fn note_each(writing: &Writing, leads: &[LeadId]) -> Result<()> {
    let hex = |id: Uuid| id.simple().to_string();
    let rows: Vec<_> = leads
        .iter()
        .map(|lead| (hex(writing.fresh_id()), hex(lead.0)))
        .collect();
    let sql = match writing.engine() {
        Engine::Postgres => NOTE_EACH_POSTGRES,
        Engine::Sqlite => NOTE_EACH_SQLITE,
    };
    let values = vec![writing.scope().tenant().0.into(), json(&rows)?];
    execute(writing, sql, values).await?;
    ask(writing).await
}

#[derive(Debug, FromQueryResult)]
struct Noted {
    id: Uuid,
    import_id: Option<Uuid>,
    first_lead_id: Uuid,
    last_lead_id: Uuid,
}

impl Noted {
    fn is_of_one(&self) -> bool {
        self.import_id.is_none() && self.first_lead_id == self.last_lead_id
    }
}

const OLDEST: &str = "
select b.id, b.import_id, b.first_lead_id, b.last_lead_id from search_backlog b
where b.tenant_id = $1 and b.keys_from is null
  and not exists (select 1 from imports i where i.id = b.import_id and i.state in ('queued', 'running'))
order by b.id limit $2";
const LEADS_BY_ID_POSTGRES: &str =
    "select * from campaign_leads where tenant_id = $1 and id = any($2::uuid[])";
const LEADS_BY_ID_SQLITE: &str = "
select * from campaign_leads where tenant_id = $1 and id in (select unhex(value) from json_each($2))";
const DONE_EACH_POSTGRES: &str =
    "delete from search_backlog where tenant_id = $1 and id = any($2::uuid[])";
const DONE_EACH_SQLITE: &str = "
delete from search_backlog where tenant_id = $1 and id in (select unhex(value) from json_each($2))";
const LEADS: &str = "
select * from campaign_leads where tenant_id = $1 and id >= $2 and id <= $3
  and ($4 is null or import_id = $4) order by id limit $5";
const DONE: &str = "delete from search_backlog where id = $1 and tenant_id = $2";
const SHORTEN: &str =
    "update search_backlog set first_lead_id = $3 where id = $1 and tenant_id = $2";
const FORGET_POSTGRES: &str = "delete from lead_words where lead_id = any($1::uuid[])";
const FORGET_SQLITE: &str =
    "delete from lead_words where lead_id in (select unhex(value) from json_each($1))";
const WRITE_POSTGRES: &str = "
insert into lead_words (campaign_id, word, lead_id)
select * from unnest($1::uuid[], $2::text[], $3::uuid[]) on conflict do nothing";
const WRITE_SQLITE: &str = "
insert into lead_words (campaign_id, word, lead_id)
select unhex(value ->> 0), value ->> 1, unhex(value ->> 2) from json_each($1) where true
on conflict do nothing";

/// Writes the words of the leads noted first, a bounded number; says whether more may be noted. Those of an import follow when
/// it has ended, and when their keys are written.
pub async fn fill(writing: &Writing) -> Result<bool> {
    let db = writing.connection();
    let mut leads = 0;
    while leads < FILL_LEADS {
        let values = [writing.scope().tenant().0.into(), FILL_NOTES_MAX.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), OLDEST, values);
        let notes = Noted::find_by_statement(statement).all(db).await?;
        let Some(first) = notes.first() else {
            return Ok(false);
        };
        leads += if first.is_of_one() {
            let ones: Vec<&Noted> = notes.iter().take_while(|note| note.is_of_one()).collect();
            fill_ones(writing, &ones).await?
        } else {
            fill_range(writing, first).await?
        };
    }
    Ok(true)
}

/// Writes the words of leads that were noted one by one: edits, each with a note of its own, come by the hundred a second.
async fn fill_ones(writing: &Writing, notes: &[&Noted]) -> Result<i64> {
    let tenant: Value = writing.scope().tenant().0.into();
    let db = writing.connection();
    let backend = db.get_database_backend();
    let (leads_sql, done_sql) = match writing.engine() {
        Engine::Postgres => (LEADS_BY_ID_POSTGRES, DONE_EACH_POSTGRES),
        Engine::Sqlite => (LEADS_BY_ID_SQLITE, DONE_EACH_SQLITE),
    };
    let leads = ids(writing, notes.iter().map(|note| note.first_lead_id))?;
    let statement = Statement::from_sql_and_values(backend, leads_sql, [tenant.clone(), leads]);
    let rows = Row::find_by_statement(statement).all(db).await?;
    replace(writing, rows).await?;
    let done = ids(writing, notes.iter().map(|note| note.id))?;
    execute(writing, done_sql, vec![tenant, done]).await?;
    Ok(i64::try_from(notes.len()).unwrap_or(FILL_LEADS))
}

/// Writes the words of a range of leads, or of its first ones; gives how many.
async fn fill_range(writing: &Writing, noted: &Noted) -> Result<i64> {
    let tenant: Value = writing.scope().tenant().0.into();
    let db = writing.connection();
    let values = [
        tenant.clone(),
        noted.first_lead_id.into(),
        noted.last_lead_id.into(),
        noted.import_id.into(),
        FILL_LEADS.into(),
    ];
    let leads_sql = match writing.engine() {
        Engine::Sqlite => LEADS.to_owned(),
        Engine::Postgres => LEADS.replace("$4", "$4::uuid"),
    };
    let statement = Statement::from_sql_and_values(db.get_database_backend(), leads_sql, values);
    let rows = Row::find_by_statement(statement).all(db).await?;
    let written = i64::try_from(rows.len()).unwrap_or(FILL_LEADS);
    let complete = written < FILL_LEADS;
    let last = rows.last().map(|row| row.id);
    replace(writing, rows).await?;
    match last {
        Some(last) if !complete => {
            let next = Uuid::from_u128(last.as_u128().saturating_add(1));
            execute(writing, SHORTEN, vec![noted.id.into(), tenant, next.into()]).await?;
        }
        _ => execute(writing, DONE, vec![noted.id.into(), tenant]).await?,
    }
    // A note without a lead is work too, so that a run of them ends.
    Ok(written.max(1))
}

/// A list of ids as each engine takes it.
fn ids(writing: &Writing, ids: impl Iterator<Item = Uuid>) -> Result<Value> {
    match writing.engine() {
        Engine::Postgres => Ok(uuids(ids)),
        Engine::Sqlite => json(&ids.map(|id| id.simple().to_string()).collect::<Vec<_>>()),
    }
}

fn uuids(ids: impl Iterator<Item = Uuid>) -> Value {
    let items = ids.map(|id| Value::Uuid(Some(id))).collect();
    Value::Array(ArrayType::Uuid, Some(Box::new(items)))
}

async fn replace(writing: &Writing, rows: Vec<Row>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut ids = Vec::with_capacity(rows.len());
    let mut found: Vec<(Uuid, String, Uuid)> = Vec::new();
    for row in rows {
        let (id, campaign) = (row.id, row.campaign_id);
        ids.push(id);
        let words = words_of_lead(&Lead::from(row).fields);
        found.extend(words.into_iter().map(|word| (campaign, word, id)));
    }
    match writing.engine() {
        Engine::Postgres => {
            execute(writing, FORGET_POSTGRES, vec![uuids(ids.into_iter())]).await?;
            let campaigns = uuids(found.iter().map(|(campaign, _, _)| *campaign));
            let leads = uuids(found.iter().map(|(_, _, lead)| *lead));
            let words = found
                .into_iter()
                .map(|(_, word, _)| Value::String(Some(word)))
                .collect();
            let words = Value::Array(ArrayType::String, Some(Box::new(words)));
            execute(writing, WRITE_POSTGRES, vec![campaigns, words, leads]).await
        }
        Engine::Sqlite => {
            let hex = |id: &Uuid| id.simple().to_string();
            let ids = json(&ids.iter().map(hex).collect::<Vec<_>>())?;
            execute(writing, FORGET_SQLITE, vec![ids]).await?;
            let rows: Vec<_> = found
                .iter()
                .map(|(campaign, word, lead)| (hex(campaign), word, hex(lead)))
                .collect();
            execute(writing, WRITE_SQLITE, vec![json(&rows)?]).await
        }
    }
}

fn json<T: serde::Serialize>(rows: &T) -> Result<Value> {
    let text = serde_json::to_string(rows).map_err(|error| Error::Defect(error.to_string()))?;
    Ok(text.into())
}

async fn execute(writing: &Writing, sql: &str, values: Vec<Value>) -> Result<()> {
    let db = writing.connection();
    db.execute_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        values,
    ))
    .await?;
    Ok(())
}
