//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Asks for addresses with a fixed number of clients and counts how long the answers took.
#[derive(Debug, Parser)]
#[command(name = "bench-load")]
pub(crate) struct Options {
    /// Addresses (`http://HOST:PORT/PATH`), taken one after another.
    pub(crate) urls: Vec<String>,
    /// Clients, each with one connection that is kept.
    #[arg(long, default_value_t = 16)]
    pub(crate) clients: usize,
    /// How long to measure.
    #[arg(long, default_value_t = 10.0)]
    pub(crate) seconds: f64,
    /// How long to ask before it is measured.
    #[arg(long, default_value_t = 2.0)]
    pub(crate) warmup_seconds: f64,
    /// Requests a second of all clients together; without it as fast as they can.
    #[arg(long)]
    pub(crate) rate: Option<f64>,
    /// The method.
    #[arg(long, default_value = "GET")]
    pub(crate) method: String,
    /// The body, of JSON; `{n}` becomes a number that no other request of this run has.
    #[arg(long)]
    pub(crate) body: Option<String>,
    /// The bearer token for the addresses of the command line.
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// A file with more addresses, one a line: `URL TOKEN`.
    #[arg(long)]
    pub(crate) targets: Option<PathBuf>,
    /// Each client keeps to one address, instead of taking them all in turn.
    #[arg(long)]
    pub(crate) pinned: bool,
    /// What the report calls the run.
    #[arg(long, default_value = "load")]
    pub(crate) name: String,
    /// Where to append the report as a line of JSON.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// Fails when the 99th percentile is above.
    #[arg(long)]
    pub(crate) p99_ms_max: Option<f64>,
    /// Fails when there are fewer requests a second.
    #[arg(long)]
    pub(crate) rps_min: Option<f64>,
}
