//! The feed of a tenant's events, as far as the reader may see them: the caller has filtered by audience.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::chrome::Chrome;
use crate::forms::{Choice, Select};
use crate::icon::Icon;
use crate::text::{Link, When};

/// What an event is about; decides its icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A campaign was made, changed, started, deleted.
    Campaign,
    /// Leads were added, changed, deleted.
    Lead,
    /// A file is or was imported.
    Import,
    /// Somebody was invited, joined, left, got another role.
    Team,
    /// The company's own data.
    Company,
    /// Sign-ins, passwords, sessions.
    Security,
}

impl Topic {
    fn icon(self) -> Icon {
        match self {
            Self::Campaign => Icon::Campaign,
            Self::Lead => Icon::Inbox,
            Self::Import => Icon::Upload,
            Self::Team => Icon::People,
            Self::Company => Icon::Building,
            Self::Security => Icon::Key,
        }
    }
}

/// One event as a sentence: actor, action, subject.
#[derive(Debug, Clone, Template)]
#[template(path = "components/entry.html")]
pub struct Entry {
    /// What it is about.
    pub topic: Topic,
    /// Who did it: a name, `You`, or `The system`.
    pub actor: String,
    /// What they did, in the past tense and without the subject: `started the campaign`.
    pub action: String,
    /// What they did it to; no link where it is gone.
    pub subject: Option<Link>,
    /// The subject's name where it is gone, or more about the event: changed fields, counts.
    pub detail: Option<String>,
    /// Said where not every member sees it: `Admins`, `Security`, `Only you`.
    pub audience: Option<String>,
    /// When it happened.
    pub when: When,
}

impl HtmlSafe for Entry {}

/// The events of one day.
#[derive(Debug, Clone)]
pub struct Day {
    /// `Today`, `Yesterday`, `Monday, 16 November`.
    pub label: String,
    /// Newest first.
    pub entries: Vec<Entry>,
}

/// The feed; a fragment with `id="feed"`.
#[derive(Debug, Clone, Template)]
#[template(path = "components/feed.html")]
pub struct ActivityFeed {
    /// Newest day first.
    pub days: Vec<Day>,
    /// Whether a filter leaves something out.
    pub is_filtered: bool,
    /// The page with newer entries.
    pub newer_href: Option<String>,
    /// The page with older entries.
    pub older_href: Option<String>,
}

impl HtmlSafe for ActivityFeed {}

/// What the feed can be narrowed to; form name `topic`, empty for all.
pub const TOPIC_CHOICES: &[Choice] = &[
    Choice::new("", "Everything"),
    Choice::new("campaigns", "Campaigns"),
    Choice::new("leads", "Leads"),
    Choice::new("imports", "Imports"),
    Choice::new("team", "Team"),
    Choice::new("company", "Company"),
    Choice::new("security", "Sign-ins"),
];

/// `GET /activity?topic=&before=` (or `after=`)
#[derive(Debug, Clone, Template)]
#[template(path = "pages/activity.html")]
pub struct ActivityPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The chosen value of [`TOPIC_CHOICES`].
    pub topic: String,
    /// The entries.
    pub feed: ActivityFeed,
}
