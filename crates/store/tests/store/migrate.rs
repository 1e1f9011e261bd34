//! Bringing the schema up to date, alone and in company.

use domain::clock::Clock;
use domain::entropy::Entropy;
use store::{Error, Store};

use crate::world::{World, on_both_engines, options};

/// The newest script in `migrations/`.
const VERSION: i64 = 4;

async fn twice_is_once(world: World) {
    let scope = world.tenant().await;
    assert_eq!(world.store.migrate().await.expect("migrated"), VERSION);
    let reading = world.store.read(scope).await.expect("a connection");
    assert_eq!(reading.seq().await.expect("read"), 1);
}

async fn a_newer_schema_is_refused(world: World) {
    let copied = match world.engine() {
        store::Engine::Sqlite => "x''",
        store::Engine::Postgres => "'\\x'::bytea",
    };
    world
        .execute(&format!(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
             values (7, 'of tomorrow', true, {copied}, 0)"
        ))
        .await;
    let refused = world.store.migrate().await.expect_err("too new");
    let Error::Defect(text) = refused else {
        panic!("{refused}")
    };
    assert_eq!(
        text,
        "the database has schema version 7, which this program does not know: start a newer program"
    );
}

on_both_engines!(twice_is_once, a_newer_schema_is_refused);

async fn two_at_once(url: &str) {
    let open = async || {
        let store = Store::open(&options(url), Clock::System, Entropy::system()).await;
        store.expect("open")
    };
    let (one, two, three) = (open().await, open().await, open().await);
    let (a, b, c) = tokio::join!(one.migrate(), two.migrate(), three.migrate());
    assert_eq!(
        (
            a.expect("migrated"),
            b.expect("migrated"),
            c.expect("migrated")
        ),
        (VERSION, VERSION, VERSION)
    );
    crate::world::tenant(&two).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_migrate_an_empty_database_at_once() {
    for _ in 0..5 {
        let folder = testkit::temp_dir();
        two_at_once(&format!(
            "sqlite:{}",
            folder.path().join("elite.db").display()
        ))
        .await;
    }
    two_at_once(&testkit::postgres().create_database()).await;
}
