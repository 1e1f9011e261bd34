//! Campaigns. Whoever changes one, or the leads it counts, first takes [`lock`]: its row is then
//! nobody else's until the commit, so that counters are computed by `domain` and saved as they are.

use domain::campaigns::{Campaign, Status};
use domain::clock::Timestamp;
use domain::ids::CampaignId;
use domain::insights::{Month, MonthlyLeads};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};

use crate::connect::Engine;
use crate::error::Result;
use crate::read::Read;
use crate::rows::campaigns;
use crate::write::Writing;

/// Rows that one purge transaction deletes.
pub const PURGE_ROWS: i64 = 2_000;

/// All, newest first. The contract's list has no pages, so neither has this.
pub async fn list(db: &impl Read) -> Result<Vec<Campaign>> {
    let rows = live(db)
        .order_by_desc(campaigns::Column::CreatedAt)
        .order_by_desc(campaigns::Column::Id)
        .all(db.connection())
        .await?;
    Ok(rows.into_iter().map(campaign).collect())
}

/// One.
pub async fn find(db: &impl Read, id: CampaignId) -> Result<Option<Campaign>> {
    let row = live(db)
        .filter(campaigns::Column::Id.eq(id.0))
        .one(db.connection())
        .await?;
    Ok(row.map(campaign))
}

/// One, for changing it or its leads.
pub async fn lock(writing: &Writing, id: CampaignId) -> Result<Option<Campaign>> {
    let mut query = live(writing).filter(campaigns::Column::Id.eq(id.0));
    if writing.engine() == Engine::Postgres {
        query = query.lock(LockType::NoKeyUpdate);
    }
    Ok(query.one(writing.connection()).await?.map(campaign))
}

/// Adds one.
pub async fn insert(writing: &mut Writing, campaign: &Campaign) -> Result<()> {
    campaigns::Entity::insert(campaigns::ActiveModel {
        id: Set(campaign.id.0),
        tenant_id: Set(writing.scope().tenant().0),
        name: Set(campaign.name.clone()),
        description: Set(campaign.description.clone()),
        status: Set(campaign.status.as_str().to_owned()),
        search_query: Set(Some(campaign.search_query.clone())),
        lead_source: Set(Some(campaign.lead_source.clone())),
        max_leads: Set(Some(campaign.max_leads)),
        description_style: Set(Some(campaign.description_style.clone())),
        enable_ai_personalization: Set(campaign.enable_ai_personalization),
        created_at: Set(campaign.created_at.0),
        updated_at: Set(campaign.updated_at.0),
        started_at: Set(None),
        completed_at: Set(None),
        deleted_at: Set(None),
        lead_generation: Set(campaign.lead_generation),
        leads_count: Set(0),
        emails_sent: Set(0),
        replied: Set(0),
        month: Set(0),
        leads_month: Set(0),
        leads_previous: Set(0),
    })
    .exec_without_returning(writing.connection())
    .await?;
    let change = writing.change();
    change.campaigns += 1;
    change.active_campaigns += i64::from(campaign.status == Status::Active);
    Ok(())
}

/// Writes a locked campaign's fields; `before` is its state when it was locked.
pub async fn save(writing: &mut Writing, campaign: &Campaign, before: Status) -> Result<()> {
    update(writing, campaign, None).await?;
    writing.change().active_campaigns +=
        i64::from(campaign.status == Status::Active) - i64::from(before == Status::Active);
    Ok(())
}

/// Hides a locked campaign with its leads; [`purge`] removes the rows later.
pub async fn delete(writing: &mut Writing, campaign: &Campaign) -> Result<()> {
    let now = writing.now();
    update(writing, campaign, Some(now)).await?;
    subtract_leads(writing, campaign);
    let change = writing.change();
    change.campaigns -= 1;
    change.active_campaigns -= i64::from(campaign.status == Status::Active);
    Ok(())
}

/// Hides all leads of a locked campaign by starting its next generation.
pub async fn clear_leads(writing: &mut Writing, mut campaign: Campaign) -> Result<()> {
    subtract_leads(writing, &campaign);
    campaign.lead_generation += 1;
    campaign.leads_count = 0;
    campaign.emails_sent = 0;
    campaign.replied = 0;
    campaign.monthly = MonthlyLeads {
        current: 0,
        previous: 0,
        ..campaign.monthly
    };
    campaign.updated_at = writing.now();
    update(writing, &campaign, None).await
}

/// Counts leads of a locked campaign that came or, negative, went.
pub(crate) async fn count_leads(
    writing: &mut Writing,
    campaign: &mut Campaign,
    created: Month,
    leads: i64,
) -> Result<()> {
    campaign.leads_count += leads;
    campaign.monthly = campaign.monthly.plus(created, leads);
    update(writing, campaign, None).await?;
    let change = writing.change();
    change.leads += leads;
    change.by_month.push((created, leads));
    Ok(())
}

