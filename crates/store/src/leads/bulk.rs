//! Adding leads, one or thousands, by one statement: `unnest` of arrays on PostgreSQL, `json_each`
//! of one text on SQLite. These two queries are the one place where inserting differs by engine.

use domain::campaigns::Campaign;
use domain::ids::{ImportId, LeadId};
use domain::insights::Month;
use domain::leads::LeadFields;
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::campaigns;
use crate::connect::Engine;
use crate::error::{Error, Result};
use crate::leads::words as lead_words;
use crate::read::Read;
use crate::write::Writing;

/// A lead that is about to be made.
#[derive(Debug, Clone)]
pub struct NewLead {
    /// Its id.
    pub id: LeadId,
    /// The data row it comes from, where it comes from a file.
    pub import_row: Option<i64>,
    /// Its fields.
    pub fields: LeadFields,
}

const INSERT_POSTGRES: &str = "
insert into campaign_leads (tenant_id, campaign_id, lead_generation, import_id, created_at, updated_at,
    id, import_row, title, title_key, address, phone, website, website_host, email, email_key,
    description, lead_score, generated_email, generated_whatsapp, deep_research, contact_source, scraped_data)
select $1, $2, $3, $4, $5, $5, r.id, r.import_row, r.title, r.title_key, r.address, r.phone, r.website,
    r.website_host, r.email, r.email_key, r.description, r.lead_score, r.generated_email,
    r.generated_whatsapp, r.deep_research, r.contact_source, r.scraped_data::jsonb
from unnest($6::text::uuid[], $7::text::bigint[], $8::text::text[], $9::text::text[], $10::text::text[], $11::text::text[], $12::text::text[],
    $13::text::text[], $14::text::text[], $15::text::text[], $16::text::text[], $17::text::bigint[], $18::text::text[], $19::text::text[], $20::text::text[],
    $21::text::text[], $22::text::text[])
  as r (id, import_row, title, title_key, address, phone, website, website_host, email, email_key,
    description, lead_score, generated_email, generated_whatsapp, deep_research, contact_source, scraped_data)";
const INSERT_SQLITE: &str = "
insert into campaign_leads (tenant_id, campaign_id, lead_generation, import_id, created_at, updated_at,
    id, import_row, title, title_key, address, phone, website, website_host, email, email_key,
    description, lead_score, generated_email, generated_whatsapp, deep_research, contact_source, scraped_data)
select $1, $2, $3, $4, $5, $5, unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4,
    value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11,
    value ->> 12, value ->> '$[13][0]', value ->> '$[13][1]', value ->> '$[13][2]', value ->> '$[13][3]'
from json_each($6)";

/// Adds leads to a locked campaign, all or none, and counts them.
pub async fn insert(
    writing: &mut Writing,
    campaign: &mut Campaign,
    import: Option<ImportId>,
    new: &[NewLead],
) -> Result<()> {
    let (Some(first), Some(last)) = (new.first(), new.last()) else {
        return Ok(());
    };
    let now = writing.now();
    let mut values: Vec<Value> = vec![
        writing.scope().tenant().0.into(),
        campaign.id.0.into(),
        campaign.lead_generation.into(),
        import.map(|id| id.0).into(),
        now.0.into(),
    ];
    let sql = match writing.engine() {
        Engine::Postgres => {
            values.extend(as_arrays(new));
            INSERT_POSTGRES
        }
        Engine::Sqlite => {
            values.push(as_json(new)?.into());
            INSERT_SQLITE
        }
    };
    let db = writing.connection();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement).await?;
    lead_words::note(writing, import, first.id, last.id).await?;
    let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
    writing.change().leads_used += count;
    campaigns::count_leads(writing, campaign, Month::of(now), count).await
}

pub(crate) fn extra(fields: &LeadFields) -> Option<String> {
    fields
        .scraped_data
        .as_ref()
        .map(|map| serde_json::Value::Object(map.clone()).to_string())
}

/// The columns as PostgreSQL's array literals: bound arrays cannot hold NULL.
fn as_arrays(new: &[NewLead]) -> Vec<Value> {
    let texts = |field: &dyn Fn(&LeadFields) -> Option<String>| -> Value {
        array_literal(new.iter().map(|lead| field(&lead.fields))).into()
    };
    let plain = |field: &dyn Fn(&NewLead) -> Option<String>| -> Value {
        array_literal(new.iter().map(field)).into()
    };
    vec![
        plain(&|lead| Some(lead.id.to_string())),
        plain(&|lead| lead.import_row.map(|row| row.to_string())),
        texts(&|fields| fields.title.clone()),
        texts(&|fields| Some(fields.title_key())),
        texts(&|fields| fields.address.clone()),
        texts(&|fields| fields.phone.clone()),
        texts(&|fields| fields.website.clone()),
        texts(&LeadFields::website_host),
        texts(&|fields| fields.email.clone()),
        texts(&LeadFields::email_key),
        texts(&|fields| fields.description.clone()),
        plain(&|lead| Some(lead.fields.lead_score.to_string())),
        texts(&|fields| fields.generated_email.clone()),
        texts(&|fields| fields.generated_whatsapp.clone()),
        texts(&|fields| fields.deep_research.clone()),
        texts(&|fields| fields.contact_source.clone()),
        texts(&extra),
    ]
}

/// `{"a",NULL,"b"}`, as PostgreSQL reads an array (its manual, "Array Input and Output Syntax").
fn array_literal(items: impl Iterator<Item = Option<String>>) -> String {
    let mut literal = String::from("{");
    for item in items {
        if literal.len() > 1 {
            literal.push(',');
        }
        match item {
            None => literal.push_str("NULL"),
            Some(text) => {
                literal.push('"');
                for c in text.chars() {
                    if matches!(c, '"' | '\\') {
                        literal.push('\\');
                    }
                    literal.push(c);
                }
                literal.push('"');
            }
        }
    }
    literal.push('}');
    literal
}

fn as_json(new: &[NewLead]) -> Result<String> {
    let rows: Vec<_> = new
        .iter()
        .map(|lead| {
            let fields = &lead.fields;
            (
                lead.id.0.simple().to_string(),
                lead.import_row,
                fields.title.as_deref(),
                fields.title_key(),
                fields.address.as_deref(),
                fields.phone.as_deref(),
                fields.website.as_deref(),
                fields.website_host(),
                fields.email.as_deref(),
                fields.email_key(),
                fields.description.as_deref(),
                fields.lead_score,
                fields.generated_email.as_deref(),
                // A tuple of more than 16 has no serialisation.
                (
                    fields.generated_whatsapp.as_deref(),
                    fields.deep_research.as_deref(),
                    fields.contact_source.as_deref(),
                    extra(fields),
                ),
            )
        })
        .collect();
    serde_json::to_string(&rows).map_err(|error| Error::Defect(error.to_string()))
}
