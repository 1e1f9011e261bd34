//! Stopping politely: what runs is finished, what is long goes on at the next start.

use std::time::{Duration, Instant};

use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{Company, ENGINES, Engine, STOP_TIMEOUT, csv, running, sending, start};

/// A program with nothing to do ends within this.
const IDLE_STOP_MAX: Duration = Duration::from_secs(5);
/// Well below the lease of a worker that was killed (15 s).
const RESUMED_WITHIN: Duration = Duration::from_secs(13);

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_program_ends_at_once_with_success() {
    for engine in ENGINES {
        let mut program = running(engine).await;
        // A connection that is kept alive must not hold the end up.
        let http = program.http();
        http.get("/health").send().await.expect_status(200);
        let asked = Instant::now();
        assert_eq!(program.terminate(STOP_TIMEOUT).code(), Some(0));
        assert!(
            asked.elapsed() < IDLE_STOP_MAX,
            "{engine:?}: {:?}",
            asked.elapsed()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_flight_is_finished() {
    let mut program = running(Engine::Sqlite).await;
    let body = format!(
        r#"{{"company_name":"In flight","company_email":"hello@flight.example.com","email":"owner@flight.example.com","password":"{}"}}"#,
        crate::world::PASSWORD
    );
    let head = format!(
        "POST /api/v1/auth/register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", program.port()))
        .await
        .expect("it listens");
    let (first, rest) = body.split_at(body.len() / 2);
    stream
        .write_all(format!("{head}{first}").as_bytes())
        .await
        .expect("written");
    // Its handler has begun to read the body when another request, sent later, was answered.
    program
        .http()
        .get("/health")
        .send()
        .await
        .expect_status(200);
    tokio::time::sleep(Duration::from_millis(200)).await;

    let stopping = tokio::task::spawn_blocking(move || program.terminate(STOP_TIMEOUT));
    tokio::time::sleep(Duration::from_millis(300)).await;
    stream
        .write_all(rest.as_bytes())
        .await
        .expect("the connection is still open");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(stopping.await.expect("it stopped").code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_on_after_a_restart() {
    const ROWS: u32 = 30_000;
    for engine in ENGINES {
        let mut program = running(engine).await;
        let company = Company::register(&program, "patient").await;
        let campaign = company.campaign("long").await;
        let request = company.upload(&campaign, &csv(ROWS));
        let upload = sending(request);
        let some = eventually(Duration::from_secs(60), async || {
            let count = company.leads_count(&campaign).await;
            (count > 0).then_some(count)
        });
        let some = some.await;
        assert!(
            some < i64::from(ROWS),
            "{engine:?}: it was done before it could be stopped"
        );
        let asked = Instant::now();
        assert_eq!(program.terminate(STOP_TIMEOUT).code(), Some(0));
        assert!(
            asked.elapsed() < Duration::from_secs(15),
            "{:?}",
            asked.elapsed()
        );
        // The client is told to come again, or finds its connection closed; never that all is well.
        if let Ok(answer) = upload.await.expect("no panic") {
            assert_eq!(answer.status, 503, "{engine:?}: {}", answer.text());
        }

        start(&mut program).await;
        let resumed = Instant::now();
        let again = company
            .upload(&campaign, &csv(ROWS))
            .send()
            .await
            .expect_status(201)
            .json();
        assert_eq!(
            again["stats"]["leads_created"], ROWS,
            "{engine:?}: the same upload attaches"
        );
        // Its lease was given up, not left to run out.
        let took = resumed.elapsed();
        assert!(took < RESUMED_WITHIN, "{engine:?}: {took:?}");
        assert_eq!(
            company.numbers(&campaign).await,
            (1..=ROWS).collect::<Vec<_>>()
        );
        company.assert_counts(&campaign, i64::from(ROWS)).await;
        company.events().await;
    }
}
