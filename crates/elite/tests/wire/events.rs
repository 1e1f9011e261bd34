//! The company's events over the wire: numbers without gaps, audiences, and the number that a reply carries.

use serde_json::{Value, json};
use testkit::Answer;

use crate::imports::file_of;
use crate::people::{PASSWORD, Person, id_of};
use crate::problems::assert_problems;
use crate::shapes::{EVENT, assert_shape};
use crate::world::{all_at_once, on_both};

fn seq_of(answer: &Answer) -> i64 {
    answer.header("x-event-seq").parse().expect("a number")
}

/// Writes once in every way that has no file, and hands back what was answered.
async fn writes(owner: &Person) -> Vec<(Answer, &'static str)> {
    let http = &owner.http;
    let mut done = Vec::new();
    let body = json!({"name": "Events", "search_query": "", "lead_source": "linkedin"});
    let answer = http.post("/api/v1/campaigns").json(&body).send().await;
    let campaign = format!("/api/v1/campaigns/{}", id_of(&answer.json()));
    done.push((answer, "campaign.created"));
    for (body, name) in [
        (json!({"description": "x"}), "campaign.updated"),
        (json!({"status": "active"}), "campaign.started"),
        (json!({"status": "paused"}), "campaign.paused"),
        (json!({"status": "completed"}), "campaign.completed"),
        (json!({"status": "draft"}), "campaign.reopened"),
    ] {
        done.push((http.patch(&campaign).json(&body).send().await, name));
    }
    let leads = format!("{campaign}/leads");
    let answer = http.post(&leads).json(&json!({"title": "T"})).send().await;
    let lead = format!("/api/v1/leads/{}", id_of(&answer.json()));
    done.push((answer, "leads.created"));
    done.push((
        http.post(&format!("{leads}/bulk"))
            .json(&json!([{}, {}]))
            .send()
            .await,
        "leads.created",
    ));
    done.push((
        http.put(&lead).json(&json!({"phone": "+1"})).send().await,
        "lead.updated",
    ));
    done.push((http.delete(&lead).send().await, "lead.deleted"));
    done.push((http.delete(&leads).send().await, "leads.cleared"));
    done.push((http.delete(&campaign).send().await, "campaign.deleted"));
    let body = json!({"name": "N", "subject": "S", "body": "B"});
    let answer = http
        .post("/api/v1/email-templates")
        .json(&body)
        .send()
        .await;
    let template = format!("/api/v1/email-templates/{}", id_of(&answer.json()));
    done.push((answer, "template.created"));
    done.push((
        http.patch(&template)
            .json(&json!({"name": "M"}))
            .send()
            .await,
        "template.updated",
    ));
    done.push((http.delete(&template).send().await, "template.deleted"));
    let body = json!({"name": "Renamed"});
    done.push((
        http.patch("/api/v1/tenants/me").json(&body).send().await,
        "tenant.updated",
    ));
    done
}

#[tokio::test]
async fn every_write_is_one_event_whose_number_its_answer_carries() {
    on_both(async |world| {
        let owner = world.company().await;
        let done = writes(&owner).await;
        let events = owner.sees_events().await;
        let mut last = 0;
        for (answer, name) in &done {
            let seq = seq_of(answer);
            assert!(answer.status.is_success());
            assert!(seq > last, "{name}: {seq} after {last}");
            let event = &events[usize::try_from(seq).expect("positive") - 1];
            assert_eq!((&event["seq"], &event["name"]), (&json!(seq), &json!(name)));
            assert_eq!(event["actor_id"], owner.user["id"], "{event}");
            last = seq;
        }
        for (index, event) in events.iter().enumerate() {
            assert_shape(event, EVENT);
            assert_eq!(event["seq"], index + 1, "without gaps: {events:?}");
        }
        assert_eq!(events[0]["name"], "tenant.created");
    })
    .await;
}

#[tokio::test]
async fn a_read_carries_the_number_that_it_is_as_new_as() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Read").await;
        let answer = owner
            .http
            .post(&format!("/api/v1/campaigns/{campaign}/leads"))
            .json(&json!({}))
            .send()
            .await;
        let seq = seq_of(&answer);
        for path in [
            "tenants/me".to_owned(),
            "campaigns".into(),
            format!("campaigns/{campaign}"),
            format!("campaigns/{campaign}/leads"),
            format!("campaigns/{campaign}/leads?limit=1"),
            "email-templates".into(),
            "dashboard/stats".into(),
            "team/members".into(),
            "notifications".into(),
            "events".into(),
            "auth/sessions".into(),
            "auth/me".into(),
        ] {
            let answer = owner
                .http
                .get(&format!("/api/v1/{path}"))
                .send()
                .await
                .expect_status(200);
            assert_eq!(seq_of(&answer), seq, "{path}");
        }
        // A number that cannot be is no error.
        for sent in ["0", "999999", "-1", "x", ""] {
            let request = owner
                .http
                .get("/api/v1/campaigns")
                .header("x-event-seq", sent);
            request.send().await.expect_status(200);
        }
    })
    .await;
}

