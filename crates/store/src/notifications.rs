//! What the computed notifications are made of, by two queries whatever the number of campaigns (FIX-57).

use domain::clock::Timestamp;
use domain::ids::CampaignId;
use domain::notifications::{CAMPAIGNS_SEEN, CampaignWithLeads, EMAILS_SEEN};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};

use crate::error::Result;
use crate::read::Read;
use crate::rows::campaigns;

const SENT: &str = "
select sent_at from email_logs where tenant_id = $1 and sent_at is not null
order by sent_at desc limit $2";

/// The newest campaigns, and when the latest e-mails were sent.
pub async fn sources(db: &impl Read) -> Result<(Vec<CampaignWithLeads>, Vec<Timestamp>)> {
    let tenant = db.scope().tenant().0;
    let rows = campaigns::Entity::find()
        .filter(campaigns::Column::TenantId.eq(tenant))
        .filter(campaigns::Column::DeletedAt.is_null())
        .order_by_desc(campaigns::Column::CreatedAt)
        .order_by_desc(campaigns::Column::Id)
        .limit(CAMPAIGNS_SEEN)
        .all(db.connection())
        .await?;
    let seen = rows.into_iter().map(|row| CampaignWithLeads {
        id: CampaignId(row.id),
        name: row.name,
        leads_count: row.leads_count,
        created_at: Timestamp(row.created_at),
    });
    let connection = db.connection();
    let values = [
        tenant.into(),
        i64::try_from(EMAILS_SEEN).unwrap_or(5).into(),
    ];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), SENT, values);
    let sent = connection.query_all_raw(statement).await?;
    let sent = sent
        .iter()
        .map(|row| row.try_get("", "sent_at").map(Timestamp));
    Ok((seen.collect(), sent.collect::<std::result::Result<_, _>>()?))
}
