use domain::leads::BULK_MAX;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::*;

fn body_of(body: &Value) -> Received {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
    Received::json(&headers, body.to_string().as_bytes()).unwrap()
}

fn nothing() -> Received {
    Received::json(&HeaderMap::new(), b"").unwrap()
}

fn refusal<T>(result: Result<T>) -> (u16, String) {
    match result {
        Ok(_) => (200, "taken".into()),
        Err(failure) => (failure.status().as_u16(), failure.text().to_owned()),
    }
}

#[test]
fn an_empty_object_is_a_lead_of_average_promise() {
    let lead = new(&body_of(&json!({}))).unwrap();
    assert_eq!((lead.lead_score, lead.title), (50, None));
    let lead = new(&body_of(&json!({"lead_score": -7, "email": "no address"}))).unwrap();
    assert_eq!(lead.lead_score, -7);
}

#[test]
fn many_leads_come_bare_or_under_a_name() {
    let two = json!([{"title": "a"}, {}]);
    assert_eq!(body::each(&body_of(&two)).unwrap().len(), 2);
    assert_eq!(
        body::each(&body_of(&json!({"leads": two}))).unwrap().len(),
        2
    );
    assert!(body::each(&body_of(&json!([]))).unwrap().is_empty());
}

#[test]
fn of_many_leads_each_wrong_one_is_named_and_too_many_are_too_large() {
    let wrong = json!([{"title": 1}, {}, 7]);
    let expected = "Input should be a valid string, Input should be a valid dictionary or object \
                    to extract fields from";
    assert_eq!(
        refusal(body::each(&body_of(&wrong))),
        (422, expected.into())
    );
    assert_eq!(refusal(body::each(&body_of(&json!("x")))).0, 422);
    let many = Value::Array(vec![json!({}); BULK_MAX]);
    assert_eq!(body::each(&body_of(&many)).unwrap().len(), BULK_MAX);
    let more = Value::Array(vec![json!({}); BULK_MAX + 1]);
    let (status, text) = refusal(body::each(&body_of(&more)));
    assert_eq!(status, 413);
    assert!(text.starts_with("More than 10000 leads"));
}

#[test]
fn fix_35_a_change_takes_the_right_types_only() {
    let (status, text) = refusal(patch(&body_of(
        &json!({"title": 1, "email": [], "phone": {}}),
    )));
    assert_eq!(status, 422);
    assert_eq!(text, ["Input should be a valid string"; 3].join(", "));
    let long = "x".repeat(domain::leads::SHORT_TEXT_CHARACTERS_MAX + 1);
    let (_, text) = refusal(patch(&body_of(&json!({"phone": long}))));
    assert_eq!(text, "String should have at most 2000 characters");
}

#[test]
fn a_whole_lead_can_be_sent_back() {
    let body = json!({
        "id": 1, "campaign_id": [], "title": null, "email": null, "phone": "1", "lead_score": "many",
        "email_sent": "perhaps", "generated_whatsapp": 3, "created_at": {},
    });
    let patch = patch(&body_of(&body)).unwrap();
    assert_eq!(
        (patch.title, patch.email, patch.phone),
        (None, Some(None), Some(Some("1".into())))
    );
    assert_eq!((patch.address, patch.deep_research), (None, None));
}

#[test]
fn fix_30_a_description_comes_by_query_or_by_body() {
    let query = |text: &str| Received::query(text);
    let of = |patch: domain::leads::LeadPatch| patch.description;
    let by_query = description_or_body(&query("description=a%20b"), &nothing()).unwrap();
    assert_eq!(of(by_query), Some(Some("a b".into())));
    let body = body_of(&json!({"description": "c", "title": "t"}));
    let by_body = description_or_body(&query(""), &body).unwrap();
    assert_eq!(
        (by_body.title.clone().as_deref(), of(by_body)),
        (Some("t"), Some(Some("c".into())))
    );
    let neither = refusal(description_or_body(&query(""), &nothing()));
    assert_eq!(neither, (422, "Field required".into()));
}

#[test]
fn extra_data_is_bounded() {
    let heavy = json!({"scraped_data": {"a": "x".repeat(domain::leads::EXTRA_BYTES_MAX)}});
    let (status, text) = refusal(new(&body_of(&heavy)));
    assert_eq!(status, 422);
    assert!(text.contains("larger than 1048576 bytes"), "{text}");
}
