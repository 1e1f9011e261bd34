//! Uploading a file, its import, and the files that are refused.

use std::fs::{self, File, FileTimes};
use std::path::PathBuf;
use std::time::SystemTime;

use axum::body::Body;
use domain::jobs::Job;

use crate::browser::{Browser, Site, campaign, multipart, multipart_request};

/// Does the import that waits.
async fn run_import(site: &Site) {
    try_import(site).await.unwrap();
}

/// Takes the import that waits, and tries it.
async fn try_import(site: &Site) -> app::Result<()> {
    let claimed = app::jobs::claim(&site.app, &["run_import"]).await.unwrap();
    let claimed = claimed.expect("an import that waits");
    let Job::RunImport { import_id } = claimed.job else {
        panic!("another job");
    };
    app::imports::run(&site.app, &claimed, import_id).await
}

/// Where the site keeps uploaded files.
fn uploads(site: &Site) -> PathBuf {
    let path = site.app.uploads().path("any").unwrap();
    path.parent().unwrap().to_owned()
}

/// The one uploaded file.
fn uploaded_file(site: &Site) -> PathBuf {
    let mut files = fs::read_dir(uploads(site)).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none());
    file
}

async fn ready() -> (Site, Browser, String) {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    (site, owner, path)
}

#[tokio::test]
async fn a_file_becomes_leads() {
    let (site, mut owner, path) = ready().await;
    let csv = b"Company,E-mail,Ratings\nAtelier,a@b.example,5\n,c@d.example,4\n";
    let import = owner.import(&path, "C:\\leads.csv", csv).await;
    owner.get(&import).await.says("Import of leads.csv");
    run_import(&site).await;
    owner.get(&import).await.says("1 lead added");
    owner
        .get(&format!("{path}/import"))
        .await
        .says("Earlier imports");
    owner
        .get("/activity?topic=imports")
        .await
        .says("imported 1 lead:");
}

#[tokio::test]
async fn an_upload_without_its_token_first_is_refused_before_the_file() {
    let (_site, mut owner, path) = ready().await;
    let to = format!("{path}/import");
    let token = owner.get(&to).await.token();
    let file = ("file", Some("a.csv"), &b"name\nA\n"[..]);
    let token = ("_csrf", None, token.as_bytes());
    let wrong = ("_csrf", None, &b"wrong"[..]);
    let long = vec![b'a'; 4096];
    let long = ("_csrf", None, &long[..]);
    for parts in [
        &[file][..],
        &[file, token],
        &[wrong, file],
        &[long, file],
        &[],
    ] {
        let body = Body::from(multipart(parts));
        owner.send(multipart_request(&to), body).await.is(403);
    }
    owner.get(&to).await.is(200);
    let page = owner.get(&to).await;
    assert!(!page.body.contains("Earlier imports"));
}

#[tokio::test]
async fn a_truncated_upload_imports_nothing() {
    let (_site, mut owner, path) = ready().await;
    let to = format!("{path}/import");
    let token = owner.get(&to).await.token();
    let parts = [
        ("_csrf", None, token.as_bytes()),
        ("file", Some("a.csv"), &b"name\nA\n"[..]),
    ];
    let mut body = multipart(&parts);
    body.truncate(body.len() - 14);
    let page = owner.send(multipart_request(&to), Body::from(body)).await;
    page.is(400).says("The upload ended early.");
    assert!(!page.body.contains("Earlier imports"));
    let token = [("_csrf", token.as_str())];
    let body = serde_urlencoded::to_string(token).unwrap();
    let form = crate::browser::form(&to);
    owner.send(form, Body::from(body)).await.is(400);
}

#[tokio::test]
async fn a_part_whose_head_does_not_end_is_refused() {
    let (_site, mut owner, path) = ready().await;
    let to = format!("{path}/import");
    let token = owner.get(&to).await.token();
    let mut body = multipart(&[("_csrf", None, token.as_bytes())]);
    body.truncate(body.len() - 4);
    body.extend_from_slice(b"\r\nX-Long: ");
    let flood = std::iter::repeat_n(vec![b'a'; 1 << 13], 100);
    let pieces = std::iter::once(body)
        .chain(flood)
        .map(Ok::<_, std::io::Error>);
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let page = owner.send(multipart_request(&to), body).await;
    page.is(400).says("The upload ended early.");
}

#[tokio::test]
async fn a_file_in_many_pieces_arrives_whole() {
    let (_site, mut owner, path) = ready().await;
    let to = format!("{path}/import");
    let token = owner.get(&to).await.token();
    let mut csv = String::from("name\n");
    for n in 0..20_000 {
        csv.push_str(&format!("Company {n}\n"));
    }
    let parts = [
        ("_csrf", None, token.as_bytes()),
        ("other", None, &b"ignored"[..]),
        ("file", Some("a.csv"), csv.as_bytes()),
    ];
    let body = multipart(&parts);
    let pieces: Vec<_> = body
        .chunks(777)
        .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()))
        .collect();
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let check = owner.send(multipart_request(&to), body).await;
    let check = owner.follow(&check).await;
    check.is(200).says("Import 20,000 rows");
}

#[tokio::test]
async fn a_file_that_is_gone_is_said() {
    let (site, mut owner, path) = ready().await;
    let import = owner.import(&path, "a.csv", b"name\nA\n").await;
    fs::remove_file(uploaded_file(&site)).unwrap();
    run_import(&site).await;
    let page = owner.get(&import).await;
    page.says("The uploaded file is gone. Please upload it again.");
}

#[tokio::test]
async fn a_disk_that_cannot_say_is_asked_again() {
    let (site, mut owner, path) = ready().await;
    let import = owner.import(&path, "a.csv", b"name\nA\n").await;
    let folder = uploads(&site);
    fs::rename(&folder, folder.with_extension("aside")).unwrap();
    File::create(&folder).unwrap();
    let error = try_import(&site).await.unwrap_err();
    assert!(matches!(error, app::Error::LeaseLost), "{error:?}");
    owner.get(&import).await.says("Waiting to begin");
}

#[tokio::test]
async fn a_file_that_has_waited_long_is_not_swept() {
    let (site, mut owner, path) = ready().await;
    let import = owner.import(&path, "a.csv", b"name\nA\n").await;
    let old = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH);
    let set_old = |path: PathBuf| {
        let file = File::options().append(true).open(path).unwrap();
        file.set_times(old).unwrap();
    };
    set_old(uploaded_file(&site));
    let nobodys = uploads(&site).join("nobodys");
    File::create_new(&nobodys).unwrap();
    set_old(nobodys.clone());
    app::housekeeping::sweep(&site.app).await.unwrap();
    assert!(!nobodys.exists());
    run_import(&site).await;
    owner.get(&import).await.says("1 lead added");
}
