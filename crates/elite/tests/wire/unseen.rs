//! What belongs to another company is not there (contract 2.1, the house's I3): the answer is the same, byte for byte, as
//! for what nobody has.

use http::Method;
use serde_json::{Value, json};
use testkit::{Answer, Form, Http};

use crate::people::{Person, id_of};
use crate::problems::assert_detail;
use crate::world::on_both;

/// Nobody has it.
const UNKNOWN: &str = "0190b6a0-0000-7000-8000-000000000000";
/// What a path can hold besides ids.
const MALFORMED: [&str; 9] = [
    "x",
    "0",
    "-1",
    "null",
    "%00",
    "..%2f..",
    "0190b6a0-0000-7000-8000-00000000000",
    "0190B6A000007000800000000000000G",
    "%F0%9F%8E%89",
];

struct Endpoint {
    method: Method,
    path: &'static str,
    body: Value,
    text: &'static str,
}

fn endpoints(kind: &str) -> Vec<Endpoint> {
    let (campaign, lead) = ("Campaign not found", "Lead not found");
    let (template, user) = ("Email template not found", "User not found");
    let all = [
        (
            "campaign",
            Method::GET,
            "campaigns/{}",
            json!(null),
            campaign,
        ),
        (
            "campaign",
            Method::PATCH,
            "campaigns/{}",
            json!({"name": "Taken"}),
            campaign,
        ),
        (
            "campaign",
            Method::DELETE,
            "campaigns/{}",
            json!(null),
            campaign,
        ),
        (
            "campaign",
            Method::GET,
            "campaigns/{}/leads",
            json!(null),
            campaign,
        ),
        (
            "campaign",
            Method::GET,
            "campaigns/{}/leads?limit=5&q=a",
            json!(null),
            campaign,
        ),
        (
            "campaign",
            Method::POST,
            "campaigns/{}/leads",
            json!({"title": "Put in"}),
            campaign,
        ),
        (
            "campaign",
            Method::POST,
            "campaigns/{}/leads/bulk",
            json!([{"title": "Put in"}]),
            campaign,
        ),
        (
            "campaign",
            Method::POST,
            "campaigns/{}/leads/bulk",
            json!([]),
            campaign,
        ),
        (
            "campaign",
            Method::DELETE,
            "campaigns/{}/leads",
            json!(null),
            campaign,
        ),
        (
            "lead",
            Method::PATCH,
            "leads/{}",
            json!({"title": "Taken"}),
            lead,
        ),
        (
            "lead",
            Method::PATCH,
            "leads/{}?description=taken",
            json!(null),
            lead,
        ),
        (
            "lead",
            Method::PUT,
            "leads/{}",
            json!({"title": "Taken"}),
            lead,
        ),
        ("lead", Method::PUT, "leads/{}", json!({}), lead),
        ("lead", Method::DELETE, "leads/{}", json!(null), lead),
        (
            "template",
            Method::GET,
            "email-templates/{}",
            json!(null),
            template,
        ),
        (
            "template",
            Method::PATCH,
            "email-templates/{}",
            json!({"name": "Taken"}),
            template,
        ),
        (
            "template",
            Method::PATCH,
            "email-templates/{}",
            json!({}),
            template,
        ),
        (
            "template",
            Method::DELETE,
            "email-templates/{}",
            json!(null),
            template,
        ),
        (
            "user",
            Method::PATCH,
            "team/{}/role",
            json!({"role": "admin"}),
            user,
        ),
        (
            "user",
            Method::POST,
            "team/{}/transfer-ownership",
            json!(null),
            user,
        ),
        ("user", Method::DELETE, "team/{}", json!(null), user),
    ];
    let wanted = all.into_iter().filter(|(of, ..)| *of == kind);
    let endpoint = |(_, method, path, body, text)| Endpoint {
        method,
        path,
        body,
        text,
    };
    wanted.map(endpoint).collect()
}

async fn ask(http: &Http, endpoint: &Endpoint, id: &str) -> Answer {
    let path = format!("/api/v1/{}", endpoint.path.replace("{}", id));
    let request = http.request(endpoint.method.clone(), &path);
    if endpoint.body.is_null() {
        request.send().await
    } else {
        request.json(&endpoint.body).send().await
    }
}

/// Asks for a foreign thing and for what nobody has.
async fn is_unseen(thief: &Person, kind: &str, foreign: &str) {
    for endpoint in endpoints(kind) {
        let answers = [
            ask(&thief.http, &endpoint, foreign).await,
            ask(&thief.http, &endpoint, UNKNOWN).await,
        ];
        for answer in &answers {
            assert_detail(answer, 404, endpoint.text);
            assert!(answer.header("x-event-seq").is_empty(), "{}", endpoint.path);
        }
        assert_eq!(answers[0].body, answers[1].body);
        let names = |answer: &Answer| {
            let mut names: Vec<_> = answer.headers.keys().cloned().collect();
            names.sort_unstable_by_key(|name| name.as_str().to_owned());
            names
        };
        assert_eq!(names(&answers[0]), names(&answers[1]));
        for id in MALFORMED {
            assert_detail(&ask(&thief.http, &endpoint, id).await, 404, endpoint.text);
        }
    }
}

