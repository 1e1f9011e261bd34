//! A lead: somebody to reach out to. Its fields are free text; what is compared is normalised here.

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::email::{EmailAddress, comparison_key};
use crate::ids::{CampaignId, ImportId, LeadId};

/// Most characters of a short text of a lead (title, phone, website, e-mail, source).
pub const SHORT_TEXT_CHARACTERS_MAX: usize = 2_000;
/// Most characters of a long text of a lead (address, description, generated texts).
pub const LONG_TEXT_CHARACTERS_MAX: usize = 100_000;
/// Most bytes of the extra data of a lead, as JSON.
pub const EXTRA_BYTES_MAX: usize = 1 << 20;
/// Most leads of one bulk request.
pub const BULK_MAX: usize = 10_000;
/// Most words of the title by which leads are sorted.
const TITLE_KEY_WORDS_MAX: usize = 12;
/// Most characters of the title by which leads are sorted.
const TITLE_KEY_CHARACTERS_MAX: usize = 64;
/// `lead_score` of a lead that a client makes without one (contract #21).
pub const SCORE_DEFAULT: i64 = 50;
/// `lead_score` of an imported lead with a description (contract 4.1).
pub const SCORE_IMPORTED_DESCRIBED: i64 = 75;
/// Bounds of a score that the database can hold.
pub const SCORE: std::ops::RangeInclusive<i64> = -2_147_483_648..=2_147_483_647;
/// Leads of a page, at most.
pub const PAGE_MAX: u64 = 1_000;

/// A lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// Its id.
    pub id: LeadId,
    /// The campaign that holds it.
    pub campaign_id: CampaignId,
    /// Counts its changes, from 1.
    pub revision: i64,
    /// The import that brought it.
    pub import_id: Option<ImportId>,
    /// Its fields.
    pub fields: LeadFields,
    /// Whether an e-mail went out.
    pub email_sent: bool,
    /// Whether a WhatsApp message went out.
    pub whatsapp_sent: bool,
    /// Whether it answered.
    pub replied: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a person can see and write of a lead.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeadFields {
    /// Company or person.
    pub title: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// One or several numbers.
    pub phone: Option<String>,
    /// Website.
    pub website: Option<String>,
    /// One or several addresses, joined by `; `.
    pub email: Option<String>,
    /// What is known.
    pub description: Option<String>,
    /// How promising it is.
    pub lead_score: i64,
    /// A drafted e-mail.
    pub generated_email: Option<String>,
    /// A drafted WhatsApp message.
    pub generated_whatsapp: Option<String>,
    /// A research report.
    pub deep_research: Option<String>,
    /// Where it came from.
    pub contact_source: Option<String>,
    /// Whatever else came with it, by column.
    pub scraped_data: Option<Map<String, Value>>,
}

impl LeadFields {
    /// The first valid address in the form that duplicates are compared by.
    pub fn email_key(&self) -> Option<String> {
        let text = self.email.as_deref()?;
        text.split([';', ',', ' ', '\n', '\t'])
            .find_map(|part| EmailAddress::parse(part).ok())
            .map(|address| comparison_key(address.as_str()))
    }

    /// The form by which titles are sorted and compared: words without case and accents, cut to a bound.
    pub fn title_key(&self) -> String {
        let title = self.title.as_deref().unwrap_or_default();
        let folded = crate::search::words(title, TITLE_KEY_WORDS_MAX).join(" ");
        folded.chars().take(TITLE_KEY_CHARACTERS_MAX).collect()
    }

    /// The website's host without `www.`, in lower case.
    pub fn website_host(&self) -> Option<String> {
        let text = self.website.as_deref()?.trim();
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = host
            .split(':')
            .next()
            .unwrap_or_default()
            .trim_matches('.')
            .to_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        (host.contains('.') && !host.contains(char::is_whitespace)).then(|| host.to_owned())
    }
}

/// A change of a lead; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeadPatch {
    /// A new title; an empty one is ignored (contract #25).
    pub title: Option<String>,
    /// A new address, or none.
    pub address: Option<Option<String>>,
    /// A new phone, or none.
    pub phone: Option<Option<String>>,
    /// A new website, or none.
    pub website: Option<Option<String>>,
    /// A new e-mail text, or none.
    pub email: Option<Option<String>>,
    /// A new description, or none.
    pub description: Option<Option<String>>,
    /// A new draft, or none.
    pub generated_email: Option<Option<String>>,
    /// A new report, or none.
    pub deep_research: Option<Option<String>>,
}

impl Lead {
    /// The lead after the change, and the names of the fields that differ; the revision grows when any does.
    pub fn patched(mut self, patch: LeadPatch) -> (Self, Vec<&'static str>) {
        use crate::tenants::set;
        let mut changed = Vec::new();
        let fields = &mut self.fields;
        let title = patch
            .title
            .filter(|title| !title.trim().is_empty())
            .map(Some);
        set(&mut fields.title, title, "title", &mut changed);
        set(&mut fields.address, patch.address, "address", &mut changed);
        set(&mut fields.phone, patch.phone, "phone", &mut changed);
        set(&mut fields.website, patch.website, "website", &mut changed);
        set(&mut fields.email, patch.email, "email", &mut changed);
        set(
            &mut fields.description,
            patch.description,
            "description",
            &mut changed,
        );
        set(
            &mut fields.generated_email,
            patch.generated_email,
            "generated_email",
            &mut changed,
        );
        set(
            &mut fields.deep_research,
            patch.deep_research,
            "deep_research",
            &mut changed,
        );
        if !changed.is_empty() {
            self.revision += 1;
        }
        (self, changed)
    }
}

/// The order of a page of leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LeadSort {
    /// Oldest first: `created_at, id` (contract #20).
    #[default]
    Oldest,
    /// Newest first.
    Newest,
    /// By title, A to Z.
    Title,
    /// Highest score first.
    Score,
}

impl LeadSort {
    /// Every order.
    pub const ALL: [Self; 4] = [Self::Oldest, Self::Newest, Self::Title, Self::Score];

    /// The wire's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Oldest => "oldest",
            Self::Newest => "newest",
            Self::Title => "title",
            Self::Score => "score",
        }
    }

    /// Reads the wire's word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == word)
    }
}

/// Which leads of a campaign are wanted.
#[derive(Debug, Clone, Default)]
pub struct LeadFilter {
    /// Words of which each must begin a word of the lead; see [`crate::search`].
    pub q: Option<String>,
    /// The lowest score.
    pub min_score: Option<i64>,
    /// Only those that did, or did not, get an e-mail.
    pub email_sent: Option<bool>,
    /// The order.
    pub sort: LeadSort,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_for_comparing_are_taken_from_free_text() {
        let with = |email: &str, website: &str| {
            let fields = LeadFields {
                email: Some(email.into()),
                website: Some(website.into()),
                ..LeadFields::default()
            };
            (fields.email_key(), fields.website_host())
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            with("bad; A@B.example", "https://www.Foo.example:8/x?y"),
            (some("a@b.example"), some("foo.example"))
        );
        assert_eq!(with("", "foo"), (None, None));
        assert_eq!(
            with("x@y", "user@foo.co.jp/path"),
            (None, some("foo.co.jp"))
        );
    }
}
