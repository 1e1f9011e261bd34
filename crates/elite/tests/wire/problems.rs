//! What is answered to wrong input (contract 1.3), for every endpoint alike.

use serde_json::{Value, json};
use testkit::Answer;

use crate::people::Person;
use crate::world::on_both;

/// One entry of a 422.
pub(crate) fn problem(kind: &str, loc: Value, msg: &str, input: Value) -> Value {
    json!({"type": kind, "loc": loc, "msg": msg, "input": input})
}

/// One entry of a 422 that tells the bound.
pub(crate) fn problem_with(kind: &str, loc: Value, msg: &str, input: Value, ctx: Value) -> Value {
    json!({"type": kind, "loc": loc, "msg": msg, "input": input, "ctx": ctx})
}

/// A body without a field that it needs.
pub(crate) fn missing(name: &str, input: Value) -> Value {
    problem("missing", json!(["body", name]), "Field required", input)
}

/// Asserts that an answer is a 422 with exactly these entries.
#[track_caller]
pub(crate) fn assert_problems(answer: &Answer, expected: &[Value]) {
    let text = answer.text();
    assert_eq!(answer.status.as_u16(), 422, "{text}");
    assert_eq!(answer.header("content-type"), "application/json", "{text}");
    assert_eq!(answer.json(), json!({"detail": expected}));
}

/// Asserts that an answer is an error with exactly this text.
#[track_caller]
pub(crate) fn assert_detail(answer: &Answer, status: u16, text: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.json(), json!({"detail": text}));
}

/// Every endpoint that reads a JSON object, with a field of it that has to be a text.
async fn takers(person: &Person) -> Vec<(http::Method, String, &'static str)> {
    use http::Method;
    let campaign = person.campaign("Takers").await;
    let lead = person.lead(&campaign, json!({})).await;
    let (lead, template) = (
        lead["id"].as_str().unwrap_or_default(),
        person.template().await,
    );
    let member = person.invites("member").await;
    let v1 = |rest: &str| format!("/api/v1/{rest}");
    vec![
        (Method::POST, v1("auth/register"), "company_name"),
        (Method::POST, v1("auth/login"), "email"),
        (Method::POST, v1("auth/refresh"), "refresh_token"),
        (Method::POST, v1("auth/password"), "current_password"),
        (Method::PATCH, v1("tenants/me"), "name"),
        (Method::POST, v1("campaigns"), "name"),
        (Method::PATCH, v1(&format!("campaigns/{campaign}")), "name"),
        (
            Method::POST,
            v1(&format!("campaigns/{campaign}/leads")),
            "title",
        ),
        (Method::PATCH, v1(&format!("leads/{lead}")), "title"),
        (Method::PUT, v1(&format!("leads/{lead}")), "title"),
        (Method::POST, v1("email-templates"), "name"),
        (
            Method::PATCH,
            v1(&format!("email-templates/{template}")),
            "name",
        ),
        (Method::POST, v1("team/invite"), "email"),
        (
            Method::PATCH,
            v1(&format!(
                "team/{}/role",
                member["id"].as_str().unwrap_or_default()
            )),
            "role",
        ),
        (Method::POST, v1("team/invitations/accept"), "token"),
    ]
}

