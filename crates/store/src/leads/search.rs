//! Which leads have the words that are searched. A word of few leads gives the leads, and these are sorted; a word
//! of many is asked of lead after lead in the page's order, and hits often. Which of both is right is found by looking at a
//! bounded number of either, never by what the database believes of its tables, which after an import is wrong.

use domain::leads::Lead;
use domain::search::prefix_end;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use crate::connect::Engine;
use crate::error::Result;
use crate::leads::page::{By, Query, Wanted};
use crate::leads::rows;
use crate::read::Read;

/// A word of so many leads gives the leads at once.
const FEW_LEADS: i64 = 300;
/// With words of more, so many leads are asked for them before anything else is tried.
const FIRST_LEADS: i64 = 1_000;
/// The most leads of a word that are sorted.
const SORTED_LEADS_MAX: i64 = 20_000;

/// The page.
pub(super) async fn find(db: &impl Read, wanted: &Wanted<'_>) -> Result<Vec<Lead>> {
    if let Some(rarest) = rarest(db, wanted, FEW_LEADS).await? {
        return of_word(db, wanted, rarest).await;
    }
    if let Some(end) = end_of_first(db, wanted).await? {
        let found = in_order(db, wanted, Some(end)).await?;
        if i64::try_from(found.len()).unwrap_or(i64::MAX) == wanted.leads {
            return Ok(found);
        }
        if let Some(rarest) = rarest(db, wanted, wanted.sorted_leads_max()).await? {
            return of_word(db, wanted, rarest).await;
        }
    }
    in_order(db, wanted, None).await
}

impl Wanted<'_> {
    /// Where sorting a word's leads costs what asking one lead after another does: of `n` leads with the word among `all`,
    /// a page is found among the first `leads * all / n`. A power of two, so that there are few statements to plan.
    fn sorted_leads_max(&self) -> i64 {
        let all = self.campaign.leads_count.max(1);
        let balanced = self.leads.saturating_mul(all).isqrt();
        1 << balanced.clamp(FEW_LEADS, SORTED_LEADS_MAX).ilog2()
    }
}

/// The place of the word of the fewest leads, where those are at most `most`.
async fn rarest(db: &impl Read, wanted: &Wanted<'_>, most: i64) -> Result<Option<usize>> {
    let mut rarest = None;
    for (place, word) in wanted.words.iter().enumerate() {
        let leads = count(db, wanted, word, most).await?;
        if leads <= most && rarest.is_none_or(|(_, fewest)| leads < fewest) {
            rarest = Some((place, leads));
        }
    }
    Ok(rarest.map(|(place, _)| place))
}

/// The order keeps PostgreSQL from reading the table in its own, in which the first ones may be the last.
const COUNT: &str = "
select count(*) as found from (
    select 1 from lead_words where campaign_id = $1 and word >= $2 and word < $3 order by word limit LIMIT) as first_ones";

/// How many leads have the word, or one more than `most`.
async fn count(db: &impl Read, wanted: &Wanted<'_>, word: &str, most: i64) -> Result<i64> {
    let connection = db.connection();
    let values = [
        wanted.campaign.id.0.into(),
        word.into(),
        prefix_end(word).into(),
    ];
    let sql = COUNT.replace("LIMIT", &(most + 1).to_string());
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let row = connection.query_one_raw(statement).await?;
    let found = row.map(|row| row.try_get("", "found")).transpose()?;
    Ok(found.unwrap_or(0))
}

/// The sort's value and the id of a lead.
type Place = (Value, Uuid);

#[derive(Debug, FromQueryResult)]
struct NumberPlace {
    key: i64,
    id: Uuid,
}

#[derive(Debug, FromQueryResult)]
struct TextPlace {
    key: String,
    id: Uuid,
}

/// Where the first leads end; `None` where there are no more than those.
async fn end_of_first(db: &impl Read, wanted: &Wanted<'_>) -> Result<Option<Place>> {
    let mut query = Query::default();
    let campaign = query.bind(wanted.campaign.id.0);
    let generation = query.bind(wanted.campaign.lead_generation);
    let start = wanted.start(&mut query, wanted.by);
    let ((column, id), direction) = (wanted.by.order(wanted.column), wanted.direction);
    let skipped = FIRST_LEADS - 1;
    let sql = format!(
        "select {column} as key, {id} as id from {} where {}{start}
         order by {column} {direction}, {id} {direction} limit 1 offset {skipped}",
        wanted.by.tables(),
        wanted.by.of_campaign(&campaign, &generation),
    );
    let connection = db.connection();
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, query.values);
    Ok(if wanted.is_by_text() {
        let place = TextPlace::find_by_statement(statement);
        place.one(connection).await?.map(|p| (p.key.into(), p.id))
    } else {
        let place = NumberPlace::find_by_statement(statement);
        place.one(connection).await?.map(|p| (p.key.into(), p.id))
    })
}

/// Asks each lead for the words, in the page's order, up to a place or to the end.
async fn in_order(db: &impl Read, wanted: &Wanted<'_>, end: Option<Place>) -> Result<Vec<Lead>> {
    let mut query = Query::default();
    let mut text = wanted.conditions(db, &mut query, wanted.by);
    if let Some((key, last)) = end {
        let (key, last) = (query.bind(key), query.bind(last));
        let ((column, id), within) = (wanted.by.order(wanted.column), wanted.within());
        text.push_str(&format!(" and ({column}, {id}) {within} ({key}, {last})"));
    }
    for word in &wanted.words {
        text.push_str(&has_word(&mut query, word));
    }
    let cut = wanted.cut(wanted.by);
    query.text = format!(
        "select {} from {} where {text}{cut}",
        rows::COLUMNS,
        wanted.by.tables()
    );
    rows::read(db, query, wanted.leads).await
}

/// Sorts the leads of one word and asks them for the others. Each lead is looked up by its id, on either engine.
async fn of_word(db: &impl Read, wanted: &Wanted<'_>, place: usize) -> Result<Vec<Lead>> {
    let mut query = Query::default();
    let mut text = wanted.conditions(db, &mut query, By::Leads);
    let campaign = query.bind(wanted.campaign.id.0);
    let range = range(&mut query, &wanted.words[place]);
    for (_, word) in wanted.words.iter().enumerate().filter(|(n, _)| *n != place) {
        text.push_str(&has_word(&mut query, word));
    }
    let cut = wanted.cut(By::Leads);
    let looked_up = match engine(db) {
        Engine::Postgres => {
            "lateral (select * from campaign_leads l where l.id = h.lead_id offset 0) l"
        }
        Engine::Sqlite => "campaign_leads l",
    };
    query.text = format!(
        "select {} from (select distinct w.lead_id from lead_words w where w.campaign_id = {campaign} and {range}) h
         cross join {looked_up} where l.id = h.lead_id and {text}{cut}",
        rows::COLUMNS
    );
    rows::read(db, query, wanted.leads).await
}

fn range(query: &mut Query, word: &str) -> String {
    let (from, to) = (query.bind(word), query.bind(prefix_end(word)));
    format!("w.word >= {from} and w.word < {to}")
}

/// The limit and the offset keep PostgreSQL from making a join of it, for which it would read all words.
fn has_word(query: &mut Query, word: &str) -> String {
    let range = range(query, word);
    format!(
        " and exists (select 1 from lead_words w where w.lead_id = l.id and {range} limit 1 offset 0)"
    )
}

fn engine(db: &impl Read) -> Engine {
    match db.connection().get_database_backend() {
        sea_orm::DatabaseBackend::Sqlite => Engine::Sqlite,
        _ => Engine::Postgres,
    }
}
