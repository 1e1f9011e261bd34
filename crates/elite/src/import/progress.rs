//! How far a long command is: a bar on a terminal, a line now and then elsewhere; on standard error.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Characters of the bar.
const BAR_WIDTH: u64 = 30;
/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// The state of what is shown.
#[derive(Debug)]
pub(super) struct Progress {
    rows: u64,
    begun: Instant,
    last_line: Instant,
    is_terminal: bool,
}

impl Progress {
    /// Begins with so many rows to come.
    pub(super) fn begin(rows: u64) -> Self {
        let begun = Instant::now();
        Self {
            rows,
            begun,
            last_line: begun,
            is_terminal: stderr().is_terminal(),
        }
    }

    /// Shows how many rows are done.
    pub(super) fn show(&mut self, done: i64) {
        let done = u64::try_from(done).unwrap_or(0);
        let line = line(done, self.rows, self.begun.elapsed());
        if self.is_terminal {
            // Back to the line's start, and what is longer of the line before is wiped off.
            write(&format!("\r{} {line}\x1b[K", bar(done, self.rows)));
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            write(&format!("{line}\n"));
        }
    }

    /// Leaves the line of the bar.
    pub(super) fn end(&self) {
        if self.is_terminal {
            write("\n");
        }
    }
}

fn write(text: &str) {
    // That nobody sees it is no reason to stop.
    drop(stderr().write_all(text.as_bytes()));
}

fn bar(done: u64, rows: u64) -> String {
    let full = (done.min(rows) * BAR_WIDTH).checked_div(rows).unwrap_or(0);
    let count = usize::try_from(full).unwrap_or(0);
    let width = usize::try_from(BAR_WIDTH).unwrap_or(0);
    format!("[{:<width$}]", "#".repeat(count))
}

/// `630000 of 1000000 rows (63 %), 52000 a second, 7 s left`
fn line(done: u64, rows: u64, elapsed: Duration) -> String {
    let percent = (done.min(rows) * 100).checked_div(rows).unwrap_or(0);
    let mut line = format!("{done} of {rows} rows ({percent} %)");
    let seconds = elapsed.as_secs_f64();
    if done > 0 && seconds >= 1.0 {
        let rate = done as f64 / seconds;
        let left = rows.saturating_sub(done) as f64 / rate;
        line += &format!(", {rate:.0} a second, {left:.0} s left");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_up() {
        assert_eq!(bar(0, 10), format!("[{}]", " ".repeat(30)));
        assert_eq!(
            bar(5, 10),
            format!("[{}{}]", "#".repeat(15), " ".repeat(15))
        );
        assert_eq!(bar(11, 10), format!("[{}]", "#".repeat(30)));
        assert_eq!(bar(0, 0), format!("[{}]", " ".repeat(30)));
    }

    #[test]
    fn the_line_says_how_long_it_takes() {
        let at_once = line(0, 1_000, Duration::ZERO);
        assert_eq!(at_once, "0 of 1000 rows (0 %)");
        let later = line(250, 1_000, Duration::from_secs(5));
        assert_eq!(later, "250 of 1000 rows (25 %), 50 a second, 15 s left");
    }
}
