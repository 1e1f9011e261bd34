//! The main job from the first page to the last, with scripts.

use testkit::{Program, postgres};

use crate::visitor::{COMPANIES, PATIENCE, Visitor};

const ELITE: &str = env!("CARGO_BIN_EXE_elite");

pub(crate) fn program() -> Program {
    Program::new(ELITE).env("RATE_LIMIT_ENABLED", "false")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_signs_up_and_works_its_leads() {
    let program = program().started();
    let visitor = Visitor::of(&program, "site").await;

    visitor.open("/").await;
    visitor.arrives_at("Log in").await;
    visitor.look("login").await;
    visitor.open("/register").await;
    visitor.arrives_at("Register your company").await;
    visitor.look("register").await;
    visitor
        .register("Northern Boats", "ada@northern-boats.example.com")
        .await;
    visitor.look("dashboard-first").await;
    for (path, name) in [
        ("/campaigns", "campaigns-none"),
        ("/campaigns/new", "campaign-new"),
    ] {
        visitor.open(path).await;
        visitor.look(name).await;
    }
    let campaign = visitor.campaign("Harbours of Europe").await;
    visitor.sees("No leads yet").await;
    visitor.look("campaign-empty").await;
    visitor.upload(&campaign, COMPANIES).await;
    visitor.sees("727 leads added").await;
    assert!(
        visitor
            .path()
            .await
            .starts_with(&format!("{campaign}/imports/")),
        "{}",
        visitor.path().await
    );
    visitor.look("import-done").await;
    visitor.open(&campaign).await;
    visitor.sees("727 in all").await;
    visitor.look("campaign").await;

    // Typing is enough: the list follows.
    visitor.open(&campaign).await;
    visitor.fill("#q", "adyen").await;
    visitor.sees("1 lead of 727 match").await;
    visitor.look("campaign-search").await;
    let found = visitor.text().await;
    assert!(
        found.contains("Adyen") && !found.contains("ABN AMRO"),
        "{found}"
    );
    visitor.click("#leads .main-cell a").await;
    visitor.arrives_at("Edit lead").await;
    visitor.look("lead-edit").await;
    visitor
        .fill_in(&[
            ("email", "ada.lead@adyen.example"),
            ("phone", "0031 20 0123456"),
        ])
        .await;
    visitor.submit("/edit").await;
    visitor.arrives_at("Harbours of Europe").await;
    visitor.open(&format!("{campaign}?q=adyen")).await;
    visitor.sees("ada.lead@adyen.example").await;
    visitor.sees("0031 20 0123456").await;

    visitor.open(&format!("{campaign}?q=ABN%20AM")).await;
    visitor.sees("ABN AMRO").await;
    visitor.click("#leads .row-actions .is-warning").await;
    visitor.sees("ABN AMRO").await;
    visitor.look("lead-delete").await;
    visitor.submit("/delete").await;
    visitor.arrives_at("Harbours of Europe").await;
    visitor.open(&format!("{campaign}?q=ABN%20AM")).await;
    visitor.sees("No lead matches").await;
    visitor.look("campaign-no-match").await;
    visitor.open(&campaign).await;
    visitor.sees("726 in all").await;

    visitor.open(&format!("{campaign}/leads/new")).await;
    visitor.look("lead-new").await;
    figures(&visitor, &campaign).await;
    team(&visitor, &program).await;
    the_rest(&visitor, &campaign).await;
}

/// Starts the campaign and reads the dashboard.
async fn figures(visitor: &Visitor, campaign: &str) {
    visitor.open(campaign).await;
    visitor.click("button[value=active]").await;
    visitor.sees("Active").await;
    visitor.open("/").await;
    visitor.arrives_at("Dashboard").await;
    let figure = async |nth: u32| {
        let script =
            format!("return document.querySelectorAll('.figures .figure .value')[{nth}].innerText");
        visitor.run(&script).await
    };
    assert_eq!(figure(0).await, "726", "leads");
    assert_eq!(figure(1).await, "1", "active campaigns");
    visitor.look("dashboard").await;
    for (path, name) in [
        ("/campaigns", "campaigns"),
        ("/activity", "activity"),
        ("/notifications", "notifications"),
        ("/profile", "profile"),
        ("/company", "company"),
    ] {
        visitor.open(path).await;
        visitor.look(name).await;
    }
    visitor.open(&format!("{campaign}/edit")).await;
    visitor.arrives_at("Edit campaign").await;
    visitor.look("campaign-edit").await;
    visitor.open(&format!("{campaign}/import")).await;
    visitor.sees("Earlier imports").await;
    visitor.look("import-again").await;
}

/// Invites somebody, who accepts by the link; then both log in again.
async fn team(visitor: &Visitor, program: &Program) {
    visitor.open("/team").await;
    visitor.look("team-alone").await;
    visitor
        .fill_in(&[
            ("email", "grace@northern-boats.example.com"),
            ("first_name", "Grace"),
        ])
        .await;
    visitor.submit("/team/invite").await;
    visitor.sees("is invited").await;
    visitor.look("team-invited").await;
    let link = visitor.find("#invitation-link").await.prop("value").await;
    let link = link
        .ok()
        .flatten()
        .expect("the link is shown where mail is not set up");
    assert!(link.starts_with(&program.url()), "{link}");

    visitor.click(".account summary").await;
    visitor.look("account-menu").await;
    visitor.click("form[action='/logout'] button").await;
    visitor.arrives_at("Log in").await;
    visitor.open("/campaigns").await;
    visitor.arrives_at("Log in").await;

    visitor.goto(&link).await;
    visitor.arrives_at("Join Northern Boats").await;
    visitor.look("invitation").await;
    visitor
        .fill_in(&[
            ("last_name", "Hopper"),
            ("password", crate::visitor::PASSWORD),
        ])
        .await;
    visitor.submit("/invitations/accept").await;
    visitor.arrives_at("Dashboard").await;
    visitor.open("/team").await;
    visitor.sees("Grace Hopper").await;
    let text = visitor.text().await;
    assert!(
        !text.contains("Invite someone"),
        "a member cannot invite: {text}"
    );
    visitor.look("team-as-member").await;
    visitor.click(".account summary").await;
    visitor.click("form[action='/logout'] button").await;
    visitor.arrives_at("Log in").await;
    visitor.goto(&link).await;
    visitor.look_refused("invitation-gone", 404).await;

    visitor.open("/login").await;
    visitor.log_in("ada@northern-boats.example.com").await;
    visitor.arrives_at("Dashboard").await;
    visitor.open("/team").await;
    visitor.sees("Grace Hopper").await;
    visitor.look("team").await;
}

/// Errors, and the end of the campaign.
async fn the_rest(visitor: &Visitor, campaign: &str) {
    visitor.open(&format!("{campaign}/delete")).await;
    visitor.look("campaign-delete").await;
    visitor.fill("#typed_name", "Harbours of Europe").await;
    visitor.submit("/delete").await;
    visitor.arrives_at("Campaigns").await;
    visitor.sees("Your first campaign").await;
    visitor.assert_quiet("deleting").await;
    visitor.open(campaign).await;
    visitor.sees("404").await;
    visitor.look_refused("not-found", 404).await;
    visitor.open("/profile").await;
    visitor
        .fill_in(&[
            ("current_password", "not this one"),
            ("new_password", "weak"),
        ])
        .await;
    visitor.submit("/profile/password").await;
    visitor.find("[aria-invalid=true]").await;
    visitor.look_refused("profile-wrong", 422).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_works_on_postgresql_too() {
    let program = program()
        .env("DATABASE_URL", postgres().create_database())
        .started();
    let visitor = Visitor::of(&program, "postgresql").await;
    visitor
        .register("Southern Boats", "ada@southern-boats.example.com")
        .await;
    let campaign = visitor.campaign("Harbours of Japan").await;
    visitor.upload(&campaign, COMPANIES).await;
    visitor.sees("727 leads added").await;
    // The words of imported leads are written after them.
    testkit::eventually(PATIENCE, async || {
        visitor.open(&format!("{campaign}?q=adyen")).await;
        let text = visitor.text().await;
        text.contains("1 lead of 727 match").then_some(())
    })
    .await;
    visitor.click("#leads .main-cell a").await;
    visitor.arrives_at("Edit lead").await;
    visitor
        .fill_in(&[("email", "ada.lead@adyen.example")])
        .await;
    visitor.submit("/edit").await;
    visitor.open(&format!("{campaign}?q=adyen")).await;
    visitor
        .wait_for_text(PATIENCE, "ada.lead@adyen.example")
        .await;
    visitor.assert_quiet("the main job").await;
}
