//! What holds for every page: tokens, headers, cookies, files, and errors as pages.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use http_edge::{Edge, EdgeOptions};

use crate::browser::{Browser, Site, form};

/// Every route that a form posts to.
const POSTS: [&str; 22] = [
    "/campaigns",
    "/campaigns/x/edit",
    "/campaigns/x/status",
    "/campaigns/x/delete",
    "/campaigns/x/leads",
    "/campaigns/x/leads/delete-all",
    "/leads/x/edit",
    "/leads/x/delete",
    "/campaigns/x/import/y",
    "/campaigns/x/import/y/sample",
    "/campaigns/x/import/y/discard",
    "/campaigns/x/imports/y/cancel",
    "/campaigns/x/imports/y/undo",
    "/team/invite",
    "/team/x/role",
    "/team/x/invitation",
    "/team/x/remove",
    "/team/x/transfer",
    "/profile/password",
    "/profile/sessions/x/revoke",
    "/company",
    "/logout",
];
const PAGES: [&str; 8] = [
    "/",
    "/campaigns",
    "/campaigns/new",
    "/team",
    "/profile",
    "/company",
    "/activity",
    "/notifications",
];

#[tokio::test]
async fn no_form_is_taken_without_its_token() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let of_another_session = site.owner("zeta").await.get("/").await.token();
    let own = owner.get("/").await.token();
    for to in POSTS {
        for body in [
            String::new(),
            "_csrf=".into(),
            format!("_csrf={of_another_session}"),
        ] {
            let page = owner.send(form(to), Body::from(body)).await;
            page.is(403).says("reload the page");
        }
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let request = form(to)
                .header(name, value)
                .header("host", "localhost:8000");
            let body = Body::from(format!("_csrf={own}"));
            owner.send(request, body).await.is(403);
        }
    }
    owner.get("/").await.is(200);
}

#[tokio::test]
async fn the_forms_before_sign_in_have_tokens_too() {
    let site = Site::new().await;
    for to in ["/login", "/register", "/invitations/accept"] {
        let mut browser = site.browser();
        browser.send(form(to), Body::from("email=a")).await.is(403);
        browser.get("/login").await.is(200);
        browser.send(form(to), Body::from("_csrf=0")).await.is(403);
        let other = site.browser().get("/login").await.token();
        browser.post(to, &other, &[]).await.is(403);
    }
}

#[tokio::test]
async fn a_form_from_here_is_taken_whatever_the_browser_says_of_it() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let token = owner.get("/").await.token();
    for (name, value) in [
        ("sec-fetch-site", "same-origin"),
        ("origin", "http://localhost:8000"),
    ] {
        let body = Body::from(format!("_csrf={token}&name=Lyon"));
        let request = form("/campaigns").header(name, value);
        owner.send(request, body).await.location();
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_led_to_the_sign_in() {
    let site = Site::new().await;
    let mut browser = site.browser();
    for path in PAGES {
        let to = browser.get(path).await.location().to_owned();
        assert!(to == "/login" || to.starts_with("/login?next=%2F"), "{to}");
    }
    for to in POSTS {
        let page = browser.send(form(to), Body::empty()).await;
        assert_eq!(page.location(), "/login");
    }
    let request = Request::get("/campaigns?q=a").header("hx-request", "true");
    let page = browser.send(request, Body::empty()).await;
    page.is(401);
    assert_eq!(
        page.headers["hx-redirect"],
        "/login?next=%2Fcampaigns%3Fq%3Da"
    );
    let odd = ["", "x", "x.y", "0190c5a0-0000-7000-8000-000000000001.x"];
    for cookie in odd {
        browser
            .cookies
            .insert("elite_session".into(), cookie.into());
        browser.get("/team").await.location();
    }
}

#[tokio::test]
async fn pages_carry_a_strict_policy_and_are_not_kept() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    for path in PAGES.into_iter().chain(["/campaigns/x", "/register"]) {
        let page = owner.get(path).await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{policy}"
        );
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        assert!(!page.body.contains("<script>"));
    }
}

