use std::collections::BTreeSet;

use domain::accounts::User as Person;
use domain::clock::Timestamp;
use domain::ids::{CampaignId, LeadId, TenantId, UserId};
use domain::leads::{Lead as LeadEntity, LeadFields};
use domain::team::Role;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_edge::{Failure, Received};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::*;
use crate::{accounts, campaigns, events, imports, leads, team, templates, tenants};

const ID: &str = "0190c5a0-0000-7000-8000-000000000001";

fn json_body(body: &Value) -> Received {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
    Received::json(&headers, body.to_string().as_bytes()).unwrap()
}

/// The problems of a refused body as (field, type, message).
async fn problems(failure: Failure) -> Vec<(String, String, String)> {
    use axum::response::IntoResponse;
    assert_eq!(failure.status().as_u16(), 422);
    let body = failure.into_response().into_body();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    let entries = answer["detail"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries
        .map(|entry| {
            let place = entry["loc"].as_array().unwrap().last().unwrap();
            (text(place), text(&entry["type"]), text(&entry["msg"]))
        })
        .collect()
}

fn names(values: &Value) -> BTreeSet<String> {
    let listed = values.as_array().into_iter().flatten();
    let listed = listed.map(|name| name.as_str().unwrap().to_owned());
    let keys = values
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys().cloned());
    listed.chain(keys).collect()
}

/// Holds a described body against its reader: the same required fields, and no field that only one of them knows.
async fn assert_same<T: ToSchema, V>(read: impl Fn(&Received) -> http_edge::Result<V>) {
    let name = T::name();
    let schema = serde_json::to_value(T::schema()).unwrap();
    let properties = names(&schema["properties"]);
    assert!(!properties.is_empty(), "{name}");

    let required = names(&schema["required"]);
    let missing: BTreeSet<String> = match read(&json_body(&json!({}))) {
        Ok(_) => BTreeSet::new(),
        Err(failure) => {
            let found = problems(failure).await;
            assert!(
                found.iter().all(|(_, kind, _)| kind == "missing"),
                "{name}: {found:?}"
            );
            found.into_iter().map(|(field, ..)| field).collect()
        }
    };
    // Registration's company_email is needed only where there is no email either.
    let missing: BTreeSet<String> = missing
        .into_iter()
        .filter(|field| name != "RegisterRequest" || field != "company_email")
        .collect();
    assert_eq!(missing, required, "{name}");

    let wrong: serde_json::Map<String, Value> = properties
        .iter()
        .map(|field| (field.clone(), json!([])))
        .collect();
    let Err(failure) = read(&json_body(&Value::Object(wrong))) else {
        panic!("{name} takes lists for everything");
    };
    let found = problems(failure).await;
    assert!(
        found
            .iter()
            .all(|(_, kind, _)| kind.ends_with("_type") || kind == "bool_parsing")
    );
    let found: BTreeSet<String> = found.into_iter().map(|(field, ..)| field).collect();
    assert_eq!(found, properties, "{name}");

    for field in &properties {
        let mut body = serde_json::Map::new();
        body.insert(field.clone(), Value::Null);
        let refused = match read(&json_body(&Value::Object(body))) {
            Ok(_) => false,
            Err(failure) => problems(failure)
                .await
                .iter()
                .any(|(at, kind, _)| at == field && kind != "missing"),
        };
        let types = &schema["properties"][field]["type"];
        let allows_null = types
            .as_array()
            .is_some_and(|types| types.contains(&json!("null")))
            || schema["properties"][field].get("oneOf").is_some();
        // A query cannot say null.
        if !name.ends_with("Query") {
            assert_eq!(refused, !allows_null, "{name}.{field} and null");
        }
    }
}

