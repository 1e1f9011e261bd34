//! A person's sign-ins: listed, ended one by one, signed out, and ended by a new password.

use serde_json::{Value, json};

use crate::people::{PASSWORD, Person};
use crate::problems::{assert_detail, assert_problems, missing};
use crate::shapes::{SESSION, assert_shape};
use crate::tokens::{claims_of, refresh};
use crate::world::{World, on_both};

const SESSIONS: &str = "/api/v1/auth/sessions";
const ME: &str = "/api/v1/auth/me";

async fn is_out(world: &World, person: &Person) {
    let answer = person.http.get(ME).send().await;
    assert_detail(&answer, 401, "Invalid or expired token");
    assert_detail(
        &refresh(world, &person.refresh).await,
        401,
        "Invalid refresh token",
    );
}

#[tokio::test]
async fn sign_ins_are_listed_newest_first_and_the_callers_is_marked() {
    on_both(async |world| {
        let first = world.company().await;
        let second = world.login(first.email()).await;
        let list = second.sees(SESSIONS).await;
        let list = list.as_array().expect("a list");
        assert_eq!(list.len(), 2);
        for session in list {
            assert_shape(session, SESSION);
            assert_eq!(session["kind"], "api");
            assert_eq!(session["address"], "127.0.0.1");
        }
        let current: Vec<&Value> = list.iter().map(|session| &session["current"]).collect();
        assert_eq!(current, [true, false]);
        assert_eq!(list[0]["id"], claims_of(&second.access)["sid"]);
    })
    .await;
}

#[tokio::test]
async fn ending_one_sign_in_leaves_the_others() {
    on_both(async |world| {
        let first = world.company().await;
        let second = world.login(first.email()).await;
        let sid = claims_of(&first.access)["sid"].clone();
        let path = format!("{SESSIONS}/{}", sid.as_str().expect("an id"));
        let answer = second.http.delete(&path).send().await.expect_status(204);
        assert!(answer.body.is_empty());
        is_out(&world, &first).await;
        assert_eq!(
            second.sees(SESSIONS).await.as_array().map(Vec::len),
            Some(1)
        );
        // It is not there any more.
        assert_detail(
            &second.http.delete(&path).send().await,
            404,
            "Session not found",
        );
    })
    .await;
}

#[tokio::test]
async fn a_foreign_or_malformed_sign_in_is_not_found() {
    on_both(async |world| {
        let owner = world.company().await;
        let colleague = owner.colleague("member").await;
        let stranger = world.company().await;
        for other in [&colleague, &stranger] {
            let sid = claims_of(&other.access)["sid"].clone();
            let path = format!("{SESSIONS}/{}", sid.as_str().expect("an id"));
            assert_detail(
                &owner.http.delete(&path).send().await,
                404,
                "Session not found",
            );
            other.sees(ME).await;
        }
        for id in ["x", "%00", "0190b6a0-0000-7000-8000-000000000000"] {
            let answer = owner.http.delete(&format!("{SESSIONS}/{id}")).send().await;
            assert_detail(&answer, 404, "Session not found");
        }
    })
    .await;
}

#[tokio::test]
async fn fix_7_signing_out_ends_both_tokens_at_once() {
    on_both(async |world| {
        let owner = world.company().await;
        let other = world.login(owner.email()).await;
        let answer = owner
            .http
            .post("/api/v1/auth/logout")
            .send()
            .await
            .expect_status(204);
        assert!(answer.body.is_empty());
        is_out(&world, &owner).await;
        other.sees(ME).await;
    })
    .await;
}

#[tokio::test]
async fn fix_7_a_new_password_ends_the_other_sign_ins() {
    on_both(async |world| {
        let owner = world.company().await;
        let other = world.login(owner.email()).await;
        let path = "/api/v1/auth/password";
        let body = json!({"current_password": "Wr0ng-one", "new_password": "N3w-password"});
        let answer = owner.http.post(path).json(&body).send().await;
        assert_detail(&answer, 400, "Current password is incorrect");
        other.sees(ME).await;

        let body = json!({"current_password": PASSWORD, "new_password": "N3w-password"});
        owner
            .http
            .post(path)
            .json(&body)
            .send()
            .await
            .expect_status(204);
        owner.sees(ME).await;
        is_out(&world, &other).await;
        for (password, status) in [(PASSWORD, 401), ("N3w-password", 200)] {
            let body = json!({"email": owner.email(), "password": password});
            world
                .http
                .post("/api/v1/auth/login")
                .json(&body)
                .send()
                .await
                .expect_status(status);
        }
        refresh(&world, &owner.refresh).await.expect_status(200);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_keeps_the_rules() {
    on_both(async |world| {
        let owner = world.company().await;
        let path = "/api/v1/auth/password";
        let answer = owner.http.post(path).json(&json!({})).send().await;
        let names = ["current_password", "new_password"];
        assert_problems(&answer, &names.map(|name| missing(name, json!({}))));
        let body = json!({"current_password": PASSWORD, "new_password": "abcdefg1!"});
        let answer = owner
            .http
            .post(path)
            .json(&body)
            .send()
            .await
            .expect_status(422)
            .json();
        let entry = &answer["detail"][0];
        assert_eq!(entry["loc"], json!(["body", "new_password"]));
        assert_eq!(
            entry["msg"],
            "Value error, Password must contain at least one uppercase letter"
        );
        assert_eq!(entry["input"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn fix_7_a_removed_member_is_out_at_the_next_request() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        member.sees(ME).await;
        let path = format!("/api/v1/team/{}", member.id());
        owner.http.delete(&path).send().await.expect_status(204);
        let answer = member.http.get(ME).send().await;
        assert_detail(&answer, 401, "User not found");
        let answer = refresh(&world, &member.refresh).await;
        assert_detail(&answer, 401, "User not found or inactive");
    })
    .await;
}
