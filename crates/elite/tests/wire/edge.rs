//! What holds for every reply: headers, CORS, methods, paths (contract 1.1, 1.5, 1.6).

use http::Method;
use serde_json::json;
use testkit::{Answer, exchange_raw};

use crate::problems::assert_detail;
use crate::world::{World, on_both};

const ORIGIN: &str = "http://localhost:3000";

fn is_uuid(text: &str) -> bool {
    let dashes: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
    let digits =
        |letter: char| letter == '-' || letter.is_ascii_digit() || ('a'..='f').contains(&letter);
    text.len() == 36 && dashes == [8, 13, 18, 23] && text.chars().all(digits)
}

#[track_caller]
fn assert_headers(answer: &Answer) {
    let once = [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        (
            "permissions-policy",
            "geolocation=(), microphone=(), camera=(), payment=(), usb=(), magnetometer=(), gyroscope=(), accelerometer=()",
        ),
    ];
    for (name, value) in once {
        let found: Vec<_> = answer.headers.get_all(name).iter().collect();
        assert_eq!(found, [value], "{name}");
    }
    for absent in [
        "x-powered-by",
        "x-xss-protection",
        "strict-transport-security",
        "server",
    ] {
        assert!(!answer.headers.contains_key(absent), "{absent}");
    }
    assert!(
        is_uuid(answer.header("x-request-id")),
        "{:?}",
        answer.headers
    );
    let elapsed = answer.header("x-process-time");
    assert!(
        elapsed.parse::<f64>().is_ok_and(|elapsed| elapsed >= 0.0),
        "{elapsed}"
    );
    assert!(
        elapsed
            .split_once('.')
            .is_none_or(|(_, decimals)| decimals.len() <= 2),
        "{elapsed}"
    );
    assert!(answer.headers.contains_key("content-security-policy"));
    assert!(answer.headers.contains_key("cache-control"));
}

/// One of each kind of answer, as a page of `ORIGIN` gets them.
async fn answers(world: &World) -> Vec<(&'static str, Answer)> {
    let owner = world.company().await;
    let campaign = owner.campaign("Headers").await;
    let http = owner.http.clone().with_header("origin", ORIGIN);
    let anonymous = world.http.clone().with_header("origin", ORIGIN);
    let path = format!("/api/v1/campaigns/{campaign}");
    let body = json!({"name": "x"});
    vec![
        ("200", http.get("/api/v1/campaigns").send().await),
        ("200", http.get(&format!("{path}/leads")).send().await),
        ("200", anonymous.get("/health").send().await),
        (
            "201",
            http.post(&format!("{path}/leads"))
                .json(&json!({}))
                .send()
                .await,
        ),
        ("307", http.get("/api/v1/campaigns/").send().await),
        (
            "400",
            http.post(&format!("{path}/upload-leads"))
                .multipart(testkit::Form::new().file("file", "a.txt", "", b"x"))
                .send()
                .await,
        ),
        ("401", anonymous.get("/api/v1/campaigns").send().await),
        ("404", http.get("/api/v1/campaigns/x").send().await),
        ("404", anonymous.get("/nowhere").send().await),
        ("405", http.put("/api/v1/campaigns").send().await),
        (
            "413",
            http.patch(&path)
                .json(&json!({"name": "x".repeat(5 << 20)}))
                .send()
                .await,
        ),
        ("422", http.patch(&path).json(&body).send().await),
        ("204", http.delete(&path).send().await),
    ]
}

