//! A job that kills its worker each time ends up dead, with exact counts, instead of going round (I9).

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use testkit::eventually;

use crate::world::{Company, Engine, csv, number, running, sending, start, text};

const ROWS: u32 = 30_000;
/// Linux' `O_NONBLOCK`: opening a pipe for writing fails at once while nobody reads it.
const O_NONBLOCK: i32 = 0o4000;
/// More tries than the program makes; one that needs as many goes round.
const TRIES_MAX: u32 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_kills_its_worker_is_given_up_with_exact_counts() {
    let mut program = running(Engine::Sqlite).await;
    let mut company = Company::register(&program, "fatal").await;
    let campaign = company.campaign("poison").await;
    let request = company.upload(&campaign, &csv(ROWS));
    let upload = sending(request);
    eventually(Duration::from_secs(60), async || {
        (company.leads_count(&campaign).await > 0).then_some(())
    })
    .await;
    program.kill();
    assert!(
        upload.await.expect("no panic").is_err(),
        "it was over before the kill"
    );

    // From now on the file is a pipe that never says anything: each worker that takes the job stands still until it is killed.
    let pipe = uploaded_file(&program.data_dir().join("uploads"));
    std::fs::remove_file(&pipe).expect("the file is there");
    let made = Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .expect("mkfifo (coreutils)");
    assert!(made.success());

    let mut tries = 0;
    let failed = loop {
        start(&mut program).await;
        company = company.reconnected(&program);
        let ended = eventually(Duration::from_secs(60), async || {
            if let Some(writer) = open_if_read(&pipe) {
                return Some(Err(writer));
            }
            company.last_event("import.failed").await.map(Ok)
        });
        match ended.await {
            Ok(failed) => break failed,
            Err(_writer) => program.kill(),
        }
        tries += 1;
        assert!(tries <= TRIES_MAX, "the job goes round");
    };
    assert!(tries >= 2, "one bad try is no reason to give up");
    let leads = company.leads_count(&campaign).await;
    assert!(leads > 0 && leads < i64::from(ROWS), "{leads}");
    assert_eq!(number(&failed["leads_created"]), leads, "{failed}");
    assert_eq!(number(&failed["rows_read"]), leads, "{failed}");
    let numbers = company.numbers(&campaign).await;
    assert!(
        numbers
            .into_iter()
            .eq(1..=u32::try_from(leads).expect("few")),
        "exactly the first rows"
    );
    company.assert_counts(&campaign, leads).await;
    // It stays dead, and the campaign can be used again.
    program.kill();
    start(&mut program).await;
    company = company.reconnected(&program);
    let other = company.campaign("alive").await;
    let answer = company
        .upload(&other, &csv(10))
        .send()
        .await
        .expect_status(201)
        .json();
    assert_eq!(text(&answer["message"]), "Successfully uploaded 10 leads");
    assert!(open_if_read(&pipe).is_none(), "somebody took the dead job");
}

fn uploaded_file(folder: &Path) -> PathBuf {
    let entries = std::fs::read_dir(folder).expect("the folder of uploads");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

/// The writing end, if a reader has opened the pipe; while it is held the reader waits.
fn open_if_read(pipe: &Path) -> Option<File> {
    OpenOptions::new()
        .write(true)
        .custom_flags(O_NONBLOCK)
        .open(pipe)
        .ok()
}
