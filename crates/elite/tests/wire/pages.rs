//! Lists of leads (contract #20): the whole list, keyset pages in every order, and the search.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::eventually;

use crate::people::{Person, id_of};
use crate::problems::{assert_problems, problem, problem_with};
use crate::shapes::{LEAD, assert_shape};
use crate::world::on_both;

/// By when a lead that was written is found.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

/// The path and query of the `Link` header with `rel="next"`, if there is one.
fn next_of(answer: &testkit::Answer) -> Option<String> {
    let link = answer.header("link");
    if link.is_empty() {
        return None;
    }
    let link = link
        .strip_prefix('<')
        .and_then(|link| link.strip_suffix(">; rel=\"next\""));
    let link = link.expect("one link to the next page");
    let start = link.find("/api/v1/").expect("a path of the API");
    Some(link[start..].to_owned())
}

/// Follows the pages from `query` on to the end.
async fn all_pages(person: &Person, campaign: &str, query: &str, limit: usize) -> Vec<Value> {
    let mut path = format!("/api/v1/campaigns/{campaign}/leads?limit={limit}{query}");
    let mut leads = Vec::new();
    loop {
        let answer = person.http.get(&path).send().await.expect_status(200);
        assert!(answer.header("x-event-seq").parse::<u64>().is_ok());
        let page = answer.json().as_array().expect("a list").clone();
        assert!(page.len() <= limit);
        leads.extend(page);
        match next_of(&answer) {
            Some(next) => path = next,
            None => return leads,
        }
    }
}

fn ids(leads: &[Value]) -> Vec<String> {
    leads.iter().map(id_of).collect()
}

#[tokio::test]
async fn the_whole_list_comes_in_the_order_of_insertion() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Three thousand").await;
        for batch in 0..3 {
            let bodies: Vec<Value> = (0..1000)
                .map(|n| json!({"title": format!("Lead {}", batch * 1000 + n)}))
                .collect();
            owner.leads(&campaign, &bodies).await;
        }
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        let answer = owner.http.get(&path).send().await.expect_status(200);
        assert_eq!(answer.header("x-cache"), "BYPASS");
        assert_eq!(answer.header("etag"), "");
        assert_eq!(answer.header("link"), "");
        assert_eq!(answer.header("content-type"), "application/json");
        let leads = answer.json().as_array().expect("a list").clone();
        let titles: Vec<&str> = leads
            .iter()
            .filter_map(|lead| lead["title"].as_str())
            .collect();
        let expected: Vec<String> = (0..3000).map(|n| format!("Lead {n}")).collect();
        assert_eq!(titles, expected);
        assert_shape(&leads[2999], LEAD);
        let found = ids(&leads);
        assert!(
            found.is_sorted(),
            "ids are monotonic within a batch and between them"
        );

        assert_eq!(ids(&all_pages(&owner, &campaign, "", 999).await), found);
        let mut newest = all_pages(&owner, &campaign, "&sort=newest", 1000).await;
        newest.reverse();
        assert_eq!(ids(&newest), found);
    })
    .await;
}

#[tokio::test]
async fn an_empty_campaign_has_an_empty_list() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Empty").await;
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        assert_eq!(owner.sees(&path).await, json!([]));
        for query in [
            "?limit=1",
            "?q=x",
            "?sort=title",
            "?sort=score",
            "?min_score=5",
        ] {
            let answer = owner
                .http
                .get(&format!("{path}{query}"))
                .send()
                .await
                .expect_status(200);
            assert_eq!((answer.json(), answer.header("link")), (json!([]), ""));
        }
    })
    .await;
}

