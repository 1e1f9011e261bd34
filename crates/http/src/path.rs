//! Ids in paths are opaque to clients: what cannot be one is not there.

use domain::refusal::Refusal;

use crate::error::Failure;

/// The id that `text` is, or the caller's 404: a malformed id is a missing thing, never a field problem.
pub fn id_or<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
    not_found: &'static str,
) -> Result<T, Failure> {
    parse(text).ok_or_else(|| Refusal::not_found(not_found).into())
}

#[cfg(test)]
mod tests {
    use domain::ids::CampaignId;

    use super::*;

    #[test]
    fn a_malformed_id_is_not_found() {
        for text in [
            "",
            "42",
            "../etc",
            "0190c5a0-0000-7000-8000-00000000000\0",
            "é",
        ] {
            let failure = id_or(text, CampaignId::parse, "Campaign not found").unwrap_err();
            assert_eq!(
                (failure.status().as_u16(), failure.text()),
                (404, "Campaign not found")
            );
        }
        let text = "0190c5a0-0000-7000-8000-000000000001";
        assert!(id_or(text, CampaignId::parse, "Campaign not found").is_ok());
    }
}
