//! One page that asks before something is lost, without a script: what will happen, and a button.

use askama::Template;

use crate::campaigns::CampaignRef;
use crate::chrome::Chrome;
use crate::forms::Field;
use crate::icon::Icon;
use crate::text::counted;

const CANCEL: &str = "Cancel";

/// A name that has to be typed before the button counts.
#[derive(Debug, Clone)]
pub struct TypedName {
    /// What has to be typed.
    pub expected: String,
    /// What was typed, form name `typed_name`.
    pub field: Field,
}

/// The question before a deletion, a removal or a hand-over. The answer is a `POST` to `action`, with
/// `typed_name` where a name is asked for.
#[derive(Debug, Clone, Template)]
#[template(path = "pages/confirm.html")]
pub struct ConfirmPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The question: `Delete “Lyon”?`
    pub title: String,
    /// What will happen, in sentences.
    pub text: String,
    /// Where the form goes.
    pub action: String,
    /// What the button says.
    pub button: &'static str,
    /// Where the way back leads.
    pub cancel_href: String,
    /// What the way back says.
    pub cancel: &'static str,
    /// The name to type, where that much care is due.
    pub typed: Option<TypedName>,
}

impl ConfirmPage {
    /// `GET` and refused `POST /campaigns/{id}/delete`.
    pub fn delete_campaign(
        chrome: Chrome,
        campaign: &CampaignRef,
        leads: i64,
        typed: Field,
    ) -> Self {
        Self {
            chrome,
            title: format!("Delete “{}”?", campaign.name),
            text: format!(
                "The campaign will be deleted for everybody, with {}. This cannot be undone.",
                counted(leads, "lead")
            ),
            action: format!("/campaigns/{}/delete", campaign.id),
            button: "Delete campaign",
            cancel_href: format!("/campaigns/{}", campaign.id),
            cancel: CANCEL,
            typed: Some(TypedName {
                expected: campaign.name.clone(),
                field: typed,
            }),
        }
    }

    /// `GET` and refused `POST /campaigns/{id}/leads/delete-all`.
    pub fn delete_all_leads(
        chrome: Chrome,
        campaign: &CampaignRef,
        leads: i64,
        typed: Field,
    ) -> Self {
        Self {
            chrome,
            title: format!("Delete all leads of “{}”?", campaign.name),
            text: format!(
                "{} will be deleted for everybody; the campaign itself stays. This cannot be undone.",
                counted(leads, "lead")
            ),
            action: format!("/campaigns/{}/leads/delete-all", campaign.id),
            button: "Delete all leads",
            cancel_href: format!("/campaigns/{}", campaign.id),
            cancel: CANCEL,
            typed: Some(TypedName {
                expected: campaign.name.clone(),
                field: typed,
            }),
        }
    }

    /// `GET /leads/{id}/delete`.
    pub fn delete_lead(chrome: Chrome, lead_id: &str, title: &str, campaign: &CampaignRef) -> Self {
        let name = if title.is_empty() { "this lead" } else { title };
        Self {
            chrome,
            title: format!("Delete {name}?"),
            text: format!(
                "The lead is deleted from “{}” for everybody.",
                campaign.name
            ),
            action: format!("/leads/{lead_id}/delete"),
            button: "Delete lead",
            cancel_href: format!("/campaigns/{}", campaign.id),
            cancel: CANCEL,
            typed: None,
        }
    }

    /// `GET /team/{id}/remove`; `name` is a name or an address.
    pub fn remove_member(chrome: Chrome, user_id: &str, name: &str) -> Self {
        Self {
            chrome,
            title: format!("Remove {name} from the team?"),
            text: "They are logged out everywhere at once and can no longer log in. What they did stays. \
                   You can invite them again later."
                .into(),
            action: format!("/team/{user_id}/remove"),
            button: "Remove from the team",
            cancel_href: "/team".into(),
            cancel: CANCEL,
            typed: None,
        }
    }

    /// `GET /team/{id}/transfer`; `name` is a name or an address.
    pub fn transfer_ownership(chrome: Chrome, user_id: &str, name: &str) -> Self {
        Self {
            chrome,
            title: format!("Make {name} the owner?"),
            text: format!(
                "{name} becomes the owner and you become an admin. Only the new owner can give it back."
            ),
            action: format!("/team/{user_id}/transfer"),
            button: "Hand the company over",
            cancel_href: "/team".into(),
            cancel: CANCEL,
            typed: None,
        }
    }

    /// `GET /campaigns/{id}/imports/{id}/cancel`.
    pub fn cancel_import(
        chrome: Chrome,
        campaign: &CampaignRef,
        import_id: &str,
        file_name: &str,
    ) -> Self {
        let href = format!("/campaigns/{}/imports/{import_id}", campaign.id);
        Self {
            chrome,
            title: format!("Stop importing {file_name}?"),
            text: "It stops within moments. Leads that were added by then stay; you can undo them \
                   afterwards, or import the file again."
                .into(),
            action: format!("{href}/cancel"),
            button: "Stop the import",
            cancel_href: href,
            cancel: "Let it go on",
            typed: None,
        }
    }

    /// `GET /campaigns/{id}/imports/{id}/undo`.
    pub fn undo_import(
        chrome: Chrome,
        campaign: &CampaignRef,
        import_id: &str,
        file_name: &str,
        created: i64,
    ) -> Self {
        let href = format!("/campaigns/{}/imports/{import_id}", campaign.id);
        Self {
            chrome,
            title: format!("Undo the import of {file_name}?"),
            text: format!(
                "The {} that it added to “{}” are taken away again for everybody. Those that somebody has edited \
                 or written to since stay, and what it updated stays updated.",
                counted(created, "lead"),
                campaign.name
            ),
            action: format!("{href}/undo"),
            button: "Undo the import",
            cancel_href: href,
            cancel: "Keep the leads",
            typed: None,
        }
    }
}
