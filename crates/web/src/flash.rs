//! What an action leaves to say on the next page: a word of a closed table in a cookie that is read once. The cookie holds
//! no text, so nobody can put one into a page through it.

use ui::chrome;

macro_rules! notes {
    ($($variant:ident = $code:literal, $tone:ident: $text:literal;)+) => {
        /// A note.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Note { $($variant),+ }

        impl Note {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in the cookie.
            pub(crate) fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The note of a word.
            pub(crate) fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// What it says.
            pub(crate) fn flash(self) -> chrome::Flash {
                match self { $(Self::$variant => chrome::Flash::$tone($text)),+ }
            }
        }
    };
}

notes! {
    Registered = "registered", good: "Your company is registered. Welcome.";
    LoggedOut = "logged-out", good: "You are logged out.";
    Joined = "joined", good: "Welcome to the team.";
    CampaignCreated = "campaign-created", good: "The campaign is created. Bring in its leads next.";
    CampaignSaved = "campaign-saved", good: "The campaign is saved.";
    CampaignDraft = "campaign-draft", good: "The campaign is a draft again.";
    CampaignActive = "campaign-active", good: "The campaign is active.";
    CampaignPaused = "campaign-paused", good: "The campaign is paused.";
    CampaignCompleted = "campaign-completed", good: "The campaign is completed.";
    CampaignDeleted = "campaign-deleted", good: "The campaign is deleted.";
    LeadAdded = "lead-added", good: "The lead is added.";
    LeadSaved = "lead-saved", good: "The lead is saved.";
    LeadDeleted = "lead-deleted", good: "The lead is deleted.";
    LeadsCleared = "leads-cleared", good: "All leads of the campaign are deleted.";
    ImportCancelling = "import-cancelling", good: "The import stops. Rows that were read stay.";
    ImportEnded = "import-ended", warn: "The import had already ended.";
    ImportNotUndone = "import-not-undone", warn: "This import cannot be undone now.";
    UploadUsed = "upload-used", warn: "This file is being imported already; this is its import.";
    UploadDiscarded = "upload-discarded", good: "The file is discarded. Nothing was added.";
    UploadIncomplete = "upload-incomplete", warn: "That file has not come in whole. Choose it again to go on.";
    Invited = "invited", good: "The invitation is on its way by e-mail.";
    RoleChanged = "role-changed", good: "The role is changed.";
    MemberRemoved = "member-removed", good: "The person is removed from the team.";
    Transferred = "transferred", good: "The company has a new owner. You are an admin now.";
    PasswordChanged = "password-changed", good: "Your password is changed. All other places are logged out.";
    SessionRevoked = "session-revoked", good: "That place is logged out.";
    CompanySaved = "company-saved", good: "The company is saved.";
}

/// How long a note waits for the next page, in seconds.
pub(crate) const LIFE_SECONDS: u64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_is_found_by_its_word_and_nothing_else_is() {
        for note in Note::ALL {
            assert_eq!(Note::parse(note.code()), Some(*note));
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
            assert!(note.code().bytes().all(plain), "{note:?}");
        }
        assert_eq!(Note::parse("<script>"), None);
        assert_eq!(Note::parse(""), None);
    }
}
