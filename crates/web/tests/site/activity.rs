//! The feed, the dashboard's part of it, and notifications.

use axum::body::Body;
use axum::http::Request;

use crate::browser::{Site, campaign, lead};
use crate::team::member_of;

#[tokio::test]
async fn the_feed_tells_what_happened_and_links_to_it() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    lead(&mut owner, &path, "Secret contact").await;
    let page = owner.get("/activity").await;
    page.is(200).says("created the campaign");
    page.says(&format!("href=\"{path}\""));
    page.says("added 1 lead to");
    page.says("Today");
    assert!(!page.body.contains("Secret contact"));
    let page = owner.get("/activity?topic=leads").await;
    assert!(!page.body.contains("created the campaign"));
    for odd in [
        "topic=%3Cscript%3E",
        "before=x",
        "before=-5",
        "after=9999",
        "before=0",
    ] {
        owner.get(&format!("/activity?{odd}")).await.is(200);
    }
    let request = Request::get("/activity?topic=team").header("hx-request", "true");
    let part = owner.send(request, Body::empty()).await;
    assert!(
        part.is(200)
            .body
            .trim_start()
            .starts_with("<div id=\"feed\"")
    );
}

#[tokio::test]
async fn members_see_no_sign_ins_of_others() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let mut member = member_of(&site, &mut owner, "member").await;
    let page = member.get("/activity?topic=security").await;
    assert_eq!(page.body.matches("logged in").count(), 1, "{}", page.body);
    let page = owner.get("/activity?topic=security").await;
    assert_eq!(page.body.matches("logged in").count(), 2);
}

#[tokio::test]
async fn a_long_feed_is_paged_both_ways() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let token = owner.get("/campaigns/new").await.token();
    for n in 0..60 {
        let name = format!("Campaign {n:02}");
        owner
            .post("/campaigns", &token, &[("name", &name)])
            .await
            .location();
    }
    let href = |body: &str, rel: &str| {
        let (_, rest) = body.split_once(&format!("rel=\"{rel}\" href=\"")).unwrap();
        rest.split('"').next().unwrap().replace("&#38;", "&")
    };
    let first = owner.get("/activity?topic=campaigns").await;
    first.says("Campaign 59");
    assert!(!first.body.contains("Campaign 09"));
    let second = owner.get(&href(&first.body, "next")).await;
    second.says("Campaign 09");
    second.says("Campaign 00");
    assert!(!second.body.contains("Campaign 10"));
    assert!(!second.body.contains("rel=\"next\""));
    let back = owner.get(&href(&second.body, "prev")).await;
    back.says("Campaign 10");
    back.says("Campaign 59");
}

#[tokio::test]
async fn dashboard_and_notifications_count_what_is_there() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    owner.get("/notifications").await.is(200);
    let path = campaign(&mut owner, "Lyon").await;
    lead(&mut owner, &path, "A").await;
    let page = owner.get("/").await;
    page.says("added 1 lead to");
    page.says("Lyon");
    owner.get("/notifications").await.says("1 leads added to");
}