#[tokio::test]
async fn what_is_described_is_what_is_read() {
    assert_same::<RegisterRequest, _>(accounts::registration).await;
    assert_same::<LoginRequest, _>(accounts::credentials).await;
    assert_same::<RefreshRequest, _>(accounts::refresh_token).await;
    assert_same::<PasswordRequest, _>(accounts::password_change).await;
    assert_same::<TenantUpdate, _>(tenants::patch).await;
    assert_same::<CampaignCreate, _>(campaigns::new).await;
    assert_same::<CampaignUpdate, _>(campaigns::patch).await;
    assert_same::<LeadCreate, _>(leads::new).await;
    assert_same::<LeadUpdate, _>(leads::patch).await;
    assert_same::<TemplateCreate, _>(templates::new).await;
    assert_same::<TemplateUpdate, _>(templates::patch).await;
    assert_same::<InviteRequest, _>(team::invitation).await;
    assert_same::<RoleRequest, _>(team::role).await;
    assert_same::<AcceptInvitationRequest, _>(team::acceptance).await;
    assert_same::<EventsQuery, _>(events::page).await;
    assert_same::<UploadQuery, _>(imports::options).await;
}

/// The messages with which a body is refused.
fn refusal<V>(read: impl Fn(&Received) -> http_edge::Result<V>, body: Value) -> String {
    match read(&json_body(&body)) {
        Ok(_) => "taken".into(),
        Err(failure) => failure.text().to_owned(),
    }
}

#[test]
fn a_registration_takes_the_names_of_older_clients() {
    let body = json!({
        "organization_name": "Siemens", "email": "Ann <Ann@Siemens.Example.com>", "password": "Str0ng-enough",
    });
    let read = accounts::registration(&json_body(&body)).unwrap();
    assert_eq!(read.tenant.name, "Siemens");
    assert_eq!(
        read.tenant.company_email.as_str(),
        "Ann@siemens.example.com"
    );
    assert_eq!(read.owner.email.as_str(), "Ann@siemens.example.com");
}

#[tokio::test]
async fn each_wrong_field_of_a_registration_is_named_once_and_in_order() {
    let body = json!({"company_name": "S", "email": "x", "password": "short", "last_name": 7});
    let Err(failure) = accounts::registration(&json_body(&body)) else {
        panic!("taken");
    };
    let found = problems(failure).await;
    let fields: Vec<&str> = found.iter().map(|(field, ..)| field.as_str()).collect();
    assert_eq!(fields, ["company_name", "email", "password", "last_name"]);
    assert_eq!(found[0].2, "String should have at least 2 characters");
    assert!(
        found[1]
            .2
            .starts_with("value is not a valid email address: ")
    );
    assert_eq!(found[2].2, "String should have at least 8 characters");
    assert_eq!(found[3].2, "Input should be a valid string");
}

#[test]
fn a_login_takes_any_password_but_no_address_that_is_none() {
    let of = |email: &str| json!({"email": email, "password": "x"});
    assert_eq!(
        refusal(accounts::credentials, of("ann@example.com")),
        "taken"
    );
    assert_ne!(refusal(accounts::credentials, of("ann")), "taken");
}

#[test]
fn a_campaign_keeps_the_contracts_bounds_and_defaults() {
    let body = json!({
        "name": "Spring", "search_query": "", "lead_source": "linkedin", "status": "active", "max_leads": "20",
    });
    let new = campaigns::new(&json_body(&body)).unwrap();
    assert_eq!(
        (new.max_leads, new.description_style.as_str()),
        (20, "professional")
    );
    assert!(new.enable_ai_personalization && new.description.is_none());

    let wrong = json!({"name": "ab", "lead_source": "manual", "max_leads": 1001, "description_style": "rude"});
    let expected = [
        "String should have at least 3 characters",
        "Field required",
        "String should match pattern '^(google_maps|linkedin|instagram)$'",
        "Input should be less than or equal to 1000",
        "String should match pattern '^(professional|sales|casual)$'",
    ];
    assert_eq!(refusal(campaigns::new, wrong), expected.join(", "));
}

#[test]
fn fix_32_and_33_a_change_keeps_the_bounds_of_creation_and_clears_only_what_may_be_empty() {
    let string = "Input should be a valid string";
    for (name, status) in [("name", json!(null)), ("status", json!(null))] {
        assert_eq!(refusal(campaigns::patch, json!({name: status})), string);
    }
    let short = "String should have at least 3 characters";
    assert_eq!(refusal(campaigns::patch, json!({"name": ""})), short);
    assert_eq!(
        refusal(tenants::patch, json!({"name": null, "company_email": null})),
        [string, string].join(", ")
    );
    assert_eq!(
        refusal(tenants::patch, json!({"name": "x"})),
        "String should have at least 2 characters"
    );
    assert_eq!(refusal(templates::patch, json!({"subject": null})), string);
    let cleared = campaigns::patch(&json_body(&json!({"description": null}))).unwrap();
    assert_eq!(cleared.description, Some(None));
    assert_eq!(
        campaigns::patch(&json_body(&json!({})))
            .unwrap()
            .description,
        None
    );
}

