//! Which reads are kept, under which names, and what each depends on.
//!
//! A value's form is the wire's: whoever changes what a body says raises `WIRE`, so that bodies of an older release are
//! not read from Redis.

use std::marker::PhantomData;

use cache::{Cache, Key, KeyText, Kind, Scopes, Shelf, Tenant};
use domain::clock::Timestamp;
use domain::ids::{CampaignId, TemplateId, TenantId};
use domain::insights::Month;
use domain::leads::LeadFilter;
use domain::refusal::Refusal;

use super::Lives;
use super::rendered::Rendered;
use super::scopes::{
    CAMPAIGNS, INSIGHTS, NOTIFICATIONS, TEAM, TEMPLATES, TENANT, campaign, leads_of,
};
use crate::caller::Member;
use crate::error::Error;

/// The version of the bodies' form.
const WIRE: u8 = 1;
/// How exact the ages of notifications are, in microseconds: a minute, which is also their finest word.
const AGE_STEP_US: i64 = 60_000_000;

/// A sort of read whose answer is kept.
pub trait View: Kind<Key = Sought<Self>, Value = Rendered, Error = Error> + Sized {
    /// Its place.
    #[doc(hidden)]
    fn shelf(shelves: &Shelves) -> &Shelf<Self>;
}

/// One read: whose, of what, and what is said where there is nothing. It is made of a caller, so that nobody seeks what
/// is another tenant's.
#[derive(Debug)]
pub struct Sought<V> {
    tenant: TenantId,
    scopes: Scopes,
    parts: Vec<String>,
    bucket: i64,
    absent: fn() -> Refusal,
    view: PhantomData<fn() -> V>,
}

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident = $noun:literal $view:literal, $shelf:ident for $life:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;

            impl Kind for $name {
                const NOUN: &'static str = $noun;
                const VIEW: &'static str = $view;
                const WIRE: u8 = WIRE;
                type Key = Sought<Self>;
                type Value = Rendered;
                type Error = Error;
            }

            impl View for $name {
                fn shelf(shelves: &Shelves) -> &Shelf<Self> {
                    &shelves.$shelf
                }
            }
        )+

        /// A place for each.
        #[derive(Debug)]
        pub struct Shelves {
            $($shelf: Shelf<$name>,)+
        }

        impl Shelves {
            pub(super) fn of(cache: &Cache, lives: &Lives) -> Self {
                Self {
                    $($shelf: cache.shelf(lives.times(lives.$life)),)+
                }
            }
        }
    };
}

views! {
    /// The list of campaigns.
    CampaignList = "campaigns" "list", campaign_list for campaigns;
    /// One campaign.
    CampaignShown = "campaigns" "one", campaign_shown for campaigns;
    /// The first page of a campaign's leads.
    LeadPage = "leads" "page", lead_page for leads;
    /// The dashboard's figures.
    Figures = "insights" "stats", figures for stats;
    /// The computed notifications.
    NotificationList = "notifications" "list", notification_list for notifications;
    /// The company.
    TenantShown = "tenants" "me", tenant_shown for tenant;
    /// Who works here.
    MemberList = "team" "members", member_list for team;
    /// The list of templates.
    TemplateList = "templates" "list", template_list for templates;
    /// One template.
    TemplateShown = "templates" "one", template_shown for templates;
}

impl<V> Sought<V> {
    fn new(caller: &Member, scopes: Scopes) -> Self {
        Self {
            tenant: caller.user().tenant_id,
            scopes,
            parts: Vec::new(),
            bucket: 0,
            absent: || Refusal::not_found("Not Found"),
            view: PhantomData,
        }
    }

    fn part(mut self, part: impl ToString) -> Self {
        self.parts.push(part.to_string());
        self
    }

    fn in_bucket(mut self, bucket: i64) -> Self {
        self.bucket = bucket;
        self
    }

    fn or(mut self, absent: fn() -> Refusal) -> Self {
        self.absent = absent;
        self
    }

    /// Whose it is.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The bucket of time that the answer depends on, or 0.
    pub fn bucket(&self) -> i64 {
        self.bucket
    }

    /// What is said where there is nothing to show.
    pub fn absent(&self) -> Refusal {
        (self.absent)()
    }
}

impl<V: 'static> Key for Sought<V> {
    fn tenant(&self) -> Tenant {
        Tenant(self.tenant.0.as_u128())
    }

    fn scopes(&self) -> Scopes {
        self.scopes
    }

    fn write(&self, text: &mut KeyText) {
        for part in &self.parts {
            text.part(part);
        }
        if self.bucket != 0 {
            text.part(self.bucket);
        }
    }
}

/// All campaigns.
pub fn campaign_list(caller: &Member) -> Sought<CampaignList> {
    Sought::new(caller, Scopes::of([CAMPAIGNS]))
}

/// One campaign.
pub fn campaign_shown(caller: &Member, id: CampaignId) -> Sought<CampaignShown> {
    Sought::new(caller, Scopes::of([campaign(id)]))
        .part(id)
        .or(crate::campaigns::missing)
}

/// The first page of a campaign's leads; `None` for a search, whose index is written beside the events.
pub fn lead_page(
    caller: &Member,
    id: CampaignId,
    filter: &LeadFilter,
    limit: u64,
) -> Option<Sought<LeadPage>> {
    if filter.q.is_some() {
        return None;
    }
    let or_any = |value: Option<String>| value.unwrap_or_else(|| "any".to_owned());
    let sought = Sought::new(caller, Scopes::of([leads_of(id), campaign(id)]))
        .part(id)
        .part(limit)
        .part(filter.sort.as_str())
        .part(or_any(filter.min_score.map(|score| score.to_string())))
        .part(or_any(filter.email_sent.map(|sent| sent.to_string())))
        .or(crate::campaigns::missing);
    Some(sought)
}

/// The dashboard's figures, which change with the month.
pub fn figures(caller: &Member, now: Timestamp) -> Sought<Figures> {
    Sought::new(caller, Scopes::of([INSIGHTS])).in_bucket(i64::from(Month::of(now).0))
}

/// The notifications, which say how long ago something was.
pub fn notification_list(caller: &Member, now: Timestamp) -> Sought<NotificationList> {
    Sought::new(caller, Scopes::of([NOTIFICATIONS])).in_bucket(now.0 / AGE_STEP_US)
}

/// The company.
pub fn tenant_shown(caller: &Member) -> Sought<TenantShown> {
    Sought::new(caller, Scopes::of([TENANT])).or(|| Refusal::not_found("Tenant not found"))
}

/// Who works here.
pub fn member_list(caller: &Member) -> Sought<MemberList> {
    Sought::new(caller, Scopes::of([TEAM]))
}

/// All templates.
pub fn template_list(caller: &Member) -> Sought<TemplateList> {
    Sought::new(caller, Scopes::of([TEMPLATES]))
}

/// One template.
pub fn template_shown(caller: &Member, id: TemplateId) -> Sought<TemplateShown> {
    Sought::new(caller, Scopes::of([TEMPLATES]))
        .part(id)
        .or(crate::templates::missing)
}
