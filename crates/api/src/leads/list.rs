//! A campaign's leads (contract #20): all of them as a stream, or a page where anything says which.

use app::App;
use app::cached::{self, Rendered};
use app::caller::Member;
use app::campaigns::missing as no_campaign;
use app::leads::{self, Cursor};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ids::CampaignId;
use domain::leads::{LeadFilter, LeadSort, PAGE_MAX, SCORE};
use http_edge::fields::{boolean, choice, integer, text, text_then};
use http_edge::{ANY_TEXT, Asked, CallingMember, QueryFields, Received, Result, rendered};

use super::cursor;
use super::stream;
use crate::bodies::id_or;
use crate::wire::Lead;

/// Leads of a page where the query does not say.
const PAGE_DEFAULT: i64 = 100;
/// Most characters of a search.
pub(super) const SEARCH_CHARACTERS_MAX: usize = 500;
pub(super) const SORT_PATTERN: &str = "^(oldest|newest|title|score)$";
const PARAMETERS: [&str; 6] = ["limit", "cursor", "q", "sort", "min_score", "email_sent"];

/// A page that somebody wants.
#[derive(Debug)]
pub(crate) struct Wanted {
    filter: LeadFilter,
    after: Option<Cursor>,
    limit: u64,
}

pub(super) async fn list(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(campaign): Path<String>,
    QueryFields(query): QueryFields,
    asked: Asked,
) -> Result<Response> {
    let wanted = wanted(&query)?;
    let campaign = id_or(&campaign, CampaignId::parse, no_campaign)?;
    let Some(wanted) = wanted else {
        return stream::all(app, caller, campaign).await;
    };
    // Later pages are read once, by one person.
    let is_first = wanted.after.is_none();
    let sought = cached::lead_page(&caller, campaign, &wanted.filter, wanted.limit);
    let Some(sought) = sought.filter(|_| is_first) else {
        let (seq, page) = wanted.page(&app, &caller, campaign).await?;
        return asked.source(seq, &page);
    };
    let load = async move |app: App, caller: Member| {
        let (_, page) = wanted.page(&app, &caller, campaign).await?;
        Ok(page)
    };
    asked.answer(&app, &caller, sought, load).await
}

/// The page that the query wants; `None` where it says nothing, which means all.
pub(crate) fn wanted(query: &Received) -> Result<Option<Wanted>> {
    let mut fields = query.fields()?;
    if !PARAMETERS.iter().any(|name| fields.has(name)) {
        return Ok(None);
    }
    let most = i64::try_from(PAGE_MAX).unwrap_or(i64::MAX);
    let limit = fields.or("limit", PAGE_DEFAULT, integer(1..=most));
    let after = fields.patch("cursor", text_then(ANY_TEXT, cursor::decode));
    let q = fields.patch("q", text(0..=SEARCH_CHARACTERS_MAX));
    let sort = fields.patch("sort", choice(SORT_PATTERN, LeadSort::parse));
    let min_score = fields.patch("min_score", integer(SCORE));
    let email_sent = fields.patch("email_sent", boolean);
    let made_in = after.as_ref().map(|(_, sort)| *sort);
    if made_in.is_some_and(|made_in| sort.is_some_and(|sort| sort != made_in)) {
        fields.rule("cursor", "The cursor belongs to another sort");
    }
    fields.complete(())?;
    Ok(Some(Wanted {
        filter: LeadFilter {
            q,
            min_score,
            email_sent,
            sort: sort.or(made_in).unwrap_or_default(),
        },
        after: after.map(|(cursor, _)| cursor),
        limit: u64::try_from(limit).unwrap_or(1),
    }))
}

impl Wanted {
    /// The page as it goes out, and the number that it is at least as new as.
    async fn page(
        &self,
        app: &App,
        caller: &Member,
        campaign: CampaignId,
    ) -> app::Result<(i64, Rendered)> {
        let (filter, after) = (&self.filter, self.after.as_ref());
        let done = leads::page(app, caller, campaign, filter, after, self.limit).await?;
        let next = done.value.next.as_ref();
        let link = next.map(|next| self.link(campaign, next));
        let leads: Vec<Lead> = done.value.leads.into_iter().map(Lead::from).collect();
        Ok((done.seq, rendered(&leads)?.with_link(link)))
    }

    /// The value of `Link`: the same page's next one.
    fn link(&self, campaign: CampaignId, next: &Cursor) -> String {
        let filter = &self.filter;
        let mut query = vec![("limit", self.limit.to_string())];
        query.extend(filter.q.clone().map(|q| ("q", q)));
        query.push(("sort", filter.sort.as_str().to_owned()));
        query.extend(
            filter
                .min_score
                .map(|score| ("min_score", score.to_string())),
        );
        query.extend(
            filter
                .email_sent
                .map(|sent| ("email_sent", sent.to_string())),
        );
        query.push(("cursor", cursor::encode(next, filter.sort)));
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        format!("</api/v1/campaigns/{campaign}/leads?{query}>; rel=\"next\"")
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::LeadId;

    use super::*;

    const ID: &str = "0190c5a0-0000-7000-8000-000000000001";

    fn texts(query: &str) -> String {
        let failure = wanted(&Received::query(query)).unwrap_err();
        assert_eq!(failure.status().as_u16(), 422);
        failure.text().to_owned()
    }

    #[test]
    fn without_parameters_all_are_wanted() {
        for query in ["", "page=2", "_=1"] {
            assert!(wanted(&Received::query(query)).unwrap().is_none());
        }
    }

    #[test]
    fn the_link_leads_to_the_same_page_further_on() {
        let query = "q=caf%C3%A9+%26&limit=5&sort=score&min_score=-3&email_sent=no";
        let first = wanted(&Received::query(query)).unwrap().unwrap();
        let campaign = CampaignId::parse(ID).unwrap();
        let cursor = Cursor {
            key: "7".into(),
            id: LeadId::parse(ID).unwrap(),
        };
        let link = first.link(campaign, &cursor);
        let query = link
            .split_once('?')
            .unwrap()
            .1
            .strip_suffix(">; rel=\"next\"")
            .unwrap();
        let second = wanted(&Received::query(query)).unwrap().unwrap();
        assert_eq!(second.after, Some(cursor));
        assert_eq!(second.limit, 5);
        let (first, second) = (first.filter, second.filter);
        assert_eq!(
            (second.q.as_deref(), second.sort),
            (Some("café &"), first.sort)
        );
        assert_eq!(
            (second.min_score, second.email_sent),
            (Some(-3), Some(false))
        );
    }

    #[test]
    fn a_cursor_keeps_its_order() {
        let cursor = Cursor {
            key: "7".into(),
            id: LeadId::parse(ID).unwrap(),
        };
        let text = cursor::encode(&cursor, LeadSort::Score);
        let page = wanted(&Received::query(&format!("cursor={text}"))).unwrap();
        assert_eq!(page.unwrap().filter.sort, LeadSort::Score);
        let mixed = texts(&format!("sort=title&cursor={text}"));
        assert_eq!(mixed, "Value error, The cursor belongs to another sort");
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let all = texts("limit=0&cursor=x&sort=best&min_score=1.5&email_sent=perhaps");
        let expected = [
            "Input should be greater than or equal to 1",
            "Value error, The cursor is malformed",
            "String should match pattern '^(oldest|newest|title|score)$'",
            "Input should be a valid integer, unable to parse string as an integer",
            "Input should be a valid boolean, unable to interpret input",
        ];
        assert_eq!(all, expected.join(", "));
        assert!(texts("limit=1001").contains("less than or equal to 1000"));
    }
}
