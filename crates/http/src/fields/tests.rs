use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::*;
use crate::received::Received;

fn body(value: &Value) -> Received {
    raw("application/json", value.to_string().as_bytes()).unwrap()
}

fn raw(content_type: &'static str, bytes: &[u8]) -> crate::Result<Received> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    Received::json(&headers, bytes)
}

fn entries(failure: Failure) -> Value {
    use axum::response::IntoResponse;
    use futures_util::FutureExt;
    use http_body_util::BodyExt;
    let response = failure.into_response();
    assert_eq!(response.status(), 422);
    let bytes = response
        .into_body()
        .collect()
        .now_or_never()
        .unwrap()
        .unwrap()
        .to_bytes();
    serde_json::from_slice::<Value>(&bytes).unwrap()["detail"].clone()
}

/// The one problem that reading `value` as field `x` gives.
fn problem<T: std::fmt::Debug>(
    value: Value,
    read: impl FnOnce(&Value) -> Result<T, Problem>,
) -> (String, String) {
    let received = body(&json!({"x": value}));
    let mut fields = received.fields().unwrap();
    let found = fields.required("x", read);
    let entries = entries(fields.complete((found,)).unwrap_err());
    assert_eq!(entries.as_array().unwrap().len(), 1);
    assert_eq!(entries[0]["loc"], json!(["body", "x"]));
    let text = |name: &str| entries[0][name].as_str().unwrap().to_owned();
    (text("type"), text("msg"))
}

fn value<T: std::fmt::Debug>(value: Value, read: impl FnOnce(&Value) -> Result<T, Problem>) -> T {
    let received = body(&json!({"x": value}));
    let mut fields = received.fields().unwrap();
    let found = fields.required("x", read);
    fields.complete((found,)).unwrap().0
}

#[test]
fn every_wrong_field_is_named_in_the_order_of_declaration() {
    let received = body(&json!({"max": "9x", "name": "ab", "password": 5}));
    let mut fields = received.fields().unwrap();
    let name = fields.required("name", text(3..=255));
    let query = fields.required("query", text(ANY_TEXT));
    let max = fields.or("max", 10, integer(1..=1000));
    let password = fields.required("password", text(8..=128));
    assert_eq!(max, 10);
    let detail = entries(fields.complete((name, query, password)).unwrap_err());
    let whole = json!({"max": "9x", "name": "ab", "password": null});
    assert_eq!(
        detail,
        json!([
            {"type": "string_too_short", "loc": ["body", "name"],
             "msg": "String should have at least 3 characters", "input": "ab", "ctx": {"min_length": 3}},
            {"type": "missing", "loc": ["body", "query"], "msg": "Field required", "input": whole},
            {"type": "int_parsing", "loc": ["body", "max"],
             "msg": "Input should be a valid integer, unable to parse string as an integer", "input": "9x"},
            {"type": "string_type", "loc": ["body", "password"],
             "msg": "Input should be a valid string", "input": null},
        ])
    );
}

#[test]
fn bodies_that_are_no_object_say_so_as_a_whole() {
    let whole = |received: Received| entries(received.fields().map(drop).unwrap_err());
    let missing =
        json!([{"type": "missing", "loc": ["body"], "msg": "Field required", "input": null}]);
    assert_eq!(whole(raw("application/json", b"").unwrap()), missing);
    assert_eq!(whole(raw("application/json", b"null").unwrap()), missing);
    assert_eq!(whole(body(&json!([1])))[0]["type"], "model_attributes_type");
    let unparsed = whole(raw("text/plain", b"{\"password\":1}").unwrap());
    assert_eq!(
        (&unparsed[0]["type"], &unparsed[0]["input"]),
        (&json!("model_attributes_type"), &Value::Null)
    );
    assert!(
        raw("application/merge-patch+json; charset=utf-8", b"{}")
            .unwrap()
            .fields()
            .is_ok()
    );
}

