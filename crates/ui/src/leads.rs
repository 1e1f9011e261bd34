//! A campaign's leads: the table with its filters, and the form of one lead.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::campaigns::{CampaignHead, CampaignRef};
use crate::chrome::Chrome;
use crate::forms::{Choice, Field, Input, Select};
use crate::icon::Icon;
use crate::text::{When, counted};

/// One row of the table. Texts are as stored; empty means unknown.
#[derive(Debug, Clone, Default)]
pub struct LeadRow {
    /// Its id.
    pub id: String,
    /// The company's or person's name.
    pub title: String,
    /// One or several addresses.
    pub email: String,
    /// The telephone number as it was written.
    pub phone: String,
    /// Street or town.
    pub address: String,
    /// The website as it was written; shown as text, never as a link.
    pub website: String,
    /// How promising, usually 0–100.
    pub score: i64,
    /// Whether an e-mail was sent.
    pub is_email_sent: bool,
    /// Whether they replied.
    pub is_replied: bool,
}

/// From this score on a lead's score is highlighted.
const HIGH_SCORE_MIN: i64 = 70;

impl LeadRow {
    fn name(&self) -> &str {
        if self.title.is_empty() {
            "Without a name"
        } else {
            &self.title
        }
    }

    fn has_contact(&self) -> bool {
        !self.email.is_empty() || !self.phone.is_empty()
    }

    fn is_high(&self) -> bool {
        self.score >= HIGH_SCORE_MIN
    }
}

/// Form name `sent`.
pub const SENT_CHOICES: &[Choice] = &[
    Choice::new("", "All"),
    Choice::new("no", "Not e-mailed"),
    Choice::new("yes", "E-mailed"),
];

/// Form name `min_score`.
pub const SCORE_CHOICES: &[Choice] = &[
    Choice::new("", "Any"),
    Choice::new("25", "25 or more"),
    Choice::new("50", "50 or more"),
    Choice::new("75", "75 or more"),
    Choice::new("90", "90 or more"),
];

/// Form name `sort`; a minus means descending.
pub const SORT_CHOICES: &[Choice] = &[
    Choice::new("created", "Oldest first"),
    Choice::new("-created", "Newest first"),
    Choice::new("title", "Name, A to Z"),
    Choice::new("-score", "Highest score"),
];

/// The values of the filter form above the table.
#[derive(Debug, Clone, Default)]
pub struct LeadFilter {
    /// The typed beginning of a name, e-mail or website, form name `q`.
    pub q: Field,
    /// A value of [`SENT_CHOICES`].
    pub sent: String,
    /// A value of [`SCORE_CHOICES`].
    pub min_score: String,
    /// A value of [`SORT_CHOICES`].
    pub sort: String,
}

impl LeadFilter {
    fn is_set(&self) -> bool {
        !self.q.value.is_empty() || !self.sent.is_empty() || !self.min_score.is_empty()
    }
}

/// The table with its page links; a fragment with `id="leads"`.
#[derive(Debug, Clone, Template)]
#[template(path = "leads/table.html")]
pub struct LeadsTable {
    /// The campaign whose leads they are.
    pub campaign_id: String,
    /// The rows of this page.
    pub leads: Vec<LeadRow>,
    /// All leads of the campaign, filter or not.
    pub leads_total: i64,
    /// Whether a filter is set.
    pub is_filtered: bool,
    /// The first page, unless this is it; pages are found forwards only.
    pub first_href: Option<String>,
    /// The page after this one.
    pub next_href: Option<String>,
    /// What the filter lets through as a file, all pages of it.
    pub export: ExportLinks,
}

/// Where leads are downloaded.
#[derive(Debug, Clone, Default)]
pub struct ExportLinks {
    /// As comma-separated text.
    pub csv_href: String,
    /// As a workbook.
    pub xlsx_href: String,
}

impl HtmlSafe for LeadsTable {}

impl LeadsTable {
    fn caption(&self) -> String {
        let shown = counted(i64::try_from(self.leads.len()).unwrap_or(i64::MAX), "lead");
        let is_whole = self.first_href.is_none() && self.next_href.is_none();
        match (self.is_filtered, is_whole) {
            (true, true) => format!(
                "{shown} of {} match",
                crate::text::grouped(self.leads_total)
            ),
            (true, false) => format!("{shown} that match, on this page"),
            (false, true) => shown,
            (false, false) => {
                format!(
                    "{shown} on this page, {} in all",
                    crate::text::grouped(self.leads_total)
                )
            }
        }
    }
}

/// `GET /campaigns/{id}?q=&sent=&min_score=&sort=&cursor=`
#[derive(Debug, Clone, Template)]
#[template(path = "leads/index.html")]
pub struct CampaignPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The campaign above the table.
    pub head: CampaignHead,
    /// The filter form.
    pub filter: LeadFilter,
    /// The leads.
    pub table: LeadsTable,
}

/// The scores that the form offers; the wire has no bounds.
const SCORE_RANGE: (i64, i64) = (0, 100);

/// What the lead form holds; the field names are the form's. `lead_score` is sent when adding,
/// `generated_email` when editing.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are the form's names")]
pub struct LeadForm {
    pub title: Field,
    pub email: Field,
    pub phone: Field,
    pub website: Field,
    pub address: Field,
    pub description: Field,
    pub lead_score: Field,
    pub generated_email: Field,
}

/// A lead that exists, beside its form.
#[derive(Debug, Clone, Default)]
pub struct LeadFacts {
    /// Its id.
    pub id: String,
    /// How promising.
    pub score: i64,
    /// Whether an e-mail was sent.
    pub is_email_sent: bool,
    /// Whether they replied.
    pub is_replied: bool,
    /// Where it came from, in words: `Uploaded file`.
    pub source: String,
    /// When it was added.
    pub created: Option<When>,
    /// The other columns of its row in the file: name and text.
    pub extra: Vec<(String, String)>,
}

/// `GET /campaigns/{id}/leads/new` (`existing` is `None`) and `GET /leads/{id}/edit`, and their `POST` refused.
#[derive(Debug, Clone, Template)]
#[template(path = "leads/form.html")]
pub struct LeadFormPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The campaign whose lead it is.
    pub campaign: CampaignRef,
    /// The lead that is edited.
    pub existing: Option<LeadFacts>,
    /// What is stored or was typed.
    pub form: LeadForm,
}
