//! SQLite under stress: many writers, another process, a disk that is full or read-only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use store::{Error, Store};
use testkit::Program;
use tokio::task::JoinSet;

use crate::world::{World, commit, options, tenant, titled};
use domain::clock::Clock;
use domain::entropy::Entropy;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_do_not_wait_for_a_writer() {
    let world = World::sqlite().await;
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let mut writing = world.begin(scope).await;
    let locked = store::campaigns::lock(&writing, campaign.id)
        .await
        .expect("read")
        .expect("there");
    store::campaigns::delete(&mut writing, &locked)
        .await
        .expect("deleted");
    let begun = Instant::now();
    let reading = world.store.read(scope).await.expect("a connection");
    assert_eq!(reading.seq().await.expect("read"), 2);
    assert_eq!(
        store::campaigns::list(&reading).await.expect("read").len(),
        1
    );
    assert!(begun.elapsed() < Duration::from_secs(1));
    commit(writing).await;
    assert!(
        store::campaigns::list(&reading)
            .await
            .expect("read")
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_two_processes_never_meet_a_locked_database() {
    let world = World::sqlite().await;
    let scope = world.tenant().await;
    let other = world.another().await;
    let mut writers = JoinSet::new();
    for n in 0..8 {
        let store = if n % 2 == 0 {
            world.store.clone()
        } else {
            other.clone()
        };
        writers.spawn(async move {
            for _ in 0..50 {
                commit(store.write(scope).await.expect("a transaction")).await;
            }
        });
    }
    writers.join_all().await;
    let reading = other.read(scope).await.expect("a connection");
    assert_eq!(reading.seq().await.expect("read"), 401);
}

/// Writes until the disk refuses; gives the last number that was acknowledged.
async fn write_until_refused(store: &Store, scope: store::TenantScope) -> (i64, Error) {
    let campaign = {
        let reading = store.read(scope).await.expect("a connection");
        store::campaigns::list(&reading)
            .await
            .expect("read")
            .remove(0)
    };
    let mut last = 0;
    for _ in 0..2_000 {
        match add(store, scope, &campaign).await {
            Ok(seq) => last = seq,
            Err(error) => return (last, error),
        }
    }
    panic!("the disk took everything");
}

async fn add(
    store: &Store,
    scope: store::TenantScope,
    campaign: &domain::campaigns::Campaign,
) -> store::Result<i64> {
    let mut writing = store.write(scope).await?;
    let mut locked = store::campaigns::lock(&writing, campaign.id)
        .await?
        .expect("there");
    let fields = (0..50).map(|_| titled(&"x".repeat(400))).collect();
    let new = crate::world::new_leads(&writing, fields);
    store::leads::insert(&mut writing, &mut locked, None, &new).await?;
    writing.record(crate::world::event(
        domain::events::EventName::LeadsCreated,
        serde_json::json!({}),
    ));
    Ok(writing.commit().await?.seq)
}

/// Runs a story of this file again as a process that sees a small disk, since SQLite looks through
/// every other way to it.
fn run_on_small_disk(story: &str) {
    let program = std::env::current_exe().expect("a test knows its own file");
    let disk = Program::new(program).on_small_disk(6 << 20);
    let name = format!("unwell::{story}");
    let output = disk.run(&[&name, "--exact", "--ignored", "--nocapture"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    assert!(text.contains("1 passed"), "{text}{errors}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_unavailable_and_loses_nothing() {
    run_on_small_disk("on_a_disk_that_gets_full");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_disk_is_unavailable_and_loses_nothing() {
    run_on_small_disk("on_a_disk_that_gets_read_only");
}

async fn on_small_disk() -> (PathBuf, Store, store::TenantScope) {
    let disk = PathBuf::from(std::env::var_os("ELITE_DATA_DIR").expect("run on a small disk"));
    let options = options(&format!("sqlite:{}", disk.join("elite.db").display()));
    let store = Store::open(&options, Clock::System, Entropy::system())
        .await
        .expect("open");
    store.migrate().await.expect("migrated");
    let (scope, _) = tenant(&store).await;
    let mut writing = store.write(scope).await.expect("a transaction");
    let campaign = crate::world::new_campaign(&writing);
    store::campaigns::insert(&mut writing, &campaign)
        .await
        .expect("inserted");
    commit(writing).await;
    (disk, store, scope)
}

#[track_caller]
fn is_whole(store: &Store, scope: store::TenantScope, last: i64) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let reading = store.read(scope).await.expect("a connection");
        assert_eq!(
            reading.seq().await.expect("read"),
            last,
            "{caller}: nothing more, nothing less"
        );
        let campaign = store::campaigns::list(&reading)
            .await
            .expect("read")
            .remove(0);
        assert_eq!(campaign.leads_count, (last - 2) * 50, "{caller}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs on a small disk"]
async fn on_a_disk_that_gets_full() {
    let (disk, store, scope) = on_small_disk().await;
    let ballast = disk.join("ballast");
    fs::write(&ballast, vec![0; 2 << 20]).expect("written");
    let (last, refused) = write_until_refused(&store, scope).await;
    assert!(matches!(refused, Error::Unavailable(_)), "{refused}");
    is_whole(&store, scope, last).await;
    let again = write_once(&store, scope).await.expect_err("still full");
    assert!(matches!(again, Error::Unavailable(_)), "{again}");
    fs::remove_file(ballast).expect("removed");
    write_once(&store, scope)
        .await
        .expect("there is room again");
    is_whole(&store, scope, last + 1).await;
}

async fn write_once(store: &Store, scope: store::TenantScope) -> store::Result<i64> {
    let reading = store.read(scope).await?;
    let campaign = store::campaigns::list(&reading).await?.remove(0);
    drop(reading);
    add(store, scope, &campaign).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs on a small disk"]
async fn on_a_disk_that_gets_read_only() {
    let (disk, store, scope) = on_small_disk().await;
    let last = write_once(&store, scope).await.expect("written");
    store.close().await;
    remount(&disk, "ro");
    let file = disk.join("elite.db");
    let options = options(&format!("sqlite:{}", file.display()));
    match Store::open(&options, Clock::System, Entropy::system()).await {
        Err(refused) => assert!(matches!(refused, Error::Unavailable(_)), "{refused}"),
        Ok(store) => {
            let refused = write_once(&store, scope).await.expect_err("read-only");
            assert!(matches!(refused, Error::Unavailable(_)), "{refused}");
            store.close().await;
        }
    }
    remount(&disk, "rw");
    let store = Store::open(&options, Clock::System, Entropy::system())
        .await
        .expect("open");
    is_whole(&store, scope, last).await;
    write_once(&store, scope).await.expect("writable again");
}

fn remount(folder: &Path, mode: &str) {
    let done = Command::new("mount")
        .args(["-o", &format!("remount,{mode}")])
        .arg(folder)
        .status();
    assert!(done.expect("mount (util-linux)").success());
}