#[test]
fn what_is_no_json_is_told_with_its_offset() {
    let detail = entries(raw("application/json", "{\"é\": \n nope}".as_bytes()).unwrap_err());
    assert_eq!(detail[0]["type"], "json_invalid");
    assert_eq!(detail[0]["loc"][1], 9);
    assert_eq!(detail[0]["input"], json!({}));
    assert!(!detail[0]["ctx"]["error"].as_str().unwrap().contains("line"));
    let detail = entries(raw("application/json", b"{\"a\": \"\xff\"}").unwrap_err());
    assert_eq!(
        (&detail[0]["type"], &detail[0]["loc"][1]),
        (&json!("json_invalid"), &json!(7))
    );
    let deep = "[".repeat(100_000);
    assert_eq!(
        entries(raw("application/json", deep.as_bytes()).unwrap_err())[0]["type"],
        "json_invalid"
    );
}

#[test]
fn integers_are_lenient_and_bounded() {
    let any = || integer(i64::MIN..=i64::MAX);
    for (given, number) in [
        (json!(" 12 "), 12),
        (json!(3.0), 3),
        (json!(true), 1),
        (json!("-7.00"), -7),
    ] {
        assert_eq!(value(given, any()), number);
    }
    assert_eq!(problem(json!(1.5), any()).0, "int_from_float");
    assert_eq!(problem(json!("1e3"), any()).0, "int_parsing");
    assert_eq!(problem(json!(""), any()).0, "int_parsing");
    assert_eq!(problem(Value::Null, any()).0, "int_type");
    assert_eq!(
        problem(json!(0), integer(1..=5)).1,
        "Input should be greater than or equal to 1"
    );
    assert_eq!(
        problem(json!(6), integer(1..=5)).1,
        "Input should be less than or equal to 5"
    );
    assert_eq!(problem(json!(1e300), any()).0, "less_than_equal");
    assert_eq!(problem(json!("9".repeat(60)), any()).0, "less_than_equal");
}

#[test]
fn booleans_know_their_words() {
    for yes in [json!(true), json!(1), json!("YES"), json!("t"), json!("on")] {
        assert!(value(yes, boolean));
    }
    for no in [json!(false), json!(0.0), json!("n"), json!("Off")] {
        assert!(!value(no, boolean));
    }
    for neither in [json!(2), json!("maybe"), Value::Null, json!([])] {
        assert_eq!(problem(neither, boolean).0, "bool_parsing");
    }
}

#[test]
fn texts_accept_no_numbers_and_no_nul() {
    assert_eq!(problem(json!(5), text(ANY_TEXT)).0, "string_type");
    let nul = "Value error, Text must not contain NUL characters".to_owned();
    assert_eq!(
        problem(json!("a\0b"), text(ANY_TEXT)),
        ("value_error".into(), nul.clone())
    );
    assert_eq!(problem(json!({"deep": ["\0"]}), dictionary).1, nul);
    assert_eq!(problem(json!([]), dictionary).0, "dict_type");
    assert_eq!(
        problem(json!(""), text(1..=9)).1,
        "String should have at least 1 character"
    );
    assert_eq!(value(json!("ü".repeat(9)), text(1..=9)).len(), 18);
}

#[test]
fn choices_and_addresses_tell_their_reason() {
    let role = choice("^(admin|member)$", |word| {
        ["admin", "member"].into_iter().find(|known| *known == word)
    });
    assert_eq!(
        problem(json!("boss"), role).1,
        "String should match pattern '^(admin|member)$'"
    );
    let parse = |text: &str| {
        if text.contains('@') {
            Ok(text.to_owned())
        } else {
            Err("no @-sign")
        }
    };
    assert_eq!(value(json!("a@b"), email(parse)), "a@b");
    assert_eq!(
        problem(json!("ab"), email(parse)),
        (
            "value_error".into(),
            "value is not a valid email address: no @-sign".into()
        )
    );
}

#[test]
fn fix_32_an_explicit_null_for_a_required_column_is_wrong_and_an_absent_one_is_not() {
    let received = body(&json!({"name": null, "description": null}));
    let mut fields = received.fields().unwrap();
    assert_eq!(fields.patch("name", text(3..=255)), None);
    assert_eq!(fields.patch("status", text(ANY_TEXT)), None);
    assert_eq!(
        fields.patch_nullable("description", text(ANY_TEXT)),
        Some(None)
    );
    assert_eq!(fields.patch_nullable("website", text(ANY_TEXT)), None);
    let detail = entries(fields.complete(()).unwrap_err());
    assert_eq!(detail.as_array().unwrap().len(), 1);
    assert_eq!(
        (&detail[0]["type"], &detail[0]["loc"]),
        (&json!("string_type"), &json!(["body", "name"]))
    );
}