#[tokio::test]
async fn fix_31_fix_61_every_answer_carries_the_same_headers_once_and_cors_too() {
    on_both(async |world| {
        for (status, answer) in answers(&world).await {
            let answer = answer.expect_status(status.parse().expect("a status"));
            assert_headers(&answer);
            assert_eq!(
                answer.header("access-control-allow-origin"),
                ORIGIN,
                "{status}"
            );
            assert_eq!(
                answer.header("access-control-allow-credentials"),
                "true",
                "{status}"
            );
            let exposed = answer
                .header("access-control-expose-headers")
                .to_ascii_lowercase();
            for name in [
                "x-request-id",
                "x-process-time",
                "x-ratelimit-limit-minute",
                "x-ratelimit-remaining-minute",
                "x-ratelimit-limit-hour",
                "x-ratelimit-remaining-hour",
                "retry-after",
                "x-event-seq",
                "x-cache",
                "etag",
                "age",
                "link",
            ] {
                assert!(
                    exposed.split(", ").any(|known| known == name),
                    "{name} in {exposed}"
                );
            }
            let vary: Vec<_> = answer
                .headers
                .get_all("vary")
                .iter()
                .filter_map(|value| value.to_str().ok())
                .collect();
            assert!(vary.join(",").contains("Origin"), "{status}: {vary:?}");
            // Without limits nothing is said of them.
            assert!(
                !answer
                    .headers
                    .keys()
                    .any(|name| name.as_str().starts_with("x-ratelimit")),
                "{status}"
            );
            if status.starts_with('4') {
                assert_eq!(
                    answer.header("content-type"),
                    "application/json",
                    "{status}"
                );
                assert!(!answer.json()["detail"].is_null());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn answers_of_the_api_are_not_shared_and_load_nothing() {
    on_both(async |world| {
        for (status, answer) in answers(&world).await {
            // A read that can be asked for again by its tag says so; nobody but its reader may keep it.
            let expected = match answer.header("etag") {
                "" => [
                    "no-store, no-cache, must-revalidate, private",
                    "no-cache",
                    "0",
                ],
                _ => ["private, no-cache", "", ""],
            };
            let found = ["cache-control", "pragma", "expires"].map(|name| answer.header(name));
            assert_eq!(found, expected, "{status}");
            assert_eq!(
                answer.header("content-security-policy"),
                "default-src 'none'",
                "{status}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_id_is_new_for_each_request_and_not_taken_from_anybody() {
    on_both(async |world| {
        let own = "0190b6a0-0000-7000-8000-000000000001";
        let ask = || world.http.get("/health").header("x-request-id", own);
        let (one, two) = (ask().send().await, ask().send().await);
        let ids = [one.header("x-request-id"), two.header("x-request-id")];
        assert!(
            ids[0] != ids[1] && ids.iter().all(|id| is_uuid(id) && *id != own),
            "{ids:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_preflight_of_a_known_origin_is_ok_and_of_another_refused() {
    on_both(async |world| {
        let ask = |origin: &str, method: &str| {
            let request = world.http.request(Method::OPTIONS, "/api/v1/campaigns");
            let request = request
                .header("origin", origin)
                .header("access-control-request-method", method);
            request
                .header("access-control-request-headers", "authorization, x-odd")
                .send()
        };
        let answer = ask(ORIGIN, "PATCH").await.expect_status(200);
        assert_eq!(answer.text(), "OK");
        assert!(answer.header("content-type").starts_with("text/plain"));
        let expected = [
            ("access-control-allow-origin", ORIGIN),
            ("access-control-allow-credentials", "true"),
            (
                "access-control-allow-methods",
                "GET, POST, PUT, PATCH, DELETE, OPTIONS",
            ),
            ("access-control-allow-headers", "authorization, x-odd"),
            ("access-control-max-age", "600"),
        ];
        for (name, value) in expected {
            assert_eq!(answer.header(name), value, "{name}");
        }
        assert!(answer.header("vary").contains("Origin"));
        assert_headers(&answer);
        for origin in [
            "http://localhost:3001",
            "https://localhost:3000",
            "http://localhost:3000.evil.example",
            "null",
        ] {
            let answer = ask(origin, "GET").await.expect_status(400);
            assert_eq!(answer.text(), "Disallowed CORS origin");
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
        ask("http://localhost:7860", "GET").await.expect_status(200);
    })
    .await;
}

#[tokio::test]
async fn a_foreign_origin_is_answered_without_leave_to_read() {
    on_both(async |world| {
        let owner = world.company().await;
        let request = owner
            .http
            .get("/api/v1/campaigns")
            .header("origin", "https://evil.example");
        let answer = request.send().await.expect_status(200);
        for name in [
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "access-control-expose-headers",
        ] {
            assert!(!answer.headers.contains_key(name), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn unknown_paths_are_404_in_json() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Paths").await;
        for path in [
            "/nowhere",
            "/api/v1",
            "/api/v2/campaigns",
            "/api/v1/campaign",
            "/api/v1/campaigns/a/b/c",
            "/api//v1/campaigns",
            "/%ff",
            "/api/v1/campaigns/%2e%2e/%2e%2e/x",
        ] {
            assert_detail(&owner.http.get(path).send().await, 404, "Not Found");
        }
        // What other parts will bring is not there, rather than there in part.
        let unbuilt = [
            format!("campaigns/{campaign}/cancel-generation"),
            format!("campaigns/{campaign}/generate-leads?query=x"),
            format!("campaigns/{campaign}/leads/enrich"),
            format!("campaigns/{campaign}/send-emails"),
            format!("campaigns/{campaign}/send-whatsapp"),
            format!("campaigns/{campaign}/run-automation"),
            "test-email-connection".into(),
            "settings/whatsapp-credentials/verify".into(),
        ];
        for path in unbuilt {
            let answer = owner
                .http
                .post(&format!("/api/v1/{path}"))
                .json(&json!({}))
                .send()
                .await;
            assert_detail(&answer, 404, "Not Found");
        }
    })
    .await;
}

#[tokio::test]
async fn a_browser_gets_a_page_for_an_unknown_path_outside_the_api() {
    on_both(async |world| {
        let ask = |path: &str| {
            world
                .http
                .get(path)
                .header("accept", "text/html,*/*;q=0.8")
                .send()
        };
        let page = ask("/nowhere").await.expect_status(404);
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{:?}",
            page.headers
        );
        assert_headers(&page);
        let policy = page.header("content-security-policy");
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("http"),
            "{policy}"
        );
        assert_detail(&ask("/api/v1/nowhere").await, 404, "Not Found");
        assert_detail(&ask("/api/v1/campaigns").await, 401, "Not authenticated");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_method_is_405_and_names_the_right_ones() {
    on_both(async |world| {
        let owner = world.company().await;
        let cases = [
            (
                Method::PUT,
                "/api/v1/campaigns",
                vec!["GET", "HEAD", "POST"],
            ),
            (Method::POST, "/health", vec!["GET", "HEAD"]),
            (Method::GET, "/api/v1/auth/login", vec!["POST"]),
            (Method::DELETE, "/api/v1/auth/me", vec!["GET", "HEAD"]),
            (
                Method::GET,
                "/api/v1/leads/x",
                vec!["DELETE", "PATCH", "PUT"],
            ),
            (
                Method::PATCH,
                "/api/v1/campaigns/x/leads",
                vec!["DELETE", "GET", "HEAD", "POST"],
            ),
        ];
        for (method, path, expected) in cases {
            let answer = owner.http.request(method, path).send().await;
            assert_detail(&answer, 405, "Method Not Allowed");
            let mut allowed: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
            allowed.sort_unstable();
            assert_eq!(allowed, expected, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn fix_53_head_is_answered_for_every_get() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Head").await;
        for path in [
            "/health",
            "/health/detailed",
            "/metrics",
            "/openapi.json",
            "/docs",
            "/redoc",
            "/api/v1/auth/me",
            "/api/v1/campaigns",
            "/api/v1/dashboard/stats",
        ] {
            let (head, get) = (
                owner.http.request(Method::HEAD, path).send().await,
                owner.http.get(path).send().await,
            );
            assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{path}");
            assert_eq!(
                head.header("content-type"),
                get.header("content-type"),
                "{path}"
            );
            assert_headers(&head);
        }
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        let head = owner.http.request(Method::HEAD, &path).send().await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        let answer = owner
            .http
            .request(Method::HEAD, "/api/v1/campaigns/x")
            .send()
            .await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (404, 0));
        let answer = world
            .http
            .request(Method::HEAD, "/api/v1/campaigns")
            .send()
            .await;
        assert_eq!(answer.status.as_u16(), 401);
    })
    .await;
}

#[tokio::test]
async fn a_trailing_slash_is_redirected_to_the_absolute_address_without() {
    on_both(async |world| {
        let owner = world.company().await;
        for (method, path, target) in [
            (Method::GET, "/health/", "/health"),
            (Method::GET, "/api/v1/campaigns/", "/api/v1/campaigns"),
            (
                Method::POST,
                "/api/v1/campaigns/?a=1&b=%20",
                "/api/v1/campaigns?a=1&b=%20",
            ),
            (
                Method::GET,
                "/api/v1/campaigns/x/leads/",
                "/api/v1/campaigns/x/leads",
            ),
        ] {
            let answer = owner
                .http
                .request(method, path)
                .send()
                .await
                .expect_status(307);
            assert_eq!(
                answer.header("location"),
                format!("http://{}{target}", world.address())
            );
        }
        assert_detail(&owner.http.get("/nowhere/").send().await, 404, "Not Found");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_the_server_goes_on() {
    on_both(async |world| {
        let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(300_000));
        let many: String = (0..5000).map(|n| format!("x-{n}: y\r\n")).collect();
        let many = format!("GET /health HTTP/1.1\r\nhost: x\r\n{many}\r\n");
        let two_lengths = "POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!";
        let chunked = "POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\nzz\r\n";
        for request in ["\0\0\0\0", "hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", &long, &many, two_lengths, chunked] {
            let answer = exchange_raw(world.address(), request.as_bytes()).await;
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        }
        world.http.get("/health").send().await.expect_status(200);
    })
    .await;
}