#[tokio::test]
async fn another_companys_campaigns_are_not_there() {
    on_both(async |world| {
        let (owner, thief) = (world.company().await, world.company().await);
        let id = owner.campaign("Private").await;
        owner.lead(&id, json!({"title": "Private"})).await;
        let before = owner.sees(&format!("/api/v1/campaigns/{id}")).await;
        is_unseen(&thief, "campaign", &id).await;
        assert_eq!(thief.sees("/api/v1/campaigns").await, json!([]));
        assert_eq!(owner.sees(&format!("/api/v1/campaigns/{id}")).await, before);
    })
    .await;
}

#[tokio::test]
async fn an_id_in_another_spelling_is_another_id() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.campaign("Spelling").await;
        let spellings = [
            id.to_uppercase(),
            id.replace('-', ""),
            format!("%7B{id}%7D"),
            format!("urn:uuid:{id}"),
            format!("%20{id}"),
            format!("{id}%20"),
        ];
        for spelling in spellings {
            let answer = owner
                .http
                .get(&format!("/api/v1/campaigns/{spelling}"))
                .send()
                .await;
            assert_detail(&answer, 404, "Campaign not found");
        }
        owner.sees(&format!("/api/v1/campaigns/{id}")).await;
    })
    .await;
}

#[tokio::test]
async fn a_file_for_another_companys_campaign_is_refused() {
    on_both(async |world| {
        let (owner, thief) = (world.company().await, world.company().await);
        let id = owner.campaign("Private").await;
        for id in [id.as_str(), UNKNOWN, "x", "%00"] {
            let answer = thief.upload(id, "a.csv", b"name\nA\n").await;
            assert_detail(&answer, 404, "Campaign not found");
        }
        // A wrong form is told first, as everywhere.
        let path = format!("/api/v1/campaigns/{id}/upload-leads");
        let form = Form::new().text("other", "x");
        thief
            .http
            .post(&path)
            .multipart(form)
            .send()
            .await
            .expect_status(422);
        assert_eq!(owner.sees_leads(&id).await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn another_companys_leads_are_not_there() {
    on_both(async |world| {
        let (owner, thief) = (world.company().await, world.company().await);
        let campaign = owner.campaign("Private").await;
        let lead = owner.lead(&campaign, json!({"title": "Private"})).await;
        is_unseen(&thief, "lead", &id_of(&lead)).await;
        assert_eq!(owner.sees_leads(&campaign).await, [lead]);
    })
    .await;
}

#[tokio::test]
async fn another_companys_templates_are_not_there() {
    on_both(async |world| {
        let (owner, thief) = (world.company().await, world.company().await);
        let id = owner.template().await;
        let before = owner.sees(&format!("/api/v1/email-templates/{id}")).await;
        is_unseen(&thief, "template", &id).await;
        assert_eq!(thief.sees("/api/v1/email-templates").await, json!([]));
        assert_eq!(
            owner.sees(&format!("/api/v1/email-templates/{id}")).await,
            before
        );
    })
    .await;
}

#[tokio::test]
async fn another_companys_people_are_not_there() {
    on_both(async |world| {
        let (owner, thief) = (world.company().await, world.company().await);
        let member = owner.colleague("member").await;
        is_unseen(&thief, "user", member.id()).await;
        is_unseen(&thief, "user", owner.id()).await;
        assert_eq!(
            thief
                .sees("/api/v1/team/members")
                .await
                .as_array()
                .map(Vec::len),
            Some(1)
        );
        member.sees("/api/v1/auth/me").await;
    })
    .await;
}

#[tokio::test]
async fn nothing_of_another_company_is_counted_or_told() {
    on_both(async |world| {
        let (owner, other) = (world.company().await, world.company().await);
        let campaign = owner.campaign("Counted").await;
        owner
            .leads(
                &campaign,
                &[json!({"title": "Zebra one"}), json!({"title": "Zebra two"})],
            )
            .await;
        let stats = other.sees("/api/v1/dashboard/stats").await;
        assert_eq!(
            (&stats["total_leads"], &stats["total_campaigns"]),
            (&json!(0), &json!(0))
        );
        let items = other.sees("/api/v1/notifications").await;
        assert_eq!(items["notifications"][0]["id"], "empty");
        let foreign = [owner.tenant_id(), owner.id(), campaign.as_str()];
        for event in other.sees_events().await {
            let text = event.to_string();
            assert!(!foreign.iter().any(|id| text.contains(id)), "{text}");
        }
        assert_eq!(other.sees("/api/v1/tenants/me").await["leads_used"], 0);
    })
    .await;
}