#[test]
fn queries_show_null_for_what_is_missing() {
    let received = Received::query("a=1&b=x&b=y%20z");
    let mut fields = received.fields().unwrap();
    let missing = fields.required("description", text(ANY_TEXT));
    assert_eq!(fields.required("b", text(ANY_TEXT)).as_deref(), Some("y z"));
    let detail = entries(fields.complete((missing,)).unwrap_err());
    assert_eq!(
        detail,
        json!([{"type": "missing", "loc": ["query", "description"], "msg": "Field required", "input": null}])
    );
    assert_eq!(received.all("b").collect::<Vec<_>>(), ["x", "y z"]);
}

#[test]
fn a_blank_input_of_a_form_is_not_filled_in() {
    let received = Received::form(b"name=&description=+&limit=").unwrap();
    let mut fields = received.fields().unwrap();
    let name = fields.required("name", text(3..=255));
    assert_eq!(fields.optional("description", text(ANY_TEXT)), None);
    assert_eq!(
        fields.patch_nullable("description", text(ANY_TEXT)),
        Some(None)
    );
    assert_eq!(fields.or("limit", 10, integer(1..=20)), 10);
    assert_eq!(fields.problems()[0].field(), Some("name"));
    assert_eq!(
        entries(fields.complete((name,)).unwrap_err())[0]["type"],
        "missing"
    );
}

#[test]
fn lists_name_the_item_and_come_bare_or_wrapped() {
    let lead = |fields: &mut Fields<'_>| fields.required("title", text(1..=9));
    let good = json!([{"title": "a"}, {"title": "b"}]);
    assert_eq!(body(&good).each_object("leads", lead).unwrap(), ["a", "b"]);
    assert_eq!(
        body(&json!({"leads": good}))
            .each_object("leads", lead)
            .unwrap(),
        ["a", "b"]
    );
    let bad = json!([{"title": "a"}, {}, 5]);
    let detail = entries(body(&bad).each_object("leads", lead).unwrap_err());
    assert_eq!(detail[0]["loc"], json!(["body", 1, "title"]));
    assert_eq!(
        (&detail[1]["loc"], &detail[1]["type"]),
        (&json!(["body", 2]), &json!("model_attributes_type"))
    );
    let detail = entries(
        body(&json!({"leads": bad}))
            .each_object("leads", lead)
            .unwrap_err(),
    );
    assert_eq!(detail[0]["loc"], json!(["body", "leads", 1, "title"]));
    assert_eq!(
        entries(
            body(&json!({"other": 1}))
                .each_object("leads", lead)
                .unwrap_err()
        )[0]["type"],
        "list_type"
    );
    assert_eq!(
        entries(body(&json!("x")).each_object("leads", lead).unwrap_err())[0]["type"],
        "list_type"
    );
}

#[test]
fn a_form_of_very_many_fields_is_refused() {
    let failure = Received::form(&b"a&".repeat(500_000)).unwrap_err();
    assert_eq!(failure.status().as_u16(), 413);
}

#[test]
fn a_million_mistakes_make_a_short_answer() {
    let lead = |fields: &mut Fields<'_>| fields.required("title", text(1..=9));
    let received = body(&json!(vec![json!({}); 100_000]));
    let detail = entries(received.each_object("leads", lead).unwrap_err());
    assert_eq!(detail.as_array().unwrap().len(), PROBLEMS_MAX);
}

#[test]
fn an_alias_counts_where_the_name_is_absent() {
    let received = body(&json!({"organization_name": "Acme"}));
    let mut fields = received.fields().unwrap();
    fields.alias("organization_name", "company_name");
    let name = fields.required("company_name", text(2..=255));
    assert_eq!(fields.complete((name,)).unwrap().0, "Acme");
}
