//! Leads, one by one and many at once (contract 2.6).

use serde_json::{Value, json};
use testkit::Answer;

use crate::people::{Person, id_of};
use crate::problems::{assert_detail, assert_problems, problem};
use crate::shapes::{LEAD, assert_shape};
use crate::world::on_both;

async fn add(person: &Person, campaign: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/campaigns/{campaign}/leads");
    person.http.post(&path).json(body).send().await
}

async fn add_many(person: &Person, campaign: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/campaigns/{campaign}/leads/bulk");
    person.http.post(&path).json(body).send().await
}

async fn put(person: &Person, lead: &str, body: &Value) -> Answer {
    person
        .http
        .put(&format!("/api/v1/leads/{lead}"))
        .json(body)
        .send()
        .await
}

async fn patch(person: &Person, lead: &str, query: &str, body: Option<&Value>) -> Answer {
    let request = person.http.patch(&format!("/api/v1/leads/{lead}{query}"));
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

#[tokio::test]
async fn an_empty_lead_is_accepted() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Empty").await;
        let answer = add(&owner, &campaign, &json!({})).await.expect_status(201);
        assert!(answer.header("x-event-seq").parse::<u64>().is_ok());
        let lead = answer.json();
        assert_shape(&lead, LEAD);
        assert_eq!(lead["campaign_id"], campaign);
        assert_eq!(lead["lead_score"], 50);
        for name in [
            "title",
            "address",
            "phone",
            "website",
            "email",
            "description",
            "generated_email",
            "generated_whatsapp",
            "contact_source",
            "scraped_data",
            "deep_research",
            "category",
            "rating",
            "reviews_count",
        ] {
            assert_eq!(lead[name], json!(null), "{name}");
        }
        for name in ["email_sent", "whatsapp_sent", "replied"] {
            assert_eq!(lead[name], false, "{name}");
        }
        assert_eq!(owner.sees_leads(&campaign).await, [lead]);
    })
    .await;
}

#[tokio::test]
async fn fix_29_a_lead_shows_what_clients_read() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Full").await;
        let body = json!({
            "title": "Café São 東京 🎉", "address": "1 Rue", "phone": "+33 1", "website": "https://cafe.example.com",
            "email": "not checked; x@y", "description": "Good", "contact_source": "fair", "lead_score": 72,
            "scraped_data": {"category": "Cafés", "rating": 4.5, "reviews_count": 120, "deep": {"a": [1, null, true]}},
        });
        let lead = add(&owner, &campaign, &body).await.expect_status(201).json();
        assert_shape(&lead, LEAD);
        for (key, value) in body.as_object().expect("an object") {
            assert_eq!(lead[key], *value, "{key}");
        }
        assert_eq!((&lead["category"], &lead["rating"], &lead["reviews_count"]), (&json!("Cafés"), &json!(4.5), &json!(120)));
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_in_a_lead_is_said_field_by_field() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Wrong").await;
        let body = json!({"title": 1, "email": [], "scraped_data": "x", "lead_score": "many"});
        let at = |name: &str| json!(["body", name]);
        let text = "Input should be a valid string";
        let mut expected = vec![
            problem("string_type", at("title"), text, json!(1)),
            problem("string_type", at("email"), text, json!([])),
            problem(
                "dict_type",
                at("scraped_data"),
                "Input should be a valid dictionary",
                json!("x"),
            ),
            problem(
                "int_parsing",
                at("lead_score"),
                "Input should be a valid integer, unable to parse string as an integer",
                json!("many"),
            ),
        ];
        assert_problems(&add(&owner, &campaign, &body).await, &expected);
        // The same in a list names the position, and nothing of the list is kept.
        for entry in &mut expected {
            entry["loc"] = json!(["body", 1, entry["loc"][1]]);
        }
        let answer = add_many(&owner, &campaign, &json!([{"title": "Fine"}, body])).await;
        assert_problems(&answer, &expected);
        let answer = add(&owner, &campaign, &json!({"lead_score": null})).await;
        assert_problems(
            &answer,
            &[problem(
                "int_type",
                at("lead_score"),
                "Input should be a valid integer",
                json!(null),
            )],
        );
        assert_eq!(owner.sees_leads(&campaign).await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_score_has_no_range_but_what_a_number_can_hold() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Scores").await;
        for score in [json!(-100), json!(0), json!(2_000_000_000)] {
            let lead = add(&owner, &campaign, &json!({"lead_score": score})).await;
            assert_eq!(lead.expect_status(201).json()["lead_score"], score);
        }
        for score in ["9223372036854775808", "1e300", "-9223372036854775809"] {
            let path = format!("/api/v1/campaigns/{campaign}/leads");
            let body = format!("{{\"lead_score\": {score}}}");
            let answer = owner
                .http
                .post(&path)
                .body("application/json", body)
                .send()
                .await;
            assert_eq!(answer.status.as_u16(), 422, "{score}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn an_over_long_text_is_a_422() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Long").await;
        let lead = id_of(
            &add(&owner, &campaign, &json!({}))
                .await
                .expect_status(201)
                .json(),
        );
        for name in [
            "title",
            "phone",
            "website",
            "email",
            "description",
            "address",
        ] {
            let body = json!({name: "x".repeat(1_000_000)});
            for answer in [
                add(&owner, &campaign, &body).await,
                put(&owner, &lead, &body).await,
                patch(&owner, &lead, "", Some(&body)).await,
            ] {
                let detail = answer.clone().expect_status(422).json()["detail"].clone();
                assert_eq!(detail[0]["type"], "string_too_long", "{name}");
                assert!(answer.body.len() < 10_000, "it is not sent back whole");
            }
        }
        let body = json!({"scraped_data": {"a": "x".repeat(2_000_000)}});
        let answer = add(&owner, &campaign, &body).await.expect_status(422);
        assert_eq!(
            answer.json()["detail"][0]["loc"],
            json!(["body", "scraped_data"])
        );
    })
    .await;
}