#[tokio::test]
async fn a_body_that_is_not_there_is_one_missing_entry() {
    on_both(async |world| {
        let person = world.company().await;
        for (method, path, _) in takers(&person).await {
            let answer = person.http.request(method.clone(), &path).send().await;
            if method == http::Method::PATCH && path.contains("/leads/") {
                // This one may come by the query instead, and then misses its parameter.
                let expected = problem(
                    "missing",
                    json!(["query", "description"]),
                    "Field required",
                    json!(null),
                );
                assert_problems(&answer, &[expected]);
                continue;
            }
            let expected = problem("missing", json!(["body"]), "Field required", json!(null));
            assert_problems(&answer, &[expected]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_json_says_where() {
    on_both(async |world| {
        let person = world.company().await;
        for (method, path, _) in takers(&person).await {
            let request = person.http.request(method, &path);
            let answer = request
                .body("application/json", r#"{"a": 1,,}"#)
                .send()
                .await;
            let detail = answer.expect_status(422).json()["detail"].clone();
            let entry = &detail[0];
            assert_eq!(detail.as_array().map(Vec::len), Some(1), "{path}: {detail}");
            assert_eq!(entry["type"], "json_invalid", "{path}: {detail}");
            assert_eq!(entry["msg"], "JSON decode error", "{path}: {detail}");
            assert_eq!(entry["loc"], json!(["body", 8]), "{path}: {detail}");
            assert_eq!(entry["input"], json!({}), "{path}: {detail}");
            assert!(entry["ctx"]["error"].is_string(), "{path}: {detail}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_of_another_content_type_is_not_parsed() {
    on_both(async |world| {
        let person = world.company().await;
        for (method, path, _) in takers(&person).await {
            for kind in ["text/plain", "application/x-www-form-urlencoded"] {
                let request = person.http.request(method.clone(), &path);
                let answer = request
                    .body(kind, r#"{"name": "Long enough"}"#)
                    .send()
                    .await;
                assert_eq!(
                    answer.status.as_u16(),
                    422,
                    "{path} as {kind}: {}",
                    answer.text()
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    on_both(async |world| {
        let person = world.company().await;
        for (method, path, _) in takers(&person).await {
            for body in [json!([]), json!("text"), json!(7), json!(true)] {
                let answer = person
                    .http
                    .request(method.clone(), &path)
                    .json(&body)
                    .send()
                    .await;
                let msg = "Input should be a valid dictionary or object to extract fields from";
                let expected = problem("model_attributes_type", json!(["body"]), msg, body);
                assert_problems(&answer, &[expected]);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_must_be_a_text_without_nul() {
    on_both(async |world| {
        let person = world.company().await;
        for (method, path, field) in takers(&person).await {
            for wrong in [
                json!(5),
                json!(true),
                json!([]),
                json!({}),
                json!("a\u{0}b\u{0}c"),
            ] {
                let request = person.http.request(method.clone(), &path);
                let answer = request.json(&json!({field: wrong})).send().await;
                let detail = answer.clone().expect_status(422).json()["detail"].clone();
                let entries = detail.as_array().cloned().unwrap_or_default();
                let entry = entries
                    .iter()
                    .find(|entry| entry["loc"] == json!(["body", field]));
                let entry = entry.unwrap_or_else(|| panic!("{path} {field}: {detail}"));
                if !wrong.is_string() {
                    assert_eq!(entry["type"], "string_type", "{path} {field}: {detail}");
                    assert_eq!(entry["msg"], "Input should be a valid string");
                }
                let is_secret = ["password", "token"]
                    .iter()
                    .any(|word| field.contains(word));
                let shown = if is_secret { json!(null) } else { wrong };
                assert_eq!(entry["input"], shown, "{path} {field}: {detail}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn invalid_utf_8_is_refused() {
    on_both(async |world| {
        let person = world.company().await;
        for (method, path, field) in takers(&person).await {
            let body = [b"{\"", field.as_bytes(), b"\": \"\xff\xfe\x80\"}"].concat();
            let request = person.http.request(method, &path);
            let answer = request.body("application/json", body).send().await;
            assert_eq!(answer.status.as_u16(), 422, "{path}: {}", answer.text());
            assert_eq!(answer.json()["detail"][0]["type"], "json_invalid", "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_lone_surrogate_is_refused_and_never_a_500() {
    on_both(async |world| {
        let person = world.company().await;
        for (method, path, field) in takers(&person).await {
            let body = format!(r#"{{"{field}": "\ud800"}}"#);
            let request = person.http.request(method, &path);
            let answer = request.body("application/json", body).send().await;
            assert_eq!(answer.status.as_u16(), 422, "{path}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn nesting_without_end_is_refused() {
    on_both(async |world| {
        let person = world.company().await;
        for (method, path, field) in takers(&person).await {
            let deep = format!(
                "{{\"{field}\": {}{}}}",
                "[".repeat(50_000),
                "]".repeat(50_000)
            );
            let request = person.http.request(method, &path);
            let answer = request.body("application/json", deep).send().await;
            assert_eq!(answer.status.as_u16(), 422, "{path}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_over_the_bound_is_a_413() {
    on_both(async |world| {
        let person = world.company().await;
        for (method, path, field) in takers(&person).await {
            let body = json!({field: "x".repeat(5 * 1024 * 1024)});
            let answer = person.http.request(method, &path).json(&body).send().await;
            assert_eq!(answer.status.as_u16(), 413, "{path}: {}", answer.text());
            assert!(answer.json()["detail"].is_string(), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn keys_and_parameters_that_nobody_knows_are_ignored() {
    on_both(async |world| {
        let person = world.company().await;
        let body = json!({"name": "Known", "search_query": "", "lead_source": "linkedin", "colour": 7, "status": "active"});
        let request = person.http.post("/api/v1/campaigns?debug=1&limit=x").json(&body);
        let campaign = request.send().await.expect_status(201).json();
        assert_eq!(campaign["status"], "draft");
        person.sees("/api/v1/campaigns?nobody=knows").await;
    })
    .await;
}
