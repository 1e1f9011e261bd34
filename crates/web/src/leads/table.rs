//! A campaign's page: its head, and the table of its leads with filter, order and pages.

use app::leads::{self, Cursor};
use axum::extract::Path;
use axum::http::StatusCode;
use domain::campaigns::Campaign;
use domain::ids::{CampaignId, LeadId};
use domain::leads::{Lead, LeadFilter, LeadSort, SCORE};
use http_edge::{QueryFields, Received};
use ui::campaigns::CampaignHead;
use ui::chrome::Section;
use ui::forms::Field;
use ui::leads::{CampaignPage, ExportLinks, LeadRow, LeadsTable};

use crate::campaigns::card;
use crate::form::last;
use crate::inside::Inside;
use crate::page::{fragment, id_of, page};
use crate::trouble::{Answer, Trouble};
use crate::words::when;

/// Leads of one page of the table.
const PAGE_LEADS: u64 = 100;
/// The orders of the table: the form's word and the order.
const SORTS: [(&str, LeadSort); 4] = [
    ("created", LeadSort::Oldest),
    ("-created", LeadSort::Newest),
    ("title", LeadSort::Title),
    ("-score", LeadSort::Score),
];

pub(crate) async fn index(
    inside: Inside,
    Path(id): Path<String>,
    QueryFields(query): QueryFields,
) -> Answer {
    let id = id_of(&id, CampaignId::parse)?;
    let (shown, filter) = filter(&query);
    let after = cursor(last(&query, "cursor"));
    let done = leads::page(
        &inside.app,
        &inside.member,
        id,
        &filter,
        after.as_ref(),
        PAGE_LEADS,
    )
    .await?;
    let leads::Page {
        campaign,
        leads,
        next,
    } = done.value;
    let table = LeadsTable {
        campaign_id: id.to_string(),
        leads: leads.iter().map(row).collect(),
        leads_total: campaign.leads_count,
        is_filtered: filter.q.is_some()
            || filter.min_score.is_some()
            || filter.email_sent.is_some(),
        first_href: after.map(|_| href(id, &shown, None)),
        next_href: next.map(|next| href(id, &shown, Some(&next))),
        export: ExportLinks {
            csv_href: export_href(id, &shown, "csv"),
            xlsx_href: export_href(id, &shown, "xlsx"),
        },
    };
    if inside.wants_fragment {
        return fragment(&table);
    }
    let shown = CampaignPage {
        chrome: inside.chrome(Section::Campaigns).await?,
        head: head(&inside, &campaign).await?,
        filter: shown,
        table,
    };
    page(StatusCode::OK, &shown)
}

/// The filter as the form shows it and as the use case takes it; what it does not know counts as not chosen.
pub(super) fn filter(query: &Received) -> (ui::leads::LeadFilter, LeadFilter) {
    let q = last(query, "q");
    let min_score = last(query, "min_score").trim().parse::<i64>().ok();
    let min_score = min_score.map(|score| score.clamp(*SCORE.start(), *SCORE.end()));
    let email_sent = match last(query, "sent") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let sort = last(query, "sort");
    let known = SORTS.iter().find(|(word, _)| *word == sort);
    let (word, sort) = known.copied().unwrap_or(SORTS[0]);
    let shown = ui::leads::LeadFilter {
        q: Field::of(q),
        sent: email_sent
            .map_or("", |sent| if sent { "yes" } else { "no" })
            .into(),
        min_score: min_score.map_or_else(String::new, |score| score.to_string()),
        sort: word.into(),
    };
    let filter = LeadFilter {
        q: Some(q.trim().to_owned()).filter(|q| !q.is_empty()),
        min_score,
        email_sent,
        sort,
    };
    (shown, filter)
}

fn href(id: CampaignId, filter: &ui::leads::LeadFilter, cursor: Option<&Cursor>) -> String {
    let place = cursor.map(|cursor| format!("{}~{}", cursor.id, cursor.key));
    let query = query(filter, ("cursor", place.as_deref().unwrap_or_default()));
    format!("/campaigns/{id}?{query}")
}

fn export_href(id: CampaignId, filter: &ui::leads::LeadFilter, format: &str) -> String {
    let query = query(filter, ("format", format));
    format!("/campaigns/{id}/export?{query}")
}

/// The filter and one parameter more, without what is empty.
fn query(filter: &ui::leads::LeadFilter, last: (&str, &str)) -> String {
    let pairs = [
        ("q", filter.q.value.as_str()),
        ("sent", &filter.sent),
        ("min_score", &filter.min_score),
        ("sort", &filter.sort),
        last,
    ];
    let given: Vec<_> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    serde_urlencoded::to_string(given).unwrap_or_default()
}

/// Where a page begins; a text that is no such place is the first page.
fn cursor(text: &str) -> Option<Cursor> {
    let (id, key) = text.split_once('~')?;
    let id = LeadId::parse(id)?;
    let key = key.replace('\0', "");
    Some(Cursor { key, id })
}

fn row(lead: &Lead) -> LeadRow {
    let fields = &lead.fields;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    LeadRow {
        id: lead.id.to_string(),
        title: text(&fields.title),
        email: text(&fields.email),
        phone: text(&fields.phone),
        address: text(&fields.address),
        website: text(&fields.website),
        score: fields.lead_score,
        is_email_sent: lead.email_sent,
        is_replied: lead.replied,
    }
}

async fn head(inside: &Inside, campaign: &Campaign) -> Result<CampaignHead, Trouble> {
    let imports = app::imports::list(&inside.app, &inside.member, campaign.id).await?;
    let running = imports.value.iter().find(|import| !import.state.is_final());
    let moment = |at| when(at, inside.now);
    Ok(CampaignHead {
        campaign: card(campaign, inside.now),
        search_query: campaign.search_query.clone(),
        started: campaign.started_at.map(moment),
        completed: campaign.completed_at.map(moment),
        running_import_id: running.map(|import| import.id.to_string()),
        can_delete: inside.member.role().administers(),
        csrf: inside.csrf.clone(),
    })
}
