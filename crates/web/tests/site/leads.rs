//! Leads: add, find, edit, delete, delete all.

use axum::body::Body;
use axum::http::Request;
use domain::ids::CampaignId;
use domain::leads::LeadFields;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::browser::{Site, campaign, lead};

#[tokio::test]
async fn a_lead_is_added_edited_and_deleted() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    let edit = lead(&mut owner, &path, "Atelier & Fils").await;
    let page = owner.get(&path).await;
    page.says("Atelier &#38; Fils");

    let page = owner.get(&edit).await;
    page.is(200).says("Typed in");
    let fields = [
        ("title", "Atelier"),
        ("phone", "+33 (0)4 72 00 00 00"),
        ("website", "javascript:alert(1)"),
        ("description", "a\r\nb"),
    ];
    let page = owner.submit(&edit, &edit, &fields).await;
    assert_eq!(page.location(), path);
    let page = owner.get(&edit).await;
    page.says("value=\"+33 (0)4 72 00 00 00\"");
    page.says("a\nb");
    let page = owner
        .submit(&edit, &edit, &[("title", " "), ("phone", "5")])
        .await;
    page.is(422).says("Please fill this in.");
    page.says("value=\"5\"");

    let delete = edit.replace("/edit", "/delete");
    let page = owner.submit(&delete, &delete, &[]).await;
    assert_eq!(page.location(), path);
    owner.get(&edit).await.is(404);
}

#[tokio::test]
async fn adding_another_leads_back_to_the_form_and_wrong_input_stays() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    let (form, to) = (format!("{path}/leads/new"), format!("{path}/leads"));
    let fields = [("title", "A"), ("then", "another")];
    let page = owner.submit(&form, &to, &fields).await;
    assert_eq!(page.location(), form);
    let fields = [("title", ""), ("email", "x@y"), ("lead_score", "many")];
    let page = owner.submit(&form, &to, &fields).await;
    page.is(422).says("Type a whole number.");
    page.says("value=\"many\"");
    page.says("value=\"x@y\"");
    owner
        .submit(&form, &to, &[("title", "A"), ("lead_score", "101")])
        .await
        .is(422);
    let long = "x".repeat(2_001);
    owner.submit(&form, &to, &[("title", &long)]).await.is(422);
}

#[tokio::test]
async fn the_table_is_filtered_sorted_and_paged() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    let token = owner.get(&format!("{path}/leads/new")).await.token();
    for n in 0..101 {
        let (title, score) = (format!("Lead {n:03}"), (n % 100).to_string());
        let fields = [("title", title.as_str()), ("lead_score", &score)];
        owner
            .post(&format!("{path}/leads"), &token, &fields)
            .await
            .location();
    }
    let page = owner.get(&format!("{path}?sort=title")).await;
    page.says("Lead 000");
    assert!(!page.body.contains("Lead 100"));
    let (_, rest) = page.body.split_once("rel=\"next\" href=\"").unwrap();
    let next = rest.split('"').next().unwrap().replace("&#38;", "&");
    let page = owner.get(&next).await;
    page.is(200).says("Lead 100");
    page.says("First page");
    assert!(!page.body.contains("Lead 000"));
    let page = owner
        .get(&format!("{path}?min_score=98&sent=no&sort=-score"))
        .await;
    page.says("Lead 099");
    assert!(!page.body.contains("Lead 001"));
    owner
        .get(&format!("{path}?sent=yes"))
        .await
        .says("No lead matches");
    for odd in [
        "cursor=x",
        "cursor=%00~%00",
        "min_score=99999999999999",
        "sort=drop&q=%ff%00",
    ] {
        owner.get(&format!("{path}?{odd}")).await.is(200);
    }
    let request = Request::get(format!("{path}?q=lead")).header("hx-request", "true");
    let part = owner.send(request, Body::empty()).await;
    assert!(
        part.is(200)
            .body
            .trim_start()
            .starts_with("<div id=\"leads\"")
    );
}

#[tokio::test]
async fn all_leads_go_when_the_name_is_typed() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    lead(&mut owner, &path, "A").await;
    let clear = format!("{path}/leads/delete-all");
    owner.submit(&clear, &clear, &[]).await.is(422);
    let page = owner
        .submit(&clear, &clear, &[("typed_name", "Lyon")])
        .await;
    assert_eq!(page.location(), path);
    owner.get(&path).await.says("No leads yet");
}

#[tokio::test]
async fn another_tenants_lead_is_not_there() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    let edit = lead(&mut owner, &path, "A").await;
    let delete = edit.replace("/edit", "/delete");
    let mut stranger = site.owner("zeta").await;
    let token = stranger.get("/").await.token();
    for path in [&edit, &delete] {
        stranger.get(path).await.is(404);
        stranger
            .post(path, &token, &[("title", "Mine")])
            .await
            .is(404);
    }
    owner.get(&edit).await.is(200);
}

#[tokio::test]
async fn what_the_page_shows_is_downloaded() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon, été").await;
    owner.get(&path).await.is(200);
    for title in ["B", "=A", "C"] {
        lead(&mut owner, &path, title).await;
    }
    let page = owner.get(&format!("{path}?sort=title")).await;
    let link = format!("{path}/export?sort=title&#38;format=csv");
    page.says(&link);
    let file = owner.get(&link.replace("&#38;", "&")).await;
    file.is(200);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        file.headers["content-disposition"],
        "attachment; filename=\"Lyon, _t_ - leads.csv\"; filename*=UTF-8''Lyon%2C%20%C3%A9t%C3%A9%20-%20leads.csv"
    );
    assert_eq!(file.headers["cache-control"], "no-store");
    let mut lines = file.body.split("\r\n");
    let header = lines.next().unwrap();
    assert!(header.starts_with("\u{feff}title,email,phone"), "{header}");
    let titles: Vec<_> = lines.map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(titles, ["'=A", "B", "C", ""]);

    let mut stranger = site.owner("zeta").await;
    stranger.get(&format!("{path}/export")).await.is(404);
    site.browser().get(&format!("{path}/export")).await.is(303);
}

#[tokio::test]
async fn a_download_that_cannot_go_on_is_cut_off() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    let app = &site.app;
    let scope = app::operators::find_tenant(app, "acme@acme.example").await;
    let member = app::operators::act_as(app, scope.unwrap(), None)
        .await
        .unwrap();
    let id = CampaignId::parse(path.rsplit('/').next().unwrap()).unwrap();
    let many = vec![LeadFields::default(); 2_500];
    app::leads::add_many(app, &member, id, many).await.unwrap();
    let jar: Vec<String> = owner
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = Request::get(format!("{path}/export")).header("cookie", jar.join("; "));
    let request = request.body(Body::empty()).unwrap();
    let response = site.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    assert!(body.frame().await.unwrap().is_ok());
    let administrator = member.administrator().unwrap();
    app::campaigns::delete(app, &administrator, id)
        .await
        .unwrap();
    while let Some(frame) = body.frame().await {
        if frame.is_err() {
            return;
        }
    }
    panic!("a part was taken for the whole");
}
