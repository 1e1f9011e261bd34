//! The names of the extra data that a campaign's leads carry, page by page in order of time. What differs between the
//! engines is how JSON is taken apart.

use domain::campaigns::Campaign;
use domain::clock::Timestamp;
use domain::ids::LeadId;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use uuid::Uuid;

use crate::error::Result;
use crate::read::Read;

/// A place between the leads of a campaign in order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    created_at: Timestamp,
    id: LeadId,
}

/// What a page of leads has of extra data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtraNames {
    /// The names, sorted by their bytes, each once.
    pub names: Vec<String>,
    /// Where the page ended; `None` after the last lead.
    pub next: Option<Place>,
}

/// Which names are wanted, and how many leads are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Leads of the page.
    pub leads: u32,
    /// Names, at most.
    pub names_max: u32,
    /// Characters of a name, at most; longer ones are passed over.
    pub characters_max: u32,
}

#[derive(Debug, FromQueryResult)]
struct Name {
    name: String,
}

#[derive(Debug, FromQueryResult)]
struct End {
    created_at: i64,
    id: Uuid,
}

const OF_CAMPAIGN: &str = "from campaign_leads l
where l.tenant_id = $1 and l.campaign_id = $2 and l.lead_generation = $3 and l.trashed_at is null
  and (l.created_at, l.id) > ($4, $5)";
const END: &str = "select l.created_at, l.id OF_CAMPAIGN
order by l.created_at, l.id limit 1 offset $6";
const NAMES_IN_SQLITE: &str = "
select distinct k.key as name from (
    select l.scraped_data OF_CAMPAIGN and json_type(l.scraped_data) = 'object'
      and ($6 = 0 or (l.created_at, l.id) <= ($7, $8))) p, json_each(p.scraped_data) k
where length(k.key) <= $9 order by 1 limit $10";
const NAMES_IN_POSTGRES: &str = "
select distinct k.key collate \"C\" as name from (
    select l.scraped_data OF_CAMPAIGN and jsonb_typeof(l.scraped_data) = 'object'
      and ($6 = 0 or (l.created_at, l.id) <= ($7, $8)) offset 0) p
cross join lateral jsonb_object_keys(p.scraped_data) as k (key)
where length(k.key) <= $9 order by 1 limit $10";

/// The names of the leads after a place.
pub async fn extra_names(
    db: &impl Read,
    campaign: &Campaign,
    after: Option<Place>,
    look: Look,
) -> Result<ExtraNames> {
    let connection = db.connection();
    let statement = |sql: &str, values: Vec<Value>| {
        let sql = sql.replace("OF_CAMPAIGN", OF_CAMPAIGN);
        Statement::from_sql_and_values(connection.get_database_backend(), sql, values)
    };
    let after = after.unwrap_or(Place {
        created_at: Timestamp(i64::MIN),
        id: LeadId(Uuid::nil()),
    });
    let mut values: Vec<Value> = vec![
        db.scope().tenant().0.into(),
        campaign.id.0.into(),
        campaign.lead_generation.into(),
        after.created_at.0.into(),
        after.id.0.into(),
    ];
    let mut of_end = values.clone();
    of_end.push(i64::from(look.leads.saturating_sub(1)).into());
    let end = End::find_by_statement(statement(END, of_end))
        .one(connection)
        .await?;
    let next = end.map(|end| Place {
        created_at: Timestamp(end.created_at),
        id: LeadId(end.id),
    });
    let until = next.unwrap_or(after);
    values.push(i64::from(next.is_some()).into());
    values.push(until.created_at.0.into());
    values.push(until.id.0.into());
    values.push(i64::from(look.characters_max).into());
    values.push(i64::from(look.names_max).into());
    let names = match connection.get_database_backend() {
        DbBackend::Postgres => NAMES_IN_POSTGRES,
        _ => NAMES_IN_SQLITE,
    };
    let names = Name::find_by_statement(statement(names, values))
        .all(connection)
        .await?;
    Ok(ExtraNames {
        names: names.into_iter().map(|row| row.name).collect(),
        next,
    })
}
