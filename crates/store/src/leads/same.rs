//! Finding the leads that a file's rows are the same as, and changing them: a query and an update for a whole chunk.

use domain::ids::{CampaignId, LeadId};
use domain::imports::{Found, LeadKeys};
use domain::leads::Lead;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::keys::{self, Settle};
use super::rows::Row;
use super::{bulk, words};
use crate::connect::Engine;
use crate::error::{Error, Result};
use crate::read::Read;
use crate::write::Writing;

/// The rows of a chunk as a table `r (n, email, host, title)`.
const ROWS_POSTGRES: &str = "(select cast(value ->> 0 as bigint) as n, value ->> 1 as email, value ->> 2 as host, value ->> 3 as title
    from json_array_elements($2::text::json)) as r";
const ROWS_SQLITE: &str =
    "(select value ->> 0 as n, value ->> 1 as email, value ->> 2 as host, value ->> 3 as title
    from json_each($2)) as r";
/// The oldest lead of each key; the id stands in both indexes and in the table of keys, so that each look-up is one step.
/// `LIVE` and `SCOPE` are replaced; comparing with `true` keeps SQLite from another index.
const FIND_POSTGRES: &str = "
select r.n as n,
    (select l.id from campaign_leads l join campaigns c on c.id = l.campaign_id
     where l.tenant_id = $1 and l.email_key = r.email and LIVE SCOPE
     order by l.id limit 1) as by_email,
    (select l.id from campaign_leads l join campaigns c on c.id = l.campaign_id
     where l.tenant_id = $1 and l.website_host = r.host and l.title_key = r.title
       and (r.email is null or l.email_key is null) and LIVE SCOPE
     order by l.id limit 1) as by_site
from ROWS";
const FIND_SQLITE: &str = "
select r.n as n,
    (select l.id from lead_keys k cross join campaign_leads l on l.id = k.lead_id join campaigns c on c.id = l.campaign_id
     where k.tenant_id = $1 and k.key = 'e:' || r.email and LIVE SCOPE
     order by k.lead_id limit 1) as by_email,
    (select l.id from lead_keys k cross join campaign_leads l on l.id = k.lead_id join campaigns c on c.id = l.campaign_id
     where k.tenant_id = $1 and k.key = 's:' || r.host || '/' || r.title
       and (r.email is null or l.email_key is null) and LIVE SCOPE
     order by k.lead_id limit 1) as by_site
from ROWS";
const LIVE: &str =
    "l.trashed_at is null and c.deleted_at is null and c.lead_generation = l.lead_generation";
const IN_CAMPAIGN: &str = "and (l.campaign_id = $3) = true";

/// For each row the oldest live leads that it is the same as, in one campaign or in all of the tenant. Leads without their keys
/// are given them first.
pub async fn find(
    writing: &Writing,
    campaign: Option<CampaignId>,
    rows: &[LeadKeys],
) -> Result<Vec<Found>> {
    let keyed: Vec<_> = rows
        .iter()
        .enumerate()
        .filter(|(_, keys)| keys.email.is_some() || keys.site.is_some())
        .map(|(n, keys)| {
            let (host, title) = keys
                .site
                .as_ref()
                .map_or((None, None), |(host, title)| (Some(host), Some(title)));
            (n, keys.email.as_ref(), host, title)
        })
        .collect();
    let mut found = vec![Found::default(); rows.len()];
    let mut values: Vec<Value> = vec![writing.scope().tenant().0.into(), json(&keyed)?];
    let scope = match campaign {
        Some(campaign) => {
            values.push(campaign.0.into());
            IN_CAMPAIGN
        }
        None => "",
    };
    while keys::settle(writing, Settle::All).await? {}
    let (find, rows) = match writing.engine() {
        Engine::Postgres => (FIND_POSTGRES, ROWS_POSTGRES),
        Engine::Sqlite => (FIND_SQLITE, ROWS_SQLITE),
    };
    let sql = find
        .replace("LIVE", LIVE)
        .replace("SCOPE", scope)
        .replace("ROWS", rows);
    let db = writing.connection();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    for row in db.query_all_raw(statement).await? {
        let n: i64 = row.try_get("", "n")?;
        let id = |name| -> Result<Option<LeadId>> {
            Ok(row.try_get::<Option<Uuid>>("", name)?.map(LeadId))
        };
        let place = usize::try_from(n).ok().and_then(|n| found.get_mut(n));
        let place = place.ok_or_else(|| Error::Defect("a row that was not asked for".into()))?;
        *place = Found {
            by_email: id("by_email")?,
            by_site: id("by_site")?,
        };
    }
    Ok(found)
}

