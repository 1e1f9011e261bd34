//! The steps of an import without scripts: a file is received, checked, imported, watched and taken back.

use axum::body::Body;
use axum::http::Request;
use domain::jobs::Job;

use crate::browser::{Browser, Page, Site, campaign, form};
use crate::team::member_of;

const CSV: &[u8] = b"Company,E-mail,Phone,Ratings\n\
    ATELIER,a@b.example,01 42 86 82 00,5\n\
    ,c@d.example,,4\n\
    Zeta,A@B.example,030 901820,3\n";

async fn ready() -> (Site, Browser, String) {
    let site = Site::new().await;
    let mut owner = site.owner("acme").await;
    let path = campaign(&mut owner, "Lyon").await;
    (site, owner, path)
}

/// Uploads a file and gives the path of its check.
async fn received(owner: &mut Browser, path: &str, name: &str, content: &[u8]) -> String {
    let page = owner.upload(path, name, content).await;
    let check = page.location().to_owned();
    assert!(check.starts_with(&format!("{path}/import/")), "{check}");
    check
}

/// Sends the form of a check with some fields changed.
async fn send(owner: &mut Browser, check: &str, to: &str, changed: &[(&str, &str)]) -> Page {
    let page = owner.get(check).await;
    let mut fields = page.is(200).fields();
    fields.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    let changed = changed.iter().filter(|(_, value)| *value != "-");
    fields.extend(changed.map(|(name, value)| ((*name).into(), (*value).into())));
    let body = serde_urlencoded::to_string(fields).unwrap();
    owner.send(form(to), Body::from(body)).await
}

async fn started(owner: &mut Browser, check: &str, changed: &[(&str, &str)]) -> String {
    let page = send(owner, check, check, changed).await;
    page.location().to_owned()
}

async fn work(site: &Site) {
    let kinds = ["run_import", "undo_import"];
    let claimed = app::jobs::claim(&site.app, &kinds).await.unwrap();
    let claimed = claimed.expect("a job that waits");
    match claimed.job {
        Job::RunImport { import_id } => app::imports::run(&site.app, &claimed, import_id)
            .await
            .unwrap(),
        Job::UndoImport { import_id } => {
            let turn = app::jobs::Turn::endless();
            app::imports::undo(&site.app, &claimed, import_id, &turn)
                .await
                .unwrap();
        }
        _ => panic!("another job"),
    }
    let done = store::jobs::Outcome::Done;
    app::jobs::end(&site.app, &claimed, &done).await.unwrap();
}

#[tokio::test]
async fn a_file_is_checked_imported_and_undone() {
    let (site, mut owner, path) = ready().await;
    owner
        .get(&format!("{path}/import"))
        .await
        .says("up to 1 MB");
    let check = received(&mut owner, &path, "leads.csv", CSV).await;
    let page = owner.get(&check).await;
    for text in [
        "UTF-8",
        "separated by commas",
        "4 columns",
        "3 rows",
        "Import 3 rows",
        "known word for e-mail",
        "Missing company name",
        "a@b.example",
    ] {
        page.says(text);
    }
    // Nothing is there until somebody says so, and the step can be come back to.
    owner.get(&path).await.says("No leads yet");
    owner.get(&check).await.is(200);

    let import = started(&mut owner, &check, &[]).await;
    assert!(import.starts_with(&format!("{path}/imports/")), "{import}");
    let page = owner.get(&import).await;
    page.is(200).says("Waiting to begin");
    page.says("http-equiv=\"refresh\"");
    owner.get(&path).await.says(&import);
    // The file has its import; whoever comes back is led there.
    let again = owner.get(&check).await;
    owner.follow(&again).await;
    let again = send_raw(&mut owner, &check).await;
    assert!(again.location().starts_with("/imports/"));

    work(&site).await;
    let page = owner.get(&import).await;
    page.says("1 lead added");
    page.says("Missing company name");
    page.says("Undo this import");
    let errors = owner.get(&format!("{import}/errors.csv")).await;
    errors.is(200).says("Missing company name");
    let disposition = errors.headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.contains("leads - failed rows.csv"),
        "{disposition}"
    );
    owner.get(&path).await.says("ATELIER");
    let list = owner.get(&format!("{path}/imports")).await;
    list.is(200).says("leads.csv");
    list.says("1 row skipped");

    let page = owner.get(&format!("{import}/undo")).await;
    page.is(200).says("Undo the import of leads.csv?");
    let to = format!("{import}/undo");
    let asked = owner.submit(&to, &to, &[]).await;
    owner
        .follow(&asked)
        .await
        .says("Taking the leads away again");
    work(&site).await;
    let page = owner.get(&import).await;
    page.says("The import was undone");
    page.says("Taken away");
    owner.get(&path).await.says("No leads yet");
    let page = owner.get(&to).await;
    owner.follow(&page).await.says("cannot be undone now");
}

