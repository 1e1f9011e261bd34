//! What probes and operators read.

use serde::Serialize;
use utoipa::ToSchema;

/// The program answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Health {
    /// Always `healthy`.
    pub status: &'static str,
    /// The program's version.
    pub version: &'static str,
}

/// Whether the program is alive or ready.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Probe {
    /// `ok`.
    pub status: &'static str,
}

/// How the program fares.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DetailedHealth {
    /// `healthy`, `degraded` above 5 % of errors, `unhealthy` above 10 %.
    pub status: &'static str,
    /// Seconds since the start.
    pub uptime_seconds: f64,
    /// The same in hours.
    pub uptime_hours: f64,
    /// Now.
    pub timestamp: String,
    /// The counters.
    pub metrics: HealthMetrics,
    /// The machine's figures; empty where they cannot be read.
    pub system: SystemFigures,
    /// The setting `ENVIRONMENT`.
    pub environment: String,
    /// The program's version.
    pub version: &'static str,
}

/// The counters of requests.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HealthMetrics {
    /// Requests since the start.
    pub total_requests: u64,
    /// Answers of 500 and above.
    pub total_errors: u64,
    /// The share of errors in percent.
    pub error_rate_percent: f64,
    /// Answers that took longer than a second.
    pub slow_requests: u64,
}

/// The machine's figures; each is absent where it cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct SystemFigures {
    /// Use of all processors since the last look, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cpu_percent: Option<f64>,
    /// Memory of the machine in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub memory_total_gb: Option<f64>,
    /// Memory in use in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub memory_used_gb: Option<f64>,
    /// Memory in use in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub memory_percent: Option<f64>,
    /// The file system of the data in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disk_total_gb: Option<f64>,
    /// Of it in use in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disk_used_gb: Option<f64>,
    /// Of it in use in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disk_percent: Option<f64>,
}

/// The metrics for `Accept: application/json`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JsonMetrics {
    /// Seconds since the start.
    pub uptime_seconds: f64,
    /// Requests since the start.
    pub total_requests: u64,
    /// Answers of 500 and above.
    pub total_errors: u64,
    /// The share of errors in percent.
    pub error_rate: f64,
    /// Answers that took longer than a second.
    pub slow_requests: u64,
}
