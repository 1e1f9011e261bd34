use std::sync::atomic::{AtomicU32, Ordering};

use axum::routing::{get, patch, post};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use std::time::Duration;

use axum::response::IntoResponse;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::*;
use crate::address::TrustedProxies;
use crate::answers::{EventSeq, Json};
use crate::cors::Origins;
use crate::error::UNAVAILABLE;
use crate::rates::{RateLimits, RateSettings};

const ORIGIN: &str = "http://localhost:3000";

fn options() -> EdgeOptions {
    let next = AtomicU32::new(1);
    let make_id = move || format!("id-{}", next.fetch_add(1, Ordering::Relaxed));
    EdgeOptions {
        origins: Origins::new(&[ORIGIN]).unwrap(),
        ..EdgeOptions::new(Arc::new(make_id))
    }
}

fn limited(per_minute: u32) -> EdgeOptions {
    let settings = RateSettings {
        per_minute,
        ..RateSettings::default()
    };
    EdgeOptions {
        rates: Some(RateLimits::new(settings)),
        ..options()
    }
}

fn behind_proxy(options: EdgeOptions) -> EdgeOptions {
    EdgeOptions {
        trusted_proxies: TrustedProxies::parse("127.0.0.1").unwrap(),
        ..options
    }
}

fn routes() -> Router {
    Router::new()
        .route(
            "/health",
            get(|| async { Json(json!({"status": "healthy"})) }),
        )
        .route(
            "/api/v1/items",
            get(|| async { (EventSeq(7), Json(json!(["é"]))) }),
        )
        .route("/api/v1/items/{id}", patch(|| async { "patched" }))
        .route(
            "/api/v1/items/{id}/upload-leads",
            post(|| async { "uploaded" }),
        )
        .route("/api/v1/panic", get(panics))
        .route("/api/v1/slow", get(slow))
        .route(
            "/api/v1/stream",
            get(slow).layer(axum::middleware::from_fn(crate::request::untimed)),
        )
        .route(
            "/api/v1/down",
            get(|| async { Failure::unavailable("the disk is full") }),
        )
        .route("/api/v1/private", get(|| async { denied() }))
}

async fn panics() -> &'static str {
    panic!("the bottom fell out")
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_secs(90)).await;
    "done"
}

fn denied() -> Failure {
    domain::refusal::Refusal::unauthenticated("Not authenticated").into()
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(app: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = http::Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "elite.example");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app
        .clone()
        .call(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
    }
}

#[tokio::test]
async fn every_answer_carries_the_same_headers() {
    let app = Edge::new(options()).around(routes());
    for path in [
        "/api/v1/items",
        "/nowhere",
        "/api/v1/down",
        "/api/v1/private",
    ] {
        let answer = send(&app, "GET", path, &[]).await;
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("x-request-id").starts_with("id-"));
        assert!(answer.header("x-process-time").parse::<f64>().is_ok());
        assert_eq!(answer.header("x-ratelimit-limit-minute"), "");
    }
    let answer = send(&app, "GET", "/api/v1/items", &[]).await;
    assert_eq!(
        (answer.header("x-event-seq"), answer.body.as_str()),
        ("7", "[\"é\"]")
    );
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_answer_in_json() {
    let app = Edge::new(options()).around(routes());
    let answer = send(&app, "GET", "/nowhere", &[]).await;
    assert_eq!(
        (answer.status, answer.json()),
        (404, json!({"detail": "Not Found"}))
    );
    let answer = send(&app, "DELETE", "/api/v1/items", &[]).await;
    assert_eq!(
        (answer.status, answer.json()),
        (405, json!({"detail": "Method Not Allowed"}))
    );
    assert_eq!(answer.header("allow"), "GET,HEAD");
    let answer = send(&app, "PATCH", "/api/v1/items/%ff%fe", &[]).await;
    assert_eq!(
        (answer.status, answer.json()),
        (404, json!({"detail": "Not Found"}))
    );
}

