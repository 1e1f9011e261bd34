//! The same main job where scripts are off: everything is links and forms.

use testkit::Program;

use crate::main_job::program;
use crate::visitor::{COMPANIES, Visitor};

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_works_without_scripts() {
    let program: Program = program().started();
    let visitor = Visitor::of(&program, "plain").await;
    visitor.disable_scripts(true).await;
    visitor
        .register("Plain Boats", "ada@plain-boats.example.com")
        .await;
    let campaign = visitor.campaign("Harbours by hand").await;
    visitor.look("campaign-empty").await;

    visitor.upload(&campaign, COMPANIES).await;
    // The page refreshes itself until the import is over.
    visitor.sees("727 leads added").await;
    visitor.look("import-done").await;
    visitor.open(&campaign).await;
    visitor.sees("727 in all").await;
    visitor.fill("#q", "adyen").await;
    visitor.click("form.filters button").await;
    visitor.sees("1 lead of 727 match").await;
    visitor.look("campaign-search").await;

    visitor.click("#leads .main-cell a").await;
    visitor.arrives_at("Edit lead").await;
    visitor
        .fill_in(&[("email", "ada.lead@adyen.example")])
        .await;
    visitor.submit("/edit").await;
    visitor.arrives_at("Harbours by hand").await;
    visitor.open(&format!("{campaign}?q=adyen")).await;
    visitor.sees("ada.lead@adyen.example").await;
    visitor.click("#leads .row-actions .is-warning").await;
    visitor.submit("/delete").await;
    visitor.arrives_at("Harbours by hand").await;
    visitor.sees("726 in all").await;

    visitor.open("/team").await;
    visitor
        .fill_in(&[("email", "grace@plain-boats.example.com")])
        .await;
    visitor.submit("/team/invite").await;
    visitor.sees("is invited").await;
    visitor.look("team-invited").await;
    let link = visitor.find("#invitation-link").await.prop("value").await;
    let link = link.ok().flatten().expect("the link is shown");
    visitor.click(".account summary").await;
    visitor.click("form[action='/logout'] button").await;
    visitor.arrives_at("Log in").await;
    visitor.goto(&link).await;
    visitor.arrives_at("Join Plain Boats").await;
    visitor
        .fill_in(&[("password", crate::visitor::PASSWORD)])
        .await;
    visitor.submit("/invitations/accept").await;
    visitor.arrives_at("Dashboard").await;

    visitor.open("/campaigns").await;
    visitor.sees("Harbours by hand").await;
    visitor.look("campaigns").await;
    visitor.assert_quiet("the whole way").await;
}
