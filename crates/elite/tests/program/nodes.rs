//! Several processes on one database: what one writes, the others know of, with Redis and without.

use std::time::Duration;

use testkit::{Program, Redis, eventually};

use crate::world::{Company, ENGINES, Engine, STOP_TIMEOUT, csv, installation, running, up};

const PATIENCE: Duration = Duration::from_secs(20);
/// By when Redis must be in use again after its return (I11).
const HEALED_WITHIN: Duration = Duration::from_secs(10);

/// A figure of `/metrics`.
async fn figure(program: &Program, name: &str) -> f64 {
    let answer = program.http().get("/metrics").send().await;
    let text = answer.expect_status(200).text();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let value = line.unwrap_or_else(|| panic!("no {name}: {text}")).trim();
    value.parse().expect("a number")
}

async fn becomes(program: &Program, name: &str, wanted: f64) {
    eventually(HEALED_WITHIN, async || {
        (figure(program, name).await == wanted).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_on_one_database_know_of_each_other_whatever_redis_does() {
    let mut redis = Redis::start();
    let database = testkit::postgres().create_database();
    let node = || {
        installation(Engine::Sqlite)
            .env("DATABASE_URL", database.as_str())
            .env("REDIS_URL", redis.url())
            .env("DB_POOL_SIZE", "3")
            .env("JWT_SECRET", "the same on all nodes, and long enough")
    };
    let (one, two) = (up(node()).await, up(node()).await);
    let company = Company::register(&one, "twins").await;
    let mut campaigns = 0;
    let mut write_and_follow = async || {
        let (here, there) = (
            figure(&one, "elite_tail_events_total ").await,
            figure(&two, "elite_tail_events_total ").await,
        );
        for _ in 0..3 {
            campaigns += 1;
            company.campaign(&format!("Campaign {campaigns}")).await;
        }
        for (program, before) in [(&one, here), (&two, there)] {
            eventually(PATIENCE, async || {
                let now = figure(program, "elite_tail_events_total ").await;
                (now >= before + 3.0).then_some(())
            })
            .await;
        }
    };
    becomes(&one, "elite_redis_connected ", 1.0).await;
    becomes(&two, "elite_redis_connected ", 1.0).await;
    write_and_follow().await;
    assert!(figure(&two, "elite_redis_rings_heard_total ").await > 0.0);
    redis.kill();
    write_and_follow().await;
    becomes(&two, "elite_redis_connected ", 0.0).await;
    redis.start_again();
    becomes(&one, "elite_redis_connected ", 1.0).await;
    becomes(&two, "elite_redis_connected ", 1.0).await;
    redis.pause();
    write_and_follow().await;
    redis.resume();
    write_and_follow().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_not_there_stops_neither_start_nor_end() {
    let url = format!(
        "redis://:not-for-the-log@127.0.0.1:{}/0",
        testkit::free_port()
    );
    let mut program = up(installation(Engine::Sqlite).env("REDIS_URL", url)).await;
    let company = Company::register(&program, "alone").await;
    company.campaign("Spring").await;
    eventually(PATIENCE, async || {
        program
            .logs()
            .contains("Redis does not answer")
            .then_some(())
    })
    .await;
    assert!(program.terminate(STOP_TIMEOUT).success());
    assert!(!program.logs().contains("not-for-the-log"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_beside_the_server_wakes_it() {
    for engine in ENGINES {
        let program = running(engine).await;
        let company = Company::register(&program, "importer").await;
        let campaign = company.campaign("Spring").await;
        let file = program.folder().join("companies.csv");
        std::fs::write(&file, csv(50)).expect("written");
        let rings = figure(&program, "elite_tail_unannounced_total ").await;
        let output = program.run(&[
            "import",
            file.to_str().expect("a path"),
            "--campaign",
            &campaign,
            "--company-email",
            "hello@importer.example.com",
        ]);
        assert!(output.status.success(), "{}", crate::world::said(&output));
        let last = company.events().await.len() as f64;
        eventually(PATIENCE, async || {
            (figure(&program, "elite_tail_events_total ").await >= last - 1.0).then_some(())
        })
        .await;
        // Whose bell is on the node's page has told of its events before a look could find them.
        let unannounced = figure(&program, "elite_tail_unannounced_total ").await;
        assert!(unannounced <= rings + 1.0, "{unannounced} of {last}");
    }
}
