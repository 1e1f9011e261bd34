//! The one error of every use case. The edge turns it into an answer once, and logs it once.

use domain::problems::FieldProblem;
use domain::refusal::Refusal;

/// Why a use case did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A rule says no; the text is for the person.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Fields are wrong; one entry for each, in the order in which the contract declares them.
    #[error("{} invalid field(s)", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// The quota does not leave room for what was asked (402).
    #[error("monthly lead quota exceeded: {used} of {quota}")]
    QuotaExceeded {
        /// Leads the plan allows.
        quota: i64,
        /// Leads already counted.
        used: i64,
    },
    /// The database, the disk or a permit is not to be had now; nothing was changed (503).
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A job belongs to another worker by now; nothing was changed. No request meets this.
    #[error("the job's lease was lost")]
    LeaseLost,
    /// A defect of ours (500); the text is for the log alone.
    #[error("internal: {0}")]
    Internal(String),
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(text) => Self::Unavailable(text),
            store::Error::QuotaExceeded { quota, used } => Self::QuotaExceeded { quota, used },
            // A use case that expects a duplicate asks for it; here it is a surprise.
            store::Error::LeaseLost => Self::LeaseLost,
            store::Error::Duplicate(_) | store::Error::Defect(_) => {
                Self::Internal(error.to_string())
            }
        }
    }
}

impl Error {
    /// Wrong input in one field of the body.
    pub fn field(name: &str, problem: domain::problems::Problem) -> Self {
        Self::Invalid(vec![FieldProblem::in_body(
            name,
            problem,
            serde_json::Value::Null,
        )])
    }
}