#[tokio::test]
async fn many_leads_come_as_a_bare_list_or_under_their_name() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Bulk").await;
        let list = json!([{"title": "One"}, {}, {"title": "Three", "lead_score": "7"}]);
        for (body, n) in [(list.clone(), 3), (json!({"leads": list}), 3), (json!([]), 0), (json!({"leads": []}), 0)] {
            let answer = add_many(&owner, &campaign, &body).await.expect_status(201);
            assert!(answer.header("x-event-seq").parse::<u64>().is_ok());
            let expected = json!({"message": format!("Successfully added {n} leads to campaign"), "campaign_id": campaign, "leads_added": n});
            assert_eq!(answer.json(), expected);
        }
        let titles: Vec<Value> = owner.sees_leads(&campaign).await.iter().map(|lead| lead["title"].clone()).collect();
        assert_eq!(json!(titles), json!(["One", null, "Three", "One", null, "Three"]));
    })
    .await;
}

#[tokio::test]
async fn a_list_that_is_none_is_refused() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("No list").await;
        let list = |input: Value| {
            problem(
                "list_type",
                json!(["body"]),
                "Input should be a valid list",
                input,
            )
        };
        for body in [json!("x"), json!(5), json!({})] {
            assert_problems(
                &add_many(&owner, &campaign, &body).await,
                &[list(body.clone())],
            );
        }
        let answer = add_many(&owner, &campaign, &json!({"leads": "x"})).await;
        assert_problems(
            &answer,
            &[problem(
                "list_type",
                json!(["body", "leads"]),
                "Input should be a valid list",
                json!("x"),
            )],
        );
        let answer = add_many(&owner, &campaign, &json!([{}, 5])).await;
        let msg = "Input should be a valid dictionary or object to extract fields from";
        assert_problems(
            &answer,
            &[problem(
                "model_attributes_type",
                json!(["body", 1]),
                msg,
                json!(5),
            )],
        );
    })
    .await;
}

#[tokio::test]
async fn fix_30_a_lead_is_patched_by_query_or_by_body() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Patch").await;
        let id = id_of(&owner.lead(&campaign, json!({"title": "T", "email": "a@b.c"})).await);
        let lead = patch(&owner, &id, "?description=by%20query%20%C3%A9", None).await.expect_status(200).json();
        assert_shape(&lead, LEAD);
        assert_eq!((&lead["description"], &lead["title"]), (&json!("by query é"), &json!("T")));
        // What the web client's table sends.
        let body = json!({"title": "U", "description": "by body", "generated_email": "Subject: x", "email": "c@d.e"});
        let lead = patch(&owner, &id, "", Some(&body)).await.expect_status(200).json();
        for (key, value) in body.as_object().expect("an object") {
            assert_eq!(lead[key], *value, "{key}");
        }
        let answer = patch(&owner, &id, "", None).await;
        assert_problems(&answer, &[problem("missing", json!(["query", "description"]), "Field required", json!(null))]);
        assert_eq!(owner.sees_leads(&campaign).await, [lead]);
    })
    .await;
}

#[tokio::test]
async fn fix_14_a_long_text_need_not_travel_in_the_query() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Long").await;
        let id = id_of(&owner.lead(&campaign, json!({})).await);
        let text = "é".repeat(50_000);
        let lead = patch(&owner, &id, "", Some(&json!({"description": text}))).await;
        assert_eq!(lead.expect_status(200).json()["description"], text);
    })
    .await;
}