#[tokio::test]
async fn what_changes_nothing_is_no_event_and_an_error_carries_no_number() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Same").await;
        let before = owner.sees_events().await.len();
        let path = format!("/api/v1/campaigns/{campaign}");
        for body in [
            json!({}),
            json!({"name": "Same"}),
            json!({"status": "draft"}),
        ] {
            let answer = owner
                .http
                .patch(&path)
                .json(&body)
                .send()
                .await
                .expect_status(200);
            assert_eq!(seq_of(&answer), i64::try_from(before).expect("few"));
        }
        let answer = owner
            .http
            .patch(&path)
            .json(&json!({"name": "x"}))
            .send()
            .await
            .expect_status(422);
        assert_eq!(answer.header("x-event-seq"), "");
        let answer = owner
            .http
            .get("/api/v1/campaigns/x")
            .send()
            .await
            .expect_status(404);
        assert_eq!(answer.header("x-event-seq"), "");
        let answer = owner
            .http
            .post(&format!("{path}/leads/bulk"))
            .json(&json!([]))
            .send()
            .await;
        assert_eq!(
            seq_of(&answer.expect_status(201)),
            i64::try_from(before).expect("few")
        );
        assert_eq!(owner.sees_events().await.len(), before);
    })
    .await;
}

#[tokio::test]
async fn numbers_have_no_gaps_when_many_write_at_once() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Crowded").await;
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        let requests = (0..40).map(|_| owner.http.post(&path).json(&json!({})));
        let answers = all_at_once(requests).await;
        let seqs = answers
            .into_iter()
            .map(|answer| seq_of(&answer.expect_status(201)));
        let mut seqs: Vec<i64> = seqs.collect();
        seqs.sort_unstable();
        seqs.dedup();
        assert_eq!(seqs.len(), 40);
        let events = owner.sees_events().await;
        let found: Vec<_> = events
            .iter()
            .map(|event| event["seq"].as_i64().unwrap_or(0))
            .collect();
        let expected: Vec<i64> = (1..=i64::try_from(events.len()).expect("few")).collect();
        assert_eq!(found, expected);
    })
    .await;
}

#[tokio::test]
async fn a_member_does_not_see_other_peoples_sign_ins() {
    on_both(async |world| {
        let owner = world.company().await;
        let (admin, member) = (
            owner.colleague("admin").await,
            owner.colleague("member").await,
        );
        world.login(owner.email()).await;
        let second = world.login(member.email()).await;
        second
            .http
            .post("/api/v1/auth/logout")
            .send()
            .await
            .expect_status(204);
        let body = json!({"current_password": PASSWORD, "new_password": "N3w-password"});
        owner
            .http
            .post("/api/v1/auth/password")
            .json(&body)
            .send()
            .await
            .expect_status(204);
        let all = owner.sees_events().await;
        assert_eq!(admin.sees_events().await, all, "admins see everything");
        let is_security = |event: &&Value| {
            let name = event["name"].as_str().unwrap_or_default();
            name.starts_with("session.") || name.starts_with("password.")
        };
        assert!(all.iter().filter(is_security).count() >= 6, "{all:?}");
        let seen = member.sees_events().await;
        let own: Vec<&Value> = seen.iter().filter(is_security).collect();
        assert!(
            own.len() >= 3
                && own
                    .iter()
                    .all(|event| event["actor_id"] == member.user["id"]),
            "{own:?}"
        );
        // What is hidden is skipped, not renumbered.
        assert!(seen.iter().all(|event| all.contains(event)));
        assert_eq!(
            seen.len(),
            all.iter()
                .filter(|event| !is_security(event) || event["actor_id"] == member.user["id"])
                .count()
        );
    })
    .await;
}

#[tokio::test]
async fn events_are_read_in_pages_from_any_number_on() {
    on_both(async |world| {
        let owner = world.company().await;
        writes(&owner).await;
        let all = owner.sees_events().await;
        let page = owner.sees("/api/v1/events?after=3&limit=2").await;
        assert_eq!(page, json!({"events": all[3..5], "next_after": 5}));
        let last = all.len();
        let page = owner.sees(&format!("/api/v1/events?after={last}")).await;
        assert_eq!(page, json!({"events": [], "next_after": last}));
        let beyond = owner.sees("/api/v1/events?after=9000000000").await;
        assert_eq!(beyond["events"], json!([]));
        let at = |name: &str| json!(["query", name]);
        for (query, name, kind, bound) in [
            ("limit=0", "limit", "greater_than_equal", json!({"ge": 1})),
            ("limit=201", "limit", "less_than_equal", json!({"le": 200})),
            ("after=-1", "after", "greater_than_equal", json!({"ge": 0})),
        ] {
            let answer = owner
                .http
                .get(&format!("/api/v1/events?{query}"))
                .send()
                .await;
            let detail = answer.clone().expect_status(422).json()["detail"][0].clone();
            assert_eq!(
                (&detail["type"], &detail["loc"], &detail["ctx"]),
                (&json!(kind), &at(name), &bound)
            );
            assert_problems(&answer, &[detail]);
        }
    })
    .await;
}

#[tokio::test]
async fn no_event_holds_what_is_personal() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Personal").await;
        let lead = owner
            .lead(
                &campaign,
                json!({"title": "Marker Mia", "email": "marker@mia.example", "phone": "+49marker"}),
            )
            .await;
        let path = format!("/api/v1/leads/{}", id_of(&lead));
        owner
            .http
            .put(&path)
            .json(&json!({"description": "Marker text", "address": "Marker street"}))
            .send()
            .await
            .expect_status(200);
        owner
            .upload(
                &campaign,
                "marker.csv",
                b"name,note\nMarker row,marker note\n",
            )
            .await
            .expect_status(201);
        owner
            .upload(&campaign, "a.csv", &file_of(3))
            .await
            .expect_status(201);
        let member = owner.colleague("member").await;
        let events = json!(owner.sees_events().await).to_string();
        assert!(!events.to_lowercase().contains("marker"), "{events}");
        assert!(
            !events.contains(member.email()) && !events.contains(PASSWORD),
            "{events}"
        );
        for name in [
            "import.queued",
            "import.completed",
            "member.invited",
            "member.joined",
        ] {
            assert!(events.contains(name), "{name}: {events}");
        }
    })
    .await;
}
