//! Files that the site's script sends in pieces.

use axum::body::Body;
use axum::http::Request;
use axum::http::request::Builder;

use crate::browser::{Browser, Page, Site, campaign};

fn request(method: &str, path: &str, token: &str) -> Builder {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("Tus-Resumable", "1.0.0");
    request.header("X-CSRF-Token", token)
}

fn announced(token: &str, bytes: usize) -> Builder {
    request("POST", "/uploads", token)
        .header("Upload-Length", bytes.to_string())
        .header("Upload-Metadata", "filename bGVhZHMuY3N2")
}

fn piece(path: &str, token: &str, offset: usize) -> Builder {
    request("PATCH", path, token)
        .header("Upload-Offset", offset.to_string())
        .header("Content-Type", "application/offset+octet-stream")
}

async fn send(browser: &mut Browser, request: Builder, body: &'static str) -> Page {
    browser.send(request, Body::from(body)).await
}

fn header<'a>(page: &'a Page, name: &str) -> &'a str {
    page.headers[name].to_str().unwrap()
}

#[tokio::test]
async fn the_pages_token_and_the_session_let_a_file_in_piece_by_piece() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let place = campaign(&mut owner, "Lyon").await;
    let token = owner.get(&format!("{place}/import")).await.token();
    let content = "Company,E-mail\nAtelier,a@b.example\n";
    let made = send(&mut owner, announced(&token, content.len()), "").await;
    made.is(201);
    let path = header(&made, "location").to_owned();
    assert!(path.starts_with("/uploads/"), "{path}");
    let (first, second) = content.split_at(9);
    let kept = send(&mut owner, piece(&path, &token, 0), first).await;
    kept.is(204);
    assert_eq!(header(&kept, "upload-offset"), "9");
    let asked = send(&mut owner, request("HEAD", &path, ""), "").await;
    asked.is(200);
    assert_eq!(header(&asked, "upload-offset"), "9");
    assert_eq!(header(&asked, "upload-length"), content.len().to_string());
    let wrong = send(&mut owner, piece(&path, &token, 3), second).await;
    wrong.is(409).says("9 bytes were received");
    send(&mut owner, piece(&path, &token, 9), second)
        .await
        .is(204);
    // From here on it is the wizard's.
    let id = path.rsplit('/').next().unwrap();
    owner
        .get(&format!("{place}/import/{id}"))
        .await
        .is(200)
        .says("Atelier");
    send(&mut owner, request("DELETE", &path, &token), "")
        .await
        .is(204);
    send(&mut owner, request("HEAD", &path, ""), "")
        .await
        .is(404);
}

#[tokio::test]
async fn nobody_else_lets_a_file_in() {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let place = campaign(&mut owner, "Lyon").await;
    let token = owner.get(&format!("{place}/import")).await.token();
    let made = send(&mut owner, announced(&token, 5), "").await;
    let path = header(&made, "location").to_owned();
    for (request, body) in [
        (announced("", 5), ""),
        (announced("wrong", 5), ""),
        (
            announced(&token, 5).header("Sec-Fetch-Site", "cross-site"),
            "",
        ),
        (piece(&path, "", 0), "a"),
        (request("DELETE", &path, "wrong"), ""),
    ] {
        send(&mut owner, request, body).await.is(403);
    }
    let mut stranger = site.browser();
    for (request, body) in [
        (announced(&token, 5), ""),
        (piece(&path, &token, 0), "a"),
        (request("HEAD", &path, ""), ""),
    ] {
        send(&mut stranger, request, body).await.is(401);
    }
    let mut other = site.owner("other").await;
    let place = campaign(&mut other, "Paris").await;
    let theirs = other.get(&format!("{place}/import")).await.token();
    for (request, body) in [
        (piece(&path, &theirs, 0), "a"),
        (request("HEAD", &path, ""), ""),
        (request("DELETE", &path, &theirs), ""),
    ] {
        send(&mut other, request, body).await.is(404);
    }
    send(&mut owner, piece(&path, &token, 0), "a\nb\nc")
        .await
        .is(204);
}

#[tokio::test]
async fn what_is_spoken_is_told_to_anybody() {
    let site = Site::new().await;
    let mut stranger = site.browser();
    let told = send(&mut stranger, Request::options("/uploads"), "").await;
    told.is(204);
    assert_eq!(header(&told, "tus-version"), "1.0.0");
    assert_eq!(
        header(&told, "tus-extension"),
        "creation,termination,expiration"
    );
}
