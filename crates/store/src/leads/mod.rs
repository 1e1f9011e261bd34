//! Leads. A lead is there when its campaign is, when it is of the campaign's present generation, and
//! when it is not in the trash; every query here says so.
//!
//! * [`page`](fn@page) reads a campaign's leads by keyset pages, filtered, sorted, searched.
//! * [`insert`] adds any number by one statement for each engine; [`insert_rows`] and [`count`] are its halves.
//! * [`extra_names`] says which extra data a campaign's leads carry.
//! * [`keys`] keeps what leads are sorted and compared by, where that is no index.
//! * [`same`] finds and changes those that a file's rows are the same as.
//! * [`words`] keeps the words by which leads are found.

mod bulk;
mod extra;
pub mod keys;
mod page;
mod rows;
pub mod same;
mod search;
pub mod words;

pub use bulk::{NewLead, count, insert, insert_rows};
pub use extra::{ExtraNames, Look, Place, extra_names};
pub use page::{Cursor, page};

use domain::campaigns::Campaign;
use domain::clock::Timestamp;
use domain::ids::LeadId;
use domain::insights::Month;
use domain::leads::Lead;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement,
    sea_query::Expr,
};

use crate::campaigns;
use crate::connect::{Engine, Store};
use crate::error::Result;
use crate::read::Read;
use crate::rows::leads;
use crate::write::Writing;

/// Rows of the trash that one sweep removes.
const SWEEP_ROWS: i64 = 2_000;

const FIND: &str = "
select l.* from campaign_leads l join campaigns c on c.id = l.campaign_id
where l.id = $1 and l.tenant_id = $2 and c.tenant_id = $2 and l.trashed_at is null
  and c.deleted_at is null and c.lead_generation = l.lead_generation";

/// One.
pub async fn find(db: &impl Read, id: LeadId) -> Result<Option<Lead>> {
    find_with(db, id, FIND).await
}

/// One, for changing it: nobody else changes it before the commit.
pub async fn lock(writing: &Writing, id: LeadId) -> Result<Option<Lead>> {
    match writing.engine() {
        Engine::Sqlite => find_with(writing, id, FIND).await,
        Engine::Postgres => find_with(writing, id, &format!("{FIND} for no key update of l")).await,
    }
}

async fn find_with(db: &impl Read, id: LeadId, sql: &str) -> Result<Option<Lead>> {
    let connection = db.connection();
    let values = [id.0.into(), db.scope().tenant().0.into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let row = rows::Row::find_by_statement(statement)
        .one(connection)
        .await?;
    Ok(row.map(Lead::from))
}

/// Writes a locked lead's fields (all but the extra data and the source) and revision, and notes that its words are to be written anew.
pub async fn save(writing: &Writing, lead: &Lead) -> Result<()> {
    use leads::Column;
    let fields = &lead.fields;
    leads::Entity::update_many()
        .col_expr(Column::Revision, Expr::value(lead.revision))
        .col_expr(Column::Title, Expr::value(fields.title.clone()))
        .col_expr(Column::TitleKey, Expr::value(fields.title_key()))
        .col_expr(Column::Address, Expr::value(fields.address.clone()))
        .col_expr(Column::Phone, Expr::value(fields.phone.clone()))
        .col_expr(Column::Website, Expr::value(fields.website.clone()))
        .col_expr(Column::WebsiteHost, Expr::value(fields.website_host()))
        .col_expr(Column::Email, Expr::value(fields.email.clone()))
        .col_expr(Column::EmailKey, Expr::value(fields.email_key()))
        .col_expr(Column::Description, Expr::value(fields.description.clone()))
        .col_expr(Column::LeadScore, Expr::value(fields.lead_score))
        .col_expr(
            Column::GeneratedWhatsapp,
            Expr::value(fields.generated_whatsapp.clone()),
        )
        .col_expr(
            Column::GeneratedEmail,
            Expr::value(fields.generated_email.clone()),
        )
        .col_expr(
            Column::DeepResearch,
            Expr::value(fields.deep_research.clone()),
        )
        .col_expr(Column::UpdatedAt, Expr::value(writing.now().0))
        .filter(Column::Id.eq(lead.id.0))
        .filter(Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    words::note(writing, None, lead.id, lead.id).await
}

/// Puts a locked lead of a locked campaign into the trash.
pub async fn trash(writing: &mut Writing, lead: &Lead, mut campaign: Campaign) -> Result<()> {
    let now = writing.now();
    leads::Entity::update_many()
        .col_expr(leads::Column::TrashedAt, Expr::value(now.0))
        .filter(leads::Column::Id.eq(lead.id.0))
        .filter(leads::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    let (sent, replied) = (i64::from(lead.email_sent), i64::from(lead.replied));
    campaign.emails_sent -= sent;
    campaign.replied -= replied;
    let change = writing.change();
    change.emails_sent -= sent;
    change.replied -= replied;
    campaigns::count_leads(writing, &mut campaign, Month::of(lead.created_at), -1).await
}

const SWEEP: &str = "
delete from campaign_leads where id in (
    select id from campaign_leads where trashed_at is not null and trashed_at < $1 limit $2)";

/// Removes leads that went into the trash before a time, a bounded number; gives how many.
pub async fn sweep_trash(store: &Store, before: Timestamp) -> Result<u64> {
    let _permit = store.writer_permit().await?;
    let db = store.writers();
    let values = [before.0.into(), SWEEP_ROWS.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), SWEEP, values);
    Ok(db.execute_raw(statement).await?.rows_affected())
}
