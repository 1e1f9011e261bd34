//! Files that come in pieces: the protocol, and the imports that take them.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use testkit::{Answer, Form, Request, eventually, exchange_raw};

use crate::people::Person;
use crate::problems::assert_detail;
use crate::world::on_both;

const PATIENCE: Duration = Duration::from_secs(30);
const ALL: &str = "/api/v1/uploads";
const FILE: &str = "Firma;E-Mail\nAcme;a@b.example\nBolt;c@d.example\n";

fn tus(person: &Person, method: Method, path: &str) -> Request {
    let request = person.http.request(method, path);
    request.header("Tus-Resumable", "1.0.0")
}

async fn announce(person: &Person, name: &str, bytes: usize) -> Answer {
    // "leads.csv" and "leads.exe"
    let name = match name {
        "leads.csv" => "bGVhZHMuY3N2",
        _ => "bGVhZHMuZXhl",
    };
    let request = tus(person, Method::POST, ALL);
    let request = request.header("Upload-Length", &bytes.to_string());
    let request = request.header("Upload-Metadata", &format!("filename {name}"));
    request.send().await
}

/// Announces a file and gives where its pieces go.
async fn begin(person: &Person, bytes: usize) -> String {
    let answer = announce(person, "leads.csv", bytes).await;
    let answer = answer.expect_status(201);
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    assert!(answer.header("upload-expires").ends_with(" GMT"));
    answer.header("location").to_owned()
}

async fn patch(person: &Person, path: &str, offset: usize, content: &str) -> Answer {
    tus(person, Method::PATCH, path)
        .body("application/offset+octet-stream", content.to_owned())
        .header("Upload-Offset", &offset.to_string())
        .send()
        .await
}

async fn offset(person: &Person, path: &str) -> String {
    let answer = tus(person, Method::HEAD, path).send().await;
    let answer = answer.expect_status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.header("upload-offset").to_owned()
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

fn imports(campaign: &str, rest: &str) -> String {
    format!("/api/v1/campaigns/{campaign}/imports{rest}")
}

async fn completed(person: &Person, campaign: &str, id: &Value) -> Value {
    let path = imports(campaign, &format!("/{}", id.as_str().expect("an id")));
    eventually(PATIENCE, async || {
        let import = person.http.get(&path).send().await;
        let import = import.expect_status(200).json();
        (import["state"] == "completed").then_some(import)
    })
    .await
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_is_imported_once() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Spring").await;
        let path = begin(&owner, FILE.len()).await;
        let (first, second) = FILE.split_at(20);
        let kept = patch(&owner, &path, 0, first).await.expect_status(204);
        assert_eq!(kept.header("upload-offset"), "20");
        assert_eq!(offset(&owner, &path).await, "20");
        let wrong = patch(&owner, &path, 0, first).await;
        assert_detail(
            &wrong,
            409,
            "Upload-Offset is 0, but 20 bytes were received",
        );
        let shown = owner.http.get(&path).send().await.expect_status(200);
        assert_eq!(shown.json()["state"], "open");
        assert_eq!(shown.json()["bytes_received"], 20);

        let form = || Form::new().text("upload_id", id_of(&path));
        let post = |rest: &str| owner.http.post(&imports(&campaign, rest));
        let early = post("").multipart(form()).send().await;
        let text = format!(
            "The upload is not complete: 20 of {} bytes were received",
            FILE.len()
        );
        assert_detail(&early, 409, &text);
        patch(&owner, &path, 20, second).await.expect_status(204);

        let preview = post("/preview").multipart(form()).send().await;
        let preview = preview.expect_status(200).json();
        assert_eq!(preview["rows"][1]["lead"]["title"], "Bolt");
        let options = json!({"duplicates": {"mode": "skip"}}).to_string();
        let start = || {
            let request = post("").multipart(form().text("options", &options));
            request.header("Idempotency-Key", "once")
        };
        let import = start().send().await.expect_status(202).json();
        assert_eq!(import["file_name"], "leads.csv");
        let again = start().send().await.expect_status(202).json();
        assert_eq!(again["id"], import["id"]);
        let other = post("").multipart(form()).send().await;
        assert_detail(&other, 409, "This upload was imported already");
        let import = completed(&owner, &campaign, &import["id"]).await;
        assert_eq!(import["leads_created"], 2);
        let shown = owner.http.get(&path).send().await.json();
        assert_eq!(shown["state"], "used");
        assert_eq!(shown["import_id"], import["id"]);
    })
    .await;
}

