//! One id type per noun, so that a campaign's id never passes for a lead's. All are UUIDs; new
//! ones are version 7 (RFC 9562), made by [`crate::entropy::Entropy`].

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Reads the wire's form, 36 lower-case characters with hyphens; anything else is nobody's id.
            pub fn parse(text: &str) -> Option<Self> {
                parse_wire_form(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A company that uses the product.
    TenantId,
    /// A person of a tenant.
    UserId,
    /// A login of a person: one refresh token or one site cookie.
    SessionId,
    /// An invitation that waits to be accepted.
    InvitationId,
    /// A campaign.
    CampaignId,
    /// A lead.
    LeadId,
    /// A file import.
    ImportId,
    /// An upload in pieces.
    UploadId,
    /// An e-mail template.
    TemplateId,
    /// A background job.
    JobId,
}

fn parse_wire_form(text: &str) -> Option<Uuid> {
    let canonical = text.len() == 36 && !text.bytes().any(|b| b.is_ascii_uppercase());
    if canonical {
        Uuid::try_parse(text).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wire_form_is_an_id() {
        let text = "018f3a5e-7b2c-7d10-8a3b-0123456789ab";
        assert_eq!(
            CampaignId::parse(text).expect("canonical").to_string(),
            text
        );
        for bad in [
            "",
            "x",
            "018F3A5E-7B2C-7D10-8A3B-0123456789AB",
            "018f3a5e7b2c7d108a3b0123456789ab",
            "{018f3a5e-7b2c-7d10-8a3b-0123456789ab}",
            "018f3a5e-7b2c-7d10-8a3b-0123456789ag",
            "018f3a5e-7b2c-7d10-8a3b-0123456789a\u{0}",
        ] {
            assert_eq!(CampaignId::parse(bad), None, "{bad:?}");
        }
    }
}
