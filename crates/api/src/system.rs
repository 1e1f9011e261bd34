//! The machine's figures for the detailed probe, read from `/proc` and the file system of the data.

use std::fs;
use std::path::PathBuf;

use parking_lot::Mutex;

use crate::wire::SystemFigures;

const GIBIBYTE: f64 = (1_u64 << 30) as f64;

/// Time of all processors since the machine's start, in ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ticks {
    busy: u64,
    all: u64,
}

/// Reads the figures; remembers the last look, since the use of processors is told between two.
#[derive(Debug)]
pub(crate) struct System {
    data_folder: PathBuf,
    last: Mutex<Ticks>,
}

impl System {
    pub(crate) fn new(data_folder: PathBuf) -> Self {
        Self {
            data_folder,
            last: Mutex::default(),
        }
    }

    /// The figures now; may block for a moment, so run it beside the reactor.
    pub(crate) fn look(&self) -> SystemFigures {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let mut figures = SystemFigures::default();
        if let Some(now) = ticks(&text("/proc/stat")) {
            let last = std::mem::replace(&mut *self.last.lock(), now);
            figures.cpu_percent = Some(use_between(last, now));
        }
        if let Some((total, available)) = memory(&text("/proc/meminfo")) {
            let used = total.saturating_sub(available);
            figures.memory_total_gb = Some(gibibytes(total));
            figures.memory_used_gb = Some(gibibytes(used));
            figures.memory_percent = Some(percent(used, total));
        }
        if let Ok(disk) = rustix::fs::statvfs(&self.data_folder) {
            let total = disk.f_blocks.saturating_mul(disk.f_frsize);
            let used = disk.f_blocks.saturating_sub(disk.f_bfree);
            let used = used.saturating_mul(disk.f_frsize);
            figures.disk_total_gb = Some(gibibytes(total));
            figures.disk_used_gb = Some(gibibytes(used));
            figures.disk_percent = Some(percent(used, total));
        }
        figures
    }
}

/// The first line of `/proc/stat` (proc_stat(5)): user, nice, system, idle, iowait, irq, softirq, steal.
fn ticks(stat: &str) -> Option<Ticks> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let counts: Vec<u64> = line
        .split_whitespace()
        .take(8)
        .map_while(|count| count.parse().ok())
        .collect();
    let idle = counts.get(3)? + counts.get(4).copied().unwrap_or(0);
    let all: u64 = counts.iter().sum();
    Some(Ticks {
        busy: all.saturating_sub(idle),
        all,
    })
}

fn use_between(last: Ticks, now: Ticks) -> f64 {
    percent(
        now.busy.saturating_sub(last.busy),
        now.all.saturating_sub(last.all),
    )
}

/// Total and available memory in bytes (proc_meminfo(5)).
fn memory(meminfo: &str) -> Option<(u64, u64)> {
    let of = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kibibytes.saturating_mul(1024))
    };
    Some((of("MemTotal:")?, of("MemAvailable:")?))
}

fn gibibytes(bytes: u64) -> f64 {
    two_decimals(bytes as f64 / GIBIBYTE)
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    two_decimals(part as f64 * 100.0 / whole as f64)
}

/// Rounded as the probes show it.
pub(crate) fn two_decimals(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_the_systems_texts() {
        let now = ticks("cpu  10 0 10 70 10 0 0 0 5 5\ncpu0 1 2 3 4\n").unwrap();
        assert_eq!(now, Ticks { busy: 20, all: 100 });
        let later = ticks("cpu  40 0 30 120 10 0 0 0 0 0").unwrap();
        assert_eq!(use_between(now, later), 50.0);
        assert_eq!(use_between(now, now), 0.0);
        let text = "MemTotal:       2097152 kB\nMemFree: 1 kB\nMemAvailable:    1048576 kB\n";
        assert_eq!(memory(text), Some((2 << 30, 1 << 30)));
        assert_eq!((ticks(""), memory("")), (None, None));
    }

    #[test]
    fn a_folder_that_is_not_there_leaves_the_disk_out() {
        let figures = System::new("/not/there".into()).look();
        assert_eq!(figures.disk_total_gb, None);
    }
}
