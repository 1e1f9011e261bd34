use domain::events::Event;
use serde_json::json;
use ui::Template;

use super::*;

const NOW: Timestamp = Timestamp(1_795_183_500_000_000);

fn id(n: u8) -> String {
    format!("0190c5a0-0000-7000-8000-0000000000{n:02x}")
}

fn user(n: u8) -> UserId {
    UserId::parse(&id(n)).unwrap()
}

fn recorded(name: EventName, subject: u8, data: Value) -> RecordedEvent {
    let subject = user(subject).0;
    let event = Event::new(name, subject, Actor::User(user(2)), data);
    RecordedEvent {
        seq: 1,
        at: NOW,
        event,
    }
}

fn names() -> Names {
    Names {
        reader: Some(user(1)),
        people: HashMap::from([(user(1), "Amélie".into()), (user(2), "<Jonas>".into())]),
        campaigns: HashMap::from([(CampaignId::parse(&id(7)).unwrap(), "Lyon".into())]),
    }
}

/// The entry without its tags and line breaks.
fn told(event: &RecordedEvent) -> String {
    let html = entry(event, &names(), NOW).render().unwrap();
    let mut text = String::new();
    let mut is_tag = false;
    for letter in html.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => is_tag = false,
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_event_has_a_sentence_whatever_its_data() {
    for name in EventName::ALL {
        for data in [
            json!({}),
            json!(null),
            json!({"count": "x", "changed": 1, "campaign_id": 5}),
        ] {
            let entry = entry(&recorded(*name, 9, data), &names(), NOW);
            assert!(!entry.action.is_empty(), "{name:?}");
            assert!(!entry.actor.is_empty(), "{name:?}");
            entry.render().unwrap();
        }
    }
}

#[test]
fn a_sentence_says_who_did_what_to_what() {
    let event = recorded(EventName::LeadsCreated, 7, json!({"count": 12}));
    assert!(told(&event).starts_with("&#60;Jonas&#62; added 12 leads to Lyon"));
    let event = recorded(
        EventName::CampaignDeleted,
        8,
        json!({"name": "Nice", "leads": 1}),
    );
    let sentence = told(&event);
    assert!(
        sentence.contains("deleted a campaign Nice, with 1 lead"),
        "{sentence}"
    );
    let data = json!({"campaign_id": id(7), "changed": ["lead_score", "email"]});
    let sentence = told(&recorded(EventName::LeadUpdated, 3, data));
    assert!(
        sentence.contains("edited a lead in Lyon; lead score, email"),
        "{sentence}"
    );
}

#[test]
fn the_reader_the_system_and_who_left_have_names() {
    let names = names();
    assert_eq!(names.actor(Actor::User(user(1))), "You");
    assert_eq!(names.actor(Actor::System), "The system");
    assert_eq!(names.actor(Actor::User(user(5))), "A former member");
}
