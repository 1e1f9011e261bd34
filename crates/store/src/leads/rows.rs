//! Leads as they come out of a statement. On SQLite a page comes as one text: its driver hands over row after row and
//! value after value from a thread of its own, which costs several times what reading them does.

use domain::clock::Timestamp;
use domain::ids::{CampaignId, ImportId, LeadId};
use domain::leads::{Lead, LeadFields};
use sea_orm::{ConnectionTrait, DatabaseBackend, FromQueryResult, Statement};
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::leads::page::Query;
use crate::read::Read;

/// The most leads of one text: SQLite's texts are bounded, and a text is held beside the leads that are made of it.
const TEXT_LEADS_MAX: i64 = 201;

/// What a lead is made of, all of `l`.
pub(super) const COLUMNS: &str = "l.id, l.campaign_id, l.revision, l.import_id, l.title, l.address, l.phone, l.website,
    l.email, l.description, l.lead_score, l.generated_email, l.generated_whatsapp, l.deep_research, l.email_sent,
    l.whatsapp_sent, l.replied, l.contact_source, l.scraped_data, l.created_at";

const AS_TEXT: &str = "
select json_group_array(json_array(hex(id), hex(campaign_id), revision, hex(import_id), title, address, phone, website,
    email, description, lead_score, generated_email, generated_whatsapp, deep_research, email_sent,
    whatsapp_sent, replied, contact_source, scraped_data, created_at)) as page from (";

/// The leads of a statement that selects [`COLUMNS`], in its order; it gives `most` at most.
pub(super) async fn read(db: &impl Read, query: Query, most: i64) -> Result<Vec<Lead>> {
    let connection = db.connection();
    let backend = connection.get_database_backend();
    if backend == DatabaseBackend::Sqlite && most <= TEXT_LEADS_MAX {
        let sql = format!("{AS_TEXT}{})", query.text);
        let statement = Statement::from_sql_and_values(backend, sql, query.values);
        let row = connection.query_one_raw(statement).await?;
        let text: Option<String> = row.map(|row| row.try_get("", "page")).transpose()?;
        return of_text(&text.unwrap_or_else(|| "[]".to_owned()));
    }
    let statement = Statement::from_sql_and_values(backend, query.text, query.values);
    let rows = Row::find_by_statement(statement).all(connection).await?;
    Ok(rows.into_iter().map(Lead::from).collect())
}

/// A lead as a statement that selects these columns, or all, gives it.
#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) campaign_id: Uuid,
    revision: i64,
    import_id: Option<Uuid>,
    title: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    website: Option<String>,
    email: Option<String>,
    description: Option<String>,
    lead_score: i64,
    generated_email: Option<String>,
    generated_whatsapp: Option<String>,
    deep_research: Option<String>,
    email_sent: bool,
    whatsapp_sent: bool,
    replied: bool,
    contact_source: Option<String>,
    scraped_data: Option<Json>,
    created_at: i64,
}

/// The same columns in the text: ids in hexadecimal, the missing one empty, and 0 or 1 for what is said or not.
#[derive(Debug, Deserialize)]
struct Cells(
    String,
    String,
    i64,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    Option<String>,
    Option<String>,
    Option<String>,
    u8,
    u8,
    u8,
    Option<String>,
    Option<String>,
    i64,
);

fn of_text(text: &str) -> Result<Vec<Lead>> {
    let defect = |what: &dyn std::fmt::Display| Error::Defect(format!("a page of leads: {what}"));
    let all: Vec<Cells> = serde_json::from_str(text).map_err(|error| defect(&error))?;
    let id = |hex: &str| Uuid::try_parse(hex).map_err(|error| defect(&error));
    all.into_iter()
        .map(|cells| {
            let import = Some(cells.3).filter(|hex| !hex.is_empty());
            let extra = cells.18.as_deref().map(serde_json::from_str);
            Ok(Lead::from(Row {
                id: id(&cells.0)?,
                campaign_id: id(&cells.1)?,
                revision: cells.2,
                import_id: import.as_deref().map(id).transpose()?,
                title: cells.4,
                address: cells.5,
                phone: cells.6,
                website: cells.7,
                email: cells.8,
                description: cells.9,
                lead_score: cells.10,
                generated_email: cells.11,
                generated_whatsapp: cells.12,
                deep_research: cells.13,
                email_sent: cells.14 != 0,
                whatsapp_sent: cells.15 != 0,
                replied: cells.16 != 0,
                contact_source: cells.17,
                scraped_data: extra.transpose().map_err(|error| defect(&error))?,
                created_at: cells.19,
            }))
        })
        .collect()
}

impl From<Row> for Lead {
    fn from(row: Row) -> Self {
        Self {
            id: LeadId(row.id),
            campaign_id: CampaignId(row.campaign_id),
            revision: row.revision,
            import_id: row.import_id.map(ImportId),
            email_sent: row.email_sent,
            whatsapp_sent: row.whatsapp_sent,
            replied: row.replied,
            created_at: Timestamp(row.created_at),
            fields: LeadFields {
                title: row.title,
                address: row.address,
                phone: row.phone,
                website: row.website,
                email: row.email,
                description: row.description,
                lead_score: row.lead_score,
                generated_email: row.generated_email,
                generated_whatsapp: row.generated_whatsapp,
                deep_research: row.deep_research,
                contact_source: row.contact_source,
                scraped_data: match row.scraped_data {
                    Some(Json::Object(map)) => Some(map),
                    _ => None,
                },
            },
        }
    }
}
