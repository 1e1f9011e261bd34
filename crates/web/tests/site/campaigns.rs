//! Campaigns: make, find, edit, move, delete; roles and tenants.

use axum::body::Body;
use axum::http::Request;

use crate::browser::{Site, campaign};
use crate::team::member_of;

#[tokio::test]
async fn a_campaign_is_made_edited_started_and_deleted() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon <spring>").await;
    let page = owner.get(&path).await;
    page.is(200).says("Lyon &#60;spring&#62;");
    page.says("The campaign is created.");

    let edit = format!("{path}/edit");
    let fields = [("name", "Lyon"), ("description", "one\r\ntwo")];
    let page = owner.submit(&edit, &edit, &fields).await;
    assert_eq!(page.location(), path);
    owner.get(&edit).await.says("one\ntwo");

    let status = format!("{path}/status");
    let page = owner.submit(&path, &status, &[("status", "active")]).await;
    owner
        .follow(&page)
        .await
        .is(200)
        .says("The campaign is active.");
    owner
        .submit(&path, &status, &[("status", "<x>")])
        .await
        .is(422);

    let delete = format!("{path}/delete");
    let page = owner
        .submit(&delete, &delete, &[("typed_name", "Nice")])
        .await;
    page.is(422).says("This is not the campaign");
    page.says("value=\"Nice\"");
    let page = owner
        .submit(&delete, &delete, &[("typed_name", " Lyon ")])
        .await;
    assert_eq!(page.location(), "/campaigns");
    owner.get(&path).await.is(404);
}

#[tokio::test]
async fn a_refused_campaign_comes_back_as_it_was_typed() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let fields = [
        ("name", "ab"),
        ("description", "kept\nas it is"),
        ("lead_source", "carrier_pigeon"),
    ];
    let page = owner.submit("/campaigns/new", "/campaigns", &fields).await;
    page.is(422).says("Use at least 3 characters.");
    page.says("value=\"ab\"");
    page.says("kept\nas it is");
    page.says("Choose one of the entries of the list.");
    let long = "x".repeat(300);
    let page = owner
        .submit("/campaigns/new", "/campaigns", &[("name", &long)])
        .await;
    page.is(422).says("Use at most 255 characters.");
    let page = owner
        .submit("/campaigns/new", "/campaigns", &[("name", "a\0bc")])
        .await;
    page.is(422).says("NUL");
}

#[tokio::test]
async fn the_list_is_narrowed_by_beginning_and_status() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    for name in ["Lyon", "Lille", "Nice"] {
        campaign(&mut owner, name).await;
    }
    let page = owner.get("/campaigns?q=l&status=draft").await;
    page.says("Lyon");
    page.says("Lille");
    assert!(!page.body.contains("Nice"));
    owner
        .get("/campaigns?status=active")
        .await
        .says("No campaign matches");
    owner
        .get("/campaigns?status=%ff&page=-1&q=%00")
        .await
        .is(200);
    owner
        .get("/campaigns?page=18446744073709551615")
        .await
        .is(200);

    let request = Request::get("/campaigns?q=ni").header("hx-request", "true");
    let part = owner.send(request, Body::empty()).await;
    assert!(
        part.is(200)
            .body
            .trim_start()
            .starts_with("<div id=\"campaigns\"")
    );
    assert_eq!(part.headers["vary"], "Cookie, HX-Request");
}

#[tokio::test]
async fn another_tenants_campaign_is_not_there() {
    let site = Site::new().await;
    let path = campaign(&mut site.owner("acme").await, "Lyon").await;
    let mut stranger = site.owner("zeta").await;
    let token = stranger.get("/campaigns/new").await.token();
    for rest in [
        "",
        "/edit",
        "/delete",
        "/import",
        "/imports",
        "/leads/new",
        "/leads/delete-all",
    ] {
        stranger.get(&format!("{path}{rest}")).await.is(404);
    }
    for rest in ["/edit", "/status", "/delete", "/leads", "/leads/delete-all"] {
        let fields = [
            ("name", "Mine"),
            ("status", "active"),
            ("title", "x"),
            ("typed_name", "Lyon"),
        ];
        let page = stranger
            .post(&format!("{path}{rest}"), &token, &fields)
            .await;
        page.is(404).says("There is nothing here");
    }
    for id in [
        "x",
        "%20",
        "0190C5A0-0000-7000-8000-000000000001",
        "0190c5a000007000800000000000001",
    ] {
        stranger.get(&format!("/campaigns/{id}")).await.is(404);
    }
}

#[tokio::test]
async fn members_cannot_delete_many_at_once() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    let mut member = member_of(&site, &mut owner, "member").await;
    let token = member.get(&path).await.token();
    for rest in ["/delete", "/leads/delete-all"] {
        member.get(&format!("{path}{rest}")).await.is(403);
        let fields = [("typed_name", "Lyon")];
        let page = member.post(&format!("{path}{rest}"), &token, &fields).await;
        page.is(403).says("Only owners and admins can do this.");
    }
    member.get(&path).await.is(200);
}
