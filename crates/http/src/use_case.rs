//! What a use case gives, as an answer.

use app::Done;
use serde::Serialize;

use crate::answers::{EventSeq, Json};
use crate::error::Failure;

/// A value in JSON with the number that it is at least as new as.
pub fn reply<T: Serialize>(done: Done<T>) -> (EventSeq, Json<T>) {
    (EventSeq(done.seq), Json(done.value))
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::Refused(refusal) => refusal.into(),
            app::Error::Invalid(problems) => problems.into(),
            app::Error::QuotaExceeded { quota, used } => Self::quota_exceeded(quota, used),
            app::Error::Unavailable(cause) => Self::unavailable(cause),
            app::Error::LeaseLost => Self::internal("a job lost its lease within a request"),
            app::Error::Internal(cause) => Self::internal(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::refusal::Refusal;

    use super::*;

    #[test]
    fn every_error_of_a_use_case_has_its_status() {
        let errors = [
            (
                app::Error::Refused(Refusal::not_found("Campaign not found")),
                404,
            ),
            (app::Error::Invalid(Vec::new()), 422),
            (
                app::Error::QuotaExceeded {
                    quota: 500,
                    used: 500,
                },
                402,
            ),
            (app::Error::Unavailable("no permit".into()), 503),
            (app::Error::Internal("a defect".into()), 500),
        ];
        for (error, status) in errors {
            assert_eq!(Failure::from(error).status().as_u16(), status);
        }
    }
}