#[test]
fn nul_characters_are_refused_in_words() {
    let nul = "Value error, Text must not contain NUL characters";
    assert_eq!(refusal(leads::new, json!({"title": "a\0b"})), nul);
    assert_eq!(
        refusal(leads::new, json!({"scraped_data": {"a": ["\0"]}})),
        nul
    );
}

fn person() -> Person {
    Person {
        id: UserId::parse(ID).unwrap(),
        tenant_id: TenantId::parse(ID).unwrap(),
        email: "ann@example.com".into(),
        first_name: Some("Änn".into()),
        last_name: None,
        role: Role::Admin,
        is_active: true,
        invited: false,
        email_verified: false,
        last_login_at: Some(Timestamp(1_700_000_000_000_001)),
        created_at: Timestamp(1_700_000_000_000_000),
    }
}

#[test]
fn a_person_is_written_in_the_contracts_order() {
    let text = serde_json::to_string(&User::from(person())).unwrap();
    let expected = format!(
        "{{\"id\":\"{ID}\",\"email\":\"ann@example.com\",\"first_name\":\"Änn\",\"last_name\":null,\
         \"role\":\"admin\",\"tenant_id\":\"{ID}\",\"is_active\":true,\
         \"created_at\":\"2023-11-14T22:13:20\",\"email_verified\":false,\
         \"last_login_at\":\"2023-11-14T22:13:20.000001\"}}"
    );
    assert_eq!(text, expected);
    let member = serde_json::to_value(Member::from(person())).unwrap();
    assert_eq!(member["invited"], false);
    assert!(member.get("invitation_link").is_none());
}

#[test]
fn fix_36_the_inviter_sees_the_link_only_where_it_was_not_mailed() {
    let invited = |is_mailed| {
        let link = "https://elite.example/invitations/accept?token=x".to_owned();
        let member = Member::from(::app::team::InvitationLink {
            user: person(),
            link,
            is_mailed,
        });
        serde_json::to_value(member)
            .unwrap()
            .get("invitation_link")
            .is_some()
    };
    assert!(invited(false) && !invited(true));
}

#[test]
fn fix_29_a_lead_carries_what_clients_read() {
    let lead = |data: Value| {
        let entity = LeadEntity {
            id: LeadId::parse(ID).unwrap(),
            campaign_id: CampaignId::parse(ID).unwrap(),
            revision: 1,
            import_id: None,
            fields: LeadFields {
                title: Some("Siemens".into()),
                scraped_data: data.as_object().cloned(),
                ..LeadFields::default()
            },
            email_sent: false,
            whatsapp_sent: false,
            replied: false,
            created_at: Timestamp(0),
        };
        serde_json::to_value(Lead::from(entity)).unwrap()
    };
    let full = lead(json!({"category": "Industry", "rating": 4.5, "reviews_count": "120"}));
    assert_eq!(full["category"], "Industry");
    assert_eq!(
        (&full["rating"], &full["reviews_count"]),
        (&json!(4.5), &json!(120))
    );
    let odd = lead(json!({"category": 7, "rating": "NaN", "reviews_count": {}}));
    assert!(odd["category"].is_null() && odd["rating"].is_null() && odd["reviews_count"].is_null());
    let bare = lead(Value::Null);
    for field in [
        "address",
        "generated_whatsapp",
        "scraped_data",
        "deep_research",
        "contact_source",
    ] {
        assert_eq!(bare.get(field), Some(&Value::Null), "{field}");
    }
}

#[test]
fn a_notification_names_a_campaign_only_where_it_is_about_one() {
    let items = domain::notifications::compose(Vec::new(), &[], Timestamp(0));
    let answer = serde_json::to_value(Notifications::from(items)).unwrap();
    let expected = json!({
        "notifications": [{
            "id": "empty", "type": "info", "title": "No recent activity",
            "message": "Create a campaign to get started", "time_ago": "", "read": true,
        }],
        "unread_count": 0,
    });
    assert_eq!(answer, expected);
}
