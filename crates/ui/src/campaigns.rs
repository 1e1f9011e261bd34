//! Campaigns: the list, the form, and the head above a campaign's leads.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::chrome::{Chrome, Tone};
use crate::forms::{Choice, Field, Input, Select};
use crate::icon::Icon;
use crate::text::When;

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignStatus {
    /// Being prepared.
    Draft,
    /// Running.
    Active,
    /// Stopped for a while.
    Paused,
    /// Over.
    Completed,
}

/// A button that moves a campaign to another status.
pub(crate) struct Move {
    value: &'static str,
    label: &'static str,
    icon: Icon,
    is_main: bool,
}

const START: Move = Move {
    value: "active",
    label: "Start",
    icon: Icon::Play,
    is_main: true,
};
const RESUME: Move = Move {
    value: "active",
    label: "Resume",
    icon: Icon::Play,
    is_main: true,
};
const REOPEN: Move = Move {
    value: "active",
    label: "Reopen",
    icon: Icon::Play,
    is_main: false,
};
const PAUSE: Move = Move {
    value: "paused",
    label: "Pause",
    icon: Icon::Pause,
    is_main: false,
};
const COMPLETE: Move = Move {
    value: "completed",
    label: "Complete",
    icon: Icon::Flag,
    is_main: false,
};

impl CampaignStatus {
    /// The word people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Active => "Active",
            Self::Paused => "Paused",
            Self::Completed => "Completed",
        }
    }

    /// The colour of its badge.
    pub fn tone(self) -> Tone {
        match self {
            Self::Draft => Tone::Quiet,
            Self::Active => Tone::Good,
            Self::Paused => Tone::Warn,
            Self::Completed => Tone::Info,
        }
    }

    fn moves(self) -> &'static [Move] {
        match self {
            Self::Draft => &[START],
            Self::Active => &[PAUSE, COMPLETE],
            Self::Paused => &[RESUME, COMPLETE],
            Self::Completed => &[REOPEN],
        }
    }
}

/// A campaign in a list.
#[derive(Debug, Clone)]
pub struct CampaignCard {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Where it stands.
    pub status: CampaignStatus,
    /// How many leads it has.
    pub leads_count: i64,
    /// How many of them were sent an e-mail.
    pub emails_sent: i64,
    /// Replies per e-mail sent, in percent with one decimal.
    pub response_rate: String,
    /// When it was made.
    pub created: When,
}

/// What the list can be narrowed to; form name `status`, empty for all.
pub const STATUS_CHOICES: &[Choice] = &[
    Choice::new("", "Any status"),
    Choice::new("active", "Active"),
    Choice::new("draft", "Draft"),
    Choice::new("paused", "Paused"),
    Choice::new("completed", "Completed"),
];

/// The campaigns; a fragment with `id="campaigns"`.
#[derive(Debug, Clone, Template)]
#[template(path = "campaigns/list.html")]
pub struct CampaignList {
    /// What is shown, newest first.
    pub campaigns: Vec<CampaignCard>,
    /// Whether a filter leaves something out.
    pub is_filtered: bool,
    /// The page before this one.
    pub previous_href: Option<String>,
    /// The page after this one.
    pub next_href: Option<String>,
}

impl HtmlSafe for CampaignList {}

/// `GET /campaigns?q=&status=`
#[derive(Debug, Clone, Template)]
#[template(path = "campaigns/index.html")]
pub struct CampaignsPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The typed beginning of a name, form name `q`.
    pub q: Field,
    /// The chosen value of [`STATUS_CHOICES`].
    pub status: String,
    /// The list.
    pub list: CampaignList,
}

/// Where a campaign's leads come from; form name `lead_source`.
pub const SOURCE_CHOICES: &[Choice] = &[
    Choice::new("manual", "A file, or typed in by us"),
    Choice::new("google_maps", "Google Maps"),
    Choice::new("linkedin", "LinkedIn"),
    Choice::new("instagram", "Instagram"),
];

/// What the campaign form holds; the field names are the form's. Editing sends `name` and `description` alone.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are the form's names")]
pub struct CampaignForm {
    pub name: Field,
    pub description: Field,
    pub lead_source: Field,
    pub search_query: Field,
}

/// A campaign that exists, as forms and crumbs name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CampaignRef {
    /// Its id.
    pub id: String,
    /// Its stored name.
    pub name: String,
}

/// `GET /campaigns/new` (`existing` is `None`) and `GET /campaigns/{id}/edit`, and their `POST` refused.
#[derive(Debug, Clone, Template)]
#[template(path = "campaigns/form.html")]
pub struct CampaignFormPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The campaign that is edited.
    pub existing: Option<CampaignRef>,
    /// What is stored or was typed.
    pub form: CampaignForm,
}

/// The head of a campaign's page; a fragment with `id="campaign"`.
#[derive(Debug, Clone, Template)]
#[template(path = "campaigns/head.html")]
pub struct CampaignHead {
    /// The campaign.
    pub campaign: CampaignCard,
    /// What was searched for; may be empty.
    pub search_query: String,
    /// When it first became active.
    pub started: Option<When>,
    /// When it was completed.
    pub completed: Option<When>,
    /// An import that runs: its id.
    pub running_import_id: Option<String>,
    /// Whether delete is offered.
    pub can_delete: bool,
    /// The token that every form sends back as `_csrf`.
    pub csrf: String,
}

impl HtmlSafe for CampaignHead {}
