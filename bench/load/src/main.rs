//! A fixed number of HTTP clients, each with one connection that is kept, ask for the given addresses as fast as they
//! can, or at a fixed rate, and the time that each answer took is counted. For the benches only; it knows nothing of ours.
//!
//! At a fixed rate a request's time begins when it was due, so that a stall of the server counts for every request
//! that it kept waiting.

mod client;
mod options;
mod report;
mod targets;

use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::Parser;
use futures_util::future::join_all;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

use crate::client::{Pace, Tally};
use crate::options::Options;
use crate::report::Report;
use crate::targets::Targets;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    match LocalSet::new().run_until(run(&options)).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            report::complain(&problem);
            ExitCode::from(2)
        }
    }
}

/// Measures, reports, and says whether every bound was kept.
async fn run(options: &Options) -> Result<bool, String> {
    let targets = Rc::new(Targets::read(options)?);
    let begun = Instant::now();
    let measured_from = begun + Duration::from_secs_f64(options.warmup_seconds);
    let until = measured_from + Duration::from_secs_f64(options.seconds);
    let pace = Pace::new(options, begun, measured_from, until);
    let clients = (0..options.clients).map(|number| {
        let targets = Rc::clone(&targets);
        let pace = pace.clone();
        tokio::task::spawn_local(client::run(number, targets, pace))
    });
    let all = join_all(clients.collect::<Vec<_>>());
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    tokio::pin!(all);
    let tallies = loop {
        tokio::select! {
            tallies = &mut all => break tallies,
            _ = terminate.recv() => pace.stop(),
            _ = interrupt.recv() => pace.stop(),
        }
    };
    let elapsed = Instant::now()
        .min(until)
        .saturating_duration_since(measured_from);
    let mut total = Tally::default();
    for tally in tallies {
        total.add(tally.map_err(|error| error.to_string())?);
    }
    let report = Report::new(&total, elapsed);
    report.print(options)?;
    Ok(report.is_within(options))
}
