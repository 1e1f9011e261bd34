//! What each event says to a person: who did what, to what. Every name of the table has its sentence here.

use std::collections::HashMap;

use domain::accounts::User;
use domain::campaigns::Campaign;
use domain::clock::Timestamp;
use domain::events::{Actor, Audience, EventName, RecordedEvent};
use domain::ids::{CampaignId, UserId};
use serde_json::Value;
use ui::activity::{Entry, Topic};
use ui::text::{Link, counted};

use crate::words::when;

/// The names by which sentences call people and campaigns. Events hold ids alone.
#[derive(Debug, Default)]
pub(crate) struct Names {
    reader: Option<UserId>,
    people: HashMap<UserId, String>,
    campaigns: HashMap<CampaignId, String>,
}

impl Names {
    /// Those of a tenant, as `reader` sees them.
    pub(crate) fn of(reader: UserId, people: &[User], campaigns: &[Campaign]) -> Self {
        let person = |user: &User| (user.id, user.display_name());
        let campaign = |campaign: &Campaign| (campaign.id, campaign.name.clone());
        Self {
            reader: Some(reader),
            people: people.iter().map(person).collect(),
            campaigns: campaigns.iter().map(campaign).collect(),
        }
    }

    fn actor(&self, actor: Actor) -> String {
        match actor {
            Actor::System => "The system".into(),
            Actor::User(user) if Some(user) == self.reader => "You".into(),
            Actor::User(user) => self.person(user),
        }
    }

    fn person(&self, user: UserId) -> String {
        let known = self.people.get(&user).cloned();
        known.unwrap_or_else(|| "A former member".into())
    }

    fn campaign(&self, id: CampaignId) -> Option<Link> {
        let name = self.campaigns.get(&id)?;
        Some(Link::new(format!("/campaigns/{id}"), name))
    }
}

/// What an event is about.
pub(super) fn topic(name: EventName) -> Topic {
    use EventName as E;
    match name {
        E::TenantCreated | E::TenantUpdated | E::TenantSuspended | E::TenantResumed => {
            Topic::Company
        }
        E::MemberInvited
        | E::InvitationRenewed
        | E::MemberJoined
        | E::MemberUpdated
        | E::MemberRoleChanged
        | E::MemberRemoved
        | E::OwnershipTransferred => Topic::Team,
        E::CampaignCreated
        | E::CampaignUpdated
        | E::CampaignStarted
        | E::CampaignPaused
        | E::CampaignCompleted
        | E::CampaignReopened
        | E::CampaignDeleted
        | E::TemplateCreated
        | E::TemplateUpdated
        | E::TemplateDeleted => Topic::Campaign,
        E::LeadsCreated | E::LeadUpdated | E::LeadDeleted | E::LeadsCleared => Topic::Lead,
        E::ImportQueued
        | E::ImportProgress
        | E::ImportCompleted
        | E::ImportFailed
        | E::ImportCancelled
        | E::ImportUndoing
        | E::ImportUndone => Topic::Import,
        E::SessionOpened
        | E::SessionClosed
        | E::SessionRevoked
        | E::SessionReuseDetected
        | E::PasswordChanged => Topic::Security,
    }
}

/// What was done, without actor and subject.
fn action(name: EventName, data: &Value) -> String {
    use EventName as E;
    let leads = |field: &str| counted(number(data, field), "lead");
    match name {
        E::TenantCreated => "registered the company".into(),
        E::TenantUpdated => "changed the company's data".into(),
        E::TenantSuspended => "suspended the company's account".into(),
        E::TenantResumed => "resumed the company's account".into(),
        E::MemberInvited => "invited".into(),
        E::InvitationRenewed => "renewed the invitation of".into(),
        E::MemberJoined => "joined the team".into(),
        E::MemberUpdated => "changed the profile of".into(),
        E::MemberRoleChanged => "changed the role of".into(),
        E::MemberRemoved => "removed somebody from the team".into(),
        E::OwnershipTransferred => "handed the company over to".into(),
        E::CampaignCreated => "created the campaign".into(),
        E::CampaignUpdated => "edited the campaign".into(),
        E::CampaignStarted => "started the campaign".into(),
        E::CampaignPaused => "paused the campaign".into(),
        E::CampaignCompleted => "completed the campaign".into(),
        E::CampaignReopened => "set the campaign back to draft".into(),
        E::CampaignDeleted => "deleted a campaign".into(),
        E::LeadsCreated => format!("added {} to", leads("count")),
        E::LeadUpdated => "edited".into(),
        E::LeadDeleted => "deleted a lead of".into(),
        E::LeadsCleared => format!("deleted all {} of", leads("leads")),
        E::ImportQueued => "uploaded".into(),
        E::ImportProgress => format!("has imported {} so far:", leads("leads_created")),
        E::ImportCompleted => format!("imported {}:", leads("leads_created")),
        E::ImportFailed => "could not finish".into(),
        E::ImportCancelled => "stopped".into(),
        E::ImportUndoing => format!("has taken {} away so far:", leads("leads_removed")),
        E::ImportUndone => format!("undid, taking {} away:", leads("leads_removed")),
        E::TemplateCreated => "created an e-mail template".into(),
        E::TemplateUpdated => "edited an e-mail template".into(),
        E::TemplateDeleted => "deleted an e-mail template".into(),
        E::SessionOpened => "logged in".into(),
        E::SessionClosed => "logged out".into(),
        E::SessionRevoked => "ended a sign-in".into(),
        E::SessionReuseDetected => {
            "had a sign-in ended, because its key was used by somebody else".into()
        }
        E::PasswordChanged => "changed the password".into(),
    }
}