#[tokio::test]
async fn a_piece_that_is_cut_off_counts_as_far_as_it_came() {
    on_both(async |world| {
        let owner = world.company().await;
        let path = begin(&owner, FILE.len()).await;
        let request = format!(
            "PATCH {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
             Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n\
             Content-Length: {}\r\n\r\n{}",
            owner.access,
            FILE.len(),
            &FILE[..17],
        );
        exchange_raw(&*world.address(), request.as_bytes()).await;
        eventually(PATIENCE, async || {
            (offset(&owner, &path).await == "17").then_some(())
        })
        .await;
        patch(&owner, &path, 17, &FILE[17..]).await.expect_status(204);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    on_both(async |world| {
        let owner = world.company().await;
        let path = begin(&owner, 10).await;
        let bare = owner.http.request(Method::HEAD, &path).send().await;
        let bare = bare.expect_status(412);
        assert_eq!(bare.header("tus-version"), "1.0.0");
        let plain = tus(&owner, Method::PATCH, &path);
        let plain = plain.body("text/plain", "abc").header("Upload-Offset", "0");
        assert_detail(
            &plain.send().await,
            415,
            "Content-Type has to be application/offset+octet-stream",
        );
        let more = patch(&owner, &path, 0, "eleven char").await;
        assert_detail(&more, 413, "11 bytes were sent where 10 are missing");
        assert_eq!(offset(&owner, &path).await, "0");
        let nowhere = tus(&owner, Method::PATCH, &path)
            .body("application/offset+octet-stream", "abc")
            .send()
            .await;
        assert_detail(&nowhere, 400, "upload-offset has to be a number of bytes");
        let nameless = tus(&owner, Method::POST, ALL).header("Upload-Length", "5");
        nameless.send().await.expect_status(400);
        announce(&owner, "leads.exe", 5).await.expect_status(400);
        announce(&owner, "leads.csv", 0).await.expect_status(400);
        let large = announce(&owner, "leads.csv", 1 << 40).await;
        assert_detail(&large, 413, "File is larger than 256 MB");
        let campaign = owner.campaign("Spring").await;
        let both = Form::new()
            .file("file", "a.csv", "text/csv", FILE.as_bytes())
            .text("upload_id", id_of(&path));
        let request = owner.http.post(&imports(&campaign, "/preview"));
        assert_detail(
            &request.multipart(both).send().await,
            400,
            "Send a file or an upload_id, not both",
        );
        let told = world.http.request(Method::OPTIONS, ALL).send().await;
        let told = told.expect_status(204);
        assert_eq!(told.header("tus-max-size"), "268435456");
    })
    .await;
}

#[tokio::test]
async fn another_company_finds_nothing() {
    on_both(async |world| {
        let owner = world.company().await;
        let path = begin(&owner, FILE.len()).await;
        patch(&owner, &path, 0, FILE).await.expect_status(204);
        let other = world.company().await;
        let campaign = other.campaign("Theirs").await;
        tus(&other, Method::HEAD, &path)
            .send()
            .await
            .expect_status(404);
        let form = || Form::new().text("upload_id", id_of(&path));
        let post = |rest: &str| other.http.post(&imports(&campaign, rest));
        for answer in [
            other.http.get(&path).send().await,
            patch(&other, &path, 0, "x").await,
            tus(&other, Method::DELETE, &path).send().await,
            post("").multipart(form()).send().await,
            post("/preview").multipart(form()).send().await,
        ] {
            assert_detail(&answer, 404, "Upload not found");
        }
        for path in [format!("{ALL}/x"), path.replace("uploads/", "uploads/x")] {
            let answer = owner.http.get(&path).send().await;
            assert_detail(&answer, 404, "Upload not found");
        }
        tus(&owner, Method::DELETE, &path)
            .send()
            .await
            .expect_status(204);
        tus(&owner, Method::HEAD, &path)
            .send()
            .await
            .expect_status(404);
        let nobody = world.http.get(&path).send().await;
        assert_detail(&nobody, 401, "Not authenticated");
    })
    .await;
}
