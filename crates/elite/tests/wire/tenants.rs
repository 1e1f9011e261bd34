//! The company's profile (contract 2.4).

use serde_json::{Value, json};
use testkit::Answer;

use crate::people::Person;
use crate::problems::{assert_detail, assert_problems, problem, problem_with};
use crate::shapes::{TENANT, assert_shape};
use crate::world::on_both;

const TENANT_ME: &str = "/api/v1/tenants/me";

async fn change(person: &Person, body: &Value) -> Answer {
    person.http.patch(TENANT_ME).json(body).send().await
}

#[tokio::test]
async fn everybody_reads_the_profile() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        let tenant = member.sees(TENANT_ME).await;
        assert_shape(&tenant, TENANT);
        assert_eq!(tenant["id"], owner.user["tenant_id"]);
        assert_eq!(tenant["is_active"], true);
        assert_eq!(tenant, owner.sees(TENANT_ME).await);
    })
    .await;
}

#[tokio::test]
async fn only_what_is_sent_is_written() {
    on_both(async |world| {
        let owner = world.company().await;
        let before = owner.sees(TENANT_ME).await;
        let answer = change(
            &owner,
            &json!({"name": "Renamed", "company_address": "1 Street"}),
        )
        .await;
        let after = answer.expect_status(200).json();
        assert_shape(&after, TENANT);
        assert_eq!(after["name"], "Renamed");
        for same in [
            "id",
            "company_email",
            "company_website",
            "status",
            "plan",
            "created_at",
        ] {
            assert_eq!(after[same], before[same]);
        }
        assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
        let answer = change(&owner, &json!({"company_website": null})).await;
        assert_eq!(
            answer.expect_status(200).json()["company_website"],
            json!(null)
        );
        let answer = change(&owner, &json!({})).await.expect_status(200);
        assert_eq!(answer.json()["name"], "Renamed");
    })
    .await;
}

#[tokio::test]
async fn fix_34_a_member_may_not_change_the_profile() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        let text = "Insufficient permissions. Required: owner, admin";
        assert_detail(&change(&member, &json!({"name": "Mine"})).await, 403, text);
        let admin = owner.colleague("admin").await;
        change(&admin, &json!({"name": "By an admin"}))
            .await
            .expect_status(200);
        assert_eq!(owner.sees(TENANT_ME).await["name"], "By an admin");
    })
    .await;
}

#[tokio::test]
async fn fix_32_null_for_a_required_column_is_422() {
    on_both(async |world| {
        let owner = world.company().await;
        for name in ["name", "company_email"] {
            let answer = change(&owner, &json!({name: null})).await;
            let msg = "Input should be a valid string";
            assert_problems(
                &answer,
                &[problem(
                    "string_type",
                    json!(["body", name]),
                    msg,
                    json!(null),
                )],
            );
        }
    })
    .await;
}

#[tokio::test]
async fn fix_33_a_change_keeps_the_limits_of_registration() {
    on_both(async |world| {
        let owner = world.company().await;
        let at = json!(["body", "name"]);
        let answer = change(&owner, &json!({"name": ""})).await;
        let msg = "String should have at least 2 characters";
        assert_problems(
            &answer,
            &[problem_with(
                "string_too_short",
                at.clone(),
                msg,
                json!(""),
                json!({"min_length": 2}),
            )],
        );
        let long = "x".repeat(256);
        let answer = change(&owner, &json!({"name": long})).await;
        let msg = "String should have at most 255 characters";
        assert_problems(
            &answer,
            &[problem_with(
                "string_too_long",
                at,
                msg,
                json!(long),
                json!({"max_length": 255}),
            )],
        );
        let answer = change(&owner, &json!({"company_email": "x@y.test"})).await;
        assert_eq!(
            answer.expect_status(422).json()["detail"][0]["type"],
            "value_error"
        );
        for name in ["company_website", "company_address"] {
            let answer = change(&owner, &json!({name: "x".repeat(900_000)})).await;
            assert_eq!(
                answer.expect_status(422).json()["detail"][0]["type"],
                "string_too_long"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn fix_58_another_companys_address_is_refused() {
    on_both(async |world| {
        let (one, two) = (world.company().await, world.company().await);
        let taken = two.sees(TENANT_ME).await["company_email"].clone();
        let answer = change(&one, &json!({"company_email": taken})).await;
        assert_detail(&answer, 400, "Company already registered");
        let upper = taken.as_str().unwrap_or_default().to_uppercase();
        let answer = change(&one, &json!({"company_email": upper})).await;
        assert_detail(&answer, 400, "Company already registered");
    })
    .await;
}
