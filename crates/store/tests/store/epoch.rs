//! The epoch: stable as long as the spine lives, another one after a restore or a move.

use std::fs;
use std::path::Path;

use domain::clock::Clock;
use domain::entropy::Entropy;
use store::{Options, Store};
use uuid::Uuid;

use crate::world::{World, commit, migrated_postgres, on_both_engines, options, tenant};

async fn open(options: &Options) -> Store {
    let store = Store::open(options, Clock::System, Entropy::system()).await;
    let store = store.expect("open");
    store.migrate().await.expect("migrated");
    store
}

async fn once(options: &Options) -> Uuid {
    let store = open(options).await;
    let epoch = store.epoch().await.expect("an epoch");
    store.close().await;
    epoch
}

async fn write(store: &Store) {
    let (scope, _) = tenant(store).await;
    commit(store.write(scope).await.expect("a transaction")).await;
}

async fn outlives_its_process_with_or_without_writes(world: World) {
    let epoch = world.store.epoch().await.expect("an epoch");
    write(&world.store).await;
    world.store.close().await;
    assert_eq!(once(&world.options).await, epoch);
    assert_eq!(once(&world.options).await, epoch);
    let again = open(&world.options).await;
    write(&again).await;
    assert_eq!(again.epoch().await.expect("an epoch"), epoch);
    let running = world.another().await;
    assert_eq!(running.epoch_now().await.expect("an epoch"), epoch);
    let renewed = again.renew_epoch().await.expect("renewed");
    assert_ne!(renewed, epoch);
    assert_eq!(running.epoch_now().await.expect("an epoch"), renewed);
    running.close().await;
    again.close().await;
    assert_eq!(once(&world.options).await, renewed);
}

async fn is_one_for_all_who_start_at_once(world: World) {
    let (one, two) = (world.another().await, world.another().await);
    let (a, b, c) = tokio::join!(one.epoch(), two.epoch(), world.store.epoch());
    let (a, b, c) = (a.expect("one"), b.expect("one"), c.expect("one"));
    assert_eq!((a, a), (b, c));
    assert_eq!(once(&world.options).await, a);
}

async fn survives_the_deletion_of_a_tenant(world: World) {
    let epoch = world.store.epoch().await.expect("an epoch");
    write(&world.store).await;
    world.store.mark_position().await.expect("marked");
    world.execute("delete from tenants").await;
    world.store.close().await;
    assert_eq!(once(&world.options).await, epoch);
}

/// A server that was restored or replaced under a running program says other things of itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_became_another_is_noticed_while_the_program_runs() {
    let world = World::postgres().await;
    let epoch = world.store.epoch().await.expect("an epoch");
    world
        .execute("update meta set value = 'another' where name = 'identity'")
        .await;
    let now = world.store.epoch_now().await.expect("an epoch");
    assert_ne!(now, epoch);
    assert_eq!(world.store.epoch_now().await.expect("an epoch"), now);
}

on_both_engines!(
    outlives_its_process_with_or_without_writes,
    is_one_for_all_who_start_at_once,
    survives_the_deletion_of_a_tenant,
);

fn options_in(folder: &Path) -> Options {
    options(&format!("sqlite:{}", folder.join("elite.db").display()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_from_before_the_last_start_is_another_life() {
    let folder = testkit::temp_dir();
    let at = options_in(folder.path());
    let first = once(&at).await;
    let file = folder.path().join("elite.db");
    let backup = folder.path().join("backup");
    fs::copy(&file, &backup).expect("copied");
    let store = open(&at).await;
    assert_eq!(store.epoch().await.expect("an epoch"), first);
    write(&store).await;
    // The process dies without a word: nothing was marked since the start.
    store.close().await;
    fs::copy(&backup, &file).expect("copied over the same inode");
    let second = once(&at).await;
    assert_ne!(second, first);
    assert_eq!(once(&at).await, second);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_from_since_the_last_start_is_told_by_its_position() {
    let folder = testkit::temp_dir();
    let at = options_in(folder.path());
    let store = open(&at).await;
    let first = store.epoch().await.expect("an epoch");
    write(&store).await;
    let file = folder.path().join("elite.db");
    let backup = folder.path().join("backup.db");
    let raw = sea_orm::Database::connect(at.url.clone())
        .await
        .expect("a second way in");
    let sql = format!("vacuum into '{}'", backup.display());
    sea_orm::ConnectionTrait::execute_unprepared(&raw, &sql)
        .await
        .expect("a live copy");
    raw.close().await.expect("closed");
    write(&store).await;
    store.mark_position().await.expect("marked");
    store.close().await;
    fs::copy(&backup, &file).expect("copied back");
    assert_ne!(once(&at).await, first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_or_restored_folder_is_another_life() {
    let folder = testkit::temp_dir();
    let at = options_in(folder.path());
    let first = once(&at).await;
    let elsewhere = testkit::temp_dir();
    let copy = |from: &Path, to: &Path| {
        let done = std::process::Command::new("cp")
            .arg("-a")
            .arg(format!("{}/.", from.display()))
            .arg(to)
            .status();
        assert!(done.expect("cp").success());
    };
    copy(folder.path(), elsewhere.path());
    let second = once(&options_in(elsewhere.path())).await;
    assert_ne!(second, first);
    assert_eq!(once(&at).await, first, "the original lives on");

    let backup = testkit::temp_dir();
    copy(folder.path(), backup.path());
    let store = open(&at).await;
    write(&store).await;
    store.close().await;
    copy(backup.path(), folder.path());
    assert_ne!(
        once(&at).await,
        first,
        "everything was put back, times included"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_database_is_another_life_and_an_ordinary_role_can_tell() {
    let server = testkit::postgres();
    let url = migrated_postgres().await;
    let name = url.rsplit('/').next().expect("a name").to_owned();
    let role = format!("ordinary_{name}");
    server.sql(
        &name,
        &format!(
            "create role {role} login; grant all on all tables in schema public to {role}; \
             grant all on all sequences in schema public to {role}"
        ),
    );
    let ordinary = url.replace("postgres://postgres@", &format!("postgres://{role}@"));
    let of_role = async |url: &str| {
        let options = options(url);
        let store = Store::open(&options, Clock::System, Entropy::system()).await;
        let store = store.expect("open");
        let epoch = store.epoch().await.expect("an epoch");
        store.close().await;
        epoch
    };
    let first = of_role(&ordinary).await;
    assert_eq!(of_role(&ordinary).await, first);
    server.sql(
        "postgres",
        &format!("create database copy_{name} template {name}"),
    );
    let copied = of_role(
        &ordinary
            .replace(&name, &format!("copy_{name}"))
            .replace(&format!("ordinary_copy_{name}"), &role),
    )
    .await;
    assert_ne!(copied, first);
    assert_eq!(of_role(&ordinary).await, first);
    // Where the server keeps its identifier to itself.
    server.sql(
        &name,
        "revoke execute on function pg_control_system() from public",
    );
    let shorter = of_role(&ordinary).await;
    assert_eq!(of_role(&ordinary).await, shorter);
}
