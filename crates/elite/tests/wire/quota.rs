//! The quota (contract 4.14, FIX-37): counted on every way in, and enforced where the setting says so.

use serde_json::{Value, json};
use testkit::Answer;

use crate::imports::file_of;
use crate::people::{Person, id_of};
use crate::world::{all_at_once, on_both, on_both_with};

#[track_caller]
fn assert_exceeded(answer: &Answer, used: i64) {
    assert_eq!(answer.status.as_u16(), 402, "{}", answer.text());
    let expected = json!({"detail": {
        "message": "Monthly lead quota exceeded", "quota": 500, "used": used, "upgrade_url": "/billing/upgrade",
    }});
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.header("x-event-seq"), "");
}

async fn used(person: &Person) -> i64 {
    let tenant = person.sees("/api/v1/tenants/me").await;
    tenant["leads_used"].as_i64().expect("a number")
}

#[tokio::test]
async fn fix_37_leads_are_counted_on_every_way_in() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Counted").await;
        let lead = owner.lead(&campaign, json!({})).await;
        owner.leads(&campaign, &vec![json!({}); 500]).await;
        owner
            .upload(&campaign, "a.csv", &file_of(99))
            .await
            .expect_status(201);
        assert_eq!(
            used(&owner).await,
            600,
            "counted, and not enforced without the setting"
        );
        owner
            .http
            .delete(&format!("/api/v1/leads/{}", id_of(&lead)))
            .send()
            .await
            .expect_status(204);
        assert_eq!(used(&owner).await, 600, "deleting gives nothing back");
    })
    .await;
}

#[tokio::test]
async fn fix_37_beyond_the_quota_nothing_is_inserted() {
    on_both_with(&[("ENFORCE_QUOTA", "true")], async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Full").await;
        let leads = format!("/api/v1/campaigns/{campaign}/leads");
        let add = async || owner.http.post(&leads).json(&json!({})).send().await;
        let add_many = async |n: usize| {
            let body = Value::Array(vec![json!({}); n]);
            owner
                .http
                .post(&format!("{leads}/bulk"))
                .json(&body)
                .send()
                .await
        };
        let upload = async |n: usize| owner.upload(&campaign, "a.csv", &file_of(n)).await;
        let count = async || owner.sees_leads(&campaign).await.len();

        assert_exceeded(&add_many(501).await, 0);
        assert_exceeded(&upload(501).await, 0);
        assert_eq!((count().await, used(&owner).await), (0, 0));
        add_many(498).await.expect_status(201);
        assert_exceeded(&add_many(3).await, 498);
        assert_exceeded(&upload(3).await, 498);
        upload(1).await.expect_status(201);
        add().await.expect_status(201);
        assert_exceeded(&add().await, 500);
        assert_exceeded(&add_many(1).await, 500);
        assert_exceeded(&upload(1).await, 500);
        add_many(0).await.expect_status(201);
        assert_eq!((count().await, used(&owner).await), (500, 500));
        // Another company has a quota of its own.
        let other = world.company().await;
        let theirs = other.campaign("Theirs").await;
        other.lead(&theirs, json!({})).await;
    })
    .await;
}

#[tokio::test]
async fn fix_37_the_last_place_is_given_once() {
    on_both_with(&[("ENFORCE_QUOTA", "true")], async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Race").await;
        owner.leads(&campaign, &vec![json!({}); 495]).await;
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        let requests = (0..12).map(|_| owner.http.post(&path).json(&json!({})));
        let mut made = 0;
        for answer in all_at_once(requests).await {
            match answer.status.as_u16() {
                201 => made += 1,
                _ => assert_exceeded(&answer, 500),
            }
        }
        assert_eq!((made, used(&owner).await), (5, 500));
    })
    .await;
}
