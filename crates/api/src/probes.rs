//! Probes and metrics (contract 2.2).

use std::fmt::Write as _;
use std::time::Duration;

use app::App;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE, VARY};
use http_edge::{Counts, Failure, Json, Result};

use crate::cache_metrics;
use crate::operation::Route;
use crate::state::{ApiState, VERSION};
use crate::system::two_decimals;
use crate::wire::{DetailedHealth, Health, HealthMetrics, JsonMetrics, Probe};

/// How long the database may take to show that the program is ready.
const READY_WITHIN: Duration = Duration::from_secs(3);
/// Above this share of errors, in percent, the program is degraded.
const DEGRADED_ABOVE: f64 = 5.0;
/// Above this share of errors, in percent, the program is unhealthy.
const UNHEALTHY_ABOVE: f64 = 10.0;
/// The format of the metrics (Prometheus, exposition formats, text 0.0.4).
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/health",
            "get_health",
            "Whether the program answers",
            health,
        )
        .public()
        .answers::<Health>(200, "It answers"),
        Route::get(
            "/health/detailed",
            "get_health_detailed",
            "How the program fares",
            detailed,
        )
        .public()
        .answers::<DetailedHealth>(200, "The figures"),
        Route::get("/metrics", "get_metrics", "The metrics", metrics)
            .public()
            .answers_text("text/plain", "For Prometheus")
            .answers::<JsonMetrics>(200, "in short for `Accept: application/json`"),
        Route::get("/livez", "get_livez", "Whether the process lives", live)
            .public()
            .answers::<Probe>(200, "It lives"),
        Route::get(
            "/readyz",
            "get_readyz",
            "Whether requests can be served",
            ready,
        )
        .public()
        .answers::<Probe>(200, "The database answers")
        .refuses(503, "Service temporarily unavailable. Please retry."),
    ]
}

async fn health() -> Json<Health> {
    Json(Health {
        status: "healthy",
        version: VERSION,
    })
}

async fn detailed(State(state): State<ApiState>) -> Json<DetailedHealth> {
    let counts = state.counters().read();
    let uptime = state.uptime_seconds();
    let looking = state.clone();
    let looked = state
        .app()
        .tasks()
        .run_blocking(move || looking.system().look());
    Json(DetailedHealth {
        status: status(error_percent(counts)),
        uptime_seconds: two_decimals(uptime),
        uptime_hours: two_decimals(uptime / 3600.0),
        timestamp: state.app().now().wire(),
        metrics: HealthMetrics {
            total_requests: counts.requests,
            total_errors: counts.errors,
            error_rate_percent: two_decimals(error_percent(counts)),
            slow_requests: counts.slow,
        },
        system: looked.await.unwrap_or_default(),
        environment: state.environment().to_owned(),
        version: VERSION,
    })
}

/// The state for a share of errors; the stricter bound is asked first (FIX-49).
fn status(error_percent: f64) -> &'static str {
    if error_percent > UNHEALTHY_ABOVE {
        "unhealthy"
    } else if error_percent > DEGRADED_ABOVE {
        "degraded"
    } else {
        "healthy"
    }
}

fn error_percent(counts: Counts) -> f64 {
    counts.errors as f64 * 100.0 / counts.requests.max(1) as f64
}

async fn metrics(State(state): State<ApiState>, headers: HeaderMap) -> Response {
    let counts = state.counters().read();
    let vary = [(VARY, "Accept")];
    if wants_json(&headers) {
        let metrics = JsonMetrics {
            uptime_seconds: two_decimals(state.uptime_seconds()),
            total_requests: counts.requests,
            total_errors: counts.errors,
            error_rate: two_decimals(error_percent(counts)),
            slow_requests: counts.slow,
        };
        return (vary, Json(metrics)).into_response();
    }
    let text = exposition(&state, counts) + &cache_metrics::exposition(state.app()).await;
    (vary, [(CONTENT_TYPE, PROMETHEUS)], text).into_response()
}

fn wants_json(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT).iter();
    let mut lines = lines.filter_map(|line| line.to_str().ok());
    lines.any(|line| line.to_ascii_lowercase().contains("application/json"))
}

