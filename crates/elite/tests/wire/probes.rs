//! Probes, metrics and the documentation (contract 2.2).

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::shapes::{Shape, assert_shape, is_timestamp};
use crate::world::{Engine, World, on_both};

const DETAILED: Shape = &[
    ("status", "str"),
    ("uptime_seconds", "float"),
    ("uptime_hours", "float"),
    ("timestamp", "ts"),
    ("metrics", "obj"),
    ("system", "obj"),
    ("environment", "str"),
    ("version", "str"),
];
const COUNTERS: Shape = &[
    ("total_requests", "int"),
    ("total_errors", "int"),
    ("error_rate_percent", "float"),
    ("slow_requests", "int"),
];
const JSON_METRICS: Shape = &[
    ("uptime_seconds", "float"),
    ("total_requests", "int"),
    ("total_errors", "int"),
    ("error_rate", "float"),
    ("slow_requests", "int"),
];
const SYSTEM: Shape = &[
    ("cpu_percent", "float"),
    ("memory_total_gb", "float"),
    ("memory_used_gb", "float"),
    ("memory_percent", "float"),
    ("disk_total_gb", "float"),
    ("disk_used_gb", "float"),
    ("disk_percent", "float"),
];

async fn sees(world: &World, path: &str) -> Value {
    world.http.get(path).send().await.expect_status(200).json()
}

#[tokio::test]
async fn health_says_that_it_is_there() {
    on_both(async |world| {
        assert_eq!(
            sees(&world, "/health").await,
            json!({"status": "healthy", "version": "2.0.0"})
        );
        assert_eq!(sees(&world, "/livez").await, json!({"status": "ok"}));
        assert_eq!(sees(&world, "/readyz").await, json!({"status": "ok"}));
    })
    .await;
}

#[tokio::test]
async fn fix_49_the_counters_count_and_the_version_is_one() {
    let world = World::own(Engine::Sqlite.program());
    let before = sees(&world, "/health/detailed").await;
    assert_shape(&before, DETAILED);
    assert_shape(&before["metrics"], COUNTERS);
    assert_shape(&before["system"], SYSTEM);
    assert_eq!(
        (&before["status"], &before["version"]),
        (&json!("healthy"), &json!("2.0.0"))
    );
    assert_eq!(before["environment"], "development");
    assert!(is_timestamp(
        before["timestamp"].as_str().unwrap_or_default()
    ));
    let total = |value: &Value| {
        value["metrics"]["total_requests"]
            .as_i64()
            .expect("a number")
    };
    for _ in 0..10 {
        sees(&world, "/health").await;
    }
    let after = sees(&world, "/health/detailed").await;
    assert!(total(&after) >= total(&before) + 10, "{after}");
    assert_eq!(after["metrics"]["total_errors"], 0);

    let json = world
        .http
        .get("/metrics")
        .header("accept", "application/json")
        .send()
        .await;
    let json = json.expect_status(200).json();
    assert_shape(&json, JSON_METRICS);
    assert!(json["total_requests"].as_i64() >= after["metrics"]["total_requests"].as_i64());
    let text = world.http.get("/metrics").send().await.expect_status(200);
    assert!(text.header("content-type").starts_with("text/plain"));
    for line in text.text().lines() {
        let is_sample = line
            .rsplit_once(' ')
            .is_some_and(|(_, value)| value.parse::<f64>().is_ok());
        assert!(
            line.starts_with("# HELP ") || line.starts_with("# TYPE ") || is_sample,
            "{line}"
        );
    }
    assert!(text.text().contains("database"), "the pool's gauges");
    let openapi = sees(&world, "/openapi.json").await;
    assert_eq!(openapi["info"]["version"], "2.0.0");
}

#[tokio::test]
async fn fix_51_the_documentation_works_under_its_own_policy_without_other_hosts() {
    on_both(async |world| {
        for (path, words) in [
            ("/docs", "Swagger UI"),
            ("/redoc", "redoc"),
            ("/docs/oauth2-redirect", ""),
        ] {
            let answer = world.http.get(path).send().await.expect_status(200);
            assert!(
                answer.header("content-type").starts_with("text/html"),
                "{path}"
            );
            let (page, policy) = (
                answer.text(),
                answer.header("content-security-policy").to_owned(),
            );
            assert!(
                page.to_lowercase().contains(&words.to_lowercase()),
                "{path}"
            );
            assert!(
                !policy.contains("upgrade-insecure-requests") && !policy.contains("http"),
                "{path}: {policy}"
            );
            assert!(
                !page.contains("https://") && !page.contains("\"//"),
                "{path} loads from elsewhere: {page}"
            );
            // Every script is a file that the policy allows and the server has.
            for script in page.split("<script").skip(1) {
                let (tag, rest) = script.split_once('>').expect("a whole tag");
                assert!(
                    rest.trim_start().starts_with("</script>"),
                    "{path}: an inline script"
                );
                let (_, source) = tag.split_once("src=\"").expect("a source");
                let (source, _) = source.split_once('"').expect("its end");
                let script = world.http.get(source).send().await.expect_status(200);
                assert!(
                    script.header("content-type").contains("javascript"),
                    "{source}"
                );
                assert!(!script.body.is_empty());
            }
            for link in page.split("<link").skip(1) {
                let (_, source) = link.split_once("href=\"").expect("a target");
                let (source, _) = source.split_once('"').expect("its end");
                if source.starts_with('/') {
                    world.http.get(source).send().await.expect_status(200);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn fix_60_the_document_names_each_operation_once() {
    on_both(async |world| {
        let document = sees(&world, "/openapi.json").await;
        let info = &document["info"];
        assert_eq!(info["title"], "Elite Creatif API");
        assert_eq!(
            info["description"],
            "Multi-tenant outreach automation platform"
        );
        assert_eq!(
            document["components"]["securitySchemes"]["HTTPBearer"]["scheme"],
            "bearer"
        );
        let tags: Vec<_> = document["tags"]
            .as_array()
            .expect("tags")
            .iter()
            .map(|tag| tag["name"].as_str().unwrap_or_default().to_owned())
            .collect();
        let expected = [
            "Authentication",
            "Tenants",
            "Campaigns",
            "Leads",
            "Dashboard",
            "Team",
            "Email Templates",
            "AI Email Generation",
            "Email",
            "Email Sending",
            "Email Analytics",
            "WhatsApp",
            "Settings",
            "AI Research",
            "Automation",
            "Notifications",
        ];
        assert_eq!(tags, expected);
        let mut names = HashSet::new();
        let mut count = 0;
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("methods") {
                let Some(name) = operation["operationId"].as_str() else {
                    continue;
                };
                count += 1;
                assert!(
                    names.insert(name.to_owned()),
                    "{method} {path}: {name} again"
                );
            }
        }
        assert!(count >= 35, "{count} operations");
        for path in [
            "/api/v1/auth/register",
            "/api/v1/campaigns/{campaign_id}/leads/bulk",
            "/api/v1/campaigns/{campaign_id}/upload-leads",
            "/api/v1/team/{user_id}/role",
            "/api/v1/events",
            "/health",
        ] {
            assert!(document["paths"].get(path).is_some(), "{path}");
        }
    })
    .await;
}
