//! Killed with SIGKILL in the middle of its work: nothing acknowledged is lost, nothing comes twice.

use std::collections::BTreeSet;
use std::time::Duration;

use testkit::Program;
use tokio::task::JoinSet;

use crate::world::{Company, Engine, Seeded, csv, installation, running, sending, start};

/// Longest wait for an import that goes on: on PostgreSQL the killed worker's lease runs out first (15 s).
const IMPORT_TIMEOUT: Duration = Duration::from_secs(100);
/// Short, so that the kill comes near the moment that was drawn.
const LOOK_PAUSE: Duration = Duration::from_millis(2);

#[tokio::test(flavor = "multi_thread")]
async fn a_large_upload_on_sqlite_survives_a_kill() {
    killed_during_upload(Engine::Sqlite, 200_000, 1, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_upload_on_postgresql_survives_a_kill() {
    killed_during_upload(Engine::Postgres, 200_000, 2, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_on_sqlite_survive_kills_at_any_moment() {
    for seed in 10..15 {
        killed_during_upload(Engine::Sqlite, 20_000, seed, 3).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_on_postgresql_survive_kills_at_any_moment() {
    for seed in 20..22 {
        killed_during_upload(Engine::Postgres, 20_000, seed, 1).await;
    }
}

/// Uploads `rows` and kills the program `kills` times on the way; then the same upload must come to the exact end.
async fn killed_during_upload(engine: Engine, rows: u32, seed: u64, kills: u32) {
    let mut random = Seeded::new(seed);
    let mut program = running(engine).await;
    let mut company = Company::register(&program, "crash").await;
    let campaign = company.campaign("killed").await;
    let file = csv(rows);
    let mut reached = 0;
    for kill in 0..kills {
        let request = company.upload(&campaign, &file);
        let upload = sending(request);
        // Anywhere in the first half of what is left: also before the first row, or within a chunk.
        let left = u64::from(rows) - reached;
        let until = reached + random.below(left / 2);
        let kill_at = tokio::time::timeout(IMPORT_TIMEOUT, async {
            while (company.leads_count(&campaign).await as u64) < until {
                tokio::time::sleep(LOOK_PAUSE).await;
            }
            tokio::time::sleep(Duration::from_millis(random.below(10))).await;
        });
        kill_at.await.expect("the import comes that far");
        program.kill();
        let answer = upload.await.expect("no panic");
        assert!(
            answer.is_err(),
            "seed {seed}, kill {kill}: it was over before the kill"
        );
        start(&mut program).await;
        company = company.reconnected(&program);
        reached = company.leads_count(&campaign).await as u64;
        assert!(
            reached >= until,
            "seed {seed}, kill {kill}: {reached} of {until}"
        );
    }
    let answer = company
        .upload(&campaign, &file)
        .send()
        .await
        .expect_status(201)
        .json();
    assert_eq!(
        answer["stats"]["total_rows"], rows,
        "{engine:?}, seed {seed}: {answer}"
    );
    assert_eq!(
        answer["stats"]["leads_created"], rows,
        "{engine:?}, seed {seed}: {answer}"
    );
    assert_eq!(
        answer["stats"]["leads_failed"], 0,
        "{engine:?}, seed {seed}: {answer}"
    );
    let is_exact = company.numbers(&campaign).await.into_iter().eq(1..=rows);
    assert!(
        is_exact,
        "{engine:?}, seed {seed}: a row is missing or there twice"
    );
    company.assert_counts(&campaign, i64::from(rows)).await;
    let events = company.events().await;
    let queued = events
        .iter()
        .filter(|event| event["name"] == "import.queued")
        .count();
    let completed = events
        .iter()
        .filter(|event| event["name"] == "import.completed")
        .count();
    assert_eq!((queued, completed), (1, 1), "{engine:?}, seed {seed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_writes_on_sqlite_survive_kills() {
    killed_during_writes(installation(Engine::Sqlite), 31).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_writes_on_postgresql_survive_kills() {
    killed_during_writes(installation(Engine::Postgres), 32).await;
}

/// Eight clients add leads until the program is killed under them, three times.
async fn killed_during_writes(mut program: Program, seed: u64) {
    const CLIENTS: u32 = 8;
    let mut random = Seeded::new(seed);
    start(&mut program).await;
    let mut company = Company::register(&program, "writers").await;
    let campaign = company.campaign("written").await;
    let mut acknowledged = BTreeSet::new();
    let mut sent = BTreeSet::new();
    for round in 0..3 {
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let (company, campaign) = (company.clone(), campaign.clone());
            let first = (round * CLIENTS + client) * 100_000;
            clients.spawn(async move {
                // Until the first request without an answer: that one may have happened or not.
                let mut number = first;
                loop {
                    let title = format!("Company {number}");
                    match company.add_lead(&campaign, &title).try_send().await {
                        Ok(answer) => answer.expect_status(201),
                        Err(_) => return (first..number, number),
                    };
                    number += 1;
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(500 + random.below(700))).await;
        program.kill();
        while let Some(client) = clients.join_next().await {
            let (done, unknown) = client.expect("every answer was a good one");
            sent.extend(done.clone());
            sent.insert(unknown);
            acknowledged.extend(done);
        }
        start(&mut program).await;
        company = company.reconnected(&program);
    }
    assert!(
        acknowledged.len() > 50,
        "the clients wrote only {}",
        acknowledged.len()
    );
    let listed = company.numbers(&campaign).await;
    let there: BTreeSet<u32> = listed.iter().copied().collect();
    assert_eq!(
        there.len(),
        listed.len(),
        "seed {seed}: a lead is there twice"
    );
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(
        lost.is_empty(),
        "seed {seed}: acknowledged and lost: {lost:?}"
    );
    assert!(
        there.is_subset(&sent),
        "seed {seed}: leads that nobody sent"
    );
    company.assert_counts(&campaign, there.len() as i64).await;
    let events = company.events().await;
    let created = events
        .iter()
        .filter(|event| event["name"] == "leads.created")
        .count();
    assert_eq!(created, there.len(), "seed {seed}: one event for each lead");
}
