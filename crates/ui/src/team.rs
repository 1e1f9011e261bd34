//! The people of a company: members, invitations, roles.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::chrome::{Chrome, Tone};
use crate::forms::{Choice, Field, Input, Select};
use crate::icon::Icon;
use crate::text::{Role, When, grouped};

/// Whether a member can work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberState {
    /// Signs in.
    Active,
    /// Invited, the link not used yet.
    Invited {
        /// Until when the link works, where that is known.
        expires: Option<When>,
        /// The link, for those who may invite and where mail is not configured.
        link: Option<String>,
    },
    /// Switched off.
    Inactive,
}

impl MemberState {
    fn label(&self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Invited { .. } => "Invited",
            Self::Inactive => "Inactive",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Active => Tone::Good,
            Self::Invited { .. } => Tone::Warn,
            Self::Inactive => Tone::Quiet,
        }
    }
}

/// One member, with what the reader may do to them.
#[derive(Debug, Clone)]
pub struct Member {
    /// The user's id.
    pub id: String,
    /// Full name; empty where it is not known.
    pub name: String,
    /// The address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether they can work.
    pub state: MemberState,
    /// When they last signed in.
    pub last_login: Option<When>,
    /// Whether it is the reader.
    pub is_self: bool,
    /// Whether the role select is shown.
    pub can_change_role: bool,
    /// Whether removing is offered.
    pub can_remove: bool,
    /// Whether renewing the invitation is offered.
    pub can_renew: bool,
    /// Whether handing the company over is offered.
    pub can_transfer: bool,
}

impl Member {
    fn shown_name(&self) -> &str {
        if self.name.is_empty() {
            &self.email
        } else {
            &self.name
        }
    }

    fn has_controls(&self) -> bool {
        self.can_change_role || self.can_remove || self.can_renew || self.can_transfer
    }
}

/// Form name `role` of the invitation and of the select beside a member.
pub const ROLE_CHOICES: &[Choice] = &[
    Choice::new("member", "Member"),
    Choice::new("admin", "Admin"),
];

/// The members; a fragment with `id="members"`.
#[derive(Debug, Clone, Template)]
#[template(path = "team/members.html")]
pub struct MemberList {
    /// Owner first.
    pub members: Vec<Member>,
    /// The token that every form sends back as `_csrf`.
    pub csrf: String,
}

impl HtmlSafe for MemberList {}

impl MemberList {
    fn count(&self) -> i64 {
        i64::try_from(self.members.len()).unwrap_or(i64::MAX)
    }

    fn headline(&self) -> String {
        match self.count() {
            1 => "1 person".into(),
            many => format!("{} people", grouped(many)),
        }
    }
}

/// An invitation that was just made or renewed.
#[derive(Debug, Clone, Template)]
#[template(path = "team/new_invitation.html")]
pub struct NewInvitation {
    /// The invited address.
    pub email: String,
    /// The link, where the reader has to pass it on because no mail was sent.
    pub link: Option<String>,
}

impl HtmlSafe for NewInvitation {}

/// What the invitation form holds; the field names are the form's.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are the form's names")]
pub struct InviteForm {
    pub email: Field,
    pub role: Field,
    pub first_name: Field,
    pub last_name: Field,
}

/// `GET /team`, and `POST /team/invite` refused.
#[derive(Debug, Clone, Template)]
#[template(path = "team/index.html")]
pub struct TeamPage {
    /// The surroundings; the role decides whether the invitation form is shown.
    pub chrome: Chrome,
    /// The members.
    pub list: MemberList,
    /// What was typed.
    pub invite: InviteForm,
    /// The invitation that was just made or renewed.
    pub invited: Option<NewInvitation>,
}
