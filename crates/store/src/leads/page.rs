//! A page of a campaign's leads, by keyset: the next page begins after the last row of this one, so
//! that the thousandth page costs what the first one does.

use domain::campaigns::Campaign;
use domain::ids::LeadId;
use domain::leads::{Lead, LeadFilter, LeadSort};
use domain::search::{prefix_end, words_of_search};
use sea_orm::{ConnectionTrait, DatabaseBackend, FromQueryResult, Statement, Value};

use crate::error::Result;
use crate::leads::{keys, lead};
use crate::read::Read;
use crate::rows::leads;

/// Up to so many leads of a word are collected before the page is cut from them; with more, the
/// page is read in its own order and each row is asked for the word, which then hits often.
const RARE_WORD_LEADS: i64 = 2_000;

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The value of the sort column.
    pub key: String,
    /// The id of the last lead.
    pub id: LeadId,
}

impl Cursor {
    fn after(lead: &Lead, sort: LeadSort) -> Self {
        let key = match sort {
            LeadSort::Oldest | LeadSort::Newest => lead.created_at.0.to_string(),
            LeadSort::Title => lead.fields.title_key(),
            LeadSort::Score => lead.fields.lead_score.to_string(),
        };
        Self { key, id: lead.id }
    }

    /// The sort value as the database compares it; a number that is none begins at the start.
    fn value(&self, sort: LeadSort) -> Value {
        match sort {
            LeadSort::Title => self.key.clone().into(),
            LeadSort::Oldest | LeadSort::Newest | LeadSort::Score => {
                self.key.parse::<i64>().unwrap_or_default().into()
            }
        }
    }
}

#[derive(Debug, Default)]
struct Query {
    text: String,
    values: Vec<Value>,
}

impl Query {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

/// The leads of a campaign after `after`, at most `limit`, and where the next page begins.
pub async fn page(
    db: &impl Read,
    campaign: &Campaign,
    filter: &LeadFilter,
    after: Option<&Cursor>,
    limit: u64,
) -> Result<(Vec<Lead>, Option<Cursor>)> {
    let (column, direction, beyond) = match filter.sort {
        LeadSort::Oldest => ("created_at", "asc", ">"),
        LeadSort::Newest => ("created_at", "desc", "<"),
        LeadSort::Title => ("title_key", "asc", ">"),
        LeadSort::Score => ("lead_score", "desc", "<"),
    };
    let mut query = Query::default();
    let mut has_rare_word = false;
    let tenant = query.bind(db.scope().tenant().0);
    let campaign_id = query.bind(campaign.id.0);
    let generation = query.bind(campaign.lead_generation);
    query.text = format!(
        " where l.tenant_id = {tenant} and l.campaign_id = {campaign_id}
         and l.lead_generation = {generation} and l.trashed_at is null"
    );
    if let Some(min_score) = filter.min_score {
        let bound = query.bind(min_score);
        query
            .text
            .push_str(&format!(" and l.lead_score >= {bound}"));
    }
    if let Some(email_sent) = filter.email_sent {
        let bound = query.bind(email_sent);
        query.text.push_str(&format!(" and l.email_sent = {bound}"));
    }
    if let Some(q) = &filter.q {
        has_rare_word = restrict_to_words(db, &mut query, campaign, q, &campaign_id).await?;
    }
    // SQLite has the titles in a table; without all of them there, and for the few leads of a rare word, it sorts.
    let by_titles = filter.sort == LeadSort::Title
        && !has_rare_word
        && db.connection().get_database_backend() == DatabaseBackend::Sqlite
        && keys::are_settled(db, campaign.id).await?;
    let (from, column, id) = if by_titles {
        query.text.push_str(&format!(
            " and t.campaign_id = {campaign_id} and t.lead_generation = {generation}"
        ));
        let from = "lead_titles t cross join campaign_leads l on l.id = t.lead_id";
        (from, "t.title_key".to_owned(), "t.lead_id")
    } else {
        ("campaign_leads l", format!("l.{column}"), "l.id")
    };
    if let Some(after) = after {
        let (key, last) = (query.bind(after.value(filter.sort)), query.bind(after.id.0));
        query
            .text
            .push_str(&format!(" and ({column}, {id}) {beyond} ({key}, {last})"));
    }
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let bound = query.bind(wanted);
    query.text.push_str(&format!(
        " order by {column} {direction}, {id} {direction} limit {bound}"
    ));
    let connection = db.connection();
    let sql = format!("select l.* from {from}{}", query.text);
    let statement =
        Statement::from_sql_and_values(connection.get_database_backend(), sql, query.values);
    let rows = leads::Model::find_by_statement(statement)
        .all(connection)
        .await?;
    let mut found: Vec<Lead> = rows.into_iter().map(lead).collect();
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = if more {
        found.last().map(|last| Cursor::after(last, filter.sort))
    } else {
        None
    };
    Ok((found, next))
}

/// Each word of the search must begin a word of the lead; says whether one of them is rare.
async fn restrict_to_words(
    db: &impl Read,
    query: &mut Query,
    campaign: &Campaign,
    q: &str,
    campaign_id: &str,
) -> Result<bool> {
    let mut has_rare_word = false;
    for word in words_of_search(q) {
        let rare = is_rare(db, campaign, &word).await?;
        has_rare_word |= rare;
        let (from, to) = (query.bind(word.clone()), query.bind(prefix_end(&word)));
        let range = format!("w.word >= {from} and w.word < {to}");
        query.text.push_str(&if rare {
            format!(
                " and l.id in (select w.lead_id from lead_words w
                  where w.campaign_id = {campaign_id} and {range})"
            )
        } else {
            format!(" and exists (select 1 from lead_words w where w.lead_id = l.id and {range})")
        });
    }
    Ok(has_rare_word)
}

const COUNT_WORD: &str = "
select count(*) as found from (
    select 1 from lead_words where campaign_id = $1 and word >= $2 and word < $3 limit $4) as first_ones";

async fn is_rare(db: &impl Read, campaign: &Campaign, word: &str) -> Result<bool> {
    let connection = db.connection();
    let values = [
        campaign.id.0.into(),
        word.into(),
        prefix_end(word).into(),
        (RARE_WORD_LEADS + 1).into(),
    ];
    let statement =
        Statement::from_sql_and_values(connection.get_database_backend(), COUNT_WORD, values);
    let row = connection.query_one_raw(statement).await?;
    let found: i64 = row
        .map(|row| row.try_get("", "found"))
        .transpose()?
        .unwrap_or(0);
    Ok(found <= RARE_WORD_LEADS)
}