#[tokio::test]
async fn fix_53_head_is_answered_for_get_routes() {
    let app = Edge::new(options()).around(routes());
    let answer = send(&app, "HEAD", "/health", &[]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[tokio::test]
async fn a_trailing_slash_is_redirected_only_to_a_route() {
    let app = Edge::new(behind_proxy(options())).around(routes());
    let answer = send(&app, "PATCH", "/api/v1/items/5/?a=b%20c", &[]).await;
    assert_eq!(answer.status, 307);
    assert_eq!(
        answer.header("location"),
        "http://elite.example/api/v1/items/5?a=b%20c"
    );
    let tls = [
        ("x-forwarded-proto", "https"),
        ("host", "elite.example:8443"),
    ];
    let answer = send(&app, "GET", "/api/v1/items/", &tls).await;
    assert_eq!(
        answer.header("location"),
        "https://elite.example:8443/api/v1/items"
    );
    assert_eq!(send(&app, "GET", "/nowhere/", &[]).await.status, 404);
    assert_eq!(send(&app, "GET", "//evil.example/", &[]).await.status, 404);
    assert_eq!(send(&app, "GET", "/", &[]).await.status, 404);
}

#[tokio::test]
async fn a_request_id_is_kept_from_a_trusted_proxy_alone() {
    let given = [("x-request-id", "0190-abc")];
    let app = Edge::new(behind_proxy(options())).around(routes());
    assert_eq!(
        send(&app, "GET", "/health", &given)
            .await
            .header("x-request-id"),
        "0190-abc"
    );
    let forged = [("x-request-id", "a b<script>")];
    assert_eq!(
        send(&app, "GET", "/health", &forged)
            .await
            .header("x-request-id"),
        "id-1"
    );
    let app = Edge::new(options()).around(routes());
    assert_eq!(
        send(&app, "GET", "/health", &given)
            .await
            .header("x-request-id"),
        "id-1"
    );
}

#[tokio::test]
async fn fix_31_a_panic_is_a_json_500_with_every_header() {
    let edge = Edge::new(options());
    let app = edge.around(routes());
    let answer = send(&app, "GET", "/api/v1/panic", &[("origin", ORIGIN)]).await;
    assert_eq!(
        (answer.status, answer.json()),
        (500, json!({"detail": "Internal Server Error"}))
    );
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    assert!(
        answer
            .header("access-control-expose-headers")
            .contains("X-Request-ID")
    );
    assert_eq!(answer.header("x-request-id"), "id-1");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    let counts = edge.counters().read();
    assert_eq!(
        (counts.requests, counts.errors, counts.in_flight),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn a_panic_before_the_routes_is_answered_too() {
    let identify: Identify = Arc::new(|_: &mut Parts| panic!("no such claim"));
    let app = Edge::new(EdgeOptions {
        identify: Some(identify),
        ..options()
    })
    .around(routes());
    let answer = send(&app, "GET", "/api/v1/items", &[]).await;
    assert_eq!(
        (answer.status, answer.header("x-request-id")),
        (500, "id-1")
    );
}

#[tokio::test]
async fn preflights_are_answered_before_anything_else() {
    let app = Edge::new(EdgeOptions {
        transport: Transport::TlsOnly,
        ..limited(1)
    })
    .around(routes());
    let ask = |origin: &'static str, method: &'static str| {
        [
            ("origin", origin),
            ("access-control-request-method", method),
            ("access-control-request-headers", "authorization, x-custom"),
        ]
    };
    let answer = send(&app, "OPTIONS", "/api/v1/items", &ask(ORIGIN, "PATCH")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "OK"));
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert_eq!(
        answer.header("access-control-allow-headers"),
        "authorization, x-custom"
    );
    assert_eq!(
        answer.header("access-control-allow-methods"),
        "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    );
    assert_eq!(answer.header("access-control-max-age"), "600");
    assert_eq!(answer.header("vary"), "Origin");

    let answer = send(
        &app,
        "OPTIONS",
        "/api/v1/items",
        &ask("http://evil.example", "GET"),
    )
    .await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (400, "Disallowed CORS origin")
    );
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let answer = send(&app, "OPTIONS", "/api/v1/items", &ask(ORIGIN, "TRACE")).await;
    assert_eq!(answer.body, "Disallowed CORS method");
}

#[tokio::test]
async fn a_foreign_origin_is_processed_but_not_allowed_to_read() {
    let app = Edge::new(options()).around(routes());
    let answer = send(
        &app,
        "GET",
        "/api/v1/items",
        &[("origin", "http://evil.example")],
    )
    .await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (200, "")
    );
}

#[tokio::test]
async fn fix_13_a_429_has_cors_limits_and_real_seconds_and_preflights_are_free() {
    let app = Edge::new(limited(2)).around(routes());
    let origin = [("origin", ORIGIN)];
    let preflight = [("origin", ORIGIN), ("access-control-request-method", "GET")];
    for _ in 0..5 {
        assert_eq!(
            send(&app, "OPTIONS", "/api/v1/items", &preflight)
                .await
                .status,
            200
        );
        let free = send(&app, "GET", "/health", &[]).await;
        assert_eq!(
            (free.status, free.header("x-ratelimit-limit-minute")),
            (200, "")
        );
    }
    let first = send(&app, "GET", "/api/v1/items", &origin).await;
    assert_eq!(first.header("x-ratelimit-limit-minute"), "2");
    assert_eq!(first.header("x-ratelimit-remaining-minute"), "1");
    assert_eq!(first.header("x-ratelimit-limit-hour"), "");
    send(&app, "GET", "/nowhere", &origin).await;
    let refused = send(&app, "GET", "/api/v1/items", &origin).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(refused.header("x-ratelimit-limit-minute"), "2");
    assert_eq!(refused.header("x-ratelimit-remaining-minute"), "0");
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((29..=30).contains(&seconds));
    let text = "Rate limit exceeded. Please try again later.";
    assert_eq!(
        refused.json(),
        json!({"detail": text, "retry_after": seconds})
    );
}

#[tokio::test]
async fn fix_12_forged_forwarded_for_does_not_change_the_key() {
    let app = Edge::new(limited(1)).around(routes());
    let from = |address: &'static str| [("x-forwarded-for", address), ("x-real-ip", address)];
    assert_eq!(
        send(&app, "GET", "/api/v1/items", &from("1.1.1.1"))
            .await
            .status,
        200
    );
    assert_eq!(
        send(&app, "GET", "/api/v1/items", &from("2.2.2.2"))
            .await
            .status,
        429
    );

    let app = Edge::new(behind_proxy(limited(1))).around(routes());
    let through = |list: &'static str| [("x-forwarded-for", list)];
    assert_eq!(
        send(&app, "GET", "/api/v1/items", &through("1.1.1.1, 9.9.9.9"))
            .await
            .status,
        200
    );
    assert_eq!(
        send(&app, "GET", "/api/v1/items", &through("2.2.2.2, 9.9.9.9"))
            .await
            .status,
        429
    );
    assert_eq!(
        send(&app, "GET", "/api/v1/items", &through("9.9.9.9, 8.8.8.8"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_key_is_the_user_whose_token_was_signed() {
    let identify: Identify = Arc::new(|parts: &mut Parts| {
        let token = parts.headers.get("authorization")?.to_str().ok()?;
        token.strip_prefix("Bearer signed-").map(str::to_owned)
    });
    let app = Edge::new(EdgeOptions {
        identify: Some(identify),
        ..limited(1)
    })
    .around(routes());
    let status = async |token: &str| {
        send(&app, "GET", "/api/v1/items", &[("authorization", token)])
            .await
            .status
    };
    assert_eq!(status("Bearer signed-ada").await, 200);
    assert_eq!(status("Bearer signed-grace").await, 200);
    assert_eq!(status("Bearer signed-ada").await, 429);
    assert_eq!(status("Bearer forged-1").await, 200);
    assert_eq!(status("Bearer forged-2").await, 429);
}

#[tokio::test(start_paused = true)]
async fn uploads_have_a_limit_of_their_own() {
    let app = Edge::new(limited(6000)).around(routes());
    let upload = async || send(&app, "POST", "/api/v1/items/5/upload-leads", &[]).await;
    for _ in 0..10 {
        assert_eq!(upload().await.status, 200);
    }
    let refused = upload().await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    assert_eq!(send(&app, "GET", "/api/v1/items", &[]).await.status, 200);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(upload().await.status, 200);
}

#[tokio::test]
async fn fix_50_production_redirects_with_308_by_the_forwarded_scheme_and_spares_probes() {
    let production = EdgeOptions {
        transport: Transport::TlsOnly,
        ..options()
    };
    let app = Edge::new(behind_proxy(production)).around(routes());
    let plain = send(
        &app,
        "POST",
        "/api/v1/items?a=1",
        &[("host", "elite.example:80")],
    )
    .await;
    assert_eq!(plain.status, 308);
    assert_eq!(
        plain.header("location"),
        "https://elite.example/api/v1/items?a=1"
    );
    assert!(
        plain
            .header("strict-transport-security")
            .starts_with("max-age=31536000")
    );
    let tls = [("x-forwarded-proto", "https")];
    assert_eq!(send(&app, "GET", "/api/v1/items", &tls).await.status, 200);
    assert_eq!(send(&app, "GET", "/health", &[]).await.status, 200);
    assert_eq!(
        send(&app, "GET", "/api/v1/items", &[("host", "a b")])
            .await
            .status,
        400
    );

    let production = EdgeOptions {
        transport: Transport::TlsOnly,
        ..options()
    };
    let unproxied = Edge::new(production).around(routes());
    assert_eq!(
        send(&unproxied, "GET", "/api/v1/items", &tls).await.status,
        308
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_is_given_up_after_the_time_out_unless_its_route_lifts_it() {
    let app = Edge::new(options()).around(routes());
    let answer = send(&app, "GET", "/api/v1/slow", &[]).await;
    assert_eq!(
        (answer.status, answer.json()),
        (503, json!({"detail": UNAVAILABLE}))
    );
    assert_eq!(answer.header("retry-after"), "5");
    let answer = send(&app, "GET", "/api/v1/stream", &[]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "done"));
}

#[tokio::test(start_paused = true)]
async fn requests_in_flight_are_bounded_and_leave_when_the_client_does() {
    let edge = Edge::new(EdgeOptions {
        in_flight_max: 1,
        ..options()
    });
    let app = edge.around(routes());
    let mut running = Box::pin(send(&app, "GET", "/api/v1/stream", &[]));
    assert!(running.as_mut().now_or_never().is_none());
    assert_eq!(send(&app, "GET", "/api/v1/items", &[]).await.status, 503);
    assert_eq!(send(&app, "GET", "/health", &[]).await.status, 200);
    drop(running);
    assert_eq!(send(&app, "GET", "/api/v1/items", &[]).await.status, 200);
    assert_eq!(edge.counters().read().in_flight, 0);
}

#[tokio::test]
async fn errors_outside_the_api_become_pages_for_who_accepts_html() {
    let render: RenderError = Arc::new(|status, text, id| {
        let page = format!("<h1>{status}</h1>{text} {}", id.0);
        ([(CONTENT_TYPE, "text/html")], page).into_response()
    });
    let routes = routes().route("/private", get(|| async { denied() }));
    let app = Edge::new(EdgeOptions {
        render_error: Some(render),
        ..options()
    })
    .around(routes);
    let html = [("accept", "text/html,*/*")];
    let page = send(&app, "GET", "/private", &html).await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (401, "text/html")
    );
    assert_eq!(page.body, "<h1>401 Unauthorized</h1>Not authenticated id-1");
    assert_eq!(page.header("www-authenticate"), "Bearer");
    assert!(
        send(&app, "GET", "/nowhere", &html)
            .await
            .body
            .contains("Not Found")
    );
    assert!(
        send(&app, "GET", "/api/nowhere", &html)
            .await
            .body
            .starts_with('{')
    );
    assert!(
        send(&app, "GET", "/nowhere", &[])
            .await
            .body
            .starts_with('{')
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_coming_fails_even_where_nothing_else_is_timed() {
    let silent = futures_util::stream::pending::<std::result::Result<&str, Infallible>>();
    let (parts, ()) = http::Request::new(()).into_parts();
    let (body, _rest) = body::watch(&parts, Body::from_stream(silent));
    let failed = crate::received::collect(&HeaderMap::new(), body, 1024)
        .await
        .unwrap_err();
    assert_eq!(
        (failed.status().as_u16(), failed.text()),
        (400, "The request body ended early")
    );
}

/// Everything that is logged on this thread while it is the default.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn fix_14_an_error_is_logged_once_with_its_id_and_no_line_shows_a_query() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = Edge::new(EdgeOptions {
        logs_access: true,
        ..options()
    })
    .around(routes());
    let answer = send(&app, "GET", "/api/v1/down?secret=hunter2", &[]).await;
    assert!(!answer.body.contains("disk"));
    send(&app, "PATCH", "/api/v1/items/5?secret=hunter2", &[]).await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("the disk is full"))
        .collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(lines[0].contains("WARN") && lines[0].contains("request_id=\"id-1\""));
    assert!(text.contains("route=\"/api/v1/items/{id}\""));
    assert_eq!(text.matches("answered").count(), 2);
    assert!(!text.contains("hunter2"));
}
