//! A campaign's leads as a file.

use app::App;
use app::campaigns::missing as no_campaign;
use app::leads::{self, ExportFormat};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ids::CampaignId;
use domain::leads::{LeadFilter, LeadSort, SCORE};
use http_edge::fields::{boolean, choice, integer, text};
use http_edge::{CallingMember, QueryFields, Received, Result, download};

use super::list::{SEARCH_CHARACTERS_MAX, SORT_PATTERN};
use crate::bodies::id_or;

const FORMAT_PATTERN: &str = "^(csv|xlsx)$";

pub(super) async fn export(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(campaign): Path<String>,
    QueryFields(query): QueryFields,
) -> Result<Response> {
    let (format, filter) = wanted(&query)?;
    let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
    download(leads::export(&app, &caller, campaign, filter, format).await?).await
}

fn wanted(query: &Received) -> Result<(ExportFormat, LeadFilter)> {
    let mut fields = query.fields()?;
    let format = fields.patch("format", choice(FORMAT_PATTERN, ExportFormat::parse));
    let filter = LeadFilter {
        q: fields.patch("q", text(0..=SEARCH_CHARACTERS_MAX)),
        sort: fields
            .patch("sort", choice(SORT_PATTERN, LeadSort::parse))
            .unwrap_or_default(),
        min_score: fields.patch("min_score", integer(SCORE)),
        email_sent: fields.patch("email_sent", boolean),
    };
    fields.complete(())?;
    Ok((format.unwrap_or(ExportFormat::Csv), filter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_is_the_lists() {
        let query = "format=xlsx&q=caf%C3%A9&sort=score&min_score=-3&email_sent=no";
        let (format, filter) = wanted(&Received::query(query)).unwrap();
        assert_eq!(format, ExportFormat::Xlsx);
        assert_eq!(
            (filter.q.as_deref(), filter.sort),
            (Some("café"), LeadSort::Score)
        );
        assert_eq!(
            (filter.min_score, filter.email_sent),
            (Some(-3), Some(false))
        );
        let (format, _) = wanted(&Received::query("")).unwrap();
        assert_eq!(format, ExportFormat::Csv);
        let wrong = wanted(&Received::query("format=pdf&sort=best")).unwrap_err();
        assert_eq!(wrong.status().as_u16(), 422);
    }
}
