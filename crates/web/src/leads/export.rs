//! The leads that the campaign's page shows, all pages of them, as a file.

use app::leads::{self, ExportFormat};
use axum::extract::Path;
use domain::ids::CampaignId;
use http_edge::{QueryFields, download};

use super::table::filter;
use crate::form::last;
use crate::inside::Inside;
use crate::page::id_of;
use crate::trouble::Answer;

/// A format that is not known is CSV, as other words of the address that are not known count as not chosen.
pub(crate) async fn export(
    inside: Inside,
    Path(id): Path<String>,
    QueryFields(query): QueryFields,
) -> Answer {
    let id = id_of(&id, CampaignId::parse)?;
    let format = ExportFormat::parse(last(&query, "format")).unwrap_or(ExportFormat::Csv);
    let (_, filter) = filter(&query);
    let done = leads::export(&inside.app, &inside.member, id, filter, format).await?;
    Ok(download(done).await?)
}