/// Sends the start of a file that has an import, with nothing but the token.
async fn send_raw(owner: &mut Browser, check: &str) -> Page {
    let token = owner.get("/").await.token();
    owner.post(check, &token, &[]).await
}

#[tokio::test]
async fn choices_are_shown_in_the_sample_and_followed() {
    let (site, mut owner, path) = ready().await;
    let check = received(&mut owner, &path, "leads.csv", CSV).await;
    let changed = [
        ("to.3", "own"),
        ("own.3", "stars"),
        ("phone_country", "FR"),
        ("title_case", "1"),
        ("mode", "keep"),
    ];
    let to = format!("{check}/sample");
    let page = send(&mut owner, &check, &to, &changed).await;
    page.is(200).says("+33142868200");
    for text in [
        "Atelier</span>",
        "stars: 5",
        "Every row becomes a new lead",
        "name=\"own.3\" type=\"text\" maxlength=\"100\" value=\"stars\"",
    ] {
        page.says(text);
    }
    // A script asks for the part alone.
    let fields = owner.get(&check).await.fields();
    let body = serde_urlencoded::to_string(fields).unwrap();
    let request = form(&to).header("hx-request", "true");
    let part = owner.send(request, Body::from(body)).await;
    assert!(
        part.is(200)
            .body
            .trim_start()
            .starts_with("<form id=\"wizard\"")
    );
    assert_eq!(owner.get(&to).await.location(), check);

    let import = started(&mut owner, &check, &changed).await;
    work(&site).await;
    owner.get(&import).await.says("2 leads added");
    let page = owner.get(&path).await;
    page.says("Atelier");
    page.says("+33142868200");

    // The same columns again: what was chosen is offered.
    let check = received(&mut owner, &path, "more.csv", CSV).await;
    let page = owner.get(&check).await;
    page.says("You imported these columns before.");
    page.says("saved from last time");
}

