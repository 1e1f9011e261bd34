//! A disk that is full or cannot be written: told as it is, nothing half, nothing lost, and healed by itself.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use testkit::{Program, eventually};

use crate::world::{
    Company, Engine, STOP_TIMEOUT, assert_unavailable, csv, installation, refused_start, sending,
    start, up,
};

const MEBIBYTE: u64 = 1 << 20;
const HEALED_WITHIN: Duration = Duration::from_secs(15);

/// Fills the disk but for `spare` bytes, and hands back the file that does.
fn fill(program: &Program, spare: u64) -> PathBuf {
    let path = program.data_dir().join("ballast");
    let mut ballast = File::create(&path).expect("there is room for a name");
    let piece = [0; 4096];
    while ballast.write_all(&piece).is_ok() {}
    let bytes = ballast.metadata().expect("it is open").len();
    ballast
        .set_len(bytes.saturating_sub(spare))
        .expect("a file can be cut");
    path
}

fn uploads(program: &Program) -> usize {
    std::fs::read_dir(program.data_dir().join("uploads")).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_and_loses_none() {
    let mut program = up(installation(Engine::Sqlite).on_small_disk(24 * MEBIBYTE)).await;
    let company = Company::register(&program, "full").await;
    let campaign = company.campaign("squeezed").await;
    let mut acknowledged = Vec::new();
    let mut next = 0..;
    let mut add = async |company: &Company| {
        let number: u32 = next.next().expect("numbers do not end");
        let answer = company
            .add_lead(&campaign, &format!("Company {number}"))
            .send()
            .await;
        if answer.status == 201 {
            acknowledged.push(number);
        }
        answer
    };
    for _ in 0..20 {
        add(&company).await.expect_status(201);
    }
    let ballast = fill(&program, 0);
    // The log of the database has some room of its own; when that is used up the disk says no.
    let mut refused = 0;
    for _ in 0..3_000 {
        let answer = add(&company).await;
        if answer.status != 201 {
            assert_unavailable(&answer);
            refused += 1;
        }
        if refused == 10 {
            break;
        }
    }
    assert_eq!(refused, 10, "the disk never got full");
    company
        .get(&format!("/api/v1/campaigns/{campaign}/leads"))
        .await;
    company.get("/api/v1/dashboard/stats").await;
    company.get("/api/v1/auth/me").await;
    let upload = company.upload(&campaign, &csv(50_000)).send().await;
    assert_unavailable(&upload);
    assert_eq!(uploads(&program), 0, "a half upload is left");

    std::fs::remove_file(ballast).expect("it is ours");
    let healed = eventually(HEALED_WITHIN, async || {
        (add(&company).await.status == 201).then_some(())
    });
    healed.await;
    for _ in 0..5 {
        add(&company).await.expect_status(201);
    }
    assert_eq!(company.numbers(&campaign).await, acknowledged);
    company
        .assert_counts(&campaign, acknowledged.len() as i64)
        .await;
    assert!(
        company.last_event("import.queued").await.is_none(),
        "a half import is left"
    );
    // And a restart finds the same.
    assert!(program.terminate(STOP_TIMEOUT).success());
    start(&mut program).await;
    let company = company.reconnected(&program);
    assert_eq!(company.numbers(&campaign).await, acknowledged);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_meets_a_full_disk_goes_on_when_there_is_room() {
    const ROWS: u32 = 30_000;
    let program = up(installation(Engine::Sqlite).on_small_disk(64 * MEBIBYTE)).await;
    let company = Company::register(&program, "narrow").await;
    let campaign = company.campaign("narrow").await;
    let ballast = fill(&program, 6 * MEBIBYTE);
    let request = company.upload(&campaign, &csv(ROWS));
    let upload = sending(request);
    // It gets stuck somewhere in the middle.
    eventually(Duration::from_secs(60), async || {
        program.logs().contains("a job failed").then_some(())
    })
    .await;
    let before = company.leads_count(&campaign).await;
    assert!(before < i64::from(ROWS), "there was room for all");
    std::fs::remove_file(ballast).expect("it is ours");
    let answer = upload
        .await
        .expect("no panic")
        .expect("an answer")
        .expect_status(201)
        .json();
    assert_eq!(answer["stats"]["leads_created"], ROWS);
    assert!(
        company.numbers(&campaign).await.into_iter().eq(1..=ROWS),
        "a row is missing or there twice"
    );
    company.assert_counts(&campaign, i64::from(ROWS)).await;
    company.events().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_cannot_be_written_stops_the_start_with_a_sentence() {
    let mut program = up(installation(Engine::Sqlite).on_small_disk(24 * MEBIBYTE)).await;
    Company::register(&program, "frozen").await;
    assert!(program.terminate(STOP_TIMEOUT).success());
    remount(&program, "ro");
    let words = refused_start(&mut program);
    assert!(!words.contains("panicked"), "{words}");
    assert!(
        words.contains("Read-only file system") && words.contains("writable for this user"),
        "{words}"
    );
}

/// Remounts the small disk; its path goes through the process that holds it (`/proc/<id>/root/…`).
fn remount(program: &Program, how: &str) {
    let inside = program.data_dir();
    let holder = inside.components().nth(2).expect("/proc/<id>");
    let status = Command::new("nsenter")
        .args(["--user", "--mount", "--preserve-credentials", "--target"])
        .arg(holder)
        .args(["--", "mount", "-o", &format!("remount,{how}")])
        .arg(program.folder().join("data"))
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "the disk cannot be remounted"
    );
}
