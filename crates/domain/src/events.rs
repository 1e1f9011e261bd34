//! What can happen: the closed table of event names, and who may see each event.
//!
//! An event's data holds ids, names of changed fields and values that are not personal. A lead's
//! contact data never enters it, so that erasing a person does not mean rewriting history.

use serde_json::Value;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::ids::UserId;
use crate::team::Role;

macro_rules! event_names {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// The name of an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventName { $($(#[$doc])* $variant),+ }

        impl EventName {
            /// Every name, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Reads a name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

event_names! {
    /// A company registered.
    TenantCreated = "tenant.created",
    /// Its profile changed.
    TenantUpdated = "tenant.updated",
    /// An operator shut it out.
    TenantSuspended = "tenant.suspended",
    /// An operator let it in again.
    TenantResumed = "tenant.resumed",
    /// Somebody was invited.
    MemberInvited = "member.invited",
    /// An invitation got a new link.
    InvitationRenewed = "member.invitation_renewed",
    /// An invited person joined.
    MemberJoined = "member.joined",
    /// A person's name changed.
    MemberUpdated = "member.updated",
    /// A person's role changed.
    MemberRoleChanged = "member.role_changed",
    /// A person was removed.
    MemberRemoved = "member.removed",
    /// The ownership went to somebody else.
    OwnershipTransferred = "tenant.ownership_transferred",
    /// A campaign was made.
    CampaignCreated = "campaign.created",
    /// A campaign's fields changed.
    CampaignUpdated = "campaign.updated",
    /// A campaign became active.
    CampaignStarted = "campaign.started",
    /// A campaign was halted.
    CampaignPaused = "campaign.paused",
    /// A campaign was completed.
    CampaignCompleted = "campaign.completed",
    /// A campaign went back to draft.
    CampaignReopened = "campaign.reopened",
    /// A campaign was deleted with its leads.
    CampaignDeleted = "campaign.deleted",
    /// Leads were added, one or many.
    LeadsCreated = "leads.created",
    /// A lead changed.
    LeadUpdated = "lead.updated",
    /// A lead was deleted.
    LeadDeleted = "lead.deleted",
    /// All leads of a campaign were deleted.
    LeadsCleared = "leads.cleared",
    /// A file was uploaded.
    ImportQueued = "import.queued",
    /// Rows of a file became leads.
    ImportProgress = "import.progress",
    /// A file was read to its end.
    ImportCompleted = "import.completed",
    /// A file could not be read on.
    ImportFailed = "import.failed",
    /// A person stopped an import.
    ImportCancelled = "import.cancelled",
    /// An import's leads are being taken away again.
    ImportUndoing = "import.undoing",
    /// An import's untouched leads were taken away again.
    ImportUndone = "import.undone",
    /// A template was made.
    TemplateCreated = "template.created",
    /// A template changed.
    TemplateUpdated = "template.updated",
    /// A template was deleted.
    TemplateDeleted = "template.deleted",
    /// Somebody signed in.
    SessionOpened = "session.opened",
    /// Somebody signed out.
    SessionClosed = "session.closed",
    /// A sign-in was ended by its owner or by a change of password.
    SessionRevoked = "session.revoked",
    /// A spent refresh token was used again; that sign-in was ended everywhere.
    SessionReuseDetected = "session.reuse_detected",
    /// A password was changed.
    PasswordChanged = "password.changed",
}

/// Who may see an event. This is the one place that decides it, for the feed, the API, replay and sockets alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Every member.
    Members,
    /// One person.
    User(UserId),
    /// Owners and admins.
    Admins,
    /// Owners and admins, and the person whose sign-in it is.
    Security(UserId),
}

impl Audience {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::User(_) => "user",
            Self::Admins => "admins",
            Self::Security(_) => "security",
        }
    }

    /// The person that the word is about, where it is about one.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(user) | Self::Security(user) => Some(user),
            Self::Members | Self::Admins => None,
        }
    }

    /// Reads the stored form; an unknown one is seen by administrators alone.
    pub fn read(word: &str, user: Option<UserId>) -> Self {
        match (word, user) {
            ("members", _) => Self::Members,
            ("user", Some(user)) => Self::User(user),
            ("security", Some(user)) => Self::Security(user),
            _ => Self::Admins,
        }
    }

    /// Whether a person may see it.
    pub fn includes(self, user: UserId, role: Role) -> bool {
        match self {
            Self::Members => true,
            Self::User(only) => only == user,
            Self::Admins => role.administers(),
            Self::Security(about) => about == user || role.administers(),
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person of the tenant.
    User(UserId),
    /// A job, or an operator at the command line.
    System,
}

impl Actor {
    /// The person, if it is one.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::System => None,
        }
    }
}

/// An event that a write is about to record; number, position and time are given by the spine.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What happened.
    pub name: EventName,
    /// The id of what it happened to.
    pub subject: Uuid,
    /// Who did it.
    pub actor: Actor,
    /// Who may see it.
    pub audience: Audience,
    /// Ids, names of changed fields, counts; never a lead's contact data.
    pub data: Value,
}

impl Event {
    /// An event that every member may see.
    pub fn new(name: EventName, subject: Uuid, actor: Actor, data: Value) -> Self {
        Self {
            name,
            subject,
            actor,
            audience: Audience::Members,
            data,
        }
    }

    /// The same event for another audience.
    pub fn seen_by(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }
}

/// An event as the spine keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedEvent {
    /// Its number within the tenant: 1, 2, 3… without gaps.
    pub seq: i64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for name in EventName::ALL {
            assert_eq!(EventName::parse(name.as_str()), Some(*name));
        }
        assert_eq!(EventName::parse("campaign.exploded"), None);
    }

    #[test]
    fn audiences_keep_others_out() {
        let (ann, bob) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        assert!(Audience::Members.includes(bob, Role::Member));
        assert!(Audience::User(ann).includes(ann, Role::Member));
        assert!(!Audience::User(ann).includes(bob, Role::Owner));
        assert!(!Audience::Admins.includes(bob, Role::Member));
        assert!(Audience::Security(ann).includes(ann, Role::Member));
        assert!(Audience::Security(ann).includes(bob, Role::Admin));
        assert!(!Audience::Security(ann).includes(bob, Role::Member));
    }
}
