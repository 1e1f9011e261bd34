//! The demo company, on both engines.

use serde_json::json;
use testkit::Program;

use crate::world::{Company, ENGINES, running, said, text};

#[track_caller]
fn demo(program: &Program, arguments: &[&str]) -> String {
    let output = program.run(&[&["demo"], arguments].concat());
    let words = said(&output);
    assert!(output.status.success(), "{words}");
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_can_be_signed_in_to_and_removed_without_a_trace() {
    for engine in ENGINES {
        let program = running(engine).await;
        let other = Company::register(&program, "neighbour").await;
        let campaign = other.campaign("theirs").await;
        other
            .add_lead(&campaign, "Kept")
            .send()
            .await
            .expect_status(201);
        assert!(demo(&program, &["--remove"]).contains("no demo"));

        let words = demo(&program, &[]);
        let password = words.split("password").nth(1).expect("a password");
        let password = password.split_whitespace().next().expect("a password");
        let login = json!({"email": "demo@elite.example", "password": password});
        let sign_in = || {
            program
                .http()
                .post("/api/v1/auth/login")
                .json(&login)
                .send()
        };
        let token = sign_in().await.expect_status(200).json();
        let http = program.http().with_bearer(text(&token["access_token"]));
        let get = async |path: &str| http.get(path).send().await.expect_status(200).json();
        let tenant = get("/api/v1/tenants/me").await;
        assert_eq!(tenant["name"], "Demo company");
        let campaigns = get("/api/v1/campaigns").await;
        let states: Vec<&str> = campaigns
            .as_array()
            .expect("a list")
            .iter()
            .map(|campaign| text(&campaign["status"]))
            .collect();
        assert_eq!(states, ["active", "draft", "completed"]);
        let stats = get("/api/v1/dashboard/stats").await;
        assert!(stats["total_leads"].as_i64() > Some(100), "{stats}");

        let again = program.run(&["demo"]);
        assert!(!again.status.success() && said(&again).contains("already"));
        assert!(demo(&program, &["--remove"]).contains("gone"));
        http.get("/api/v1/campaigns")
            .send()
            .await
            .expect_status(401);
        sign_in().await.expect_status(401);
        assert_eq!(other.leads_count(&campaign).await, 1);
        other
            .add_lead(&campaign, "After")
            .send()
            .await
            .expect_status(201);
        demo(&program, &[]);
        sign_in().await.expect_status(401);
    }
}
