use domain::campaigns::NewCampaign;
use domain::clock::Timestamp;
use domain::ids::LeadId;
use domain::leads::{Lead as Entity, LeadFields};

use super::*;

fn lead(title: &str) -> Entity {
    let id = "0190c5a0-0000-7000-8000-000000000001";
    Entity {
        id: LeadId::parse(id).unwrap(),
        campaign_id: CampaignId::parse(id).unwrap(),
        revision: 1,
        import_id: None,
        fields: LeadFields {
            title: Some(title.into()),
            ..LeadFields::default()
        },
        email_sent: false,
        whatsapp_sent: false,
        replied: false,
        created_at: Timestamp(0),
    }
}

fn page(titles: &[&str], has_more: bool) -> Page {
    let new = NewCampaign {
        name: "Spring".into(),
        description: None,
        search_query: String::new(),
        lead_source: "linkedin".into(),
        max_leads: 10,
        description_style: "sales".into(),
        enable_ai_personalization: true,
    };
    let leads: Vec<Entity> = titles.iter().map(|title| lead(title)).collect();
    let cursor = Cursor {
        key: "0".into(),
        id: lead("").id,
    };
    Page {
        campaign: new.begin(lead("").campaign_id, Timestamp(0)),
        leads,
        next: has_more.then_some(cursor),
    }
}

#[test]
fn pages_join_to_one_array() {
    let mut text = String::new();
    for (titles, has_more) in [(&["a", "b"][..], true), (&["c"], true), (&["d"], false)] {
        let (chunk, _) = write(page(titles, has_more), text.is_empty()).unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let array: serde_json::Value = serde_json::from_str(&text).unwrap();
    let titles: Vec<&str> = array
        .as_array()
        .unwrap()
        .iter()
        .map(|lead| lead["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["a", "b", "c", "d"]);
}

#[test]
fn no_leads_are_an_empty_array_and_leads_that_vanish_meanwhile_leave_it_whole() {
    assert_eq!(write(page(&[], false), true).unwrap().0, "[]");
    assert_eq!(write(page(&[], false), false).unwrap().0, "]");
}

#[test]
fn heavy_leads_come_in_small_pages() {
    let limit = |title: &str| match write(page(&[title], true), true).unwrap().1 {
        Step::Load(_, limit) => limit,
        Step::Write(_) | Step::End => 0,
    };
    assert_eq!(limit("light"), PAGE_LEADS_MAX);
    assert_eq!(limit(&"x".repeat(2 << 20)), 1);
}
