//! A page of a campaign's leads, by keyset: the next page begins after the last row of this one, so
//! that the thousandth page costs what the first one does. How searched words are found is [`super::search`]'s.

use domain::campaigns::Campaign;
use domain::ids::LeadId;
use domain::leads::{Lead, LeadFilter, LeadSort};
use domain::search::words_of_search;
use sea_orm::{ConnectionTrait, DatabaseBackend, Value};

use crate::error::Result;
use crate::leads::{keys, rows, search};
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

/// What is read in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The leads, `l`, by an index or sorted.
    Leads,
    /// SQLite's titles, `t`, and the lead of each.
    Titles,
}

impl By {
    pub(super) fn tables(self) -> &'static str {
        match self {
            Self::Leads => "campaign_leads l",
            Self::Titles => "lead_titles t cross join campaign_leads l on l.id = t.lead_id",
        }
    }

    /// The columns of the order: the sort's, and the id.
    pub(super) fn order(self, column: &str) -> (String, &'static str) {
        match self {
            Self::Leads => (format!("l.{column}"), "l.id"),
            Self::Titles => (format!("t.{column}"), "t.lead_id"),
        }
    }

    /// The leads of a campaign's generation, by the columns that the order's index begins with.
    pub(super) fn of_campaign(self, campaign: &str, generation: &str) -> String {
        let of = |table| {
            format!("{table}.campaign_id = {campaign} and {table}.lead_generation = {generation}")
        };
        match self {
            Self::Leads => of("l"),
            Self::Titles => format!("{} and {}", of("t"), of("l")),
        }
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
    /// What the page is read in the order of.
    pub(super) by: By,
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
    // Without all titles there, SQLite sorts.
    let has_titles = filter.sort == LeadSort::Title
        && db.connection().get_database_backend() == DatabaseBackend::Sqlite
        && keys::are_settled(db, campaign.id).await?;
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
        by: if has_titles { By::Titles } else { By::Leads },
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
    /// All that a lead must be but for the words; the conditions begin with the columns of the sort's index.
    pub(super) fn conditions(&self, db: &impl Read, query: &mut Query, by: By) -> String {
        let tenant = query.bind(db.scope().tenant().0);
        let campaign = query.bind(self.campaign.id.0);
        let generation = query.bind(self.campaign.lead_generation);
        let mut text = format!(
            "{} and l.tenant_id = {tenant} and l.trashed_at is null",
            by.of_campaign(&campaign, &generation)
        );
        if let Some(min_score) = self.filter.min_score {
            let bound = query.bind(min_score);
            text.push_str(&format!(" and l.lead_score >= {bound}"));
        }
        if let Some(email_sent) = self.filter.email_sent {
            let bound = query.bind(email_sent);
            text.push_str(&format!(" and l.email_sent = {bound}"));
        }
        text + &self.start(query, by)
    }

    /// Where the page begins.
    pub(super) fn start(&self, query: &mut Query, by: By) -> String {
        let Some(after) = self.after else {
            return String::new();
        };
        let (column, id) = by.order(self.column);
        let key = query.bind(after.value(self.filter.sort));
        let last = query.bind(after.id.0);
        format!(" and ({column}, {id}) {} ({key}, {last})", self.beyond)
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
    pub(super) fn cut(&self, by: By) -> String {
        let ((column, id), direction, leads) = (by.order(self.column), self.direction, self.leads);
        format!(" order by {column} {direction}, {id} {direction} limit {leads}")
    }

    /// Leads in the order of the sort's index, without a look at the words.
    fn in_order(&self, db: &impl Read) -> Query {
        let mut query = Query::default();
        let conditions = self.conditions(db, &mut query, self.by);
        let cut = self.cut(self.by);
        query.text = format!(
            "select {} from {} where {conditions}{cut}",
            rows::COLUMNS,
            self.by.tables()
        );
        query
    }
}