#[tokio::test]
async fn cookies_are_secure_where_the_public_address_is() {
    let site = Site::at("https://elite.example").await;
    let mut browser = site.browser();
    let page = browser.get("/login").await;
    let line = page.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(line.starts_with("__Host-elite_csrf="), "{line}");
    assert!(
        line.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{line}"
    );
    let owner = site.owner("acme").await;
    assert!(owner.cookies.contains_key("__Host-elite_session"));
}

#[tokio::test]
async fn files_are_kept_for_ever_under_the_name_of_their_content() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let css = browser.get(ui::assets::url("app.css")).await;
    css.is(200);
    assert_eq!(css.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert_eq!(
        css.headers[header::CACHE_CONTROL],
        ui::assets::CACHE_CONTROL
    );
    browser
        .get("/assets/app.0000000000000000.css")
        .await
        .is(404);
    let icon = browser.get("/favicon.ico").await;
    assert_eq!(icon.is(200).headers[header::CONTENT_TYPE], "image/svg+xml");
}

#[tokio::test]
async fn a_note_that_nobody_left_is_not_shown() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    owner
        .cookies
        .insert("elite_flash".into(), "<script>alert(1)</script>".into());
    let page = owner.get("/team").await;
    assert!(!page.is(200).body.contains("alert(1)"));
    assert!(!owner.cookies.contains_key("elite_flash"));
}

#[tokio::test]
async fn the_edge_shows_what_no_page_answers_as_a_page() {
    let site = Site::new().await;
    let mut options = EdgeOptions::new(Arc::new(|| "request-1".to_owned()));
    options.render_error = Some(Arc::new(web::render_error));
    let mut site = site;
    site.router = Edge::new(options).around(site.router.clone());
    let mut owner: Browser = site.owner("acme").await;
    let html = |request: axum::http::request::Builder| request.header(header::ACCEPT, "text/html");
    let page = owner
        .send(html(Request::get("/nowhere")), Body::empty())
        .await;
    page.is(404).says("There is nothing here");
    let page = owner
        .send(html(Request::post("/profile")), Body::empty())
        .await;
    page.is(405).says("That does not work here");
    let page = owner
        .send(html(Request::get("/campaigns/x")), Body::empty())
        .await;
    page.is(404).says("There is nothing here");
    assert_eq!(page.headers.get_all(header::CONTENT_TYPE).iter().count(), 1);
    let json = owner.send(Request::get("/nowhere"), Body::empty()).await;
    assert_eq!(json.is(404).body, r#"{"detail":"Not Found"}"#);
}

#[tokio::test]
async fn an_address_that_forms_post_to_leads_to_the_page_of_the_form() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    for (path, to) in [
        ("/team/invite", "/team"),
        ("/profile/password", "/profile"),
        ("/campaigns/0-0/leads", "/campaigns/0-0/leads/new"),
        ("/campaigns/0-0/upload", "/campaigns/0-0/import"),
        (
            "/campaigns/0-0/import/1-1/sample",
            "/campaigns/0-0/import/1-1",
        ),
    ] {
        assert_eq!(owner.get(path).await.location(), to);
    }
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused_with_a_page() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let body = Body::from(vec![b'a'; (1 << 20) + 1]);
    let page = owner.send(form("/campaigns"), body).await;
    page.is(413).says("Request body is larger than 1 MB");
    let body = Body::from("a&".repeat(20_000));
    let page = owner.send(form("/campaigns"), body).await;
    page.is(413).says("<!doctype html>");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_a_page_that_says_so() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let token = owner.get("/").await.token();
    site.app.store().close().await;
    owner
        .get("/campaigns")
        .await
        .is(503)
        .says("Nothing is lost");
    let page = owner.post("/campaigns", &token, &[("name", "Lyon")]).await;
    assert_eq!(page.is(503).headers[header::RETRY_AFTER], "5");
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down_with_a_page() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let fields = [("email", "a@acme.example"), ("password", "Wrong-Horse-7")];
    let token = browser.get("/login").await.token();
    for _ in 0..10 {
        browser.post("/login", &token, &fields).await.is(422);
    }
    let page = browser.post("/login", &token, &fields).await;
    page.is(429).says("Please try again later.");
}
