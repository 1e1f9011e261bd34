//! How far an import is: a bar on a terminal, a line now and then elsewhere; on standard error.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use domain::imports::{Import, PPM};

/// Characters of the bar.
const BAR_WIDTH: i64 = 30;
/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// The state of what is shown.
#[derive(Debug)]
pub(super) struct Progress {
    last_line: Instant,
    is_terminal: bool,
}

impl Progress {
    /// Begins with nothing done.
    pub(super) fn begin() -> Self {
        Self {
            last_line: Instant::now(),
            is_terminal: stderr().is_terminal(),
        }
    }

    /// Shows how far it is.
    pub(super) fn show(&mut self, import: &Import) {
        let line = line(import);
        if self.is_terminal {
            // Back to the line's start, and what is longer of the line before is wiped off.
            write(&format!("\r{} {line}\x1b[K", bar(import.progress_ppm)));
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

fn bar(ppm: i64) -> String {
    let count = usize::try_from(ppm.clamp(0, PPM) * BAR_WIDTH / PPM).unwrap_or(0);
    let width = usize::try_from(BAR_WIDTH).unwrap_or(0);
    format!("[{:<width$}]", "#".repeat(count))
}

/// `630000 rows, 63 %, 52000 a second, 7 s left`
fn line(import: &Import) -> String {
    let percent = import.progress_ppm.clamp(0, PPM) * 100 / PPM;
    let mut line = format!("{} rows, {percent} %", import.counts.rows_read);
    if let Some(rate) = import.rows_per_second() {
        line += &format!(", {rate:.0} a second");
    }
    if let Some(left) = import.time_left() {
        line += &format!(", {:.0} s left", left.as_secs_f64());
    }
    line
}

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;
    use domain::ids::{CampaignId, ImportId, UserId};
    use domain::imports::{ImportCounts, ImportState};

    use super::*;

    fn import(rows_read: i64, progress_ppm: i64, micros: i64) -> Import {
        let id = "018f0000-0000-7000-8000-000000000000";
        Import {
            id: ImportId::parse(id).expect("an id"),
            campaign_id: CampaignId::parse(id).expect("an id"),
            user_id: UserId::parse(id).expect("an id"),
            file_name: "a.csv".into(),
            file_bytes: 1,
            object_key: "a".into(),
            lead_generation: 1,
            generate_emails: false,
            options: None,
            header: Vec::new(),
            state: ImportState::Running,
            counts: ImportCounts {
                rows_read,
                ..ImportCounts::default()
            },
            failed_rows: Vec::new(),
            error: None,
            created_at: Timestamp(0),
            finished_at: None,
            progress_ppm,
            started_at: (micros > 0).then_some(Timestamp(0)),
            progressed_at: (micros > 0).then_some(Timestamp(micros)),
            undo: None,
        }
    }

    #[test]
    fn the_bar_fills_up() {
        assert_eq!(bar(0), format!("[{}]", " ".repeat(30)));
        assert_eq!(
            bar(PPM / 2),
            format!("[{}{}]", "#".repeat(15), " ".repeat(15))
        );
        assert_eq!(bar(PPM + 1), format!("[{}]", "#".repeat(30)));
    }

    #[test]
    fn the_line_says_how_long_it_takes() {
        assert_eq!(line(&import(0, 0, 0)), "0 rows, 0 %");
        let later = line(&import(250, 250_000, 5_000_000));
        assert_eq!(later, "250 rows, 25 %, 50 a second, 15 s left");
    }
}
