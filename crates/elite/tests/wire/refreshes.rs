//! The next pair of tokens (contract #10): rotation, reuse, and what the original issued.

use serde_json::json;

use crate::people::{PASSWORD, Person};
use crate::problems::{assert_detail, assert_problems, missing};
use crate::tokens::{claims_of, legacy, now, refresh, sign};
use crate::world::on_both;

#[tokio::test]
async fn fix_6_every_refresh_that_fails_is_a_401_with_its_reason() {
    on_both(async |world| {
        let owner = world.company().await;
        let without_sub = json!({"type": "refresh", "exp": now() + 60});
        let mut gone = legacy(&owner, "refresh", 60);
        gone["sub"] = json!("0190b6a0-0000-7000-8000-000000000000");
        let mut inactive = legacy(&owner, "refresh", 60);
        inactive["sub"] = owner.invites("member").await["id"].clone();
        let cases = [
            (owner.access.clone(), "Invalid token type"),
            (sign(&legacy(&owner, "access", 60)), "Invalid token type"),
            (sign(&without_sub), "Invalid token"),
            (sign(&gone), "User not found or inactive"),
            (sign(&inactive), "User not found or inactive"),
            (
                sign(&legacy(&owner, "refresh", -1)),
                "Refresh token expired",
            ),
            ("junk".into(), "Invalid refresh token"),
            (String::new(), "Invalid refresh token"),
            (format!("{}x", owner.refresh), "Invalid refresh token"),
        ];
        for (token, text) in cases {
            let answer = refresh(&world, &token).await;
            assert_detail(&answer, 401, text);
            assert!(answer.header("x-event-seq").is_empty());
        }
        let answer = world
            .http
            .post("/api/v1/auth/refresh")
            .json(&json!({}))
            .send()
            .await;
        assert_problems(&answer, &[missing("refresh_token", json!({}))]);
    })
    .await;
}

#[tokio::test]
async fn fix_7_a_refresh_takes_the_role_from_the_row_and_rotates() {
    on_both(async |world| {
        let owner = world.company().await;
        let person = owner.colleague("member").await;
        let path = format!("/api/v1/team/{}/role", person.id());
        let body = json!({"role": "admin"});
        owner
            .http
            .patch(&path)
            .json(&body)
            .send()
            .await
            .expect_status(200);
        let token = refresh(&world, &person.refresh)
            .await
            .expect_status(200)
            .json();
        let next = Person::of(&world, &token);
        assert_eq!(claims_of(&next.access)["role"], "admin");
        assert_eq!(claims_of(&next.refresh)["role"], "admin");
        assert_eq!(token["user"]["role"], "admin");
        assert_ne!(next.refresh, person.refresh);
        // The access token of before is still good: the login is the same.
        person.sees("/api/v1/auth/me").await;
        next.sees("/api/v1/auth/me").await;
    })
    .await;
}

#[tokio::test]
async fn fix_7_using_a_rotated_token_again_ends_that_login_everywhere() {
    on_both(async |world| {
        let owner = world.company().await;
        let other = world.login(owner.email()).await;
        let token = refresh(&world, &owner.refresh)
            .await
            .expect_status(200)
            .json();
        let next = Person::of(&world, &token);
        assert_detail(
            &refresh(&world, &owner.refresh).await,
            401,
            "Invalid refresh token",
        );
        for ended in [&owner, &next] {
            let answer = ended.http.get("/api/v1/auth/me").send().await;
            assert_detail(&answer, 401, "Invalid or expired token");
        }
        assert_detail(
            &refresh(&world, &next.refresh).await,
            401,
            "Invalid refresh token",
        );
        // Another login of the same person goes on.
        other.sees("/api/v1/auth/me").await;
        let names: Vec<_> = other.sees_events().await;
        let reused = names
            .iter()
            .filter(|event| event["name"] == "session.reuse_detected");
        assert_eq!(reused.count(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_two_that_refresh_at_once_one_gets_a_pair() {
    on_both(async |world| {
        let owner = world.company().await;
        let (one, two) = tokio::join!(
            refresh(&world, &owner.refresh),
            refresh(&world, &owner.refresh)
        );
        let mut found = [one.status.as_u16(), two.status.as_u16()];
        found.sort_unstable();
        assert_eq!(found, [200, 401]);
    })
    .await;
}

#[tokio::test]
async fn fix_7_tokens_issued_by_the_original_are_still_good() {
    on_both(async |world| {
        let owner = world.company().await;
        let access = sign(&legacy(&owner, "access", 3600));
        let http = world.http.clone().with_bearer(&access);
        http.get("/api/v1/auth/me").send().await.expect_status(200);
        http.get("/api/v1/campaigns")
            .send()
            .await
            .expect_status(200);

        let old = sign(&legacy(&owner, "refresh", 3600));
        let token = refresh(&world, &old).await.expect_status(200).json();
        let next = Person::of(&world, &token);
        assert!(claims_of(&next.refresh)["sid"].is_string());
        next.sees("/api/v1/auth/me").await;
        let third = refresh(&world, &next.refresh)
            .await
            .expect_status(200)
            .json();
        let third = Person::of(&world, &third);

        // It was good once, as all are.
        assert_detail(&refresh(&world, &old).await, 401, "Invalid refresh token");
        let answer = third.http.get("/api/v1/auth/me").send().await;
        assert_detail(&answer, 401, "Invalid or expired token");
    })
    .await;
}

#[tokio::test]
async fn fix_7_tokens_of_the_original_end_with_a_new_password_and_with_signing_out() {
    on_both(async |world| {
        for by_password in [true, false] {
            let owner = world.company().await;
            let access = sign(&legacy(&owner, "access", 600));
            let token = sign(&legacy(&owner, "refresh", 600));
            let old = world.http.clone().with_bearer(&access);
            old.get("/api/v1/auth/me").send().await.expect_status(200);
            let (path, body) = if by_password {
                let body = json!({"current_password": PASSWORD, "new_password": "An0ther-one!"});
                ("/api/v1/auth/password", body)
            } else {
                ("/api/v1/auth/logout", json!({}))
            };
            old.post(path).json(&body).send().await.expect_status(204);
            old.get("/api/v1/auth/me").send().await.expect_status(401);
            refresh(&world, &token).await.expect_status(401);
        }
    })
    .await;
}