/// One import at a time looks through all of a tenant's leads, so that two do not both add the same one. Taken before a campaign.
pub async fn lock_tenant(writing: &Writing) -> Result<()> {
    if writing.engine() == Engine::Postgres {
        let sql = "select id from tenants where id = $1 for no key update";
        let db = writing.connection();
        let values = [writing.scope().tenant().0.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        db.query_one_raw(statement).await?;
    }
    Ok(())
}

const LOCK_POSTGRES: &str = "
select * from campaign_leads
where tenant_id = $1 and trashed_at is null and id in (select (value #>> '{}')::uuid from json_array_elements($2::text::json))
order by id for no key update";
const LOCK_SQLITE: &str = "
select * from campaign_leads
where tenant_id = $1 and trashed_at is null and id in (select unhex(value) from json_each($2))
order by id";

/// Leads for changing them, always in the same order; those that have gone meanwhile are missing.
pub async fn lock(writing: &Writing, ids: &[LeadId]) -> Result<Vec<Lead>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = match writing.engine() {
        Engine::Postgres => LOCK_POSTGRES,
        Engine::Sqlite => LOCK_SQLITE,
    };
    let ids: Vec<String> = ids.iter().map(|id| id.0.simple().to_string()).collect();
    let db = writing.connection();
    let values = [writing.scope().tenant().0.into(), json(&ids)?];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = Row::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(Lead::from).collect())
}

const SAVE: &str = "
update campaign_leads set revision = r.revision, title = r.title, title_key = r.title_key, address = r.address,
    phone = r.phone, website = r.website, website_host = r.website_host, email = r.email, email_key = r.email_key,
    description = r.description, generated_email = r.generated_email, scraped_data = r.scraped_data, updated_at = $2
from (select ID(value ->> 0) as id, cast(value ->> 1 as bigint) as revision, value ->> 2 as title, value ->> 3 as title_key,
    value ->> 4 as address, value ->> 5 as phone, value ->> 6 as website, value ->> 7 as website_host, value ->> 8 as email,
    value ->> 9 as email_key, value ->> 10 as description, value ->> 11 as generated_email, EXTRA as scraped_data
    from EACH) as r
where campaign_leads.id = r.id and campaign_leads.tenant_id = $1";

/// Writes locked leads' fields (all but score and source) and revisions, and notes that their words are to be written anew.
pub async fn save(writing: &Writing, changed: &[Lead]) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = changed
        .iter()
        .map(|lead| {
            let fields = &lead.fields;
            (
                lead.id.0.simple().to_string(),
                lead.revision,
                &fields.title,
                fields.title_key(),
                &fields.address,
                &fields.phone,
                &fields.website,
                fields.website_host(),
                &fields.email,
                fields.email_key(),
                &fields.description,
                &fields.generated_email,
                bulk::extra(fields),
            )
        })
        .collect();
    let (id, extra, each) = match writing.engine() {
        Engine::Postgres => (
            "uuid",
            "cast(value ->> 12 as jsonb)",
            "json_array_elements($3::text::json)",
        ),
        Engine::Sqlite => ("unhex", "value ->> 12", "json_each($3)"),
    };
    let sql = SAVE
        .replace("ID(", &format!("{id}("))
        .replace("EXTRA", extra)
        .replace("EACH", each);
    let values = [
        writing.scope().tenant().0.into(),
        writing.now().0.into(),
        json(&rows)?,
    ];
    let db = writing.connection();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement).await?;
    let ids: Vec<LeadId> = changed.iter().map(|lead| lead.id).collect();
    words::note_each(writing, &ids).await
}

fn json(rows: &impl serde::Serialize) -> Result<Value> {
    let text = serde_json::to_string(rows).map_err(|error| Error::Defect(error.to_string()))?;
    Ok(text.into())
}
