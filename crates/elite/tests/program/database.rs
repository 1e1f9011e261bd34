//! A PostgreSQL that is not there, goes away, and comes back.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Postgres, eventually};

use crate::world::{
    Company, Engine, assert_unavailable, installation, on_postgres, refused_start, up,
};

const POOL_TIMEOUT: Duration = Duration::from_secs(2);
/// A request waits at most for a connection, then answers; the rest is room for a busy machine.
const ANSWER_MAX: Duration = Duration::from_secs(5);
const HEALED_WITHIN: Duration = Duration::from_secs(10);

#[test]
fn a_database_that_is_gone_stops_the_start_with_a_sentence() {
    let nobody = format!(
        "postgres://elite:not-for-the-log@127.0.0.1:{}/leads",
        testkit::free_port()
    );
    let asked = Instant::now();
    let words = refused_start(
        &mut installation(Engine::Sqlite)
            .env("DATABASE_URL", nobody)
            .env("DB_POOL_TIMEOUT", "2"),
    );
    assert!(
        words.contains("The database cannot be used") && words.contains("Check DATABASE_URL"),
        "{words}"
    );
    assert!(!words.contains("not-for-the-log"), "{words}");
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "{:?}",
        asked.elapsed()
    );

    let server = testkit::postgres();
    let mut missing = installation(Engine::Sqlite).env("DATABASE_URL", server.url("never_made"));
    let words = refused_start(&mut missing);
    assert!(
        words.contains("never_made") && words.contains("existing database"),
        "{words}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_requests_are_told_so_and_afterwards_all_is_well() {
    let mut server = Postgres::start();
    let program = up(on_postgres(&server).env("DB_POOL_TIMEOUT", "2")).await;
    let company = Company::register(&program, "patient").await;
    let campaign = company.campaign("kept").await;
    let mut kept: i64 = 0;

    for is_killed in [true, false] {
        company
            .add_lead(&campaign, "Company 1")
            .send()
            .await
            .expect_status(201);
        kept += 1;
        if is_killed {
            server.kill();
        } else {
            server.stop();
        }
        for round in 0..3 {
            let asked = Instant::now();
            let login = json!({"email": "owner@patient.example.com", "password": "whatever"});
            let answers = tokio::join!(
                company.http.get("/api/v1/campaigns").send(),
                company.add_lead(&campaign, "Company 2").send(),
                company.http.post("/api/v1/auth/login").json(&login).send(),
            );
            for answer in <[_; 3]>::from(answers) {
                assert_unavailable(&answer);
            }
            let waited = asked.elapsed();
            assert!(
                waited < ANSWER_MAX,
                "round {round}: {waited:?} with a pool timeout of {POOL_TIMEOUT:?}"
            );
            program
                .http()
                .get("/health")
                .send()
                .await
                .expect_status(200);
        }
        server.start_again();
        eventually(HEALED_WITHIN, async || {
            let answer = company.http.get("/api/v1/campaigns").send().await;
            (answer.status == 200).then_some(())
        })
        .await;
        // From the first good answer on none fails any more.
        for _ in 0..20 {
            company.get("/api/v1/dashboard/stats").await;
        }
        assert_eq!(company.leads_count(&campaign).await, kept);
    }
    assert_eq!(company.numbers(&campaign).await, [1, 1]);
    company.assert_counts(&campaign, kept).await;
    company.events().await;
    // The background work has found its way back too.
    let found = eventually(Duration::from_secs(20), async || {
        let path = format!("/api/v1/campaigns/{campaign}/leads?q=company&limit=10");
        let found = company.get(&path).await.json();
        (found.as_array()?.len() == 2).then_some(())
    });
    found.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_only_reads_refuses_writes_for_a_while() {
    let server = testkit::postgres();
    let url = server.create_database();
    let database = url
        .rsplit('/')
        .next()
        .expect("a URL ends with the database's name");
    let program = up(installation(Engine::Sqlite)
        .env("DATABASE_URL", &url)
        .env("DB_POOL_TIMEOUT", "2"))
    .await;
    let company = Company::register(&program, "readers").await;
    let campaign = company.campaign("read").await;
    company
        .add_lead(&campaign, "Company 1")
        .send()
        .await
        .expect_status(201);

    let switch = |word: &str| {
        let statements = format!(
            "alter database {database} set default_transaction_read_only = {word}; \
             select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{database}'"
        );
        server.sql("postgres", &statements);
    };
    switch("on");
    eventually(HEALED_WITHIN, async || {
        let answer = company.add_lead(&campaign, "Company 9").send().await;
        (answer.status == 503).then(|| assert_unavailable(&answer))
    })
    .await;
    for _ in 0..5 {
        assert_unavailable(&company.add_lead(&campaign, "Company 9").send().await);
        company
            .get(&format!("/api/v1/campaigns/{campaign}/leads"))
            .await;
        company.get("/api/v1/dashboard/stats").await;
    }
    assert_unavailable(
        &company
            .upload(&campaign, &crate::world::csv(10))
            .send()
            .await,
    );
    assert_eq!(
        std::fs::read_dir(program.data_dir().join("uploads")).map_or(0, Iterator::count),
        0
    );
    switch("off");
    eventually(HEALED_WITHIN, async || {
        let answer = company.add_lead(&campaign, "Company 2").send().await;
        (answer.status == 201).then_some(())
    })
    .await;
    assert_eq!(company.numbers(&campaign).await, [1, 2]);
    company.assert_counts(&campaign, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stands_still_does_not_hold_requests_up() {
    let server = Postgres::start();
    let program = up(on_postgres(&server).env("DB_POOL_TIMEOUT", "2")).await;
    let company = Company::register(&program, "frozen").await;
    let campaign = company.campaign("kept").await;
    signal(&server, "STOP");
    let asked = Instant::now();
    let answers = tokio::join!(
        company.http.get("/api/v1/campaigns").send(),
        company.add_lead(&campaign, "Company 1").send(),
    );
    let waited = asked.elapsed();
    signal(&server, "CONT");
    for answer in <[_; 2]>::from(answers) {
        assert_unavailable(&answer);
    }
    assert!(waited < ANSWER_MAX, "{waited:?}");
    eventually(HEALED_WITHIN, async || {
        let answer = company.http.get("/api/v1/campaigns").send().await;
        (answer.status == 200).then_some(())
    })
    .await;
    company.assert_counts(&campaign, 0).await;
}

/// Sends a signal to the server and all its children.
fn signal(server: &Postgres, name: &str) {
    let processes = std::fs::read_dir("/proc").expect("Linux shows its processes");
    let processes = processes.flatten().map(|entry| entry.path());
    let word = format!("port={}", server.port());
    let is_server = |path: &PathBuf| {
        let line = std::fs::read(path.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0)
            .any(|part| part == word.as_bytes())
    };
    let path = processes.filter(is_server).min();
    let path = path.expect("the server runs");
    let id = path.file_name().expect("its id").to_string_lossy();
    let children = path.join("task").join(&*id).join("children");
    let children = std::fs::read_to_string(children).unwrap_or_default();
    // The parent first, so that it makes no more of them.
    let ids = [&*id].into_iter().chain(children.split_whitespace());
    let sent = Command::new("kill").args(["-s", name]).args(ids).status();
    assert!(sent.is_ok_and(|status| status.success()));
}
