//! Adding leads, one or thousands, by one statement: `unnest` of arrays on PostgreSQL, `json_each`
//! of one text on SQLite. These two queries are the one place where inserting differs by engine.

use std::borrow::Cow;

use domain::campaigns::Campaign;
use domain::ids::{CampaignId, ImportId, LeadId};
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

/// `NAMES`, `ROWS` (the same, of `r`) and `ARRAYS` are replaced. Arrays stand where rows come out of them one by one, without a
/// table of them in between, and each in a query of its own, so that planning does not read them. The campaign is looked up once, not for each row as by a
/// foreign key.
const INSERT_POSTGRES: &str = "
insert into campaign_leads (tenant_id, campaign_id, lead_generation, import_id, created_at, updated_at, NAMES)
select $1, $2, $3, $4, $5, $5, ROWS from (select ARRAYS) as r
where exists (select 1 from campaigns where id = $2 and tenant_id = $1)";
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
    insert_rows(writing, campaign.id, campaign.lead_generation, import, new).await?;
    count(writing, campaign, new.len()).await
}

/// Adds the rows of leads, all or none, and counts nothing: whoever adds them locks the campaign before the commit, sees that
/// it is there and of this generation, and counts them by [`count`].
pub async fn insert_rows(
    writing: &Writing,
    campaign: CampaignId,
    lead_generation: i32,
    import: Option<ImportId>,
    new: &[NewLead],
) -> Result<()> {
    let (Some(first), Some(last)) = (new.first(), new.last()) else {
        return Ok(());
    };
    let mut values: Vec<Value> = vec![
        writing.scope().tenant().0.into(),
        campaign.0.into(),
        lead_generation.into(),
        import.map(|id| id.0).into(),
        writing.now().0.into(),
    ];
    let sql = match writing.engine() {
        Engine::Postgres => insert_postgres(new, &mut values),
        Engine::Sqlite => {
            values.push(as_json(new)?.into());
            INSERT_SQLITE.to_owned()
        }
    };
    let db = writing.connection();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let added = db.execute_raw(statement).await?.rows_affected();
    if added != new.len() as u64 {
        return Err(Error::Defect(
            "leads of a campaign that is not the tenant's".into(),
        ));
    }
    lead_words::note(writing, import, first.id, last.id).await
}

/// Counts leads that were added to a locked campaign.
pub async fn count(writing: &mut Writing, campaign: &mut Campaign, leads: usize) -> Result<()> {
    if leads == 0 {
        return Ok(());
    }
    let leads = i64::try_from(leads).unwrap_or(i64::MAX);
    writing.change().leads_used += leads;
    let month = Month::of(writing.now());
    campaigns::count_leads(writing, campaign, month, leads).await
}

pub(crate) fn extra(fields: &LeadFields) -> Option<String> {
    fields
        .scraped_data
        .as_ref()
        .map(|map| serde_json::Value::Object(map.clone()).to_string())
}

/// A column: its name, PostgreSQL's type for an array of it, its value, and what it is where it is not given.
type Column<'a> = (
    &'static str,
    &'static str,
    &'a dyn Fn(&'a NewLead) -> Option<Cow<'a, str>>,
    Option<&'static str>,
);

/// The statement and its arrays. A column that no lead has is left out, since each costs the server time for every row.
fn insert_postgres<'a>(new: &'a [NewLead], values: &mut Vec<Value>) -> String {
    fn text(text: &Option<String>) -> Option<Cow<'_, str>> {
        text.as_deref().map(Cow::Borrowed)
    }
    let columns: [Column<'a>; 17] = [
        ("id", "uuid", &|lead| Some(lead.id.to_string().into()), None),
        (
            "import_row",
            "bigint",
            &|lead| lead.import_row.map(|row| row.to_string().into()),
            None,
        ),
        ("title", "text", &|lead| text(&lead.fields.title), None),
        (
            "title_key",
            "text",
            &|lead| Some(lead.fields.title_key().into()),
            None,
        ),
        ("address", "text", &|lead| text(&lead.fields.address), None),
        ("phone", "text", &|lead| text(&lead.fields.phone), None),
        ("website", "text", &|lead| text(&lead.fields.website), None),
        (
            "website_host",
            "text",
            &|lead| lead.fields.website_host().map(Cow::Owned),
            None,
        ),
        ("email", "text", &|lead| text(&lead.fields.email), None),
        (
            "email_key",
            "text",
            &|lead| lead.fields.email_key().map(Cow::Owned),
            None,
        ),
        (
            "description",
            "text",
            &|lead| text(&lead.fields.description),
            None,
        ),
        (
            "lead_score",
            "bigint",
            &|lead| Some(lead.fields.lead_score.to_string().into()),
            Some("0"),
        ),
        (
            "generated_email",
            "text",
            &|lead| text(&lead.fields.generated_email),
            None,
        ),
        (
            "generated_whatsapp",
            "text",
            &|lead| text(&lead.fields.generated_whatsapp),
            None,
        ),
        (
            "deep_research",
            "text",
            &|lead| text(&lead.fields.deep_research),
            None,
        ),
        (
            "contact_source",
            "text",
            &|lead| text(&lead.fields.contact_source),
            None,
        ),
        (
            "scraped_data",
            "text",
            &|lead| extra(&lead.fields).map(Cow::Owned),
            None,
        ),
    ];
    let (mut names, mut rows, mut arrays) = (Vec::new(), Vec::new(), Vec::new());
    for (name, of, value, absent) in columns {
        let cells: Vec<Option<Cow<'a, str>>> = new.iter().map(value).collect();
        if cells.iter().all(|cell| cell.as_deref() == absent) {
            continue;
        }
        values.push(array_literal(&cells).into());
        names.push(name);
        let cast = if name == "scraped_data" {
            "::jsonb"
        } else {
            ""
        };
        rows.push(format!("r.{name}{cast}"));
        arrays.push(format!(
            "unnest((select ${}::text::{of}[])) as {name}",
            values.len()
        ));
    }
    INSERT_POSTGRES
        .replace("NAMES", &names.join(", "))
        .replace("ROWS", &rows.join(", "))
        .replace("ARRAYS", &arrays.join(", "))
}

/// `{"a",NULL,"b"}`, as PostgreSQL reads an array (its manual, "Array Input and Output Syntax").
fn array_literal(items: &[Option<Cow<'_, str>>]) -> String {
    const NULL: &str = "NULL";
    // Quotes and a comma for each; what is escaped makes it longer, which is rare.
    let size: usize = items
        .iter()
        .map(|item| item.as_ref().map_or(NULL.len(), |text| text.len() + 2) + 1)
        .sum();
    let mut literal = String::with_capacity(size + 2);
    literal.push('{');
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            literal.push(',');
        }
        let Some(text) = item else {
            literal.push_str(NULL);
            continue;
        };
        literal.push('"');
        let mut rest: &str = text;
        while let Some(at) = rest.find(['"', '\\']) {
            literal.push_str(&rest[..at]);
            literal.push('\\');
            literal.push_str(&rest[at..=at]);
            rest = &rest[at + 1..];
        }
        literal.push_str(rest);
        literal.push('"');
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
