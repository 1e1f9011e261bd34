//! A campaign: its states, what a change does to it, and the figures it carries.

use crate::clock::Timestamp;
use crate::events::EventName;
use crate::ids::CampaignId;
use crate::insights::{MonthlyLeads, percentage};
use crate::tenants::set;

/// Characters of a campaign's name.
pub const NAME_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=255;
/// Bounds of the informational `max_leads`.
pub const MAX_LEADS: std::ops::RangeInclusive<i64> = 1..=1000;
/// `max_leads` where none is given.
pub const MAX_LEADS_DEFAULT: i64 = 10;
/// Most characters of a description or search text.
pub const TEXT_CHARACTERS_MAX: usize = 20_000;
/// The words of `status`, as the contract's pattern.
pub const STATUS_PATTERN: &str = "^(draft|active|paused|completed)$";
/// The words of `lead_source` that a client may set.
pub const SOURCE_PATTERN: &str = "^(google_maps|linkedin|instagram)$";
/// The words of `description_style`.
pub const STYLE_PATTERN: &str = "^(professional|sales|casual)$";

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Being prepared.
    Draft,
    /// Running.
    Active,
    /// Halted for now.
    Paused,
    /// Done.
    Completed,
}

impl Status {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Active, Self::Paused, Self::Completed];

    /// The wire's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
        }
    }

    /// Reads a word; `None` when it is no state.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Reads a stored word in any case; unknown ones are drafts (contract #15).
    pub fn read(word: &str) -> Self {
        Self::parse(&word.to_ascii_lowercase()).unwrap_or(Self::Draft)
    }
}

/// A campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// What leads are searched by.
    pub search_query: String,
    /// Where leads come from: `google_maps`, `linkedin`, `instagram` or `manual`.
    pub lead_source: String,
    /// How many leads are wanted; informational.
    pub max_leads: i64,
    /// Tone of generated descriptions: `professional`, `sales` or `casual`.
    pub description_style: String,
    /// Whether generated texts are made for each lead.
    pub enable_ai_personalization: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it first became active.
    pub started_at: Option<Timestamp>,
    /// When it was completed, while it is.
    pub completed_at: Option<Timestamp>,
    /// Leads it holds.
    pub leads_count: i64,
    /// Leads of it that got an e-mail.
    pub emails_sent: i64,
    /// Leads of it that replied.
    pub replied: i64,
    /// Its leads by month of creation.
    pub monthly: MonthlyLeads,
    /// The generation of leads that is shown; deleting all leads starts the next one.
    pub lead_generation: i32,
}

impl Campaign {
    /// Replied leads per e-mailed lead, in percent.
    pub fn response_rate(&self) -> f64 {
        percentage(self.replied, self.emails_sent)
    }
}

/// The event of a change: a change of state has a name of its own.
pub fn changed_event(before: Status, after: Status) -> EventName {
    match after {
        _ if before == after => EventName::CampaignUpdated,
        Status::Draft => EventName::CampaignReopened,
        Status::Active => EventName::CampaignStarted,
        Status::Paused => EventName::CampaignPaused,
        Status::Completed => EventName::CampaignCompleted,
    }
}

/// What makes a campaign.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// What leads are searched by; may be empty.
    pub search_query: String,
    /// Where leads come from.
    pub lead_source: String,
    /// How many leads are wanted.
    pub max_leads: i64,
    /// Tone of generated descriptions.
    pub description_style: String,
    /// Whether generated texts are made for each lead.
    pub enable_ai_personalization: bool,
}

/// A change; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct CampaignPatch {
    /// A new name.
    pub name: Option<String>,
    /// A new description, or none.
    pub description: Option<Option<String>>,
    /// A new state; every transition passes.
    pub status: Option<Status>,
    /// A new search text.
    pub search_query: Option<String>,
}

impl NewCampaign {
    /// The campaign as it begins: a draft without leads.
    pub fn begin(self, id: CampaignId, now: Timestamp) -> Campaign {
        Campaign {
            id,
            name: self.name,
            description: self.description,
            status: Status::Draft,
            search_query: self.search_query,
            lead_source: self.lead_source,
            max_leads: self.max_leads,
            description_style: self.description_style,
            enable_ai_personalization: self.enable_ai_personalization,
            created_at: now,
            updated_at: now,
            started_at: None,
            completed_at: None,
            leads_count: 0,
            emails_sent: 0,
            replied: 0,
            monthly: MonthlyLeads::default(),
            lead_generation: 1,
        }
    }
}

impl Campaign {
    /// The campaign after the change, and the names of the fields that differ. `started_at` is set
    /// when it first becomes active; `completed_at` while it is completed.
    pub fn patched(mut self, patch: CampaignPatch, now: Timestamp) -> (Self, Vec<&'static str>) {
        let mut changed = Vec::new();
        set(&mut self.name, patch.name, "name", &mut changed);
        set(
            &mut self.description,
            patch.description,
            "description",
            &mut changed,
        );
        set(
            &mut self.search_query,
            patch.search_query,
            "search_query",
            &mut changed,
        );
        set(&mut self.status, patch.status, "status", &mut changed);
        if changed.contains(&"status") {
            if self.status == Status::Active && self.started_at.is_none() {
                self.started_at = Some(now);
            }
            self.completed_at = (self.status == Status::Completed).then_some(now);
        }
        if !changed.is_empty() {
            self.updated_at = now;
        }
        (self, changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Campaign {
        let new = NewCampaign {
            name: "Spring".into(),
            description: None,
            search_query: String::new(),
            lead_source: "google_maps".into(),
            max_leads: 10,
            description_style: "professional".into(),
            enable_ai_personalization: true,
        };
        new.begin(CampaignId(uuid::Uuid::nil()), Timestamp(1))
    }

    fn to(status: Status) -> CampaignPatch {
        CampaignPatch {
            status: Some(status),
            ..CampaignPatch::default()
        }
    }

    #[test]
    fn times_of_start_and_completion_follow_the_state() {
        let (active, changed) = draft().patched(to(Status::Active), Timestamp(2));
        assert_eq!(
            (active.started_at, changed),
            (Some(Timestamp(2)), vec!["status"])
        );
        let (done, _) = active.patched(to(Status::Completed), Timestamp(3));
        assert_eq!(done.completed_at, Some(Timestamp(3)));
        let (again, _) = done.patched(to(Status::Active), Timestamp(4));
        assert_eq!(
            (again.started_at, again.completed_at),
            (Some(Timestamp(2)), None)
        );
    }

    #[test]
    fn a_change_to_the_same_changes_nothing() {
        let (same, changed) = draft().patched(to(Status::Draft), Timestamp(9));
        assert!(changed.is_empty());
        assert_eq!(same.updated_at, Timestamp(1));
    }
}
