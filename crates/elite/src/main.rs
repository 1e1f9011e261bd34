//! The program `elite`.

use std::process::ExitCode;

use clap::Parser;
use elite::cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    elite::run(Cli::parse())
}
