//! The team (contract 2.11, #59–62, and 4.13).

use serde_json::{Value, json};
use testkit::Answer;

use crate::people::{PASSWORD, Person, id_of, invitation_token};
use crate::problems::{assert_detail, assert_problems, missing, problem_with};
use crate::shapes::{MEMBER, TOKEN, assert_shape};
use crate::world::{World, all_at_once, fresh, on_both};

const MEMBERS: &str = "/api/v1/team/members";
const ACCEPT: &str = "/api/v1/team/invitations/accept";
const GONE: &str = "This invitation is no longer valid. Ask for a new link.";

async fn invite(person: &Person, body: &Value) -> Answer {
    person
        .http
        .post("/api/v1/team/invite")
        .json(body)
        .send()
        .await
}

async fn change_role(person: &Person, id: &str, role: &str) -> Answer {
    let path = format!("/api/v1/team/{id}/role");
    person
        .http
        .patch(&path)
        .json(&json!({"role": role}))
        .send()
        .await
}

async fn remove(person: &Person, id: &str) -> Answer {
    person
        .http
        .delete(&format!("/api/v1/team/{id}"))
        .send()
        .await
}

async fn accept(world: &World, token: &str, password: &str) -> Answer {
    let body = json!({"token": token, "password": password});
    world.http.post(ACCEPT).json(&body).send().await
}

/// The member without its link, which only the invitation's answer has.
fn without_link(mut member: Value) -> Value {
    member
        .as_object_mut()
        .expect("an object")
        .remove("invitation_link");
    member
}

#[tokio::test]
async fn an_invited_person_is_a_row_at_once_and_joins_by_the_link() {
    on_both(async |world| {
        let owner = world.company().await;
        let email = format!("New{}@People.example.com", fresh());
        let body = json!({"email": email, "role": "admin", "first_name": "Nia", "last_name": null});
        let answer = invite(&owner, &body).await.expect_status(201);
        assert!(answer.header("x-event-seq").parse::<u64>().is_ok());
        let invited = answer.json();
        let token = invitation_token(&invited);
        let row = without_link(invited);
        assert_shape(&row, MEMBER);
        assert_eq!(
            (&row["role"], &row["is_active"], &row["invited"]),
            (&json!("admin"), &json!(false), &json!(true))
        );
        assert_eq!(
            (&row["first_name"], &row["last_login_at"]),
            (&json!("Nia"), &json!(null))
        );
        let list = owner.sees(MEMBERS).await;
        assert_eq!(list[0], row, "newest first, and the list shows no link");
        assert_eq!(list[1]["id"], owner.user["id"]);
        assert_shape(&list[1], MEMBER);
        assert_eq!(list.as_array().map(Vec::len), Some(2));

        let body = json!({"token": token, "password": PASSWORD, "last_name": "Ng"});
        let answer = world
            .http
            .post(ACCEPT)
            .json(&body)
            .send()
            .await
            .expect_status(200);
        let joined = answer.json();
        assert_shape(&joined, TOKEN);
        assert_eq!(
            (&joined["user"]["first_name"], &joined["user"]["last_name"]),
            (&json!("Nia"), &json!("Ng"))
        );
        let person = Person::of(&world, &joined);
        let list = person.sees(MEMBERS).await;
        assert_eq!(
            (&list[0]["is_active"], &list[0]["invited"]),
            (&json!(true), &json!(false))
        );
        assert!(list[0]["last_login_at"].is_string());
        world.login(person.email()).await;
    })
    .await;
}

#[tokio::test]
async fn fix_36_a_link_is_good_once_and_sets_a_password_that_keeps_the_rules() {
    on_both(async |world| {
        let owner = world.company().await;
        let token = invitation_token(&owner.invites("member").await);
        let answer = accept(&world, &token, "abcdefg1!")
            .await
            .expect_status(422)
            .json();
        assert_eq!(answer["detail"][0]["loc"], json!(["body", "password"]));
        assert_problems(
            &world.http.post(ACCEPT).json(&json!({})).send().await,
            &["token", "password"].map(|name| missing(name, json!({}))),
        );
        accept(&world, &token, PASSWORD).await.expect_status(200);
        for token in [token.as_str(), "x", ""] {
            assert_detail(&accept(&world, token, PASSWORD).await, 404, GONE);
        }
    })
    .await;
}

