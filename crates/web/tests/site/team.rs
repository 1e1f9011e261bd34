//! The team: invitations, joining, roles, removing, handing over.

use axum::http::StatusCode;

use crate::browser::{Browser, PASSWORD, Page, Site};

/// The path of the invitation that a page shows.
fn link(page: &Page) -> String {
    let (_, rest) = page
        .body
        .split_once("http://localhost:8000")
        .expect("a link");
    rest.split('"').next().unwrap().to_owned()
}

/// Invites somebody into the owner's company and gives their browser, signed in.
pub(crate) async fn member_of(site: &Site, owner: &mut Browser, role: &str) -> Browser {
    let email = format!("{role}@acme.example");
    let fields = [("email", email.as_str()), ("role", role)];
    let page = owner.submit("/team", "/team/invite", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let path = link(&page);
    let mut browser = site.browser();
    let page = browser.get(&path).await;
    page.is(200).says(&email);
    let secret = path.split("token=").nth(1).unwrap();
    let fields = [
        ("token", secret),
        ("password", PASSWORD),
        ("first_name", role),
    ];
    let token = page.token();
    let page = browser.post("/invitations/accept", &token, &fields).await;
    assert_eq!(page.location(), "/");
    browser.get("/").await.says("Welcome to the team.");
    let page = site.browser().get(&path).await;
    page.is(404).says("This invitation no longer works");
    browser
}

/// The id of the member with such a form on the team's page.
fn id_of(page: &Page, form: &str) -> String {
    let mut paths = page.body.split("/team/").skip(1);
    let found = paths.find(|rest| rest[36..].starts_with(form));
    found.expect("such a form")[..36].to_owned()
}

#[tokio::test]
async fn a_person_is_invited_joins_and_is_removed() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let mut member = member_of(&site, &mut owner, "member").await;
    let page = owner.get("/team").await;
    page.says("2 people");
    let id = id_of(&page, "/remove");
    let remove = format!("/team/{id}/remove");
    member.get(&remove).await.is(403);
    member.submit("/team", &remove, &[]).await.is(403);
    let page = owner.submit(&remove, &remove, &[]).await;
    owner.follow(&page).await.says("1 person");
    assert_eq!(member.get("/team").await.location(), "/login?next=%2Fteam");
}

#[tokio::test]
async fn wrong_invitations_come_back_and_members_cannot_invite() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let fields = [("email", "acme@acme.example"), ("role", "admin")];
    let page = owner.submit("/team", "/team/invite", &fields).await;
    page.is(422).says("User with this email already exists");
    let page = owner
        .submit(
            "/team",
            "/team/invite",
            &[("email", "x"), ("role", "owner")],
        )
        .await;
    page.is(422).says("value=\"x\"");
    let mut member = member_of(&site, &mut owner, "member").await;
    let page = member
        .submit("/team", "/team/invite", &[("email", "y@acme.example")])
        .await;
    page.is(403)
        .says("Only admins and owners can invite team members");
}

#[tokio::test]
async fn a_renewed_invitation_replaces_the_old_link() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let page = owner
        .submit("/team", "/team/invite", &[("email", "y@acme.example")])
        .await;
    let (old, id) = (link(&page), id_of(&page, "/invitation"));
    let page = owner
        .submit("/team", &format!("/team/{id}/invitation"), &[])
        .await;
    let new = link(page.is(200));
    assert_ne!(old, new);
    site.browser().get(&old).await.is(404);
    site.browser().get(&new).await.is(200);
    let page = site
        .browser()
        .submit(&new, "/invitations/accept", &[("token", "nonsense")])
        .await;
    page.is(404);
}

#[tokio::test]
async fn roles_change_and_the_company_is_handed_over() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let mut other = member_of(&site, &mut owner, "member").await;
    let id = id_of(&owner.get("/team").await, "/role");
    let role = format!("/team/{id}/role");
    other
        .submit("/team", &role, &[("role", "admin")])
        .await
        .is(403);
    owner
        .submit("/team", &role, &[("role", "owner")])
        .await
        .is(422);
    let page = owner.submit("/team", &role, &[("role", "admin")]).await;
    assert_eq!(page.location(), "/team");
    let transfer = format!("/team/{id}/transfer");
    other.get(&transfer).await.is(403);
    let page = owner.submit(&transfer, &transfer, &[]).await;
    owner
        .follow(&page)
        .await
        .says("The company has a new owner.");
    owner.get(&transfer).await.is(403);
    other.submit("/team", &transfer, &[]).await.is(422);
}

#[tokio::test]
async fn people_of_other_companies_are_not_there() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    member_of(&site, &mut owner, "member").await;
    let id = id_of(&owner.get("/team").await, "/role");
    let mut stranger = site.owner("zeta").await;
    for rest in ["role", "invitation", "remove", "transfer"] {
        let path = format!("/team/{id}/{rest}");
        stranger
            .submit("/team", &path, &[("role", "admin")])
            .await
            .is(404);
    }
}

#[tokio::test]
async fn the_company_is_edited_by_those_who_may() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let fields = [
        ("name", "Acme & Co"),
        ("company_email", "x@acme.example"),
        ("company_website", ""),
    ];
    let page = owner.submit("/company", "/company", &fields).await;
    owner.follow(&page).await.says("Acme &#38; Co");
    let page = owner
        .submit(
            "/company",
            "/company",
            &[("name", "A"), ("company_email", "no")],
        )
        .await;
    page.is(422).says("value=\"no\"");
    let mut member = member_of(&site, &mut owner, "member").await;
    member.get("/company").await.is(200);
    member.submit("/company", "/company", &fields).await.is(403);
}