/// An event as a line of the feed.
pub(super) fn entry(recorded: &RecordedEvent, names: &Names, now: Timestamp) -> Entry {
    let event = &recorded.event;
    let (subject, detail) = about(recorded, names);
    Entry {
        topic: topic(event.name),
        actor: names.actor(event.actor),
        action: action(event.name, &event.data),
        subject,
        detail,
        audience: match event.audience {
            Audience::Members => None,
            Audience::User(_) => Some("Only you".into()),
            Audience::Admins => Some("Admins".into()),
            Audience::Security(_) => Some("Security".into()),
        },
        when: when(recorded.at, now),
    }
}

/// The subject as a link, and what else there is to say.
fn about(recorded: &RecordedEvent, names: &Names) -> (Option<Link>, Option<String>) {
    use EventName as E;
    let event = &recorded.event;
    let (id, data) = (event.subject, &event.data);
    let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
    let of_data = data.get("campaign_id").and_then(Value::as_str);
    let of_data = of_data.and_then(CampaignId::parse);
    // The subject itself, or what stands in its place where it is gone.
    let campaign = |id: CampaignId| match names.campaign(id) {
        Some(link) => (Some(link), None),
        None => (None, Some("A campaign that was deleted".to_owned())),
    };
    match event.name {
        E::CampaignCreated | E::CampaignUpdated => {
            let (link, gone) = campaign(CampaignId(id));
            (
                link,
                gone.map(|gone| text("name").unwrap_or(gone))
                    .or(changed(data)),
            )
        }
        E::CampaignStarted | E::CampaignPaused | E::CampaignCompleted | E::CampaignReopened => {
            campaign(CampaignId(id))
        }
        E::CampaignDeleted => {
            let name = text("name").unwrap_or_default();
            let leads = counted(number(data, "leads"), "lead");
            (None, Some(format!("{name}, with {leads}")))
        }
        E::LeadsCreated | E::LeadsCleared => campaign(CampaignId(id)),
        E::LeadUpdated => {
            let place = of_data.and_then(|id| names.campaign(id));
            let place = place.map(|link| format!("in {}", link.text));
            let detail = [place, changed(data)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>();
            let detail = (!detail.is_empty()).then(|| detail.join("; "));
            (
                Some(Link::new(format!("/leads/{id}/edit"), "a lead")),
                detail,
            )
        }
        E::LeadDeleted => of_data.map_or((None, None), campaign),
        E::ImportQueued
        | E::ImportProgress
        | E::ImportCompleted
        | E::ImportFailed
        | E::ImportCancelled
        | E::ImportUndoing
        | E::ImportUndone => {
            let place = of_data.and_then(|id| names.campaign(id));
            let place = place.map(|link| format!("for {}", link.text));
            let failed = number(data, "leads_failed");
            let failed = (failed > 0).then(|| format!("{} failed", counted(failed, "row")));
            let detail = [place, failed].into_iter().flatten().collect::<Vec<_>>();
            let detail = (!detail.is_empty()).then(|| detail.join("; "));
            (Some(Link::new(format!("/imports/{id}"), "a file")), detail)
        }
        E::MemberInvited | E::InvitationRenewed | E::MemberUpdated | E::OwnershipTransferred => {
            (Some(Link::new("/team", names.person(UserId(id)))), None)
        }
        E::MemberRoleChanged => {
            let roles = text("from").zip(text("to"));
            let roles = roles.map(|(from, to)| format!("from {from} to {to}"));
            (Some(Link::new("/team", names.person(UserId(id)))), roles)
        }
        E::MemberJoined | E::MemberRemoved => (None, text("role").map(|role| format!("as {role}"))),
        E::TenantUpdated => (None, changed(data)),
        E::TemplateCreated => (None, text("name")),
        E::TemplateUpdated => (None, changed(data)),
        E::SessionOpened => {
            let is_api = data.get("kind").and_then(Value::as_str) == Some("api");
            (None, is_api.then(|| "with a program".into()))
        }
        E::TenantCreated
        | E::TenantSuspended
        | E::TenantResumed
        | E::TemplateDeleted
        | E::SessionClosed
        | E::SessionRevoked
        | E::SessionReuseDetected
        | E::PasswordChanged => (None, None),
    }
}

/// The names of the changed fields, in words.
fn changed(data: &Value) -> Option<String> {
    let names = data.get("changed")?.as_array()?.iter();
    let names: Vec<String> = names
        .filter_map(Value::as_str)
        .map(|name| name.replace('_', " "))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn number(data: &Value, name: &str) -> i64 {
    data.get(name).and_then(Value::as_i64).unwrap_or_default()
}

#[cfg(test)]
mod tests;
