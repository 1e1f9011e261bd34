//! The dashboard's figures (4.11) and the notifications (4.10).

use serde_json::{Value, json};

use crate::imports::file_of;
use crate::people::{Person, id_of};
use crate::shapes::{STATS, assert_shape};
use crate::world::{all_at_once, on_both};

async fn stats(person: &Person) -> Value {
    let stats = person.sees("/api/v1/dashboard/stats").await;
    assert_shape(&stats, STATS);
    stats
}

#[track_caller]
fn assert_stats(stats: &Value, campaigns: i64, active: i64, leads: i64) {
    assert_eq!(
        stats,
        &json!({
            "total_leads": leads, "total_campaigns": campaigns, "active_campaigns": active, "emails_sent": 0,
            "leads_this_month": leads, "leads_last_month": 0, "response_rate": 0.0,
        })
    );
}

#[tokio::test]
async fn the_figures_follow_every_operation() {
    on_both(async |world| {
        let owner = world.company().await;
        assert_stats(&stats(&owner).await, 0, 0, 0);
        let (one, two) = (owner.campaign("One").await, owner.campaign("Two").await);
        let third = owner.campaign("Third").await;
        let status = async |id: &str, status: &str| {
            let path = format!("/api/v1/campaigns/{id}");
            owner
                .http
                .patch(&path)
                .json(&json!({"status": status}))
                .send()
                .await
                .expect_status(200);
        };
        status(&one, "active").await;
        status(&two, "active").await;
        status(&two, "active").await;
        status(&third, "completed").await;
        assert_stats(&stats(&owner).await, 3, 2, 0);

        let lead = owner.lead(&one, json!({"title": "A"})).await;
        owner.leads(&two, &[json!({}), json!({}), json!({})]).await;
        owner
            .upload(&third, "a.csv", &file_of(25))
            .await
            .expect_status(201);
        assert_stats(&stats(&owner).await, 3, 2, 29);

        owner
            .http
            .delete(&format!("/api/v1/leads/{}", id_of(&lead)))
            .send()
            .await
            .expect_status(204);
        assert_stats(&stats(&owner).await, 3, 2, 28);
        owner
            .http
            .delete(&format!("/api/v1/campaigns/{third}/leads"))
            .send()
            .await
            .expect_status(204);
        assert_stats(&stats(&owner).await, 3, 2, 3);
        status(&one, "paused").await;
        assert_stats(&stats(&owner).await, 3, 1, 3);
        owner
            .http
            .delete(&format!("/api/v1/campaigns/{two}"))
            .send()
            .await
            .expect_status(204);
        assert_stats(&stats(&owner).await, 2, 0, 0);
        // Members see the same, and what was used of the quota is not given back.
        let member = owner.colleague("member").await;
        assert_stats(&stats(&member).await, 2, 0, 0);
        assert_eq!(owner.sees("/api/v1/tenants/me").await["leads_used"], 29);
    })
    .await;
}

#[tokio::test]
async fn the_figures_are_right_after_many_at_once() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Crowded").await;
        let body = json!([{}, {}, {}]);
        let path = format!("/api/v1/campaigns/{campaign}/leads/bulk");
        let requests = (0..20).map(|_| owner.http.post(&path).json(&body));
        for answer in all_at_once(requests).await {
            answer.expect_status(201);
        }
        assert_stats(&stats(&owner).await, 1, 0, 60);
        assert_eq!(owner.sees_leads(&campaign).await.len(), 60);
        assert_eq!(owner.sees("/api/v1/tenants/me").await["leads_used"], 60);
    })
    .await;
}

#[tokio::test]
async fn the_figures_are_right_after_a_storm_of_different_writes() {
    on_both(async |world| {
        let owner = world.company().await;
        let http = &owner.http;
        let (one, two) = (owner.campaign("One").await, owner.campaign("Two").await);
        let leads = |campaign: &str| format!("/api/v1/campaigns/{campaign}/leads");
        owner.leads(&one, &vec![json!({"title": "Old"}); 20]).await;
        let old: Vec<String> = owner.sees_leads(&one).await.iter().map(id_of).collect();
        let mut storm = Vec::new();
        for (n, id) in old.iter().enumerate() {
            let lead = format!("/api/v1/leads/{id}");
            storm.push(http.put(&lead).json(&json!({"title": format!("New {n}")})));
            storm.push(http.delete(&lead));
            storm.push(
                http.post(&leads(if n % 2 == 0 { &one } else { &two }))
                    .json(&json!({})),
            );
            match n % 5 {
                0 => storm.push(http.delete(&leads(&one))),
                1 => storm.push(
                    http.post(&format!("{}/bulk", leads(&two)))
                        .json(&json!([{}, {}])),
                ),
                2 => storm.push(
                    http.patch(&format!("/api/v1/campaigns/{one}"))
                        .json(&json!({"status": "active"})),
                ),
                3 => storm.push(http.delete(&leads(&two))),
                _ => storm.push(
                    http.patch(&format!("/api/v1/campaigns/{two}"))
                        .json(&json!({"status": "paused"})),
                ),
            }
        }
        for answer in all_at_once(storm).await {
            assert!(answer.status.as_u16() < 500, "{}", answer.text());
        }
        let mut total = 0;
        for campaign in [&one, &two] {
            let counted =
                owner.sees(&format!("/api/v1/campaigns/{campaign}")).await["leads_count"].clone();
            let listed = owner.sees_leads(campaign).await.len();
            assert_eq!(counted, listed);
            total += i64::try_from(listed).expect("few");
        }
        assert_stats(&stats(&owner).await, 2, 1, total);
        let events = owner.sees_events().await;
        let seqs: Vec<_> = events.iter().map(|event| event["seq"].as_u64()).collect();
        let expected: Vec<_> = (1..=events.len() as u64).map(Some).collect();
        assert_eq!(seqs, expected);
    })
    .await;
}

#[tokio::test]
async fn without_activity_one_item_says_what_to_do() {
    on_both(async |world| {
        let owner = world.company().await;
        let expected = json!({
            "notifications": [{
                "id": "empty", "type": "info", "title": "No recent activity",
                "message": "Create a campaign to get started", "time_ago": "", "read": true,
            }],
            "unread_count": 0,
        });
        assert_eq!(owner.sees("/api/v1/notifications").await, expected);
        // A campaign without leads is none.
        owner.campaign("Without leads").await;
        assert_eq!(owner.sees("/api/v1/notifications").await, expected);
    })
    .await;
}

#[tokio::test]
async fn fix_57_the_newest_five_campaigns_with_leads_are_told_newest_first() {
    on_both(async |world| {
        let owner = world.company().await;
        let mut expected = Vec::new();
        for n in 1..=7 {
            let name = format!("Number \"{n}\"");
            let campaign = owner.campaign(&name).await;
            if n == 3 {
                continue;
            }
            owner.leads(&campaign, &vec![json!({}); n]).await;
            expected.insert(0, json!({
                "id": format!("campaign-{campaign}"), "type": "leads_generated", "title": "New leads generated",
                "message": format!("{n} leads added to \"{name}\" campaign"), "time_ago": "just now", "read": false,
                "campaign_id": campaign,
            }));
        }
        expected.truncate(5);
        let found = owner.sees("/api/v1/notifications").await;
        assert_eq!(found, json!({"notifications": expected, "unread_count": 5}));
    })
    .await;
}
