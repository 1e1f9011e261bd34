//! The first page after signing in.

use app::{campaigns, insights, team, tenants};
use axum::http::StatusCode;
use ui::chrome::Section;
use ui::dashboard::{DashboardPage, Figures, FirstSteps};

use crate::activity::{Names, newest};
use crate::campaigns::card;
use crate::inside::Inside;
use crate::page::page;
use crate::trouble::Answer;
use crate::words::percent;

/// Campaigns that are shown, at most.
const CAMPAIGNS_MAX: usize = 5;
/// Events that are shown, at most.
const ENTRIES_MAX: usize = 8;

pub(crate) async fn show(inside: Inside) -> Answer {
    let (app, member) = (&inside.app, &inside.member);
    let stats = insights::stats(app, member).await?.value;
    let tenant = tenants::show(app, member).await?.value;
    let all = campaigns::list(app, member).await?.value;
    let people = team::list(app, member).await?.value;
    let (has_leads, has_team) = (stats.total_leads > 0, people.len() > 1);
    let upload_href = all
        .first()
        .map(|campaign| format!("/campaigns/{}/import", campaign.id));
    let is_settled = has_leads && has_team && upload_href.is_some();
    let first_steps = (!is_settled).then_some(FirstSteps {
        upload_href,
        has_leads,
        has_team,
    });
    let names = Names::of(member.user().id, &people, &all);
    let shown = DashboardPage {
        chrome: inside.chrome(Section::Dashboard).await?,
        figures: Figures {
            total_leads: stats.total_leads,
            leads_this_month: stats.leads_this_month,
            leads_last_month: stats.leads_last_month,
            total_campaigns: stats.total_campaigns,
            active_campaigns: stats.active_campaigns,
            emails_sent: stats.emails_sent,
            response_rate: percent(stats.response_rate),
            leads_used: tenant.leads_used,
            leads_quota: tenant.leads_quota,
        },
        first_steps,
        campaigns: all
            .iter()
            .take(CAMPAIGNS_MAX)
            .map(|campaign| card(campaign, inside.now))
            .collect(),
        entries: newest(&inside, &names, ENTRIES_MAX).await?,
    };
    page(StatusCode::OK, &shown)
}
