//! One client: a connection that is kept, one request after another, each timed to the last byte of its answer.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hdrhistogram::Histogram;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{sleep, sleep_until, timeout};

use crate::options::Options;
use crate::targets::Targets;

/// Longest answer that is told apart, in microseconds; a request that takes longer is an error.
const LATENCY_US_MAX: u64 = 60_000_000;
/// How long a client waits after an error, so that a server that is down is not flooded.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(10);
/// Most characters of an answer that the report shows.
const SHOWN_CHARACTERS_MAX: usize = 300;

/// When to ask and when to stop; clones share the stop.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    begun: Instant,
    measured_from: Instant,
    until: Instant,
    /// Between two requests of one client, where the rate is fixed.
    interval: Option<Duration>,
    clients: usize,
    stopped: Rc<Cell<bool>>,
}

impl Pace {
    /// The pace that was asked for.
    pub(crate) fn new(
        options: &Options,
        begun: Instant,
        measured_from: Instant,
        until: Instant,
    ) -> Self {
        let interval = |rate: f64| Duration::from_secs_f64(options.clients as f64 / rate);
        Self {
            begun,
            measured_from,
            until,
            interval: options.rate.map(interval),
            clients: options.clients,
            stopped: Rc::default(),
        }
    }

    /// Lets every client stop after the request that is under way.
    pub(crate) fn stop(&self) {
        self.stopped.set(true);
    }

    /// When the request is due, after waiting for it; `None` at the end.
    async fn due(&self, client: usize, turn: usize) -> Option<Instant> {
        let due = self.interval.map(|interval| {
            // Clients take turns, instead of asking all at once.
            let share = client as f64 / self.clients as f64;
            self.begun + interval.mul_f64(turn as f64 + share)
        });
        if let Some(due) = due {
            sleep_until(due.into()).await;
        }
        let now = Instant::now();
        let over = self.stopped.get() || now >= self.until;
        (!over).then_some(due.unwrap_or(now))
    }
}

/// What clients counted.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Microseconds of each answer.
    pub(crate) latencies: Histogram<u64>,
    /// Requests without a good answer.
    pub(crate) errors: u64,
    /// What the first of them was.
    pub(crate) first_error: Option<String>,
    /// Bytes of all bodies.
    pub(crate) bytes: u64,
}

impl Default for Tally {
    fn default() -> Self {
        let latencies = Histogram::new_with_bounds(1, LATENCY_US_MAX, 3);
        Self {
            latencies: latencies.expect("one is below the maximum, and three digits are allowed"),
            errors: 0,
            first_error: None,
            bytes: 0,
        }
    }
}

impl Tally {
    /// Adds what another client counted.
    pub(crate) fn add(&mut self, other: Self) {
        self.latencies += other.latencies;
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        self.bytes += other.bytes;
    }
}

/// Asks until the end and gives what was counted.
pub(crate) async fn run(number: usize, targets: Rc<Targets>, pace: Pace) -> Tally {
    let mut tally = Tally::default();
    let mut connection = None;
    let mut turn = 0;
    while let Some(due) = pace.due(number, turn).await {
        let request = targets.next(number, turn);
        turn += 1;
        let answered = answer(&mut connection, &targets.authority, request);
        let longest = Duration::from_micros(LATENCY_US_MAX);
        let answered = timeout(longest, answered).await;
        let outcome = answered.unwrap_or_else(|_| Err("no answer".to_owned()));
        let failed = outcome.is_err();
        if failed {
            connection = None;
        }
        if due >= pace.measured_from {
            match outcome {
                Ok(bytes) => {
                    let micros = u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX);
                    tally.latencies.saturating_record(micros.max(1));
                    tally.bytes += bytes;
                }
                Err(problem) => {
                    tally.errors += 1;
                    tally.first_error.get_or_insert(problem);
                }
            }
        }
        if failed {
            sleep(PAUSE_AFTER_ERROR).await;
        }
    }
    tally
}

/// Bytes of a good answer's body, or what was wrong.
async fn answer(
    connection: &mut Option<SendRequest<Full<Bytes>>>,
    authority: &str,
    request: Request<Full<Bytes>>,
) -> Result<u64, String> {
    let told = |error: hyper::Error| error.to_string();
    let mut sender = match connection.take().filter(|sender| !sender.is_closed()) {
        Some(sender) => sender,
        None => connect(authority).await?,
    };
    sender.ready().await.map_err(told)?;
    let response = sender.send_request(request).await.map_err(told)?;
    let status = response.status();
    let mut body = response.into_body();
    let (mut bytes, mut begin) = (0, Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(told)?.into_data() else {
            continue;
        };
        bytes += data.len() as u64;
        if !status.is_success() {
            begin.extend_from_slice(&data);
        }
    }
    *connection = Some(sender);
    if status.is_success() {
        return Ok(bytes);
    }
    let text = String::from_utf8_lossy(&begin);
    let text: String = text.chars().take(SHOWN_CHARACTERS_MAX).collect();
    Err(format!("{status}: {text}"))
}

async fn connect(authority: &str) -> Result<SendRequest<Full<Bytes>>, String> {
    let told = |error: std::io::Error| error.to_string();
    let stream = TcpStream::connect(authority).await.map_err(told)?;
    stream.set_nodelay(true).map_err(told)?;
    let shaken = handshake(TokioIo::new(stream)).await;
    let (sender, connection) = shaken.map_err(|error| error.to_string())?;
    tokio::task::spawn_local(async move {
        // How it ended is told to whoever waits for an answer on it.
        drop(connection.await);
    });
    Ok(sender)
}
