//! E-mail templates (contract 2.9, #42–46).

use serde_json::{Value, json};
use testkit::Answer;

use crate::people::{Person, id_of};
use crate::problems::{assert_detail, assert_problems, missing, problem, problem_with};
use crate::shapes::{TEMPLATE, assert_shape};
use crate::world::on_both;

const TEMPLATES: &str = "/api/v1/email-templates";

async fn create(person: &Person, body: &Value) -> Answer {
    person.http.post(TEMPLATES).json(body).send().await
}

async fn change(person: &Person, id: &str, body: &Value) -> Answer {
    person
        .http
        .patch(&format!("{TEMPLATES}/{id}"))
        .json(body)
        .send()
        .await
}

#[tokio::test]
async fn a_template_is_made_changed_and_deleted_by_any_member() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        let body = json!({"name": "Hello", "description": "", "subject": "Hi {{company_name}}", "body": "Dear {{first_name}},\n…"});
        let template = create(&member, &body).await.expect_status(201).json();
        assert_shape(&template, TEMPLATE);
        assert_eq!(template["tenant_id"], owner.user["tenant_id"]);
        for (key, value) in body.as_object().expect("an object") {
            assert_eq!(template[key], *value, "{key}");
        }
        assert_eq!((&template["is_active"], &template["times_used"]), (&json!(true), &json!(0)));
        assert_eq!(template["use_ai_personalization"], true);
        let id = id_of(&template);
        let path = format!("{TEMPLATES}/{id}");
        assert_eq!(owner.sees(&path).await, template);

        let patch = json!({"name": "Bye", "description": null, "subject": "S", "body": "B", "is_active": "off", "use_ai_personalization": false});
        let changed = change(&member, &id, &patch).await.expect_status(200).json();
        assert_shape(&changed, TEMPLATE);
        assert_eq!((&changed["name"], &changed["description"]), (&json!("Bye"), &json!(null)));
        assert_eq!((&changed["is_active"], &changed["use_ai_personalization"]), (&json!(false), &json!(false)));
        assert_eq!(changed["created_at"], template["created_at"]);
        assert!(changed["updated_at"].as_str() > template["updated_at"].as_str());

        let answer = member.http.delete(&path).send().await.expect_status(204);
        assert!(answer.body.is_empty());
        assert_detail(&member.http.get(&path).send().await, 404, "Email template not found");
        assert_eq!(owner.sees(TEMPLATES).await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn templates_are_listed_newest_first() {
    on_both(async |world| {
        let owner = world.company().await;
        assert_eq!(owner.sees(TEMPLATES).await, json!([]));
        let (one, two, three) = (
            owner.template().await,
            owner.template().await,
            owner.template().await,
        );
        let list = owner.sees(TEMPLATES).await;
        let found: Vec<String> = list.as_array().expect("a list").iter().map(id_of).collect();
        assert_eq!(found, [three, two, one]);
        for template in list.as_array().expect("a list") {
            assert_shape(template, TEMPLATE);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_in_a_template_is_said_field_by_field() {
    on_both(async |world| {
        let owner = world.company().await;
        let names = ["name", "subject", "body"];
        assert_problems(&create(&owner, &json!({})).await, &names.map(|name| missing(name, json!({}))));
        let long = "s".repeat(501);
        let body = json!({"name": "", "description": 1, "subject": long, "body": "", "use_ai_personalization": []});
        let at = |name: &str| json!(["body", name]);
        let too_short = |name: &str| problem_with("string_too_short", at(name), "String should have at least 1 character", json!(""), json!({"min_length": 1}));
        assert_problems(&create(&owner, &body).await, &[
            too_short("name"),
            problem("string_type", at("description"), "Input should be a valid string", json!(1)),
            problem_with("string_too_long", at("subject"), "String should have at most 500 characters", json!(long), json!({"max_length": 500})),
            too_short("body"),
            problem("bool_parsing", at("use_ai_personalization"), "Input should be a valid boolean, unable to interpret input", json!([])),
        ].map(|mut entry| {
            // A long text is repeated only in part, or not at all.
            if entry["type"] == "string_too_long" {
                entry["input"] = json!("s".repeat(501));
            }
            entry
        }));
    })
    .await;
}

#[tokio::test]
async fn fix_32_null_for_a_required_column_is_422() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.template().await;
        for name in ["name", "subject", "body"] {
            let answer = change(&owner, &id, &json!({name: null})).await;
            assert_problems(
                &answer,
                &[problem(
                    "string_type",
                    json!(["body", name]),
                    "Input should be a valid string",
                    json!(null),
                )],
            );
        }
        for name in ["is_active", "use_ai_personalization"] {
            let answer = change(&owner, &id, &json!({name: null}))
                .await
                .expect_status(422)
                .json();
            assert_eq!(answer["detail"][0]["loc"], json!(["body", name]));
            assert_eq!(answer["detail"].as_array().map(Vec::len), Some(1));
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_keeps_the_limits_of_creation() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.template().await;
        for (name, value, kind) in [
            ("name", String::new(), "string_too_short"),
            ("name", "x".repeat(256), "string_too_long"),
            ("subject", String::new(), "string_too_short"),
            ("subject", "x".repeat(501), "string_too_long"),
            ("body", String::new(), "string_too_short"),
        ] {
            let answer = change(&owner, &id, &json!({name: value}))
                .await
                .expect_status(422)
                .json();
            assert_eq!(answer["detail"][0]["type"], kind, "{name}");
        }
    })
    .await;
}
