//! Campaigns (contract 2.5, #14–18).

use serde_json::{Value, json};
use testkit::Answer;

use crate::people::{Person, id_of};
use crate::problems::{assert_detail, assert_problems, missing, problem, problem_with};
use crate::shapes::{CAMPAIGN, assert_shape};
use crate::world::on_both;

const CAMPAIGNS: &str = "/api/v1/campaigns";

async fn create(person: &Person, body: &Value) -> Answer {
    person.http.post(CAMPAIGNS).json(body).send().await
}

async fn change(person: &Person, id: &str, body: &Value) -> Answer {
    person
        .http
        .patch(&format!("{CAMPAIGNS}/{id}"))
        .json(body)
        .send()
        .await
}

#[tokio::test]
async fn a_campaign_is_made_with_the_defaults() {
    on_both(async |world| {
        let owner = world.company().await;
        let body = json!({"name": "Cafés in Rome", "search_query": "", "lead_source": "instagram"});
        let answer = create(&owner, &body).await.expect_status(201);
        assert!(answer.header("x-event-seq").parse::<u64>().is_ok());
        let campaign = answer.json();
        assert_shape(&campaign, CAMPAIGN);
        assert_eq!(campaign["tenant_id"], owner.user["tenant_id"]);
        assert_eq!(campaign["name"], "Cafés in Rome");
        assert_eq!(
            (&campaign["description"], &campaign["status"]),
            (&json!(null), &json!("draft"))
        );
        assert_eq!(
            (&campaign["search_query"], &campaign["lead_source"]),
            (&json!(""), &json!("instagram"))
        );
        assert_eq!(
            (&campaign["max_leads"], &campaign["leads_count"]),
            (&json!(10), &json!(0))
        );
        assert_eq!(
            (
                &campaign["description_style"],
                &campaign["enable_ai_personalization"]
            ),
            (&json!("professional"), &json!(true))
        );
        assert_eq!(
            (&campaign["started_at"], &campaign["completed_at"]),
            (&json!(null), &json!(null))
        );
        let id = id_of(&campaign);
        assert_eq!(owner.sees(&format!("{CAMPAIGNS}/{id}")).await, campaign);
    })
    .await;
}

