//! What each event makes outdated: the one table from events to scopes.
//!
//! A row names every sort of answer that the event may change. A row that names too much costs loads; one that names too
//! little would serve what is no longer true. An event without a row does not compile.

use cache::Scope;
use domain::events::{Event, EventName};
use domain::ids::{CampaignId, UserId};
use uuid::Uuid;

/// The list of campaigns.
pub(super) const CAMPAIGNS: Scope = Scope::all(1);
/// The dashboard's figures.
pub(super) const INSIGHTS: Scope = Scope::all(4);
/// Who works here.
pub(super) const TEAM: Scope = Scope::all(5);
/// The company's profile and its quota.
pub(super) const TENANT: Scope = Scope::all(6);
/// Everybody's logins and rights.
pub(super) const PEOPLE: Scope = Scope::all(7);
/// E-mail templates.
pub(super) const TEMPLATES: Scope = Scope::all(8);
/// The computed notifications.
pub(super) const NOTIFICATIONS: Scope = Scope::all(9);

/// One campaign.
pub(super) const fn campaign(id: CampaignId) -> Scope {
    Scope::one(2, id.0.as_u128())
}

/// A campaign's leads.
pub(super) const fn leads_of(campaign: CampaignId) -> Scope {
    Scope::one(3, campaign.0.as_u128())
}

/// A person's logins and rights.
pub(super) const fn person(id: UserId) -> Scope {
    Scope::one(7, id.0.as_u128())
}

/// What a row can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Whatever of its sort there is.
    Whole(Scope),
    /// The campaign that the event is about.
    Campaign,
    /// The leads of that campaign.
    Leads,
    /// The person that the event is about.
    Person,
}

use Sort::{Campaign, Leads, Person, Whole};

/// A campaign's own fields, which lists, figures and notifications show too.
const OF_CAMPAIGN: &[Sort] = &[
    Campaign,
    Whole(CAMPAIGNS),
    Whole(INSIGHTS),
    Whole(NOTIFICATIONS),
];
/// Leads came or went: the campaign counts them, and so does the company's quota.
const OF_LEADS: &[Sort] = &[
    Leads,
    Campaign,
    Whole(CAMPAIGNS),
    Whole(INSIGHTS),
    Whole(NOTIFICATIONS),
    Whole(TENANT),
];
/// Who may do what has changed for everybody.
const OF_COMPANY: &[Sort] = &[Whole(TENANT), Whole(PEOPLE), Whole(TEAM)];
/// Somebody's place in the team; the list of members shows it.
const OF_MEMBER: &[Sort] = &[Person, Whole(TEAM)];

/// The table.
fn row(name: EventName) -> &'static [Sort] {
    use EventName as E;
    match name {
        E::TenantCreated
        | E::TenantUpdated
        | E::TenantSuspended
        | E::TenantResumed
        | E::OwnershipTransferred => OF_COMPANY,
        E::MemberInvited
        | E::InvitationRenewed
        | E::MemberJoined
        | E::MemberUpdated
        | E::MemberRoleChanged
        | E::MemberRemoved
        // A sign-in ends the oldest logins beyond the bound, and is shown as the person's last one.
        | E::SessionOpened
        | E::SessionClosed
        | E::SessionRevoked
        | E::SessionReuseDetected
        | E::PasswordChanged => OF_MEMBER,
        E::CampaignCreated
        | E::CampaignUpdated
        | E::CampaignStarted
        | E::CampaignPaused
        | E::CampaignCompleted
        | E::CampaignReopened => OF_CAMPAIGN,
        E::CampaignDeleted
        | E::LeadsCreated
        | E::LeadDeleted
        | E::LeadsCleared
        | E::ImportProgress
        | E::ImportCompleted
        | E::ImportFailed
        | E::ImportCancelled
        | E::ImportUndoing
        | E::ImportUndone => OF_LEADS,
        E::LeadUpdated => &[Leads, Whole(NOTIFICATIONS)],
        E::TemplateCreated | E::TemplateUpdated | E::TemplateDeleted => &[Whole(TEMPLATES)],
        // A file waits; nothing that is cached shows it.
        E::ImportQueued => &[],
    }
}

/// The scopes that an event names; `None` where it does not say what it is about, and so counts for everything.
pub(super) fn named(event: &Event) -> Option<Vec<Scope>> {
    let scope = |sort: &Sort| match *sort {
        Whole(scope) => Some(scope),
        Campaign => campaign_of(event).map(campaign),
        Leads => campaign_of(event).map(leads_of),
        Person => Some(person(person_of(event))),
    };
    row(event.name).iter().map(scope).collect()
}

fn campaign_of(event: &Event) -> Option<CampaignId> {
    use EventName as E;
    match event.name {
        E::LeadUpdated
        | E::LeadDeleted
        | E::ImportProgress
        | E::ImportCompleted
        | E::ImportFailed
        | E::ImportCancelled
        | E::ImportUndoing
        | E::ImportUndone => {
            let id = event.data.get("campaign_id")?.as_str()?;
            Uuid::try_parse(id).ok().map(CampaignId)
        }
        _ => Some(CampaignId(event.subject)),
    }
}

/// Events about a login have the login as their subject, and say by their audience whose it is.
fn person_of(event: &Event) -> UserId {
    event.audience.user().unwrap_or(UserId(event.subject))
}

#[cfg(test)]
mod tests {
    use domain::events::{Actor, Audience};
    use serde_json::json;

    use super::*;

    const SUBJECT: Uuid = Uuid::from_u128(11);
    const CAMPAIGN: CampaignId = CampaignId(Uuid::from_u128(22));
    const ANN: UserId = UserId(Uuid::from_u128(33));

    fn event(name: EventName) -> Event {
        let data = json!({"campaign_id": CAMPAIGN});
        Event::new(name, SUBJECT, Actor::System, data)
    }

    #[test]
    fn every_event_names_something_but_the_one_that_nothing_shows() {
        for name in EventName::ALL {
            let named = named(&event(*name)).expect("it says what it is about");
            let is_shown = *name != EventName::ImportQueued;
            assert_eq!(!named.is_empty(), is_shown, "{}", name.as_str());
        }
    }

    #[test]
    fn leads_of_a_campaign_are_named_whatever_the_subject_is() {
        for name in [
            EventName::LeadUpdated,
            EventName::LeadDeleted,
            EventName::ImportProgress,
            EventName::ImportUndoing,
        ] {
            let named = named(&event(name)).expect("it says which campaign");
            assert!(named.contains(&leads_of(CAMPAIGN)), "{}", name.as_str());
        }
        let named = named(&event(EventName::LeadsCreated)).expect("its subject is the campaign");
        assert!(named.contains(&campaign(CampaignId(SUBJECT))));
        assert!(named.contains(&CAMPAIGNS) && named.contains(&INSIGHTS));
    }

    #[test]
    fn an_event_that_does_not_say_which_campaign_counts_for_everything() {
        let mut silent = event(EventName::LeadDeleted);
        silent.data = json!({});
        assert_eq!(named(&silent), None);
    }

    #[test]
    fn a_login_is_named_by_its_person() {
        let event = event(EventName::SessionRevoked).seen_by(Audience::Security(ANN));
        let named = named(&event).expect("it says whose");
        assert!(named.contains(&person(ANN)) && named.contains(&TEAM));
    }
}