#[tokio::test]
async fn a_whole_lead_can_be_put_back() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Put").await;
        let mut lead = owner.lead(&campaign, json!({"title": "T", "phone": "1", "website": "w", "lead_score": 3, "scraped_data": {"a": 1}})).await;
        let id = id_of(&lead);
        lead["title"] = json!("New");
        lead["phone"] = json!(null);
        lead["generated_email"] = json!("Subject: Hi\n\nText");
        lead["deep_research"] = json!("Deep");
        let answer = put(&owner, &id, &lead).await.expect_status(200);
        assert_eq!(answer.json(), lead);
        assert_eq!(owner.sees_leads(&campaign).await, [lead.clone()]);
        // Keys that are not honoured change nothing; an empty title is left alone.
        let body = json!({"id": "x", "campaign_id": "y", "lead_score": 99, "email_sent": true, "replied": "?", "scraped_data": 5, "title": ""});
        assert_eq!(put(&owner, &id, &body).await.expect_status(200).json(), lead);
        assert_eq!(put(&owner, &id, &json!({})).await.expect_status(200).json(), lead);
    })
    .await;
}

#[tokio::test]
async fn fix_35_a_wrong_type_is_a_422() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Types").await;
        let id = id_of(&owner.lead(&campaign, json!({"title": "T"})).await);
        for name in [
            "title",
            "email",
            "phone",
            "address",
            "website",
            "description",
            "generated_email",
            "deep_research",
        ] {
            for wrong in [json!(5), json!(false), json!({"a": 1}), json!(["x"])] {
                let expected = [problem(
                    "string_type",
                    json!(["body", name]),
                    "Input should be a valid string",
                    wrong.clone(),
                )];
                let body = json!({name: wrong});
                assert_problems(&put(&owner, &id, &body).await, &expected);
                assert_problems(&patch(&owner, &id, "", Some(&body)).await, &expected);
            }
        }
        assert_eq!(owner.sees_leads(&campaign).await[0]["title"], "T");
    })
    .await;
}

#[tokio::test]
async fn nul_is_refused_in_every_text_of_a_lead() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("NUL").await;
        let id = id_of(&owner.lead(&campaign, json!({})).await);
        for name in [
            "title",
            "email",
            "phone",
            "address",
            "website",
            "description",
        ] {
            let body = json!({name: "a\u{0}b"});
            add(&owner, &campaign, &body).await.expect_status(422);
            add_many(&owner, &campaign, &json!([body]))
                .await
                .expect_status(422);
            put(&owner, &id, &body).await.expect_status(422);
        }
        for extra in [
            json!({"a": "\u{0}"}),
            json!({"\u{0}": 1}),
            json!({"a": [{"b": "\u{0}"}]}),
        ] {
            add(&owner, &campaign, &json!({"scraped_data": extra}))
                .await
                .expect_status(422);
        }
        patch(&owner, &id, "?description=a%00b", None)
            .await
            .expect_status(422);
        patch(&owner, &id, "?description=%FF%FE", None)
            .await
            .expect_status(200);
    })
    .await;
}

#[tokio::test]
async fn a_lead_is_deleted_by_any_member() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        let campaign = owner.campaign("Delete").await;
        let (one, two) = (
            owner.lead(&campaign, json!({})).await,
            owner.lead(&campaign, json!({})).await,
        );
        let path = format!("/api/v1/leads/{}", id_of(&one));
        let answer = member.http.delete(&path).send().await.expect_status(204);
        assert!(answer.body.is_empty());
        assert_detail(
            &member.http.delete(&path).send().await,
            404,
            "Lead not found",
        );
        assert_detail(
            &put(&owner, &id_of(&one), &json!({})).await,
            404,
            "Lead not found",
        );
        assert_eq!(owner.sees_leads(&campaign).await, [two]);
        assert_eq!(
            owner.sees(&format!("/api/v1/campaigns/{campaign}")).await["leads_count"],
            1
        );
    })
    .await;
}

#[tokio::test]
async fn fix_34_deleting_all_leads_at_once_is_for_administrators() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        let campaign = owner.campaign("Clear").await;
        let other = owner.campaign("Kept").await;
        owner.leads(&campaign, &[json!({}), json!({})]).await;
        owner.leads(&other, &[json!({})]).await;
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        let text = "Insufficient permissions. Required: owner, admin";
        assert_detail(&member.http.delete(&path).send().await, 403, text);
        let answer = owner.http.delete(&path).send().await.expect_status(204);
        assert!(answer.body.is_empty());
        assert_eq!(owner.sees_leads(&campaign).await.len(), 0);
        assert_eq!(
            owner.sees(&format!("/api/v1/campaigns/{campaign}")).await["leads_count"],
            0
        );
        assert_eq!(
            owner.sees("/api/v1/dashboard/stats").await["total_leads"],
            1
        );
        // The campaign is there and can be filled again.
        owner.lead(&campaign, json!({"title": "Anew"})).await;
        assert_eq!(owner.sees_leads(&campaign).await.len(), 1);
        owner.http.delete(&path).send().await.expect_status(204);
        owner.http.delete(&path).send().await.expect_status(204);
    })
    .await;
}