#[tokio::test]
async fn pages_of_every_order_and_size_hold_each_lead_once() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Pages").await;
        let titles = [
            "beta", "Alpha", "", "alpha", "Ärger", "zeta", "beta", "東京", "beta",
        ];
        let bodies: Vec<Value> = (0..27)
            .map(|n| match n % 10 {
                9 => json!({"lead_score": n % 4}),
                kind => json!({"title": titles[kind], "lead_score": n % 4}),
            })
            .collect();
        owner.leads(&campaign, &bodies).await;
        let whole = ids(&owner.sees_leads(&campaign).await);
        for sort in ["oldest", "newest", "title", "score"] {
            let query = format!("&sort={sort}");
            let in_one = all_pages(&owner, &campaign, &query, 1000).await;
            for limit in [1, 2, 7, 27] {
                let pages = all_pages(&owner, &campaign, &query, limit).await;
                assert_eq!(ids(&pages), ids(&in_one), "{sort} by {limit}");
            }
            let mut found = ids(&in_one);
            if sort == "score" {
                let scores: Vec<_> = in_one
                    .iter()
                    .map(|lead| lead["lead_score"].as_i64())
                    .collect();
                assert!(scores.is_sorted_by(|one, two| one >= two), "{scores:?}");
            }
            found.sort_unstable();
            assert_eq!(found, whole, "{sort}");
        }
        let strong = all_pages(&owner, &campaign, "&min_score=2", 5).await;
        assert!(
            strong
                .iter()
                .all(|lead| lead["lead_score"].as_i64() >= Some(2))
        );
        assert_eq!(
            strong.len(),
            bodies
                .iter()
                .filter(|body| body["lead_score"].as_i64() >= Some(2))
                .count()
        );
    })
    .await;
}

#[tokio::test]
async fn pages_stay_whole_while_leads_come_and_go() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Moving").await;
        let bodies: Vec<Value> = (0..20)
            .map(|n| json!({"title": format!("{n:02}")}))
            .collect();
        owner.leads(&campaign, &bodies).await;
        let path = format!("/api/v1/campaigns/{campaign}/leads?limit=10&sort=title");
        let answer = owner.http.get(&path).send().await.expect_status(200);
        let first = answer.json();
        // The last of the page, by which the next one is found, goes away; another comes before it.
        let last = first[9]["id"].as_str().expect("an id").to_owned();
        owner
            .http
            .delete(&format!("/api/v1/leads/{last}"))
            .send()
            .await
            .expect_status(204);
        owner.lead(&campaign, json!({"title": "00a"})).await;
        let next = owner.sees(&next_of(&answer).expect("more")).await;
        let titles: Vec<_> = next
            .as_array()
            .expect("a list")
            .iter()
            .map(|lead| lead["title"].clone())
            .collect();
        let expected: Vec<Value> = (10..20).map(|n| json!(format!("{n:02}"))).collect();
        assert_eq!(titles, expected);
    })
    .await;
}

