//! From the command line to an exit code.

use std::future::Future;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::settings::{Settings, Sources};
use crate::{admin, demo, import, logging, parts, serve};

/// Why a command did not do what it should; the text is for the person at the terminal.
pub(crate) type Failure = String;

/// Does what the command line says.
pub fn run(cli: Cli) -> ExitCode {
    let sources = Sources::of_process(cli.config.clone());
    let command = cli.command();
    if command == Command::Openapi {
        return end(print(&api::openapi_json()));
    }
    let settings = match Settings::load(&sources) {
        Ok(settings) => settings,
        Err(error) => return end(Err(error.to_string())),
    };
    end(match command {
        Command::Config => print(&settings.report()),
        Command::Openapi => Ok(()),
        Command::Serve => {
            logging::start(&settings.log);
            block_on(serve::serve(settings))
        }
        Command::Migrate => {
            logging::start(&settings.log);
            block_on(parts::migrate(settings))
        }
        Command::Import(wanted) => {
            logging::start(&settings.log);
            block_on(import::run(settings, wanted))
        }
        Command::Demo(choice) => {
            logging::start(&settings.log);
            block_on(demo::run(settings, choice))
        }
        Command::Admin(command) => {
            logging::start(&settings.log);
            block_on(admin::run(settings, command))
        }
    })
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime
        .map_err(|error| format!("The runtime could not be started: {error}"))?
        .block_on(work)
}

/// Writes the answer of a command to standard output. A reader who has seen enough and gone (`elite config | head`)
/// is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("The answer could not be written: {error}"))
        }
        _ => Ok(()),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the reason of a failure goes to standard error"
)]
fn end(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{}", reason.trim_end());
            ExitCode::FAILURE
        }
    }
}
