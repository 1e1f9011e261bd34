//! The figures of a run, as a line of text and a line of JSON, held against the bounds.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

use serde_json::json;

use crate::client::Tally;
use crate::options::Options;

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Report {
    requests: u64,
    errors: u64,
    first_error: Option<String>,
    rps: f64,
    bytes_mean: u64,
    p50_ms: f64,
    p90_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

impl Report {
    /// The figures of what was counted in this time.
    pub(crate) fn new(tally: &Tally, elapsed: Duration) -> Self {
        let requests = tally.latencies.len();
        let at = |quantile| tally.latencies.value_at_quantile(quantile) as f64 / 1_000.0;
        Self {
            requests,
            errors: tally.errors,
            first_error: tally.first_error.clone(),
            rps: requests as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE),
            bytes_mean: tally.bytes.checked_div(requests).unwrap_or(0),
            p50_ms: at(0.5),
            p90_ms: at(0.9),
            p99_ms: at(0.99),
            max_ms: tally.latencies.max() as f64 / 1_000.0,
        }
    }

    /// Whether all was answered, and within the bounds.
    pub(crate) fn is_within(&self, options: &Options) -> bool {
        self.errors == 0
            && self.requests > 0
            && options.p99_ms_max.is_none_or(|most| self.p99_ms <= most)
            && options.rps_min.is_none_or(|least| self.rps >= least)
    }

    #[expect(clippy::print_stdout, reason = "the report is what the program is for")]
    pub(crate) fn print(&self, options: &Options) -> Result<(), String> {
        let mut bounds = String::new();
        if let Some(most) = options.p99_ms_max {
            bounds.push_str(&format!(", bound p99 {most} ms"));
        }
        if let Some(least) = options.rps_min {
            bounds.push_str(&format!(", bound {least}/s"));
        }
        if !bounds.is_empty() && !self.is_within(options) {
            bounds.push_str(": MISSED");
        }
        println!(
            "{}: p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, max {:.1} ms, {:.0}/s, {} requests of {} clients, {} errors, {} bytes each{bounds}",
            options.name,
            self.p50_ms,
            self.p90_ms,
            self.p99_ms,
            self.max_ms,
            self.rps,
            self.requests,
            options.clients,
            self.errors,
            self.bytes_mean,
        );
        if let Some(error) = &self.first_error {
            println!("{}: the first error: {error}", options.name);
        }
        self.append_json(options)
    }

    fn append_json(&self, options: &Options) -> Result<(), String> {
        let Some(path) = &options.json else {
            return Ok(());
        };
        let line = json!({
            "name": options.name, "clients": options.clients, "requests": self.requests, "errors": self.errors,
            "rps": self.rps, "bytes_mean": self.bytes_mean, "p50_ms": self.p50_ms, "p90_ms": self.p90_ms,
            "p99_ms": self.p99_ms, "max_ms": self.max_ms, "is_within": self.is_within(options),
        });
        let mut open = OpenOptions::new();
        let file = open.create(true).append(true).open(path);
        file.and_then(|mut file| writeln!(file, "{line}"))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Says why nothing could be measured.
#[expect(clippy::print_stderr, reason = "there is nobody else to tell")]
pub(crate) fn complain(problem: &str) {
    eprintln!("bench-load: {problem}");
}
