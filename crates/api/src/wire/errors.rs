//! What an error looks like (contract 1.3).

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Any error with a text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Error {
    /// What is wrong, for a person.
    pub detail: String,
}

/// Too many requests or attempts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RateLimitError {
    /// What is wrong, for a person.
    pub detail: String,
    /// Seconds to wait, as in `Retry-After`.
    pub retry_after: u32,
}

/// The quota is used up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QuotaError {
    /// The figures.
    pub detail: QuotaDetail,
}

/// How far the quota is used up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QuotaDetail {
    /// `Monthly lead quota exceeded`.
    pub message: String,
    /// Leads that the plan allows.
    pub quota: i64,
    /// Leads already counted.
    pub used: i64,
    /// Where more can be had.
    pub upgrade_url: String,
}

/// Fields are wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ValidationError {
    /// One entry for each wrong field, in the order of declaration.
    pub detail: Vec<ValidationProblem>,
}

/// A wrong field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ValidationProblem {
    /// The kind of problem, such as `missing`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The way to the field: names and positions, such as `["body", "name"]`.
    pub loc: Vec<Value>,
    /// What is wrong, for a person.
    pub msg: String,
    /// What was received, shortened; `null` for secrets.
    #[schema(required)]
    pub input: Value,
    /// The bounds that were broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    pub ctx: Option<Value>,
}