#[tokio::test]
async fn every_field_of_a_campaign_is_kept() {
    on_both(async |world| {
        let owner = world.company().await;
        let body = json!({
            "name": "All", "description": "Über alles 東京 🎉", "search_query": "hotels", "lead_source": "linkedin",
            "max_leads": 1000, "description_style": "casual", "enable_ai_personalization": false,
        });
        let campaign = create(&owner, &body).await.expect_status(201).json();
        for (key, value) in body.as_object().expect("an object") {
            assert_eq!(campaign[key], *value, "{key}");
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_and_words_are_read_as_leniently_as_before() {
    on_both(async |world| {
        let owner = world.company().await;
        let body = |max_leads: Value, ai: Value| {
            json!({
                "name": "Lenient", "search_query": "", "lead_source": "linkedin",
                "max_leads": max_leads, "enable_ai_personalization": ai,
            })
        };
        for (max_leads, expected) in [(json!("20"), 20), (json!(20.0), 20), (json!(true), 1)] {
            let campaign = create(&owner, &body(max_leads, json!(true)))
                .await
                .expect_status(201)
                .json();
            assert_eq!(campaign["max_leads"], expected);
        }
        for (word, expected) in [
            (json!("no"), false),
            (json!("ON"), true),
            (json!(0), false),
            (json!("t"), true),
        ] {
            let campaign = create(&owner, &body(json!(1), word))
                .await
                .expect_status(201)
                .json();
            assert_eq!(campaign["enable_ai_personalization"], expected);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_in_a_campaign_is_said_field_by_field() {
    on_both(async |world| {
        let owner = world.company().await;
        let names = ["name", "search_query", "lead_source"];
        assert_problems(
            &create(&owner, &json!({})).await,
            &names.map(|name| missing(name, json!({}))),
        );

        let body = json!({
            "name": "ab", "search_query": null, "lead_source": "manual", "max_leads": 0,
            "description_style": "rude", "enable_ai_personalization": "perhaps",
        });
        let at = |name: &str| json!(["body", name]);
        let source = "^(google_maps|linkedin|instagram)$";
        let style = "^(professional|sales|casual)$";
        assert_problems(
            &create(&owner, &body).await,
            &[
                problem_with(
                    "string_too_short",
                    at("name"),
                    "String should have at least 3 characters",
                    json!("ab"),
                    json!({"min_length": 3}),
                ),
                problem(
                    "string_type",
                    at("search_query"),
                    "Input should be a valid string",
                    json!(null),
                ),
                problem_with(
                    "string_pattern_mismatch",
                    at("lead_source"),
                    &format!("String should match pattern '{source}'"),
                    json!("manual"),
                    json!({"pattern": source}),
                ),
                problem_with(
                    "greater_than_equal",
                    at("max_leads"),
                    "Input should be greater than or equal to 1",
                    json!(0),
                    json!({"ge": 1}),
                ),
                problem_with(
                    "string_pattern_mismatch",
                    at("description_style"),
                    &format!("String should match pattern '{style}'"),
                    json!("rude"),
                    json!({"pattern": style}),
                ),
                problem(
                    "bool_parsing",
                    at("enable_ai_personalization"),
                    "Input should be a valid boolean, unable to interpret input",
                    json!("perhaps"),
                ),
            ],
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_number_is_told_which_way() {
    on_both(async |world| {
        let owner = world.company().await;
        let cases = [
            (json!(1001), "less_than_equal", "Input should be less than or equal to 1000", json!({"le": 1000})),
            (json!(-5), "greater_than_equal", "Input should be greater than or equal to 1", json!({"ge": 1})),
            (json!(1.5), "int_from_float", "Input should be a valid integer, got a number with a fractional part", json!(null)),
            (json!("ten"), "int_parsing", "Input should be a valid integer, unable to parse string as an integer", json!(null)),
            (json!([]), "int_type", "Input should be a valid integer", json!(null)),
            (json!(null), "int_type", "Input should be a valid integer", json!(null)),
        ];
        for (input, kind, msg, ctx) in cases {
            let body = json!({"name": "Number", "search_query": "", "lead_source": "linkedin", "max_leads": input});
            let at = json!(["body", "max_leads"]);
            let expected = if ctx.is_null() { problem(kind, at, msg, input) } else { problem_with(kind, at, msg, input, ctx) };
            assert_problems(&create(&owner, &body).await, &[expected]);
        }
    })
    .await;
}

#[tokio::test]
async fn campaigns_are_listed_newest_first() {
    on_both(async |world| {
        let owner = world.company().await;
        assert_eq!(owner.sees(CAMPAIGNS).await, json!([]));
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.insert(0, owner.campaign(&format!("Number {n}")).await);
        }
        let list = owner.sees(CAMPAIGNS).await;
        let list = list.as_array().expect("a list");
        let found: Vec<String> = list.iter().map(id_of).collect();
        assert_eq!(found, ids);
        for campaign in list {
            assert_shape(campaign, CAMPAIGN);
        }
        // An acknowledged write is seen by the next read.
        change(&owner, &ids[2], &json!({"name": "Renamed"}))
            .await
            .expect_status(200);
        assert_eq!(owner.sees(CAMPAIGNS).await[2]["name"], "Renamed");
    })
    .await;
}

#[tokio::test]
async fn fix_29_a_campaign_counts_its_leads() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.campaign("Counting").await;
        owner.leads(&id, &[json!({}), json!({}), json!({})]).await;
        let campaign = owner.sees(&format!("{CAMPAIGNS}/{id}")).await;
        assert_shape(&campaign, CAMPAIGN);
        assert_eq!(
            (&campaign["leads_count"], &campaign["emails_sent"]),
            (&json!(3), &json!(0))
        );
        assert_eq!(campaign["response_rate"], json!(0.0));
        assert_eq!(owner.sees(CAMPAIGNS).await[0]["leads_count"], 3);
    })
    .await;
}

#[tokio::test]
async fn every_change_of_state_passes_and_keeps_its_times() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.campaign("States").await;
        let mut started = json!(null);
        for from in ["draft", "active", "paused", "completed"] {
            for to in ["draft", "active", "paused", "completed"] {
                change(&owner, &id, &json!({"status": from}))
                    .await
                    .expect_status(200);
                let campaign = change(&owner, &id, &json!({"status": to}))
                    .await
                    .expect_status(200)
                    .json();
                assert_eq!(campaign["status"], to);
                assert_eq!(
                    campaign["completed_at"].is_string(),
                    to == "completed",
                    "{from} to {to}: {campaign}"
                );
                if started.is_null() {
                    started = campaign["started_at"].clone();
                    assert_eq!(
                        started.is_string(),
                        to == "active",
                        "{from} to {to}: {campaign}"
                    );
                }
                assert_eq!(campaign["started_at"], started, "set once, {from} to {to}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn only_what_is_sent_is_changed() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.campaign("Before").await;
        let campaign = change(&owner, &id, &json!({"description": "Told"}))
            .await
            .expect_status(200)
            .json();
        assert_shape(&campaign, CAMPAIGN);
        assert_eq!(
            (&campaign["name"], &campaign["description"]),
            (&json!("Before"), &json!("Told"))
        );
        let campaign = change(
            &owner,
            &id,
            &json!({"description": null, "lead_source": "linkedin"}),
        )
        .await
        .expect_status(200)
        .json();
        assert_eq!(
            (&campaign["description"], &campaign["lead_source"]),
            (&json!(null), &json!("google_maps"))
        );
    })
    .await;
}

#[tokio::test]
async fn fix_32_null_for_a_required_column_is_422() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.campaign("Null").await;
        for name in ["name", "status"] {
            let answer = change(&owner, &id, &json!({name: null})).await;
            assert_problems(
                &answer,
                &[problem(
                    "string_type",
                    json!(["body", name]),
                    "Input should be a valid string",
                    json!(null),
                )],
            );
        }
    })
    .await;
}

#[tokio::test]
async fn fix_33_a_change_keeps_the_limits_of_creation() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.campaign("Limits").await;
        for (name, kind) in [
            (String::new(), "string_too_short"),
            ("ab".into(), "string_too_short"),
            ("x".repeat(256), "string_too_long"),
        ] {
            let answer = change(&owner, &id, &json!({"name": name}))
                .await
                .expect_status(422);
            assert_eq!(answer.json()["detail"][0]["type"], kind);
        }
        let pattern = "^(draft|active|paused|completed)$";
        let expected = problem_with(
            "string_pattern_mismatch",
            json!(["body", "status"]),
            &format!("String should match pattern '{pattern}'"),
            json!("done"),
            json!({"pattern": pattern}),
        );
        assert_problems(
            &change(&owner, &id, &json!({"status": "done"})).await,
            &[expected],
        );
        for body in [
            json!({"description": "x".repeat(900_000)}),
            json!({"name": "x".repeat(900_000)}),
        ] {
            change(&owner, &id, &body).await.expect_status(422);
        }
        assert_eq!(
            owner.sees(&format!("{CAMPAIGNS}/{id}")).await["name"],
            "Limits"
        );
    })
    .await;
}

#[tokio::test]
async fn deleting_a_campaign_takes_its_leads_along() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.campaign("Doomed").await;
        let lead = id_of(&owner.lead(&id, json!({"title": "Gone"})).await);
        let path = format!("{CAMPAIGNS}/{id}");
        let answer = owner.http.delete(&path).send().await.expect_status(204);
        assert!(answer.body.is_empty());
        assert!(
            answer.header("content-length").is_empty() || answer.header("content-length") == "0"
        );
        assert_eq!(owner.sees(CAMPAIGNS).await, json!([]));
        assert_detail(
            &owner.http.get(&path).send().await,
            404,
            "Campaign not found",
        );
        assert_detail(
            &owner.http.delete(&path).send().await,
            404,
            "Campaign not found",
        );
        assert_detail(
            &owner.http.get(&format!("{path}/leads")).send().await,
            404,
            "Campaign not found",
        );
        let answer = owner
            .http
            .delete(&format!("/api/v1/leads/{lead}"))
            .send()
            .await;
        assert_detail(&answer, 404, "Lead not found");
        assert_eq!(
            owner.sees("/api/v1/dashboard/stats").await["total_leads"],
            0
        );
    })
    .await;
}

#[tokio::test]
async fn fix_34_a_member_may_not_delete_a_campaign_but_may_work_on_it() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        let id = member.campaign("Of a member").await;
        change(&member, &id, &json!({"status": "active"}))
            .await
            .expect_status(200);
        let path = format!("{CAMPAIGNS}/{id}");
        let text = "Insufficient permissions. Required: owner, admin";
        assert_detail(&member.http.delete(&path).send().await, 403, text);
        let admin = owner.colleague("admin").await;
        admin.http.delete(&path).send().await.expect_status(204);
    })
    .await;
}

#[tokio::test]
async fn a_bad_body_for_a_campaign_that_is_not_there_is_a_422() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = "0190b6a0-0000-7000-8000-000000000000";
        change(&owner, id, &json!({"name": 5}))
            .await
            .expect_status(422);
        assert_detail(
            &change(&owner, id, &json!({"name": "Fine"})).await,
            404,
            "Campaign not found",
        );
    })
    .await;
}
