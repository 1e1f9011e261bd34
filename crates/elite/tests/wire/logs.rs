//! What is written to the log, at its most talkative: never what people send (FIX-14, FIX-55).

use serde_json::json;
use testkit::Form;

use crate::people::{PASSWORD, id_of, invitation_token};
use crate::world::{Engine, World};

#[tokio::test]
async fn fix_14_fix_55_no_line_holds_what_people_send() {
    for engine in Engine::BOTH {
        let program = engine
            .program()
            .env("LOG_LEVEL", "debug")
            .env("ACCESS_LOG", "true");
        let world = World::own(program);
        let owner = world.company().await;
        let campaign = owner.campaign("Marker-name").await;
        let lead = id_of(
            &owner
                .lead(
                    &campaign,
                    json!({"title": "marker-title", "email": "marker@mail.example"}),
                )
                .await,
        );
        let http = &owner.http;
        let path = format!("/api/v1/leads/{lead}");
        http.patch(&format!("{path}?description=marker-query"))
            .send()
            .await
            .expect_status(200);
        http.put(&path)
            .json(&json!({"phone": "marker-phone", "generated_email": "marker-draft"}))
            .send()
            .await
            .expect_status(200);
        http.put(&path)
            .json(&json!({"phone": ["marker-wrong"]}))
            .send()
            .await
            .expect_status(422);
        owner
            .sees(&format!(
                "/api/v1/campaigns/{campaign}/leads?q=marker-search"
            ))
            .await;
        let file = "name,marker-column,email\nmarker-row,marker-cell,row@marker.example\n,marker-failed,\n";
        let upload = format!("/api/v1/campaigns/{campaign}/upload-leads?company_info=marker-info");
        let form = Form::new().file("file", "marker-file.csv", "text/csv", file.as_bytes());
        http.post(&upload)
            .multipart(form)
            .send()
            .await
            .expect_status(201);
        owner
            .upload(&campaign, "a.csv", b"marker-header,x\nmarker-cell,1\n")
            .await
            .expect_status(400);
        owner.upload(&campaign, "a.xlsx", b"marker-garbage").await;
        let invited = owner.invites("member").await;
        let body = json!({"email": owner.email(), "password": "marker-Passw0rd!"});
        world
            .http
            .post("/api/v1/auth/login")
            .json(&body)
            .send()
            .await
            .expect_status(401);
        let bad = world.http.clone().with_bearer("marker.bearer.token");
        bad.get("/api/v1/campaigns").send().await.expect_status(401);
        world
            .http
            .get("/nowhere?marker-parameter=1")
            .send()
            .await
            .expect_status(404);

        let logs = world.logs();
        let lower = logs.to_lowercase();
        let secrets = [
            "marker".to_owned(),
            PASSWORD.to_lowercase(),
            owner.access.to_lowercase(),
            owner.refresh.to_lowercase(),
            invitation_token(&invited).to_lowercase(),
            crate::world::SECRET.to_lowercase(),
        ];
        for secret in secrets {
            let line = lower.lines().find(|line| line.contains(&secret));
            assert!(line.is_none(), "{engine}: {secret} in {line:?}");
        }
        // Yet every request is there, under its route.
        assert!(
            logs.contains("/upload-leads") && logs.contains("\"status\":404"),
            "{engine}: {logs}"
        );
    }
}

#[tokio::test]
async fn a_request_is_found_in_the_log_by_its_id() {
    let world = World::own(Engine::Sqlite.program());
    let answer = world
        .http
        .get("/api/v1/campaigns")
        .send()
        .await
        .expect_status(401);
    let id = answer.header("x-request-id");
    let logs = world.logs();
    let lines: Vec<&str> = logs.lines().filter(|line| line.contains(id)).collect();
    assert!(!lines.is_empty(), "{logs}");
    for line in lines {
        // Piped, so one JSON object a line.
        let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(entry.is_object());
    }
}
