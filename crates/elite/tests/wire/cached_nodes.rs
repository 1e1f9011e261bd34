//! Several processes on one database: what one acknowledges, the others never contradict, whatever Redis does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use testkit::{Answer, Http, Postgres, Program, Redis, eventually, postgres};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::world::{Engine, SECRET, World};

const CAMPAIGNS: &str = "/api/v1/campaigns";
/// By when another node knows of a write that nobody told it of: the longest poll, and time for a busy machine.
const KNOWN_WITHIN: Duration = Duration::from_secs(5);
/// By when Redis is in use again after its return (I11).
const HEALED_WITHIN: Duration = Duration::from_secs(10);

fn program(database: &str, redis: Option<&Redis>) -> Program {
    let program = Program::new(env!("CARGO_BIN_EXE_elite"))
        .env("JWT_SECRET", SECRET)
        .env("RATE_LIMIT_ENABLED", "false")
        .env("DATABASE_URL", database)
        .env("DB_POOL_SIZE", "3");
    match redis {
        Some(redis) => program.env("REDIS_URL", redis.url()),
        None => program,
    }
}

/// The same person at another process.
fn at(program: &Program, access: &str) -> Http {
    program.http().with_bearer(access)
}

async fn rename(http: &Http, id: &str, n: usize) -> Answer {
    let body = json!({"name": format!("Name {n}")});
    let request = http.patch(&format!("{CAMPAIGNS}/{id}")).json(&body);
    request.send().await.expect_status(200)
}

async fn name(http: &Http, carried: Option<&str>) -> (String, Answer) {
    let mut request = http.get(CAMPAIGNS);
    if let Some(number) = carried {
        request = request.header("x-event-seq", number);
    }
    let answer = request.send().await.expect_status(200);
    let name = answer.json()[0]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (name, answer)
}

/// A figure of `/metrics`.
async fn figure(http: &Http, name: &str) -> Option<f64> {
    let text = http.get("/metrics").send().await.expect_status(200).text();
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}

