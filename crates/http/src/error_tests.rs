use futures_util::FutureExt;
use http_body_util::BodyExt;

use domain::problems::Problem;

use super::*;

fn answered(failure: Failure) -> (u16, http::HeaderMap, Value) {
    let (parts, body) = failure.into_response().into_parts();
    let bytes = body.collect().now_or_never().unwrap().unwrap().to_bytes();
    (
        parts.status.as_u16(),
        parts.headers,
        serde_json::from_slice(&bytes).unwrap(),
    )
}

#[test]
fn each_kind_of_refusal_has_its_status() {
    let kinds = [
        (RefusalKind::Rule, 400),
        (RefusalKind::Unauthenticated, 401),
        (RefusalKind::QuotaExceeded, 402),
        (RefusalKind::Forbidden, 403),
        (RefusalKind::NotFound, 404),
        (RefusalKind::Conflict, 409),
        (RefusalKind::TooLarge, 413),
    ];
    for (kind, expected) in kinds {
        let (status, headers, body) = answered(Refusal::new(kind, "why").into());
        assert_eq!((status, body), (expected, json!({"detail": "why"})));
        let challenge = headers
            .get("www-authenticate")
            .map(|value| value.to_str().unwrap());
        assert_eq!(challenge, (expected == 401).then_some("Bearer"));
    }
}

#[test]
fn who_is_throttled_hears_for_how_long() {
    let kind = RefusalKind::Throttled {
        retry_after_seconds: 17,
    };
    let (status, headers, body) = answered(Refusal::new(kind, "Too many attempts").into());
    assert_eq!(
        (status, &headers["retry-after"]),
        (429, &HeaderValue::from(17))
    );
    assert_eq!(
        body,
        json!({"detail": "Too many attempts", "retry_after": 17})
    );
}

#[test]
fn a_used_up_quota_has_the_documented_body() {
    let (status, _, body) = answered(Failure::quota_exceeded(500, 498));
    let message = "Monthly lead quota exceeded";
    let upgrade = "/billing/upgrade";
    let detail = json!({"message": message, "quota": 500, "used": 498, "upgrade_url": upgrade});
    assert_eq!((status, body), (402, json!({"detail": detail})));
}

#[test]
fn faults_keep_their_cause_to_themselves() {
    let (status, headers, body) = answered(Failure::unavailable("disk full at /var"));
    assert_eq!((status, body), (503, json!({"detail": UNAVAILABLE})));
    assert!(headers.contains_key("retry-after"));
    let (status, _, body) = answered(Failure::internal("index out of bounds"));
    assert_eq!(
        (status, body),
        (500, json!({"detail": "Internal Server Error"}))
    );
}

#[test]
fn bounds_are_told_in_megabytes() {
    let (status, _, body) = answered(Failure::file_too_large(256 * 1024 * 1024));
    assert_eq!(
        (status, body),
        (413, json!({"detail": "File is larger than 256 MB"}))
    );
}

#[test]
fn a_wrong_password_is_never_repeated() {
    let problem = FieldProblem::in_body("new_password", Problem::TooShort(8), json!("hunter2"));
    let (status, _, body) = answered(vec![problem].into());
    assert_eq!((status, &body["detail"][0]["input"]), (422, &Value::Null));
}
