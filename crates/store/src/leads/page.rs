//! A page of a campaign's leads, by keyset: the next page begins after the last row of this one, so
//! that the thousandth page costs what the first one does. How searched words are found is [`super::search`]'s.

use domain::campaigns::Campaign;
use domain::ids::LeadId;
use domain::leads::{Lead, LeadFilter, LeadSort};
use domain::search::words_of_search;
use sea_orm::Value;

use crate::error::Result;
use crate::leads::{rows, search};
use crate::read::Read;

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

/// A statement that is being written.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl Query {
    /// Adds a value and gives the name it has in the text.
    pub(super) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

/// What a page is asked for.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) campaign: &'a Campaign,
    pub(super) words: Vec<String>,
    filter: &'a LeadFilter,
    after: Option<&'a Cursor>,
    /// Leads of the page, and one more that tells whether there is a next page.
    pub(super) leads: i64,
    pub(super) column: &'static str,
    pub(super) direction: &'static str,
    beyond: &'static str,
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
    let words = filter.q.as_deref().map(words_of_search);
    let wanted = Wanted {
        campaign,
        words: words.unwrap_or_default(),
        filter,
        after,
        leads: i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1),
        column,
        direction,
        beyond,
    };
    let mut found = if wanted.words.is_empty() {
        rows::read(db, wanted.in_order(db), wanted.leads).await?
    } else {
        search::find(db, &wanted).await?
    };
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = if more {
        found.last().map(|last| Cursor::after(last, filter.sort))
    } else {
        None
    };
    Ok((found, next))
}

impl Wanted<'_> {
    /// All that a lead must be but for the words, as conditions of `l`; they begin with the columns of the sort's index.
    pub(super) fn conditions(&self, db: &impl Read, query: &mut Query) -> String {
        let tenant = query.bind(db.scope().tenant().0);
        let campaign = query.bind(self.campaign.id.0);
        let generation = query.bind(self.campaign.lead_generation);
        let mut text = format!(
            "l.campaign_id = {campaign} and l.lead_generation = {generation} and l.tenant_id = {tenant} and l.trashed_at is null"
        );
        if let Some(min_score) = self.filter.min_score {
            let bound = query.bind(min_score);
            text.push_str(&format!(" and l.lead_score >= {bound}"));
        }
        if let Some(email_sent) = self.filter.email_sent {
            let bound = query.bind(email_sent);
            text.push_str(&format!(" and l.email_sent = {bound}"));
        }
        text + &self.start(query)
    }

    /// Where the page begins.
    pub(super) fn start(&self, query: &mut Query) -> String {
        let Some(after) = self.after else {
            return String::new();
        };
        let (column, beyond) = (self.column, self.beyond);
        let key = query.bind(after.value(self.filter.sort));
        let id = query.bind(after.id.0);
        format!(" and (l.{column}, l.id) {beyond} ({key}, {id})")
    }

    /// The comparison with a place that the page does not go beyond.
    pub(super) fn within(&self) -> &'static str {
        if self.direction == "asc" { "<=" } else { ">=" }
    }

    /// Whether the sort's column is a text.
    pub(super) fn is_by_text(&self) -> bool {
        self.filter.sort == LeadSort::Title
    }

    /// The order of the page and its length; as a number, since PostgreSQL plans a length that it does not know anew each time.
    pub(super) fn cut(&self) -> String {
        let (column, direction, leads) = (self.column, self.direction, self.leads);
        format!(" order by l.{column} {direction}, l.id {direction} limit {leads}")
    }

    /// Leads in the order of the sort's index, without a look at the words.
    fn in_order(&self, db: &impl Read) -> Query {
        let mut query = Query::default();
        let conditions = self.conditions(db, &mut query);
        let cut = self.cut();
        query.text = format!(
            "select {} from campaign_leads l where {conditions}{cut}",
            rows::COLUMNS
        );
        query
    }
}
