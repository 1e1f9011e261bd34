//! Uploads that do not go straight: sent twice, cut off, left alone, killed (FIX-45, FIX-48, FIX-52).

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Form, eventually, postgres};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::imports::{count, file_of, uploaded};
use crate::people::{Person, id_of};
use crate::world::{Engine, World, on_both};

/// Far beyond what a waiting test may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn fix_48_the_same_upload_attaches_while_it_runs_and_doubles_once_it_was_answered() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Again").await;
        let file = file_of(4000);
        let upload = async || owner.upload(&campaign, "again.csv", &file).await;
        let (one, two) = tokio::join!(upload(), upload());
        for answer in [one, two] {
            uploaded(answer, &campaign, [4000, 4000, 0]);
        }
        assert_eq!(count(&owner, &campaign).await, 4000);
        uploaded(upload().await, &campaign, [4000, 4000, 0]);
        assert_eq!(count(&owner, &campaign).await, 8000);
        // Other bytes, or the same ones for another campaign, are an upload of their own.
        let other = owner.campaign("Other").await;
        uploaded(
            owner.upload(&other, "again.csv", &file).await,
            &other,
            [4000, 4000, 0],
        );
        assert_eq!(count(&owner, &other).await, 4000);
    })
    .await;
}

#[tokio::test]
async fn an_unanswered_upload_is_another_one_once_all_leads_are_deleted() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Emptied").await;
        let file = file_of(12_000);
        let request = request_of(&world, &owner, &campaign, &file);
        let mut client = TcpStream::connect(world.address()).await.expect("taken");
        client.write_all(&request).await.expect("sent");
        eventually(PATIENCE, async || {
            (count(&owner, &campaign).await > 0).then_some(())
        })
        .await;
        drop(client);
        eventually(PATIENCE, async || {
            (count(&owner, &campaign).await == 12_000).then_some(())
        })
        .await;
        let leads = format!("/api/v1/campaigns/{campaign}/leads");
        owner.http.delete(&leads).send().await.expect_status(204);
        let answer = owner.upload(&campaign, "gone.csv", &file).await;
        uploaded(answer, &campaign, [12_000, 12_000, 0]);
        assert_eq!(count(&owner, &campaign).await, 12_000);
    })
    .await;
}

/// The bytes of an upload's request.
fn request_of(world: &World, person: &Person, campaign: &str, file: &[u8]) -> Vec<u8> {
    let form = Form::new().file("file", "gone.csv", "application/octet-stream", file);
    let kind = form.content_type();
    let body = form.into_body();
    let head = format!(
        "POST /api/v1/campaigns/{campaign}/upload-leads HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
         content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        world.address(),
        person.access,
        body.len()
    );
    [head.into_bytes(), body].concat()
}

#[tokio::test]
async fn fix_48_an_upload_goes_on_without_its_client_and_is_found_again() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Gone").await;
        let file = file_of(12_000);
        let mut stream = TcpStream::connect(world.address())
            .await
            .expect("it listens");
        let request = request_of(&world, &owner, &campaign, &file);
        stream.write_all(&request).await.expect("it reads");
        // Once the file was taken, the client goes away without its answer.
        eventually(PATIENCE, async || {
            let events = owner.sees_events().await;
            events
                .iter()
                .any(|event| event["name"] == "import.queued")
                .then_some(())
        })
        .await;
        drop(stream);
        eventually(PATIENCE, async || {
            (count(&owner, &campaign).await == 12_000).then_some(())
        })
        .await;
        let again = owner.upload(&campaign, "gone.csv", &file).await;
        uploaded(again, &campaign, [12_000, 12_000, 0]);
        assert_eq!(count(&owner, &campaign).await, 12_000, "it was attached to");
    })
    .await;
}

#[tokio::test]
async fn an_upload_that_is_cut_off_leaves_nothing() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Cut").await;
        let request = request_of(&world, &owner, &campaign, &file_of(5000));
        for length in [request.len() - 3, request.len() - 60, request.len() / 2] {
            let answer = testkit::exchange_raw(world.address(), &request[..length]).await;
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert!(
                answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
                "{answer}"
            );
        }
        // The same with a form that ends early although the body is whole.
        let form = Form::new().file("file", "a.csv", "text/csv", &file_of(10));
        let (kind, body) = (form.content_type(), form.into_body());
        let path = format!("/api/v1/campaigns/{campaign}/upload-leads");
        let request = owner
            .http
            .post(&path)
            .body(&kind, body[..body.len() - 20].to_vec());
        request.send().await.expect_status(400);
        assert_eq!(count(&owner, &campaign).await, 0);
        let events = owner.sees_events().await;
        assert!(!events.iter().any(|event| event["name"] == "import.queued"));
    })
    .await;
}

#[tokio::test]
async fn fix_45_others_are_answered_while_a_file_is_read() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Busy").await;
        let file = file_of(20_000);
        let upload = async {
            let answer = owner.upload(&campaign, "busy.csv", &file).await;
            uploaded(answer, &campaign, [20_000, 20_000, 0]);
        };
        let mut slowest = Duration::ZERO;
        let probe = async {
            loop {
                let started = Instant::now();
                world.http.get("/health").send().await.expect_status(200);
                slowest = slowest.max(started.elapsed());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            () = upload => {}
            () = probe => {}
        }
        assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    })
    .await;
}

