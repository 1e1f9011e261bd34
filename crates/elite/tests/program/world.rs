//! What the tests start from: an installation on either engine, a company that uses it, files of leads.

use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Answer, Form, Http, Postgres, Program, Request};
use tokio::task::JoinHandle;

/// The built program.
pub(crate) const ELITE: &str = env!("CARGO_BIN_EXE_elite");
/// A password that the rules accept.
pub(crate) const PASSWORD: &str = "Walk-the-d0g-at-noon";
/// How long an orderly end may take on a busy machine.
pub(crate) const STOP_TIMEOUT: Duration = Duration::from_secs(25);

/// Which database an installation uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

pub(crate) const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// An installation that is not running yet, on a database of its own, without rate limits.
pub(crate) fn installation(engine: Engine) -> Program {
    match engine {
        Engine::Sqlite => bare(),
        Engine::Postgres => on_postgres(testkit::postgres()),
    }
}

/// The same on a database of a server of the test's own.
pub(crate) fn on_postgres(server: &Postgres) -> Program {
    bare().env("DATABASE_URL", server.create_database())
}

fn bare() -> Program {
    Program::new(ELITE).env("RATE_LIMIT_ENABLED", "false")
}

/// The same, running.
pub(crate) async fn running(engine: Engine) -> Program {
    up(installation(engine)).await
}

/// Starts it and waits until it answers.
pub(crate) async fn up(mut program: Program) -> Program {
    start(&mut program).await;
    program
}

/// Starts it again and says how long its first answer took. Its port is open before it is ready: a client that
/// comes early waits for its answer.
pub(crate) async fn start(program: &mut Program) -> Duration {
    let started = Instant::now();
    program.start();
    program
        .http()
        .get("/health")
        .send()
        .await
        .expect_status(200);
    started.elapsed()
}

/// A company whose owner is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Company {
    pub(crate) http: Http,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
}

impl Company {
    /// Registers it.
    pub(crate) async fn register(program: &Program, name: &str) -> Self {
        let email = format!("owner@{name}.example.com");
        let body = json!({
            "company_name": name, "company_email": format!("hello@{name}.example.com"),
            "email": email, "password": PASSWORD,
        });
        let http = program.http();
        let answer = http.post("/api/v1/auth/register").json(&body).send().await;
        let token = answer.expect_status(201).json();
        let access_token = text(&token["access_token"]).to_owned();
        Self {
            http: http.with_bearer(&access_token),
            access_token,
            refresh_token: text(&token["refresh_token"]).to_owned(),
        }
    }

    /// The same person with the same token on new connections, after the program was killed.
    pub(crate) fn reconnected(&self, program: &Program) -> Self {
        Self {
            http: program.http().with_bearer(&self.access_token),
            ..self.clone()
        }
    }

    /// Creates a campaign and hands back its id.
    pub(crate) async fn campaign(&self, name: &str) -> String {
        let body = json!({"name": name, "search_query": "", "lead_source": "google_maps"});
        let answer = self.http.post("/api/v1/campaigns").json(&body).send().await;
        text(&answer.expect_status(201).json()["id"]).to_owned()
    }

    /// The request that uploads a file of leads.
    pub(crate) fn upload(&self, campaign: &str, csv: &[u8]) -> Request {
        let form = Form::new().file("file", "companies.csv", "text/csv", csv);
        let path = format!("/api/v1/campaigns/{campaign}/upload-leads");
        self.http.post(&path).multipart(form)
    }

    /// The request that adds one lead.
    pub(crate) fn add_lead(&self, campaign: &str, title: &str) -> Request {
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        self.http.post(&path).json(&json!({"title": title}))
    }

    /// The answer to a GET that succeeds.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.http.get(path).send().await.expect_status(200)
    }

    /// The campaign's own count of its leads.
    pub(crate) async fn leads_count(&self, campaign: &str) -> i64 {
        let answer = self.get(&format!("/api/v1/campaigns/{campaign}")).await;
        number(&answer.json()["leads_count"])
    }

    /// Every event of the company.
    ///
    /// # Panics
    /// When the numbers have a gap or do not begin at 1; the owner of a company without others sees all of them.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let path = format!("/api/v1/events?after={}&limit=200", events.len());
            let page = self.get(&path).await.json();
            let page = page["events"].as_array().expect("a list of events");
            if page.is_empty() {
                return events;
            }
            for event in page {
                events.push(event.clone());
                assert_eq!(number(&event["seq"]), events.len() as i64, "{event}");
            }
        }
    }

    /// The data of the newest event of a name, if there is one.
    pub(crate) async fn last_event(&self, name: &str) -> Option<Value> {
        let events = self.events().await;
        let found = events.into_iter().rev().find(|event| event["name"] == name);
        found.map(|event| event["data"].clone())
    }

    /// Checks that every counter says that the company has one campaign with these leads, and no others.
    pub(crate) async fn assert_counts(&self, campaign: &str, leads: i64) {
        assert_eq!(self.leads_count(campaign).await, leads, "the campaign's");
        let stats = self.get("/api/v1/dashboard/stats").await.json();
        assert_eq!(number(&stats["total_leads"]), leads, "the dashboard's");
        assert_eq!(number(&stats["leads_this_month"]), leads, "the month's");
        let tenant = self.get("/api/v1/tenants/me").await.json();
        assert_eq!(number(&tenant["leads_used"]), leads, "the quota's");
    }

    /// The numbers in the names of all leads of a campaign (see [`csv`]), sorted.
    pub(crate) async fn numbers(&self, campaign: &str) -> Vec<u32> {
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        let body = self.get(&path).await.text();
        let mut numbers: Vec<u32> = body
            .split(r#""title":"Company "#)
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or_default())
            .map(|number| number.parse().expect("a lead of ours has a number"))
            .collect();
        numbers.sort_unstable();
        numbers
    }
}

/// Sends a request beside the test.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no app whose tasks it could track"
)]
pub(crate) fn sending(
    request: Request,
) -> JoinHandle<Result<Answer, Box<dyn Error + Send + Sync>>> {
    tokio::spawn(request.try_send())
}

/// A file of `rows` leads, `Company 1` and on.
pub(crate) fn csv(rows: u32) -> Vec<u8> {
    let mut file = String::from("Company Name,Email,City\n");
    for row in 1..=rows {
        file.push_str(&format!(
            "Company {row},info@company-{row}.example,Utrecht\n"
        ));
    }
    file.into_bytes()
}

/// A text of an answer.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// A whole number of an answer.
pub(crate) fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

/// Checks a 503 in the contract's shape.
#[track_caller]
pub(crate) fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text());
    let detail = "Service temporarily unavailable. Please retry.";
    assert_eq!(answer.json()["detail"], detail);
    let wait = answer.header("retry-after").parse::<u32>();
    assert!(
        wait.is_ok_and(|seconds| seconds > 0),
        "{:?}",
        answer.headers
    );
}

/// What a command said on both of its outputs.
pub(crate) fn said(output: &std::process::Output) -> String {
    let words = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&words).into_owned()
}

/// Starts a program that must end by itself because of what it says.
#[track_caller]
pub(crate) fn refused_start(program: &mut Program) -> String {
    let (status, words) = program.start_refused();
    assert_eq!(status.code(), Some(1), "{words}");
    assert!(!words.contains("panicked"), "{words}");
    words
}

/// A small random source with a seed, so that a failure can be repeated (xorshift).
#[derive(Debug)]
pub(crate) struct Seeded(u64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}
