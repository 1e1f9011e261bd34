//! Reading a password at the command line: from standard input, or typed without being shown.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};
use std::process::Command;

use crate::cli::PasswordSource;
use crate::run::Failure;

/// Reads it from where it should come.
pub(crate) fn read(source: &PasswordSource) -> Result<String, Failure> {
    if source.is_stdin || !stdin().is_terminal() {
        return first_line();
    }
    prompt("Password: ");
    // The terminal is told to show nothing; where that cannot be done the password shows while typed.
    let hidden = show_typing(false);
    let typed = first_line();
    if hidden {
        show_typing(true);
        prompt("\n");
    }
    typed
}

fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| format!("The password could not be read: {error}"))?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        return Err(
            "The password is empty. Type one, or pass it on standard input with --password-stdin."
                .into(),
        );
    }
    Ok(password)
}

fn prompt(text: &str) {
    // A prompt that cannot be shown is no reason not to read the answer.
    drop(stderr().write_all(text.as_bytes()));
}

fn show_typing(shown: bool) -> bool {
    let word = if shown { "echo" } else { "-echo" };
    Command::new("stty")
        .arg(word)
        .status()
        .is_ok_and(|status| status.success())
}