#[tokio::test]
async fn fix_36_of_two_that_use_a_link_at_once_one_joins() {
    on_both(async |world| {
        let owner = world.company().await;
        let token = invitation_token(&owner.invites("member").await);
        let (one, two) = tokio::join!(
            accept(&world, &token, PASSWORD),
            accept(&world, &token, PASSWORD)
        );
        let mut found = [one.status.as_u16(), two.status.as_u16()];
        found.sort_unstable();
        assert_eq!(found, [200, 404]);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_can_be_renewed_and_the_old_link_is_worth_nothing() {
    on_both(async |world| {
        let owner = world.company().await;
        let invited = owner.invites("member").await;
        let path = format!("/api/v1/team/{}/invitation", id_of(&invited));
        let renewed = owner
            .http
            .post(&path)
            .send()
            .await
            .expect_status(200)
            .json();
        assert_eq!(without_link(renewed.clone()), without_link(invited.clone()));
        let answer = accept(&world, &invitation_token(&invited), PASSWORD).await;
        assert_detail(&answer, 404, GONE);
        accept(&world, &invitation_token(&renewed), PASSWORD)
            .await
            .expect_status(200);
    })
    .await;
}

#[tokio::test]
async fn a_removed_persons_address_is_free_again_and_the_link_is_dead() {
    on_both(async |world| {
        let owner = world.company().await;
        let invited = owner.invites("member").await;
        remove(&owner, &id_of(&invited)).await.expect_status(204);
        let answer = accept(&world, &invitation_token(&invited), PASSWORD).await;
        assert_detail(&answer, 404, GONE);
        let body = json!({"email": invited["email"], "role": "member"});
        invite(&world.company().await, &body)
            .await
            .expect_status(201);
    })
    .await;
}

#[tokio::test]
async fn fix_58_an_address_is_invited_once_over_all_companies() {
    on_both(async |world| {
        let (one, two) = (world.company().await, world.company().await);
        let invited = one.invites("member").await;
        let taken = invited["email"].as_str().unwrap_or_default();
        let text = "User with this email already exists";
        for person in [&one, &two] {
            for email in [
                taken.to_owned(),
                taken.to_uppercase(),
                one.email().to_owned(),
            ] {
                let answer = invite(person, &json!({"email": email, "role": "admin"})).await;
                assert_detail(&answer, 400, text);
            }
        }
        let body = json!({"email": format!("race{}@example.com", fresh()), "role": "member"});
        let (first, second) = tokio::join!(invite(&one, &body), invite(&two, &body));
        let mut found = [first.status.as_u16(), second.status.as_u16()];
        found.sort_unstable();
        assert_eq!(found, [201, 400]);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_in_an_invitation_is_said_field_by_field() {
    on_both(async |world| {
        let owner = world.company().await;
        let answer = invite(&owner, &json!({})).await;
        assert_problems(
            &answer,
            &["email", "role"].map(|name| missing(name, json!({}))),
        );
        let pattern = "^(admin|member)$";
        let body = json!({"email": "fine@example.com", "role": "owner"});
        let expected = problem_with(
            "string_pattern_mismatch",
            json!(["body", "role"]),
            &format!("String should match pattern '{pattern}'"),
            json!("owner"),
            json!({"pattern": pattern}),
        );
        assert_problems(&invite(&owner, &body).await, &[expected]);
        let body = json!({"email": "a@b.test", "role": "admin", "first_name": 5});
        let detail = invite(&owner, &body).await.expect_status(422).json()["detail"].clone();
        assert_eq!(detail[0]["type"], "value_error");
        assert_eq!(detail[1]["loc"], json!(["body", "first_name"]));
        // A member with a wrong body hears of the body, as the order of evaluation has it.
        let member = owner.colleague("member").await;
        invite(&member, &json!({})).await.expect_status(422);
    })
    .await;
}

#[tokio::test]
async fn fix_34_each_role_may_do_what_the_table_says() {
    on_both(async |world| {
        let owner = world.company().await;
        let (admin, member) = (
            owner.colleague("admin").await,
            owner.colleague("member").await,
        );
        let somebody = owner.colleague("member").await;
        let body = json!({"email": format!("x{}@example.com", fresh()), "role": "member"});
        assert_detail(
            &invite(&member, &body).await,
            403,
            "Only admins and owners can invite team members",
        );
        invite(&admin, &body).await.expect_status(201);
        for person in [&admin, &member] {
            let answer = change_role(person, somebody.id(), "admin").await;
            assert_detail(&answer, 403, "Only owners can change user roles");
        }
        let answer = remove(&member, somebody.id()).await;
        assert_detail(
            &answer,
            403,
            "Only admins and owners can remove team members",
        );
        member.sees(MEMBERS).await;
        remove(&admin, somebody.id()).await.expect_status(204);
        // An admin may remove another admin.
        let other = owner.colleague("admin").await;
        remove(&admin, other.id()).await.expect_status(204);
    })
    .await;
}

#[tokio::test]
async fn a_role_holds_from_the_next_request_on() {
    on_both(async |world| {
        let owner = world.company().await;
        let person = owner.colleague("member").await;
        let renames = async || {
            let request = person.http.patch("/api/v1/tenants/me");
            request
                .json(&json!({"name": "Anew"}))
                .send()
                .await
                .status
                .as_u16()
        };
        assert_eq!(renames().await, 403);
        let changed = change_role(&owner, person.id(), "admin")
            .await
            .expect_status(200)
            .json();
        assert_shape(&changed, MEMBER);
        assert_eq!(changed["role"], "admin");
        assert_eq!(renames().await, 200);
        change_role(&owner, person.id(), "member")
            .await
            .expect_status(200);
        assert_eq!(renames().await, 403);
        assert_eq!(person.sees("/api/v1/auth/me").await["role"], "member");
    })
    .await;
}

#[tokio::test]
async fn owners_cannot_be_demoted_or_removed_and_nobody_does_it_to_themselves() {
    on_both(async |world| {
        let owner = world.company().await;
        let admin = owner.colleague("admin").await;
        let text = "Cannot change owner role. Transfer ownership first.";
        assert_detail(&change_role(&owner, owner.id(), "member").await, 400, text);
        assert_detail(
            &remove(&owner, owner.id()).await,
            400,
            "Cannot remove the owner",
        );
        assert_detail(
            &remove(&admin, owner.id()).await,
            400,
            "Cannot remove the owner",
        );
        assert_detail(
            &remove(&admin, admin.id()).await,
            400,
            "Cannot remove yourself",
        );
        // A promoted owner is one like the first.
        change_role(&owner, admin.id(), "owner")
            .await
            .expect_status(200);
        assert_detail(&change_role(&admin, owner.id(), "member").await, 400, text);
        assert_detail(&change_role(&owner, admin.id(), "member").await, 400, text);
        let pattern = "^(owner|admin|member)$";
        let expected = problem_with(
            "string_pattern_mismatch",
            json!(["body", "role"]),
            &format!("String should match pattern '{pattern}'"),
            json!("king"),
            json!({"pattern": pattern}),
        );
        assert_problems(&change_role(&owner, admin.id(), "king").await, &[expected]);
    })
    .await;
}

#[tokio::test]
async fn the_ownership_is_handed_over() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        let invited = owner.invites("admin").await;
        let transfer = async |person: &Person, id: &str| {
            let path = format!("/api/v1/team/{id}/transfer-ownership");
            person.http.post(&path).send().await
        };
        transfer(&member, member.id()).await.expect_status(403);
        transfer(&owner, owner.id()).await.expect_status(400);
        transfer(&owner, &id_of(&invited)).await.expect_status(400);
        let next = transfer(&owner, member.id())
            .await
            .expect_status(200)
            .json();
        assert_shape(&next, MEMBER);
        assert_eq!(
            (&next["id"], &next["role"]),
            (&member.user["id"], &json!("owner"))
        );
        assert_eq!(owner.sees("/api/v1/auth/me").await["role"], "admin");
        assert_eq!(member.sees("/api/v1/auth/me").await["role"], "owner");
        remove(&member, owner.id()).await.expect_status(204);
    })
    .await;
}

#[tokio::test]
async fn somebody_who_has_worked_here_can_be_removed_and_the_work_stays() {
    on_both(async |world| {
        let owner = world.company().await;
        let member = owner.colleague("member").await;
        let campaign = member.campaign("Of a member").await;
        member
            .upload(&campaign, "a.csv", b"name\nA\n")
            .await
            .expect_status(201);
        member.template().await;
        world.login(member.email()).await;
        remove(&owner, member.id()).await.expect_status(204);
        assert_eq!(owner.sees_leads(&campaign).await.len(), 1);
        assert_eq!(
            owner
                .sees("/api/v1/email-templates")
                .await
                .as_array()
                .map(Vec::len),
            Some(1)
        );
        let events = owner.sees_events().await;
        assert!(
            events
                .iter()
                .any(|event| event["actor_id"] == member.user["id"])
        );
    })
    .await;
}

#[tokio::test]
async fn whatever_happens_at_once_somebody_owns_the_company() {
    on_both(async |world| {
        for _ in 0..8 {
            let owner = world.company().await;
            let (admin, heir) = (
                owner.colleague("admin").await,
                owner.colleague("member").await,
            );
            let heir_path = format!("/api/v1/team/{}", heir.id());
            let owner_path = format!("/api/v1/team/{}", owner.id());
            let answers = all_at_once([
                owner.http.post(&format!("{heir_path}/transfer-ownership")),
                admin.http.delete(&heir_path),
                admin.http.delete(&owner_path),
            ])
            .await;
            assert!(
                answers.iter().all(|answer| answer.status.as_u16() < 500),
                "{answers:?}"
            );
            let members = admin.sees(MEMBERS).await;
            let members = members.as_array().expect("a list");
            assert!(
                members.iter().any(|member| member["role"] == "owner"),
                "{members:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn two_owners_who_hand_over_to_each_other_at_once_do_not_block() {
    on_both(async |world| {
        for _ in 0..6 {
            let one = world.company().await;
            let two = one.colleague("admin").await;
            change_role(&one, two.id(), "owner")
                .await
                .expect_status(200);
            let hands = |from: &Person, to: &Person| {
                let path = format!("/api/v1/team/{}/transfer-ownership", to.id());
                from.http.post(&path)
            };
            for answer in all_at_once([hands(&one, &two), hands(&two, &one)]).await {
                assert!(
                    [200, 400, 403].contains(&answer.status.as_u16()),
                    "{}",
                    answer.text()
                );
            }
            let members = one.sees(MEMBERS).await;
            let members = members.as_array().expect("a list");
            assert!(
                members.iter().any(|member| member["role"] == "owner"),
                "{members:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_hands_over_to_two_at_once_has_one_heir() {
    on_both(async |world| {
        for _ in 0..6 {
            let owner = world.company().await;
            let (one, two) = (
                owner.colleague("member").await,
                owner.colleague("member").await,
            );
            let heirs = [&one, &two].map(|heir| {
                owner
                    .http
                    .post(&format!("/api/v1/team/{}/transfer-ownership", heir.id()))
            });
            let answers = all_at_once(heirs).await;
            let mut statuses: Vec<u16> = answers
                .iter()
                .map(|answer| answer.status.as_u16())
                .collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 403]);
            let members = owner.sees(MEMBERS).await;
            let owners = members
                .as_array()
                .expect("a list")
                .iter()
                .filter(|member| member["role"] == "owner");
            assert_eq!(owners.count(), 1);
        }
    })
    .await;
}