async fn uses_redis(http: &Http) {
    eventually(HEALED_WITHIN, async || {
        (figure(http, "elite_cache_redis_breaker ").await == Some(0.0)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_s_processes_read_what_any_of_them_wrote() {
    for with_redis in [false, true] {
        let redis = with_redis.then(Redis::start);
        let database = postgres().create_database();
        let one = World::own(program(&database, redis.as_ref()));
        let owner = one.company().await;
        let folder = one.data_dir();
        let beside = program(&database, redis.as_ref()).env("ELITE_DATA_DIR", folder);
        let beside = beside.started();
        let two = at(&beside, &owner.access);
        let id = owner.campaign("First").await;
        for n in 0..40 {
            let (writer, reader) = match n % 2 {
                0 => (&owner.http, &two),
                _ => (&two, &owner.http),
            };
            rename(writer, &id, n).await;
            let (found, _) = name(reader, None).await;
            assert_eq!(found, format!("Name {n}"));
            name(writer, None).await;
        }
        let (_, warm) = name(&two, None).await;
        assert_eq!(warm.header("x-cache"), "HIT");
        // I5 across the node's processes.
        owner
            .http
            .post("/api/v1/auth/logout")
            .send()
            .await
            .expect_status(204);
        two.get(CAMPAIGNS).send().await.expect_status(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_enough_between_nodes_and_time_without_one_whatever_redis_does() {
    let mut redis = Redis::start();
    let database = postgres().create_database();
    let one = World::own(program(&database, Some(&redis)));
    let owner = one.company().await;
    let other = program(&database, Some(&redis)).started();
    let two = at(&other, &owner.access);
    let id = owner.campaign("First").await;
    let mut n = 0;
    let mut write_and_read = async || {
        for _ in 0..10 {
            n += 1;
            let written = rename(&owner.http, &id, n).await;
            let number = written.header("x-event-seq").to_owned();
            let expected = format!("Name {n}");
            // The writer's own node knows at once, the other one when it is told the number.
            assert_eq!(name(&owner.http, None).await.0, expected);
            assert_eq!(name(&two, Some(&number)).await.0, expected);
            assert_eq!(name(&two, Some(&number)).await.0, expected);
        }
        n += 1;
        rename(&owner.http, &id, n).await;
        let expected = format!("Name {n}");
        eventually(KNOWN_WITHIN, async || {
            (name(&two, None).await.0 == expected).then_some(())
        })
        .await;
    };
    uses_redis(&owner.http).await;
    uses_redis(&two).await;
    write_and_read().await;
    redis.pause();
    write_and_read().await;
    redis.resume();
    write_and_read().await;
    redis.kill();
    write_and_read().await;
    redis.start_again();
    uses_redis(&owner.http).await;
    uses_redis(&two).await;
    write_and_read().await;
    // What one node has read, the other finds in Redis.
    eventually(KNOWN_WITHIN, async || {
        n_of(&two, "hit_far").await.filter(|hits| *hits > 0.0)
    })
    .await;
    owner
        .http
        .post("/api/v1/auth/logout")
        .send()
        .await
        .expect_status(204);
    eventually(KNOWN_WITHIN, async || {
        let answer = two.get(CAMPAIGNS).send().await;
        (answer.status == 401).then_some(())
    })
    .await;
}

async fn n_of(http: &Http, event: &str) -> Option<f64> {
    let name =
        format!("elite_cache_events_total{{kind=\"campaigns\",view=\"list\",event=\"{event}\"}} ");
    figure(http, &name).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_beside_the_server_is_seen_by_the_next_read() {
    for engine in Engine::BOTH {
        let world = World::own(engine.program());
        let owner = world.company().await;
        let campaign = owner.campaign("Filled").await;
        let path = format!("{CAMPAIGNS}/{campaign}/leads?limit=5");
        for _ in 0..2 {
            owner.sees(&path).await;
            owner.sees(CAMPAIGNS).await;
        }
        let file = world.folder().join("leads.csv");
        std::fs::write(
            &file,
            "title,email\nCafé,a@example.com\nBar,b@example.com\n",
        )
        .expect("written");
        let file = file.to_str().expect("a path");
        let company = owner.sees("/api/v1/tenants/me").await;
        let address = company["company_email"].as_str().expect("a text");
        world.run(&[
            "import",
            file,
            "--campaign",
            &campaign,
            "--company-email",
            address,
        ]);
        let leads = owner.sees(&path).await;
        assert_eq!(leads.as_array().map(Vec::len), Some(2));
        assert_eq!(owner.sees(CAMPAIGNS).await[0]["leads_count"], 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_served_while_the_database_is_away_and_never_past_a_known_change() {
    let mut server = Postgres::start();
    let database = server.create_database();
    let program = program(&database, None)
        .env("CACHE_CAMPAIGNS_SECONDS", "1")
        .env("CACHE_SESSION_SECONDS", "600")
        .env("DB_POOL_TIMEOUT", "1");
    let world = World::own(program);
    let owner = world.company().await;
    let id = owner.campaign("Kept").await;
    let (_, read) = name(&owner.http, None).await;
    let one = format!("{CAMPAIGNS}/{id}");
    server.kill();
    let stale = eventually(KNOWN_WITHIN, async || {
        let (found, answer) = name(&owner.http, None).await;
        assert_eq!(found, "Kept");
        (answer.header("x-cache") == "STALE").then_some(answer)
    })
    .await;
    assert_eq!(
        (&stale.body, stale.header("etag")),
        (&read.body, read.header("etag"))
    );
    assert!(stale.header("age").parse::<u64>().is_ok_and(|age| age >= 1));
    // What was not read before is not to be had, and nothing is written.
    owner.http.get(&one).send().await.expect_status(503);
    let body = json!({"name": "Never"});
    owner
        .http
        .patch(&one)
        .json(&body)
        .send()
        .await
        .expect_status(503);
    server.start_again();
    eventually(HEALED_WITHIN, async || {
        let body = json!({"name": "Again"});
        let answer = owner.http.patch(&one).json(&body).send().await;
        (answer.status == 200).then_some(())
    })
    .await;
    // Connections of before may fail once more; what was read before does not come back.
    eventually(HEALED_WITHIN, async || {
        let answer = owner.http.get(CAMPAIGNS).send().await;
        if answer.status != 200 {
            return None;
        }
        assert_eq!(answer.json()[0]["name"], "Again");
        Some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_old_and_no_error_while_redis_is_emptied_stopped_and_killed_under_load() {
    let mut redis = Redis::start();
    let database = postgres().create_database();
    let one = World::own(program(&database, Some(&redis)));
    let owner = one.company().await;
    let other = program(&database, Some(&redis)).started();
    let two = at(&other, &owner.access);
    let id = owner.campaign("First").await;
    uses_redis(&two).await;
    let acknowledged = Arc::new(Mutex::new((0_usize, "0".to_owned())));
    rename(&owner.http, &id, 0).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for http in [owner.http.clone(), two.clone()] {
        let (acknowledged, is_over) = (Arc::clone(&acknowledged), Arc::clone(&is_over));
        readers.spawn(async move {
            let mut reads = 0;
            while !is_over.load(Ordering::Relaxed) {
                let (n, number) = acknowledged.lock().expect("no panic").clone();
                let (found, _) = name(&http, Some(&number)).await;
                let found: usize = found["Name ".len()..].parse().expect("a number");
                assert!(found >= n, "{found} was read after {n} was acknowledged");
                reads += 1;
            }
            reads
        });
    }
    let mut written = 0;
    for fault in 0..5 {
        match fault {
            0 => flush(&redis).await,
            1 => redis.pause(),
            2 => redis.resume(),
            3 => redis.kill(),
            _ => redis.start_again(),
        }
        for step in 0..40 {
            written += 1;
            let http = if step % 2 == 0 { &owner.http } else { &two };
            let answer = rename(http, &id, written).await;
            let number = answer.header("x-event-seq").to_owned();
            *acknowledged.lock().expect("no panic") = (written, number);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    is_over.store(true, Ordering::Relaxed);
    while let Some(reads) = readers.join_next().await {
        assert!(reads.expect("no reader fails") > 50);
    }
}

/// Empties Redis in its own words.
async fn flush(redis: &Redis) {
    let mut stream = TcpStream::connect(("127.0.0.1", redis.port()))
        .await
        .expect("it runs");
    stream.write_all(b"FLUSHALL\r\n").await.expect("it listens");
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await.expect("it answers");
    assert_eq!(&answer, b"+OK\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_asked_by_key_and_its_keys_can_be_read_by_people() {
    let redis = Redis::start();
    let database = postgres().create_database();
    let world = World::own(program(&database, Some(&redis)));
    let owner = world.company().await;
    uses_redis(&owner.http).await;
    let address = ("127.0.0.1", redis.port());
    let mut watching = TcpStream::connect(address).await.expect("it runs");
    watching
        .write_all(b"MONITOR\r\n")
        .await
        .expect("it listens");
    let mut watched = JoinSet::new();
    watched.spawn(async move {
        let mut seen = Vec::new();
        // Whatever comes until the server is stopped.
        let _ = watching.read_to_end(&mut seen).await;
        String::from_utf8_lossy(&seen).into_owned()
    });
    let id = owner.campaign("Watched").await;
    for n in 0..5 {
        rename(&owner.http, &id, n).await;
        for path in [CAMPAIGNS, "/api/v1/dashboard/stats", "/api/v1/team/members"] {
            owner.sees(path).await;
        }
    }
    let key = format!("campaigns:{}:list", owner.tenant_id());
    let mut asking = TcpStream::connect(address).await.expect("it runs");
    eventually(KNOWN_WITHIN, async || {
        let question = format!("EXISTS {key}\r\n");
        asking
            .write_all(question.as_bytes())
            .await
            .expect("it listens");
        let mut answer = [0; 4];
        asking.read_exact(&mut answer).await.expect("it answers");
        (&answer == b":1\r\n").then_some(())
    })
    .await;
    drop(redis);
    let seen = watched.join_all().await.concat().to_ascii_lowercase();
    assert!(seen.contains("campaigns:"), "nothing was seen: {seen}");
    assert!(!seen.contains("\"keys\""), "KEYS was asked");
    assert!(!seen.contains("sessions:"), "rights left the process");
}
