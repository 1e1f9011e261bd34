//! Rate limits (contract 1.7) and the throttling of sign-ins, on servers that have them on.

use http::Method;
use serde_json::{Value, json};
use testkit::{Answer, Http};

use crate::people::PASSWORD;
use crate::world::{Engine, World, all_at_once, fresh};

const ORIGIN: &str = "http://localhost:3000";

/// A server with limits; which database it has makes no difference to those of requests.
fn limited(engine: Engine, settings: &[(&str, &str)]) -> World {
    let mut program = engine.program();
    program.set_env("RATE_LIMIT_ENABLED", "true");
    for (name, value) in settings {
        program.set_env(name, *value);
    }
    World::own(program)
}

/// Asks until it is refused, at most so many times; hands back how many were let in, and the refusal.
async fn until_refused(http: &Http, path: &str, most: usize) -> (usize, Option<Answer>) {
    for passed in 0..most {
        let answer = http.get(path).send().await;
        if answer.status.as_u16() == 429 {
            return (passed, Some(answer));
        }
    }
    (most, None)
}

#[track_caller]
fn assert_limited(answer: &Answer) {
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!(seconds >= 1);
    let expected =
        json!({"detail": "Rate limit exceeded. Please try again later.", "retry_after": seconds});
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.header("x-ratelimit-remaining-minute"), "0");
    assert!(!answer.header("x-request-id").is_empty());
    assert_eq!(answer.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn the_first_answer_shows_the_limit_less_one() {
    let world = limited(Engine::Sqlite, &[("RATE_LIMIT_PER_HOUR", "10000")]);
    let answer = world.http.get("/api/v1/campaigns").send().await;
    let shown = [
        "limit-minute",
        "remaining-minute",
        "limit-hour",
        "remaining-hour",
    ];
    let shown = shown.map(|name| answer.header(&format!("x-ratelimit-{name}")).to_owned());
    assert_eq!(shown, ["6000", "5999", "10000", "9999"]);
    // The hour is off unless it is set, and then not spoken of.
    let world = limited(Engine::Sqlite, &[]);
    let answer = world.http.get("/api/v1/campaigns").send().await;
    assert_eq!(answer.header("x-ratelimit-limit-minute"), "6000");
    assert!(!answer.headers.contains_key("x-ratelimit-limit-hour"));
}

#[tokio::test]
async fn fix_13_a_429_tells_real_seconds_has_cors_and_spares_preflights_and_probes() {
    let world = limited(
        Engine::Sqlite,
        &[("RATE_LIMIT_PER_MINUTE", "6"), ("RATE_LIMIT_BURST", "4")],
    );
    let http = world.http.clone().with_header("origin", ORIGIN);
    let (passed, refused) = until_refused(&http, "/api/v1/campaigns", 10).await;
    let refused = refused.expect("it is refused at last");
    assert!((4..=5).contains(&passed), "{passed}");
    assert_limited(&refused);
    let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!(seconds <= 10, "one more in {seconds} s at 6 a minute");
    assert_eq!(refused.header("x-ratelimit-limit-minute"), "6");
    assert_eq!(refused.header("access-control-allow-origin"), ORIGIN);
    for _ in 0..5 {
        let request = http.request(Method::OPTIONS, "/api/v1/campaigns");
        let answer = request
            .header("access-control-request-method", "GET")
            .send()
            .await;
        assert_eq!(
            answer.expect_status(200).header("x-ratelimit-limit-minute"),
            ""
        );
        for path in ["/health", "/docs", "/redoc", "/openapi.json"] {
            let answer = http.get(path).send().await.expect_status(200);
            assert_eq!(answer.header("x-ratelimit-limit-minute"), "", "{path}");
        }
    }
    // These are counted as everything else is.
    for path in ["/health/detailed", "/metrics", "/nowhere"] {
        http.get(path).send().await.expect_status(429);
    }
}

#[tokio::test]
async fn fix_12_forged_headers_do_not_make_another_client() {
    let world = limited(
        Engine::Sqlite,
        &[("RATE_LIMIT_PER_MINUTE", "6"), ("RATE_LIMIT_BURST", "4")],
    );
    let mut last = 0;
    for n in 0..8 {
        let request = world
            .http
            .get("/api/v1/campaigns")
            .header("x-forwarded-for", &format!("203.0.113.{n}"));
        let request = request.header("x-real-ip", &format!("203.0.113.{n}"));
        last = request
            .header("forwarded", &format!("for=203.0.113.{n}"))
            .send()
            .await
            .status
            .as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn fix_12_behind_a_trusted_proxy_the_right_most_untrusted_hop_counts() {
    let world = limited(
        Engine::Sqlite,
        &[
            ("RATE_LIMIT_PER_MINUTE", "6"),
            ("RATE_LIMIT_BURST", "4"),
            ("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"),
        ],
    );
    let ask = |hops: String| {
        world
            .http
            .get("/api/v1/campaigns")
            .header("x-forwarded-for", &hops)
            .send()
    };
    for n in 0..8 {
        let answer = ask(format!("198.51.100.{n}, 203.0.113.7, 10.1.2.3")).await;
        assert_eq!(
            answer.status.as_u16() == 429,
            n >= 4,
            "{n}: the left-most may be forged"
        );
    }
    assert_eq!(
        ask("203.0.113.8, 10.1.2.3".into()).await.status.as_u16(),
        401
    );
    // Such a proxy may also name the request.
    let id = "0190b6a0-0000-7000-8000-000000000001";
    let answer = world
        .http
        .get("/health")
        .header("x-request-id", id)
        .send()
        .await;
    assert_eq!(answer.header("x-request-id"), id);
}

#[tokio::test]
async fn who_is_signed_in_has_a_limit_of_their_own_and_a_forged_token_has_not() {
    let world = limited(
        Engine::Sqlite,
        &[("RATE_LIMIT_PER_MINUTE", "12"), ("RATE_LIMIT_BURST", "8")],
    );
    let (one, two) = (world.company().await, world.company().await);
    let (_, refused) = until_refused(&one.http, "/api/v1/campaigns", 20).await;
    assert_limited(&refused.expect("it is refused at last"));
    two.sees("/api/v1/campaigns").await;
    let mut last = 0;
    for n in 0..10 {
        let forged = world.http.clone().with_bearer(&format!("forged.{n}.token"));
        last = forged.get("/api/v1/campaigns").send().await.status.as_u16();
    }
    assert_eq!(last, 429, "by address");
    two.sees("/api/v1/campaigns").await;
}

#[tokio::test]
async fn uploads_have_a_limit_of_their_own() {
    let world = limited(Engine::Sqlite, &[]);
    let owner = world.company().await;
    let campaign = owner.campaign("Uploads").await;
    let path = format!("/api/v1/campaigns/{campaign}/upload-leads");
    let answers = all_at_once((0..30).map(|_| owner.http.post(&path))).await;
    let statuses: Vec<u16> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    assert!(
        statuses.iter().all(|status| [422, 429].contains(status)),
        "{statuses:?}"
    );
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!(
        (10..=20).contains(&refused),
        "{refused} of 30 at ten a second"
    );
}

async fn login(http: &Http, email: &Value, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    http.post("/api/v1/auth/login").json(&body).send().await
}

#[tokio::test]
async fn fix_46_guessing_is_slowed_down_per_account_known_or_not() {
    for engine in Engine::BOTH {
        let world = limited(engine, &[]);
        let owner = world.company().await;
        let bystander = world.company().await;
        for email in [owner.user["email"].clone(), json!("nobody@example.com")] {
            for _ in 0..10 {
                let answer = login(&world.http, &email, "Wr0ng-one").await;
                assert_eq!(answer.status.as_u16(), 401, "{engine}: {}", answer.text());
            }
            // Now even the right password has to wait, and the answer is the same for both.
            let answer = login(&world.http, &email, PASSWORD).await;
            assert_eq!(answer.status.as_u16(), 429, "{engine}: {}", answer.text());
            let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
            assert!(seconds >= 1);
            assert_eq!(answer.json()["retry_after"], seconds);
            assert!(answer.json()["detail"].is_string());
        }
        login(&world.http, &bystander.user["email"], PASSWORD)
            .await
            .expect_status(200);
        owner.sees("/api/v1/auth/me").await;
    }
}

#[tokio::test]
async fn fix_46_guesses_that_come_at_once_are_counted_like_guesses_in_turn() {
    for engine in Engine::BOTH {
        let world = limited(engine, &[]);
        let owner = world.company().await;
        let body = json!({"email": owner.user["email"], "password": "Wr0ng-one"});
        let guess = |_| world.http.post("/api/v1/auth/login").json(&body);
        let answers = all_at_once((0..50).map(guess)).await;
        let of = |status: u16| {
            answers
                .iter()
                .filter(|a| a.status.as_u16() == status)
                .count()
        };
        assert_eq!((of(401), of(429)), (10, 40), "{engine}");
    }
}

#[tokio::test]
async fn a_good_sign_in_forgets_the_failures_of_its_account() {
    for engine in Engine::BOTH {
        let world = limited(engine, &[]);
        let owner = world.company().await;
        for _ in 0..3 {
            for _ in 0..9 {
                login(&world.http, &owner.user["email"], "Wr0ng-one")
                    .await
                    .expect_status(401);
            }
            login(&world.http, &owner.user["email"], PASSWORD)
                .await
                .expect_status(200);
        }
    }
}

#[tokio::test]
async fn registrations_from_one_address_are_limited() {
    let world = limited(Engine::Sqlite, &[]);
    let register = async || {
        let n = fresh();
        let body = json!({"organization_name": format!("Many {n}"), "email": format!("m@many{n}.example.com"), "password": PASSWORD});
        world
            .http
            .post("/api/v1/auth/register")
            .json(&body)
            .send()
            .await
    };
    for _ in 0..20 {
        register().await.expect_status(201);
    }
    let answer = register().await.expect_status(429);
    assert!(answer.header("retry-after").parse::<u64>().is_ok());
}