/// Kills a server in the middle of a file and starts it again.
async fn is_killed_and_goes_on(engine: Engine) {
    const ROWS: i64 = 30_000;
    let mut program = engine.program().started();
    let http = program.http();
    let register = json!({
        "organization_name": "Durable", "email": "d@durable.example.com", "password": crate::people::PASSWORD,
    });
    let token = http
        .post("/api/v1/auth/register")
        .json(&register)
        .send()
        .await
        .expect_status(201)
        .json();
    let http = http.with_bearer(token["access_token"].as_str().expect("a token"));
    let body = json!({"name": "Durable", "search_query": "", "lead_source": "linkedin"});
    let campaign = id_of(
        &http
            .post("/api/v1/campaigns")
            .json(&body)
            .send()
            .await
            .expect_status(201)
            .json(),
    );
    let path = format!("/api/v1/campaigns/{campaign}");
    let count = async || {
        let answer = http.get(&path).send().await.expect_status(200).json();
        answer["leads_count"].as_i64().expect("a number")
    };
    let file = file_of(30_000);
    let upload = || {
        let form = Form::new().file("file", "durable.csv", "text/csv", &file);
        http.post(&format!("{path}/upload-leads")).multipart(form)
    };
    let mut sent = JoinSet::new();
    sent.spawn(upload().try_send());
    eventually(PATIENCE, async || (count().await > 0).then_some(())).await;
    assert!(count().await < ROWS, "{engine}: too fast to be killed");
    program.kill();
    assert!(
        sent.join_all().await.iter().all(Result::is_err),
        "{engine}: the answer cannot have come"
    );
    program.start();
    eventually(PATIENCE, async || (count().await >= ROWS).then_some(())).await;
    let answer = upload().send().await;
    uploaded(answer, &campaign, [30_000, 30_000, 0]);
    assert_eq!(count().await, ROWS, "{engine}: attached to, nothing twice");
    let leads = http
        .get(&format!("{path}/leads"))
        .send()
        .await
        .expect_status(200)
        .json();
    let leads = leads.as_array().expect("a list");
    let titles: Vec<&str> = leads
        .iter()
        .filter_map(|lead| lead["title"].as_str())
        .collect();
    let expected: Vec<String> = (0..ROWS).map(|row| format!("Company {row}")).collect();
    assert_eq!(titles, expected, "{engine}: in the order of the file");
}

#[tokio::test]
async fn fix_52_an_import_survives_the_death_of_its_process() {
    // At once, since each waits for the dead process' lease to end.
    tokio::join!(
        is_killed_and_goes_on(Engine::Sqlite),
        is_killed_and_goes_on(Engine::Postgres)
    );
}

#[tokio::test]
async fn a_node_without_the_file_leaves_it_to_the_one_that_has_it() {
    const ROWS: i64 = 60_000;
    let database = postgres().create_database();
    let node = || {
        Engine::Postgres
            .program()
            .env("DATABASE_URL", database.clone())
            .started()
    };
    let (mut one, two) = (node(), node());
    let register = json!({
        "organization_name": "Nodes", "email": "n@nodes.example.com", "password": crate::people::PASSWORD,
    });
    let token = one
        .http()
        .post("/api/v1/auth/register")
        .json(&register)
        .send()
        .await;
    let token = token.expect_status(201).json();
    let token = token["access_token"].as_str().expect("a token").to_owned();
    let (http, other) = (
        one.http().with_bearer(&token),
        two.http().with_bearer(&token),
    );
    let body = json!({"name": "Nodes", "search_query": "", "lead_source": "linkedin"});
    let campaign = http.post("/api/v1/campaigns").json(&body).send().await;
    let campaign = id_of(&campaign.expect_status(201).json());
    let path = format!("/api/v1/campaigns/{campaign}");
    let count = async || {
        let answer = other.get(&path).send().await.expect_status(200).json();
        answer["leads_count"].as_i64().expect("a number")
    };
    let file = file_of(60_000);
    let form = Form::new().file("file", "nodes.csv", "text/csv", &file);
    let mut sent = JoinSet::new();
    let upload = http.post(&format!("{path}/upload-leads")).multipart(form);
    sent.spawn(upload.try_send());
    eventually(PATIENCE, async || (count().await > 0).then_some(())).await;
    one.kill();
    let left = count().await;
    assert!(left < ROWS, "too fast to be killed");
    let given_back = || {
        let sql = "select coalesce(max(given_back), 0) from imports";
        let times = postgres().sql(database.rsplit('/').next().expect("a name"), sql);
        times.trim().parse::<u32>().expect("a number")
    };
    eventually(PATIENCE, async || (given_back() > 0).then_some(())).await;
    assert_eq!(count().await, left, "neither read on nor failed");
    one.start();
    eventually(PATIENCE, async || (count().await == ROWS).then_some(())).await;
}