fn subtract_leads(writing: &mut Writing, campaign: &Campaign) {
    let now = Month::of(writing.now());
    let monthly = campaign.monthly.rolled_to(now);
    let change = writing.change();
    change.leads -= campaign.leads_count;
    change.emails_sent -= campaign.emails_sent;
    change.replied -= campaign.replied;
    change
        .by_month
        .push((Month(monthly.month), -monthly.current));
    change
        .by_month
        .push((Month(monthly.month - 1), -monthly.previous));
}

async fn update(
    writing: &Writing,
    campaign: &Campaign,
    deleted_at: Option<Timestamp>,
) -> Result<()> {
    use campaigns::Column;
    campaigns::Entity::update_many()
        .col_expr(Column::Name, Expr::value(campaign.name.as_str()))
        .col_expr(
            Column::Description,
            Expr::value(campaign.description.clone()),
        )
        .col_expr(Column::Status, Expr::value(campaign.status.as_str()))
        .col_expr(
            Column::SearchQuery,
            Expr::value(campaign.search_query.as_str()),
        )
        .col_expr(Column::UpdatedAt, Expr::value(campaign.updated_at.0))
        .col_expr(
            Column::StartedAt,
            Expr::value(campaign.started_at.map(|at| at.0)),
        )
        .col_expr(
            Column::CompletedAt,
            Expr::value(campaign.completed_at.map(|at| at.0)),
        )
        .col_expr(Column::DeletedAt, Expr::value(deleted_at.map(|at| at.0)))
        .col_expr(
            Column::LeadGeneration,
            Expr::value(campaign.lead_generation),
        )
        .col_expr(Column::LeadsCount, Expr::value(campaign.leads_count))
        .col_expr(Column::EmailsSent, Expr::value(campaign.emails_sent))
        .col_expr(Column::Replied, Expr::value(campaign.replied))
        .col_expr(Column::Month, Expr::value(campaign.monthly.month))
        .col_expr(Column::LeadsMonth, Expr::value(campaign.monthly.current))
        .col_expr(
            Column::LeadsPrevious,
            Expr::value(campaign.monthly.previous),
        )
        .filter(Column::Id.eq(campaign.id.0))
        .filter(Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// The generations that go are a range of the index, so that no lead that stays is looked at.
const PURGE_LEADS: &str = "
delete from campaign_leads where id in (
    select l.id from campaign_leads l
    where l.campaign_id = $1 and l.tenant_id = $2 and l.lead_generation < (
        select case when c.deleted_at is null then c.lead_generation else 2147483647 end
        from campaigns c where c.id = $1 and c.tenant_id = $2)
    limit $3)";
/// The failed rows of a deleted campaign's files.
const PURGE_FAILURES: &str = "
delete from import_failures where (import_id, row_number) in (
    select f.import_id, f.row_number from import_failures f
    join imports i on i.id = f.import_id join campaigns c on c.id = i.campaign_id
    where i.campaign_id = $1 and i.tenant_id = $2 and c.deleted_at is not null
    limit $3)";
const PURGE_CAMPAIGN: &str =
    "delete from campaigns where id = $1 and tenant_id = $2 and deleted_at is not null";

/// Removes hidden rows of a campaign, a bounded number; says whether all are gone.
pub async fn purge(writing: &Writing, id: CampaignId) -> Result<bool> {
    use sea_orm::{ConnectionTrait, Statement};
    let tenant = writing.scope().tenant().0;
    let db = writing.connection();
    let backend = db.get_database_backend();
    for sql in [PURGE_LEADS, PURGE_FAILURES] {
        let values = [id.0.into(), tenant.into(), PURGE_ROWS.into()];
        let done = db
            .execute_raw(Statement::from_sql_and_values(backend, sql, values))
            .await?;
        if done.rows_affected() > 0 {
            return Ok(false);
        }
    }
    let values = [id.0.into(), tenant.into()];
    db.execute_raw(Statement::from_sql_and_values(
        backend,
        PURGE_CAMPAIGN,
        values,
    ))
    .await?;
    Ok(true)
}

fn live(db: &impl Read) -> sea_orm::Select<campaigns::Entity> {
    campaigns::Entity::find()
        .filter(campaigns::Column::TenantId.eq(db.scope().tenant().0))
        .filter(campaigns::Column::DeletedAt.is_null())
}

fn campaign(row: campaigns::Model) -> Campaign {
    Campaign {
        id: CampaignId(row.id),
        name: row.name,
        description: row.description,
        status: Status::read(&row.status),
        search_query: row.search_query.unwrap_or_default(),
        lead_source: row.lead_source.unwrap_or_else(|| "manual".into()),
        max_leads: row.max_leads.unwrap_or(100),
        description_style: row
            .description_style
            .unwrap_or_else(|| "professional".into()),
        enable_ai_personalization: row.enable_ai_personalization,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        started_at: row.started_at.map(Timestamp),
        completed_at: row.completed_at.map(Timestamp),
        leads_count: row.leads_count,
        emails_sent: row.emails_sent,
        replied: row.replied,
        monthly: MonthlyLeads {
            month: row.month,
            current: row.leads_month,
            previous: row.leads_previous,
        },
        lead_generation: row.lead_generation,
    }
}
