//! What an operator can see of the caches: by kind, both levels, and how Redis fares.

use std::fmt::Write as _;

use app::App;
use app::cached::{BUCKETS_US, Breaker, CacheFigures, Count, FarFigures, Spans};

const MICROSECONDS: f64 = 1_000_000.0;

/// The caches' part of the exposition; empty where nothing is kept.
pub(crate) async fn exposition(app: &App) -> String {
    let Some(caches) = app.caches() else {
        return String::new();
    };
    let figures = caches.figures().await;
    let mut text = Text::default();
    by_kind(&mut text, &figures);
    let plain = [
        (
            "near_entries",
            "gauge",
            "Answers held in memory.",
            figures.near_entries,
        ),
        (
            "near_bytes",
            "gauge",
            "Bytes counted for them.",
            figures.near_bytes,
        ),
        (
            "near_evictions_total",
            "counter",
            "Answers let go of for want of room.",
            figures.near_evictions,
        ),
        (
            "loads_under_way",
            "gauge",
            "Keys that are being read.",
            figures.loads_under_way as u64,
        ),
        (
            "remembered",
            "gauge",
            "Tenants and scopes whose last event is remembered.",
            figures.remembered as u64,
        ),
        (
            "unchanged_total",
            "counter",
            "Answers that said only that nothing has changed.",
            caches.unchanged(),
        ),
    ];
    for (name, kind, help, value) in plain {
        text.head(name, kind, help);
        text.line(name, "", value as f64);
    }
    if let Some(far) = &figures.far {
        of_redis(&mut text, far);
    }
    text.0
}

fn by_kind(text: &mut Text, figures: &CacheFigures) {
    text.head(
        "events_total",
        "counter",
        "What reads met, by kind of answer.",
    );
    for kind in &figures.kinds {
        for count in Count::ALL {
            let labels = format!(
                "kind=\"{}\",view=\"{}\",event=\"{}\"",
                kind.noun,
                kind.view,
                count.name()
            );
            text.line("events_total", &labels, kind.get(count) as f64);
        }
    }
    text.head("load_seconds", "histogram", "How long loads took.");
    for kind in &figures.kinds {
        let labels = format!("kind=\"{}\",view=\"{}\"", kind.noun, kind.view);
        text.histogram("load_seconds", &labels, &kind.load_time);
    }
}

fn of_redis(text: &mut Text, far: &FarFigures) {
    let state = match far.breaker {
        Breaker::Closed => 0.0,
        Breaker::HalfOpen => 1.0,
        Breaker::Open => 2.0,
    };
    let help = "Whether Redis is asked: 0 it is, 1 it is being tried, 2 it is not.";
    text.head("redis_breaker", "gauge", help);
    text.line("redis_breaker", "", state);
    let help = "For how long that has been so.";
    text.head("redis_breaker_seconds", "gauge", help);
    text.line("redis_breaker_seconds", "", far.breaker_for.as_secs_f64());
    for (name, help, value) in [
        ("redis_errors_total", "Operations that failed.", far.errors),
        (
            "redis_time_outs_total",
            "Operations that took longer than their budget.",
            far.timeouts,
        ),
        (
            "redis_refused_writes_total",
            "Writes that Redis refused.",
            far.refused_writes,
        ),
        (
            "redis_skipped_total",
            "Operations left out because too many were under way.",
            far.skipped,
        ),
    ] {
        text.head(name, "counter", help);
        text.line(name, "", value as f64);
    }
    text.head("redis_seconds", "histogram", "How long operations took.");
    text.histogram("redis_seconds", "", &far.time);
}

/// Lines of the exposition.
#[derive(Default)]
struct Text(String);

impl Text {
    // Writing to a string cannot fail.
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(
            self.0,
            "# HELP elite_cache_{name} {help}\n# TYPE elite_cache_{name} {kind}"
        );
    }

    fn line(&mut self, name: &str, labels: &str, value: f64) {
        let (open, close) = if labels.is_empty() {
            ("", "")
        } else {
            ("{", "}")
        };
        let _ = writeln!(self.0, "elite_cache_{name}{open}{labels}{close} {value}");
    }

    fn histogram(&mut self, name: &str, labels: &str, spans: &Spans) {
        let comma = if labels.is_empty() { "" } else { "," };
        let bucket = format!("{name}_bucket");
        let mut counted = 0;
        for (end_us, count) in BUCKETS_US.iter().zip(&spans.buckets) {
            counted += count;
            let end = *end_us as f64 / MICROSECONDS;
            self.line(
                &bucket,
                &format!("{labels}{comma}le=\"{end}\""),
                counted as f64,
            );
        }
        let all = spans.count() as f64;
        self.line(&bucket, &format!("{labels}{comma}le=\"+Inf\""), all);
        let sum = spans.sum_us as f64 / MICROSECONDS;
        self.line(&format!("{name}_sum"), labels, sum);
        self.line(&format!("{name}_count"), labels, all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_counted_up_to_their_ends() {
        let mut spans = Spans::default();
        spans.buckets[0] = 2;
        spans.buckets[12] = 1;
        spans.sum_us = 1_500_000;
        let mut text = Text::default();
        text.histogram("load_seconds", "kind=\"a\"", &spans);
        for line in [
            "elite_cache_load_seconds_bucket{kind=\"a\",le=\"0.0001\"} 2",
            "elite_cache_load_seconds_bucket{kind=\"a\",le=\"5\"} 2",
            "elite_cache_load_seconds_bucket{kind=\"a\",le=\"+Inf\"} 3",
            "elite_cache_load_seconds_sum{kind=\"a\"} 1.5",
            "elite_cache_load_seconds_count{kind=\"a\"} 3",
        ] {
            assert!(
                text.0.lines().any(|found| found == line),
                "{line}\n{}",
                text.0
            );
        }
    }
}
