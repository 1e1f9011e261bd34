//! Who is let in, and what the others are told (contract 1.2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::{Answer, Http};

use crate::people::{Person, id_of};
use crate::problems::assert_detail;
use crate::world::{SECRET, World, on_both};

/// RFC 2104 on SHA-256, whose blocks have 64 bytes.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36));
    let inner = inner.chain_update(message).finalize();
    let outer = Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c));
    outer.chain_update(inner).finalize().to_vec()
}

/// Seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the server under test has the machine's clock"
)]
pub(crate) fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.expect("after 1970").as_secs()).expect("before the sun goes out")
}

fn sign_with(secret: &str, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = hmac_sha256(secret.as_bytes(), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token as our own server would sign it.
pub(crate) fn sign(claims: &Value) -> String {
    sign_with(SECRET, &json!({"alg": "HS256", "typ": "JWT"}), claims)
}

/// What the original put into a token: no `iat`, `jti`, `sid`.
pub(crate) fn legacy(person: &Person, purpose: &str, seconds: i64) -> Value {
    json!({
        "sub": person.id(),
        "tenant_id": person.tenant_id(),
        "role": "owner",
        "type": purpose,
        "exp": now() + seconds,
    })
}

/// What a token says, unchecked.
pub(crate) fn claims_of(token: &str) -> Value {
    let middle = token.split('.').nth(1).expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(middle).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

pub(crate) async fn refresh(world: &World, token: &str) -> Answer {
    let body = json!({"refresh_token": token});
    world
        .http
        .post("/api/v1/auth/refresh")
        .json(&body)
        .send()
        .await
}

/// Every endpoint that wants a token: method, path, and whether it wants a live tenant too.
async fn guarded(person: &Person) -> Vec<(Method, String, bool)> {
    let campaign = person.campaign("Guarded").await;
    let lead = id_of(&person.lead(&campaign, json!({})).await);
    let template = person.template().await;
    let user = id_of(&person.invites("member").await);
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    let (patch, delete) = (Method::PATCH, Method::DELETE);
    let person_only = [
        (&get, "auth/me".into()),
        (&post, "auth/logout".into()),
        (&post, "auth/password".into()),
        (&get, "auth/sessions".into()),
        (&delete, format!("auth/sessions/{user}")),
    ];
    let member = [
        (&get, "tenants/me".into()),
        (&patch, "tenants/me".into()),
        (&post, "campaigns".into()),
        (&get, "campaigns".into()),
        (&get, format!("campaigns/{campaign}")),
        (&patch, format!("campaigns/{campaign}")),
        (&delete, format!("campaigns/{campaign}")),
        (&get, format!("campaigns/{campaign}/leads")),
        (&post, format!("campaigns/{campaign}/leads")),
        (&post, format!("campaigns/{campaign}/leads/bulk")),
        (&delete, format!("campaigns/{campaign}/leads")),
        (&patch, format!("leads/{lead}")),
        (&put, format!("leads/{lead}")),
        (&delete, format!("leads/{lead}")),
        (&post, format!("campaigns/{campaign}/upload-leads")),
        (&post, "email-templates".into()),
        (&get, "email-templates".into()),
        (&get, format!("email-templates/{template}")),
        (&patch, format!("email-templates/{template}")),
        (&delete, format!("email-templates/{template}")),
        (&get, "dashboard/stats".into()),
        (&get, "team/members".into()),
        (&post, "team/invite".into()),
        (&patch, format!("team/{user}/role")),
        (&delete, format!("team/{user}")),
        (&post, format!("team/{user}/transfer-ownership")),
        (&get, "notifications".into()),
        (&get, "events".into()),
    ];
    let of = |needs_tenant| {
        move |(method, rest): (&Method, String)| {
            (method.clone(), format!("/api/v1/{rest}"), needs_tenant)
        }
    };
    let person_only = person_only.into_iter().map(of(false));
    person_only
        .chain(member.into_iter().map(of(true)))
        .collect()
}

/// Sends a body that is wrong everywhere, which whoever is not let in must not learn.
async fn knock(http: &Http, method: &Method, path: &str) -> Answer {
    let request = http.request(method.clone(), path);
    let answer = request.body("application/json", "{ not json").send().await;
    assert!(!answer.header("x-request-id").is_empty(), "{path}");
    answer
}

#[tokio::test]
async fn without_a_token_every_endpoint_says_so_before_it_reads_the_body() {
    on_both(async |world| {
        let person = world.company().await;
        let basic = world
            .http
            .clone()
            .with_header("authorization", "Basic dTpw");
        let bare = world.http.clone().with_header("authorization", "Bearer");
        for (method, path, _) in guarded(&person).await {
            for http in [&world.http, &basic, &bare] {
                let answer = knock(http, &method, &path).await;
                assert_detail(&answer, 401, "Not authenticated");
                assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
            }
        }
        // Nothing was done meanwhile.
        person.sees("/api/v1/auth/me").await;
    })
    .await;
}

#[tokio::test]
async fn a_bad_token_is_told_from_none() {
    on_both(async |world| {
        let person = world.company().await;
        let claims = legacy(&person, "access", 3600);
        let hs256 = json!({"alg": "HS256", "typ": "JWT"});
        let half = &person.access[..person.access.len() - 1];
        let bad = [
            "null".to_owned(),
            "a.b.c".to_owned(),
            half.to_owned(),
            sign_with("another secret, just as long as ours is", &hs256, &claims),
            sign_with(SECRET, &json!({"alg": "HS512", "typ": "JWT"}), &claims),
            sign_with(SECRET, &json!({"alg": "none"}), &claims),
            sign(&legacy(&person, "access", -1)),
            sign(&json!({"sub": person.id(), "type": "access"})),
            sign(&json!({"type": "access", "exp": now() + 60})),
            sign(&json!({"sub": 5, "type": "access", "exp": now() + 60})),
        ];
        let endpoints = guarded(&person).await;
        for token in bad {
            let http = world.http.clone().with_bearer(&token);
            for (method, path, _) in &endpoints {
                let answer = knock(&http, method, path).await;
                assert_detail(&answer, 401, "Invalid or expired token");
                assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn fix_5_a_refresh_token_opens_no_endpoint() {
    on_both(async |world| {
        let person = world.company().await;
        let endpoints = guarded(&person).await;
        for token in [
            person.refresh.clone(),
            sign(&legacy(&person, "refresh", 3600)),
        ] {
            let http = world.http.clone().with_bearer(&token);
            for (method, path, _) in &endpoints {
                let answer = knock(&http, method, path).await;
                assert_detail(&answer, 401, "Invalid or expired token");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case() {
    on_both(async |world| {
        let person = world.company().await;
        for scheme in ["bearer", "BEARER", "BeArEr"] {
            let value = format!("{scheme} {}", person.access);
            let request = world
                .http
                .get("/api/v1/auth/me")
                .header("authorization", &value);
            request.send().await.expect_status(200);
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_gone_or_inactive_is_told_so() {
    on_both(async |world| {
        let owner = world.company().await;
        let mut claims = legacy(&owner, "access", 3600);
        claims["sub"] = json!("0190b6a0-0000-7000-8000-000000000000");
        let gone = world.http.clone().with_bearer(&sign(&claims));
        claims["sub"] = json!("nobody");
        let nobody = world.http.clone().with_bearer(&sign(&claims));
        claims["sub"] = owner.invites("member").await["id"].clone();
        let inactive = world.http.clone().with_bearer(&sign(&claims));
        for (method, path, _) in guarded(&owner).await {
            for http in [&gone, &nobody] {
                assert_detail(&knock(http, &method, &path).await, 401, "User not found");
            }
            let answer = knock(&inactive, &method, &path).await;
            assert_detail(&answer, 403, "User account is inactive");
        }
    })
    .await;
}

#[tokio::test]
async fn a_suspended_company_can_sign_in_but_not_work() {
    on_both(async |world| {
        let owner = world.company().await;
        let endpoints = guarded(&owner).await;
        world.run(&["admin", "suspend-tenant", "--id", owner.tenant_id()]);
        for (method, path, needs_tenant) in &endpoints {
            if *needs_tenant {
                let answer = knock(&owner.http, method, path).await;
                assert_detail(&answer, 403, "Account suspended. Please contact support.");
            }
        }
        owner.sees("/api/v1/auth/me").await;
        let again = world.login(owner.email()).await;
        refresh(&world, &again.refresh).await.expect_status(200);
        world.run(&["admin", "resume-tenant", "--id", owner.tenant_id()]);
        assert_eq!(owner.sees("/api/v1/tenants/me").await["is_active"], true);
    })
    .await;
}

#[tokio::test]
async fn tokens_carry_what_clients_know_and_name_their_login() {
    on_both(async |world| {
        let owner = world.company().await;
        let (access, next) = (claims_of(&owner.access), claims_of(&owner.refresh));
        for (claims, purpose, life) in [(&access, "access", 3600), (&next, "refresh", 30 * 86_400)]
        {
            assert_eq!(claims["sub"], owner.user["id"]);
            assert_eq!(claims["tenant_id"], owner.user["tenant_id"]);
            assert_eq!(claims["role"], "owner");
            assert_eq!(claims["type"], purpose);
            let (iat, exp) = (claims["iat"].as_i64(), claims["exp"].as_i64());
            let (iat, exp) = (iat.expect("seconds"), exp.expect("seconds"));
            assert_eq!(exp - iat, life);
            assert!((now() - iat).abs() < 60);
            assert!(
                claims["jti"].is_string() && claims["sid"].is_string(),
                "{claims}"
            );
        }
        assert_eq!(access["sid"], next["sid"]);
        assert_ne!(access["jti"], next["jti"]);
    })
    .await;
}

#[tokio::test]
async fn the_role_in_a_token_counts_for_nothing() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        let forged = sign(&legacy(&member, "access", 60));
        assert_eq!(claims_of(&forged)["role"], "owner");
        let http = world.http.clone().with_bearer(&forged);
        let answer = http
            .patch("/api/v1/tenants/me")
            .json(&json!({"name": "Mine"}))
            .send()
            .await;
        assert_detail(
            &answer,
            403,
            "Insufficient permissions. Required: owner, admin",
        );
        // Nor does the tenant.
        let stranger = world.company().await;
        let mut claims = legacy(&member, "access", 60);
        claims["tenant_id"] = stranger.user["tenant_id"].clone();
        let http = world.http.clone().with_bearer(&sign(&claims));
        let tenant = http
            .get("/api/v1/tenants/me")
            .send()
            .await
            .expect_status(200)
            .json();
        assert_eq!(tenant["id"], owner.user["tenant_id"]);
    })
    .await;
}