fn exposition(state: &ApiState, counts: Counts) -> String {
    let pool = state.app().store().gauges();
    let mut text = String::new();
    let mut put = |name: &str, kind: &str, help: &str, value: f64| {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "# HELP elite_{name} {help}\n# TYPE elite_{name} {kind}\nelite_{name} {value}"
        );
    };
    put(
        "uptime_seconds",
        "gauge",
        "Seconds since the start.",
        state.uptime_seconds(),
    );
    put(
        "http_requests_total",
        "counter",
        "Requests since the start.",
        counts.requests as f64,
    );
    put(
        "http_errors_total",
        "counter",
        "Answers of 500 and above.",
        counts.errors as f64,
    );
    put(
        "http_slow_requests_total",
        "counter",
        "Answers that took longer than a second.",
        counts.slow as f64,
    );
    put(
        "http_requests_in_flight",
        "gauge",
        "Requests being answered.",
        counts.in_flight as f64,
    );
    put(
        "database_connections",
        "gauge",
        "Connections open.",
        f64::from(pool.size),
    );
    put(
        "database_connections_idle",
        "gauge",
        "Connections open and unused.",
        f64::from(pool.idle),
    );
    put(
        "database_connections_max",
        "gauge",
        "Connections that there may be.",
        f64::from(pool.max),
    );
    put(
        "database_waiting",
        "gauge",
        "Callers that wait for a connection.",
        pool.gate.waiting as f64,
    );
    put(
        "database_wait_seconds_total",
        "counter",
        "How long callers waited for a connection.",
        pool.gate.waited_total.as_secs_f64(),
    );
    put(
        "database_time_outs_total",
        "counter",
        "Callers that waited in vain.",
        pool.gate.time_outs as f64,
    );
    if let Some(writers) = pool.writers {
        put(
            "database_writers_waiting",
            "gauge",
            "Callers that wait for their turn to write.",
            writers.waiting as f64,
        );
        put(
            "database_writers_wait_seconds_total",
            "counter",
            "How long callers waited for their turn to write.",
            writers.waited_total.as_secs_f64(),
        );
    }
    put_tail(&mut put, state.app());
    text
}

/// How the process learns of what others write.
fn put_tail(put: &mut impl FnMut(&str, &str, &str, f64), app: &App) {
    let tail = app.tail().gauges();
    let redis = app.bell().redis();
    let counters = [
        (
            "tail_events_total",
            "Events followed since the start.",
            tail.events,
        ),
        (
            "tail_looks_total",
            "Looks at the database for events.",
            tail.looks,
        ),
        (
            "tail_unannounced_total",
            "Events found by polling that no bell told of.",
            tail.unannounced,
        ),
        (
            "tail_failures_total",
            "Looks at the database that failed.",
            tail.failures,
        ),
        (
            "redis_rings_told_total",
            "Messages told to other nodes.",
            redis.told,
        ),
        (
            "redis_rings_heard_total",
            "Messages heard from other nodes.",
            redis.heard,
        ),
        (
            "redis_failures_total",
            "Connections to Redis that failed or were lost.",
            redis.failures,
        ),
    ];
    for (name, help, value) in counters {
        put(name, "counter", help, value as f64);
    }
    put(
        "tail_position",
        "gauge",
        "Position up to which events were followed.",
        tail.position as f64,
    );
    put(
        "tail_lag_seconds",
        "gauge",
        "Age of the last event when it was seen.",
        tail.lag.as_secs_f64(),
    );
    put(
        "redis_connected",
        "gauge",
        "Whether Redis answers; 0 also where there is none.",
        f64::from(u8::from(redis.state.as_str() == "connected")),
    );
}

async fn live() -> Json<Probe> {
    Json(Probe { status: "ok" })
}

async fn ready(State(app): State<App>) -> Result<Json<Probe>> {
    match tokio::time::timeout(READY_WITHIN, app.ping()).await {
        Ok(answer) => answer?,
        Err(_) => return Err(Failure::unavailable("the database does not answer")),
    }
    Ok(Json(Probe { status: "ok" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fix_49_each_threshold_can_be_reached() {
        let counts = |errors| Counts {
            requests: 100,
            errors,
            slow: 0,
            in_flight: 0,
        };
        let of = |errors| status(error_percent(counts(errors)));
        assert_eq!((of(0), of(5), of(6)), ("healthy", "healthy", "degraded"));
        assert_eq!((of(10), of(11)), ("degraded", "unhealthy"));
        let none = Counts {
            requests: 0,
            ..counts(0)
        };
        assert_eq!(status(error_percent(none)), "healthy");
    }
}
