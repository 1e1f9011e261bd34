//! The company's events.

use domain::events::RecordedEvent;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A page of events.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Events {
    /// The events that the caller may see, in order.
    pub events: Vec<Event>,
    /// What to ask for next: the number up to which events were looked at, also those of others.
    pub next_after: i64,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Event {
    /// Its number within the company: 1, 2, 3… without gaps.
    pub seq: i64,
    /// When.
    pub at: String,
    /// What, such as `campaign.updated`.
    pub name: &'static str,
    /// The id of what it happened to.
    pub subject_id: String,
    /// Who did it; `null` for the program itself.
    #[schema(required)]
    pub actor_id: Option<String>,
    /// Ids, names of changed fields, counts.
    #[schema(value_type = Object)]
    pub data: Value,
}

impl Events {
    /// A page that was read up to a number.
    pub fn of((events, next_after): (Vec<RecordedEvent>, i64)) -> Self {
        Self {
            events: events.into_iter().map(Event::from).collect(),
            next_after,
        }
    }
}

impl From<RecordedEvent> for Event {
    fn from(recorded: RecordedEvent) -> Self {
        let event = recorded.event;
        Self {
            seq: recorded.seq,
            at: recorded.at.wire(),
            name: event.name.as_str(),
            subject_id: event.subject.to_string(),
            actor_id: event.actor.user().map(|user| user.to_string()),
            data: event.data,
        }
    }
}

/// Which events are wanted.
#[derive(Debug, ToSchema)]
pub struct EventsQuery {
    /// The number after which they begin.
    #[schema(minimum = 0, default = 0, nullable = false)]
    pub after: Option<i64>,
    /// Events of a page.
    #[schema(minimum = 1, maximum = 200, default = 100, nullable = false)]
    pub limit: Option<i64>,
}