#[tokio::test]
async fn wrong_parameters_of_a_page_are_a_422() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Wrong").await;
        owner.leads(&campaign, &[json!({}), json!({})]).await;
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        let ask = async |query: &str| owner.http.get(&format!("{path}?{query}")).send().await;
        let at = |name: &str| json!(["query", name]);
        assert_problems(
            &ask("limit=0").await,
            &[problem_with(
                "greater_than_equal",
                at("limit"),
                "Input should be greater than or equal to 1",
                json!("0"),
                json!({"ge": 1}),
            )],
        );
        assert_problems(
            &ask("limit=x").await,
            &[problem(
                "int_parsing",
                at("limit"),
                "Input should be a valid integer, unable to parse string as an integer",
                json!("x"),
            )],
        );
        for query in [
            "limit=1001",
            "sort=best",
            "min_score=high",
            "cursor=x",
            "cursor=",
            "cursor=AAAA",
            "cursor=%00",
            "q=%00",
            "min_score=99999999999999999999",
        ] {
            let answer = ask(query).await;
            assert_eq!(answer.status.as_u16(), 422, "{query}: {}", answer.text());
            assert_eq!(answer.json()["detail"][0]["loc"][0], "query", "{query}");
        }
        // A cursor is only good where it was made.
        let next = next_of(&ask("limit=1&sort=title").await).expect("more");
        let cursor = next
            .split('&')
            .find(|part| part.contains("cursor="))
            .expect("a cursor");
        let cursor = cursor.trim_start_matches(|letter| letter != 'c');
        ask(&format!("limit=1&sort=score&{cursor}"))
            .await
            .expect_status(422);
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_what_was_written_and_forgets_what_was_changed() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Search").await;
        let finds = async |q: &str| {
            let leads = all_pages(&owner, &campaign, &format!("&q={q}"), 2).await;
            let mut titles: Vec<String> = leads
                .iter()
                .map(|lead| lead["title"].as_str().unwrap_or_default().to_owned())
                .collect();
            titles.sort_unstable();
            titles.join(", ")
        };
        let finally = async |q: &str, expected: &str| {
            eventually(FOUND_WITHIN, async || {
                (finds(q).await == expected).then_some(())
            })
            .await;
        };
        owner
            .leads(
                &campaign,
                &[
                    json!({"title": "L'Oréal Paris", "email": "hello@beaute.example"}),
                    json!({"title": "Loreal Tools", "website": "https://www.wrench.example/x"}),
                    json!({"title": "東京エレクトロン", "phone": "+81 (3) 5561-7000"}),
                    json!({"title": "Unrelated", "address": "Paris Street 5"}),
                ],
            )
            .await;
        finally("lor", "Loreal Tools").await;
        finally("oreal", "L'Oréal Paris").await;
        finally("OR%C3%89AL", "L'Oréal Paris").await;
        finally("paris", "L'Oréal Paris, Unrelated").await;
        finally("paris%20l", "L'Oréal Paris").await;
        finally("wrench", "Loreal Tools").await;
        finally("beaute", "L'Oréal Paris").await;
        finally("813556", "東京エレクトロン").await;
        finally("%E6%9D%B1%E4%BA%AC", "東京エレクトロン").await;
        assert_eq!(finds("nothing").await, "");
        for harmless in ["%25", "_", "'%22;--", "%5C", "a%20OR%20b", "*"] {
            finds(harmless).await;
        }
        let lead = owner.sees_leads(&campaign).await[3].clone();
        let path = format!("/api/v1/leads/{}", id_of(&lead));
        owner
            .http
            .put(&path)
            .json(&json!({"title": "Changed", "address": null}))
            .send()
            .await
            .expect_status(200);
        finally("changed", "Changed").await;
        finally("paris", "L'Oréal Paris").await;
        owner.http.delete(&path).send().await.expect_status(204);
        assert_eq!(finds("changed").await, "", "a deleted lead is gone at once");
    })
    .await;
}

#[tokio::test]
async fn a_search_stays_within_the_campaign_and_the_company() {
    on_both(async |world| {
        let (owner, other) = (world.company().await, world.company().await);
        let (one, two) = (owner.campaign("One").await, owner.campaign("Two").await);
        let foreign = other.campaign("Foreign").await;
        owner.lead(&one, json!({"title": "Needle one"})).await;
        owner.lead(&two, json!({"title": "Needle two"})).await;
        other.lead(&foreign, json!({"title": "Needle three"})).await;
        for (person, campaign, title) in [
            (&owner, &one, "Needle one"),
            (&owner, &two, "Needle two"),
            (&other, &foreign, "Needle three"),
        ] {
            let found = eventually(FOUND_WITHIN, async || {
                let leads = all_pages(person, campaign, "&q=needle", 10).await;
                (!leads.is_empty()).then_some(leads)
            })
            .await;
            let titles: Vec<_> = found.iter().map(|lead| &lead["title"]).collect();
            assert_eq!(titles, [title]);
        }
    })
    .await;
}

#[tokio::test]
async fn uploaded_leads_are_found() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Uploaded").await;
        let file = crate::imports::file_of(500);
        owner
            .upload(&campaign, "a.csv", &file)
            .await
            .expect_status(201);
        eventually(FOUND_WITHIN, async || {
            let leads = all_pages(&owner, &campaign, "&q=company%20499", 10).await;
            (leads.len() == 1 && leads[0]["title"] == "Company 499").then_some(())
        })
        .await;
    })
    .await;
}