#[tokio::test]
async fn choices_that_do_not_do_are_told_and_the_file_is_kept() {
    let (_site, mut owner, path) = ready().await;
    let check = received(&mut owner, &path, "leads.csv", CSV).await;
    for (changed, says) in [
        (&[("to.0", "ignore")][..], "No column is the name yet."),
        (
            &[("to.3", "own"), ("own.3", "")],
            "Give the own field of “Ratings” a name",
        ),
        (
            &[
                ("to.3", "own"),
                ("own.3", "k"),
                ("to.2", "own"),
                ("own.2", "k"),
            ],
            "Two columns are to be kept as “k”.",
        ),
    ] {
        let page = send(&mut owner, &check, &check, changed).await;
        page.is(422).says(says);
        page.says("Where each column goes");
    }
    // Another way of reading has other columns: they are shown, and nothing is imported blindly.
    let page = send(&mut owner, &check, &check, &[("delimiter", "semicolon")]).await;
    page.is(422).says("The file is read in another way now.");
    let to = format!("{check}/sample");
    let page = send(&mut owner, &check, &to, &[("header", "none")]).await;
    page.is(200).says("column 1");
    page.says("no row of names");
    let page = owner.get(&format!("{path}/imports")).await;
    page.says("No import yet");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_refused_in_the_page() {
    let (_site, mut owner, path) = ready().await;
    let page = owner.upload(&path, "leads.pdf", b"%PDF").await;
    page.is(400).says("File must be CSV or Excel format");
    page.says("type=\"file\"");
    owner.upload(&path, "leads.csv", b"").await.is(400);
    let page = owner.upload(&path, "", b"").await;
    page.is(400).says("Choose a file first.");
    let large = vec![b'x'; (1 << 20) + 1];
    let page = owner.upload(&path, "leads.csv", &large).await;
    page.is(413).says("File is larger than 1 MB");

    // What shows only when it is read is told with the file kept and a way to another one.
    for (name, content, says) in [
        (
            "leads.xlsx",
            &b"PK\x03\x04 cut off"[..],
            "This file cannot be read.",
        ),
        ("leads.xlsx", b"Company\nA\n", "if it is text, name it .csv"),
        ("leads.csv", b"PK\x03\x04", "holds a workbook"),
        ("leads.csv", b"\n\n", "File is empty or malformed."),
    ] {
        let check = received(&mut owner, &path, name, content).await;
        let page = owner.get(&check).await;
        page.is(200).says(says);
        page.says("Choose another file");
        assert!(!page.body.contains("id=\"go\""));
    }
}

#[tokio::test]
async fn another_tenant_finds_none_of_it_and_no_form_goes_without_its_token() {
    let (site, mut owner, path) = ready().await;
    let check = received(&mut owner, &path, "leads.csv", CSV).await;
    let other = received(&mut owner, &path, "other.csv", CSV).await;
    let import = started(&mut owner, &check, &[]).await;
    let mut stranger = site.owner("zeta").await;
    let theirs = campaign(&mut stranger, "Turin").await;
    let upload = other.rsplit('/').next().unwrap();
    let id = import.rsplit('/').next().unwrap();
    let token = stranger.get("/").await.token();
    for path in [
        &import,
        &other,
        &format!("{theirs}/import/{upload}"),
        &format!("{theirs}/imports/{id}"),
        &format!("{import}/cancel"),
        &format!("{import}/undo"),
        &format!("{import}/errors.csv"),
        &format!("{path}/imports"),
        &format!("/imports/{id}"),
    ] {
        stranger.get(path).await.is(404);
    }
    for path in [
        &other,
        &format!("{other}/sample"),
        &format!("{other}/discard"),
        &format!("{theirs}/import/{upload}"),
        &format!("{import}/cancel"),
        &format!("{import}/undo"),
    ] {
        stranger.post(path, &token, &[]).await.is(404);
        owner.send(form(path), Body::empty()).await.is(403);
    }
    // An import is one of its own campaign only.
    let second = campaign(&mut owner, "Nice").await;
    owner.get(&format!("{second}/imports/{id}")).await.is(404);
    for odd in ["x", "0190C5A0-0000-7000-8000-000000000001"] {
        owner.get(&format!("{path}/import/{odd}")).await.is(404);
        owner.get(&format!("{path}/imports/{odd}")).await.is(404);
    }
    let moved = owner.get(&format!("/imports/{id}")).await;
    assert_eq!(moved.location(), import);
    let moved = owner.get(&format!("{path}/upload")).await;
    assert_eq!(moved.location(), format!("{path}/import"));
}

#[tokio::test]
async fn a_waiting_import_is_cancelled_after_a_question() {
    let (site, mut owner, path) = ready().await;
    let check = received(&mut owner, &path, "leads.csv", CSV).await;
    let import = started(&mut owner, &check, &[]).await;
    let to = format!("{import}/cancel");
    let page = owner.get(&to).await;
    page.is(200).says("Stop importing leads.csv?");
    page.says("Let it go on");
    let page = owner.submit(&to, &to, &[]).await;
    owner.follow(&page).await.says("The import stops.");
    work(&site).await;
    owner.get(&import).await.says("The import was cancelled");
    let page = owner.get(&to).await;
    owner.follow(&page).await.says("had already ended");
    let token = owner.get("/").await.token();
    let page = owner.post(&to, &token, &[]).await;
    owner.follow(&page).await.says("had already ended");
}

#[tokio::test]
async fn a_member_imports_and_leaves_the_way_back_to_others() {
    let (site, mut owner, path) = ready().await;
    let mut member = member_of(&site, &mut owner, "member").await;
    let check = received(&mut member, &path, "leads.csv", CSV).await;
    let import = started(&mut member, &check, &[]).await;
    work(&site).await;
    let page = member.get(&import).await;
    page.says("1 lead added");
    assert!(!page.body.contains("Undo this import"));
    let to = format!("{import}/undo");
    member.get(&to).await.is(403).says("Only owners and admins");
    let token = member.get("/").await.token();
    member.post(&to, &token, &[]).await.is(403);
    owner.get(&import).await.says("Undo this import");
}

#[tokio::test]
async fn the_progress_is_a_part_of_its_page() {
    let (_site, mut owner, path) = ready().await;
    let check = received(&mut owner, &path, "leads.csv", CSV).await;
    let import = started(&mut owner, &check, &[]).await;
    let request = Request::get(&import).header("hx-request", "true");
    let part = owner.send(request, Body::empty()).await;
    part.is(200).says("hx-trigger=\"every 1s\"");
    assert!(part.body.trim_start().starts_with("<div id=\"import\""));
}

#[tokio::test]
async fn a_file_that_waits_is_gone_on_with_or_discarded() {
    let (site, mut owner, path) = ready().await;
    let check = received(&mut owner, &path, "harbours.csv", CSV).await;
    let form = format!("{path}/import");
    let page = owner.get(&form).await;
    page.says("Received, not imported yet");
    page.says(&check);
    // It is listed for the one who brought it.
    let mut stranger = site.owner("zeta").await;
    let theirs = campaign(&mut stranger, "Turin").await;
    let page = stranger.get(&format!("{theirs}/import")).await;
    assert!(!page.body.contains("harbours.csv"));
    let page = owner.submit(&form, &format!("{check}/discard"), &[]).await;
    let page = owner.follow(&page).await;
    page.says("The file is discarded.");
    assert!(!page.body.contains("harbours.csv"));
    owner.get(&check).await.is(404);
}
