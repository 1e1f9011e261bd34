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
    let page = owner.upload(&path, "C:\\leads.csv", csv).await;
    let import = page.location().to_owned();
    let page = owner.get(&import).await;
    page.is(200).says("Waiting to begin");
    page.says("Import of leads.csv");
    owner.get(&path).await.says(&import);

    run_import(&site).await;
    let page = owner.get(&import).await;
    page.says("1 lead added");
    page.says("Missing company name");
    owner.get(&path).await.says("Atelier");
    owner
        .get(&format!("{path}/upload"))
        .await
        .says("Earlier imports");
    let page = owner.submit(&path, &format!("{import}/cancel"), &[]).await;
    owner.follow(&page).await.says("had already ended");
    owner
        .get("/activity?topic=imports")
        .await
        .says("imported 1 lead:");
    let mut stranger = site.owner("zeta").await;
    stranger.get(&import).await.is(404);
    stranger
        .submit("/", &format!("{import}/cancel"), &[])
        .await
        .is(404);
}

#[tokio::test]
async fn the_same_file_again_leads_to_its_import_and_a_waiting_one_is_cancelled() {
    let (site, mut owner, path) = ready().await;
    let csv = b"name\nA\n";
    let first = owner
        .upload(&path, "a.csv", csv)
        .await
        .location()
        .to_owned();
    let again = owner.upload(&path, "a.csv", csv).await;
    assert_eq!(again.location(), first);
    let page = owner.submit(&first, &format!("{first}/cancel"), &[]).await;
    owner.follow(&page).await.says("The import stops.");
    run_import(&site).await;
    owner.get(&first).await.says("The import was cancelled");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_refused_in_the_page() {
    let (_site, mut owner, path) = ready().await;
    let page = owner.upload(&path, "leads.pdf", b"%PDF").await;
    page.is(400).says("File must be CSV or Excel format");
    page.says("type=\"file\"");
    owner.upload(&path, "leads.csv", b"").await.is(400);
    owner
        .upload(&path, "leads.csv", b"a,b\n1,2\n")
        .await
        .is(400);
    owner
        .upload(&path, "", b"")
        .await
        .is(400)
        .says("Choose a file first.");
    let large = vec![b'x'; (1 << 20) + 1];
    let page = owner.upload(&path, "leads.csv", &large).await;
    page.is(413).says("File is larger than 1 MB");
    let page = owner.upload(&path, "leads.csv", &vec![b'x'; 3 << 20]).await;
    page.is(413).says("File is larger than 1 MB");
}

#[tokio::test]
async fn an_upload_without_its_token_first_is_refused_before_the_file() {
    let (_site, mut owner, path) = ready().await;
    let to = format!("{path}/upload");
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
    let to = format!("{path}/upload");
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
    let to = format!("{path}/upload");
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
    let (site, mut owner, path) = ready().await;
    let to = format!("{path}/upload");
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
    let import = owner.send(multipart_request(&to), body).await;
    let import = import.location().to_owned();
    run_import(&site).await;
    owner.get(&import).await.says("20,000 leads added");
}

#[tokio::test]
async fn a_file_whose_import_was_seen_to_end_is_added_again() {
    let (site, mut owner, path) = ready().await;
    let csv = b"name\nA\n";
    let mut imports = Vec::new();
    for leads in 1..=2 {
        let page = owner.upload(&path, "a.csv", csv).await;
        imports.push(page.location().to_owned());
        run_import(&site).await;
        owner
            .get(imports.last().unwrap())
            .await
            .says("1 lead added");
        let page = owner.get(&path).await;
        page.says(if leads == 1 { "1 lead" } else { "2 leads" });
    }
    assert_ne!(imports[0], imports[1]);
}

#[tokio::test]
async fn a_file_is_added_again_after_all_leads_were_deleted() {
    let (site, mut owner, path) = ready().await;
    let csv = b"name\nAtelier\n";
    let first = owner.upload(&path, "a.csv", csv).await;
    run_import(&site).await;
    owner.get(&path).await.says("Atelier");
    let to = format!("{path}/leads/delete-all");
    owner
        .submit(&path, &to, &[("typed_name", "Lyon")])
        .await
        .is(303);
    // Nobody has looked at the first import, and yet this is another one.
    let second = owner.upload(&path, "a.csv", csv).await;
    assert_ne!(first.location(), second.location());
    run_import(&site).await;
    owner.get(&path).await.says("Atelier");
}

#[tokio::test]
async fn a_file_that_is_gone_is_said_and_a_disk_that_cannot_say_is_asked_again() {
    let (site, mut owner, path) = ready().await;
    let import = owner.upload(&path, "a.csv", b"name\nA\n").await;
    let file = uploaded_file(&site);
    let folder = uploads(&site);
    let aside = folder.with_extension("aside");
    fs::rename(&folder, &aside).unwrap();
    File::create(&folder).unwrap();
    let error = try_import(&site).await.unwrap_err();
    assert!(matches!(error, app::Error::Unavailable(_)), "{error:?}");

    fs::remove_file(&folder).unwrap();
    fs::rename(&aside, &folder).unwrap();
    fs::remove_file(file).unwrap();
    app::jobs::release_all(&site.app).await.unwrap();
    run_import(&site).await;
    let page = owner.get(import.location()).await;
    page.says("The uploaded file is gone. Please upload it again.");
}

#[tokio::test]
async fn a_file_that_has_waited_long_is_not_swept() {
    let (site, mut owner, path) = ready().await;
    let import = owner.upload(&path, "a.csv", b"name\nA\n").await;
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
    owner.get(import.location()).await.says("1 lead added");
}
