//! Logs: text on a terminal, JSON otherwise, to standard error.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

use crate::settings::{Log, LogFormat};

/// Starts logging; a second start changes nothing.
pub(crate) fn start(settings: &Log) {
    // The libraries below us speak at info of what only their authors want to know.
    let filter = format!(
        "{level},sqlx=warn,sea_orm=warn,hyper=warn,rustls=warn",
        level = settings.level
    );
    let filter = EnvFilter::new(filter);
    let as_text = match settings.format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => stderr().is_terminal(),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr);
    let started = if as_text {
        builder.with_ansi(stderr().is_terminal()).try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    drop(started);
}
