//! Registering, signing in and out, the way back, passwords and sign-ins.

use crate::browser::{PASSWORD, Site};

#[tokio::test]
async fn a_new_company_registers_and_sees_its_dashboard() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let page = owner.get("/").await;
    page.is(200).says("Your company is registered.");
    page.says("acme");
    let page = owner.get("/").await;
    assert!(
        !page.body.contains("Your company is registered."),
        "shown once"
    );
    let page = owner.get("/login?next=/team").await;
    assert_eq!(page.location(), "/team");
}

#[tokio::test]
async fn a_refused_registration_keeps_what_was_typed_except_the_password() {
    let site = Site::new().await;
    let fields = [
        ("company_name", "A"),
        ("company_email", "no address"),
        ("first_name", "<b>Ann</b>"),
        ("password", "weak-secret"),
    ];
    let mut browser = site.browser();
    let page = browser.submit("/register", "/register", &fields).await;
    page.is(422).says("Use at least 2 characters.");
    page.says("value=\"no address\"");
    page.says("&#60;b&#62;Ann&#60;/b&#62;");
    page.says("Password must contain at least one uppercase letter.");
    page.says("Please fill this in.");
    assert!(!page.body.contains("weak-secret"));
    assert!(!page.body.contains("Value error"));
}

#[tokio::test]
async fn a_second_company_of_the_same_address_is_told_beside_the_field() {
    let site = Site::new().await;
    site.owner("acme").await;
    let fields = [
        ("company_name", "Acme"),
        ("company_email", "other@acme.example"),
        ("email", "ACME@acme.example"),
        ("password", PASSWORD),
    ];
    let mut browser = site.browser();
    let page = browser.submit("/register", "/register", &fields).await;
    page.is(422).says("Email already registered");
}

#[tokio::test]
async fn signing_in_leads_to_the_page_that_was_asked_for_and_nowhere_else() {
    let site = Site::new().await;
    site.owner("acme").await;
    let mut browser = site.browser();
    let page = browser.get("/campaigns?q=a&status=").await;
    assert_eq!(
        page.location(),
        "/login?next=%2Fcampaigns%3Fq%3Da%26status%3D"
    );
    let to = page.location().to_owned();
    let page = browser.get(&to).await;
    page.is(200).says("value=\"/campaigns?q=a&#38;status=\"");
    let credentials = [("email", "acme@acme.example"), ("password", PASSWORD)];
    let mut there = credentials.to_vec();
    there.push(("next", "/campaigns?q=a&status="));
    let page = browser.submit("/login", "/login", &there).await;
    assert_eq!(page.location(), "/campaigns?q=a&status=");

    for evil in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let mut browser = site.browser();
        let mut there = credentials.to_vec();
        there.push(("next", evil));
        let page = browser.submit("/login", "/login", &there).await;
        assert_eq!(page.location(), "/");
    }
}

#[tokio::test]
async fn a_wrong_password_says_neither_which_half_is_wrong() {
    let site = Site::new().await;
    site.owner("acme").await;
    for email in ["acme@acme.example", "nobody@acme.example"] {
        let mut browser = site.browser();
        let fields = [("email", email), ("password", "Wrong-Horse-7")];
        let page = browser.submit("/login", "/login", &fields).await;
        page.is(422).says("Invalid email or password");
        page.says(&format!("value=\"{email}\""));
        assert!(!page.body.contains("Wrong-Horse-7"));
    }
}

#[tokio::test]
async fn after_logging_out_the_cookie_is_worth_nothing() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let kept = owner.cookies.clone();
    let page = owner.submit("/", "/logout", &[]).await;
    assert_eq!(page.location(), "/login");
    owner
        .follow(&page)
        .await
        .is(200)
        .says("You are logged out.");
    owner.cookies = kept;
    assert_eq!(owner.get("/").await.location(), "/login");
}

#[tokio::test]
async fn a_suspended_company_sees_why_and_can_still_log_out() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let scope = app::operators::find_tenant(&site.app, "acme@acme.example")
        .await
        .unwrap();
    app::operators::set_suspended(&site.app, scope, true)
        .await
        .unwrap();
    let page = owner.get("/campaigns").await;
    page.is(403)
        .says("Account suspended. Please contact support.");
    let token = page.token();
    let page = owner.post("/logout", &token, &[]).await;
    assert_eq!(page.location(), "/login");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sign_ins() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let mut other = site.browser();
    let fields = [("email", "acme@acme.example"), ("password", PASSWORD)];
    other.submit("/login", "/login", &fields).await;
    other.get("/profile").await.is(200).says("This one");

    let fields = [("current_password", "x"), ("new_password", "Other-Horse-8")];
    let page = owner.submit("/profile", "/profile/password", &fields).await;
    page.is(422).says("Current password is incorrect");
    let fields = [
        ("current_password", PASSWORD),
        ("new_password", "Other-Horse-8"),
    ];
    let page = owner.submit("/profile", "/profile/password", &fields).await;
    assert_eq!(page.location(), "/profile");
    owner.get("/profile").await.is(200);
    assert_eq!(
        other.get("/profile").await.location(),
        "/login?next=%2Fprofile"
    );
}

#[tokio::test]
async fn one_sign_in_is_ended_by_its_owner_and_by_nobody_else() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let mut other = site.browser();
    let fields = [("email", "acme@acme.example"), ("password", PASSWORD)];
    other.submit("/login", "/login", &fields).await;
    let page = owner.get("/profile").await;
    let (_, rest) = page.body.split_once("action=\"/profile/sessions/").unwrap();
    let path = format!("/profile/sessions/{}", rest.split('"').next().unwrap());
    let mut stranger = site.owner("zeta").await;
    stranger.submit("/profile", &path, &[]).await.is(404);
    other.get("/").await.is(200);
    let page = owner.submit("/profile", &path, &[]).await;
    assert_eq!(page.location(), "/profile");
    assert_eq!(other.get("/").await.location(), "/login");
}
