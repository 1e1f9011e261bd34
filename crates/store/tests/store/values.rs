//! What goes in comes out: times, JSON, ids, flags, big integers, text and NULLs.

use domain::clock::{Clock, Timestamp};
use domain::entropy::Entropy;
use domain::events::EventName;
use domain::ids::{TemplateId, UserId};
use domain::leads::LeadFields;
use domain::team::Role;
use domain::templates::{Template, TemplateFields};
use sea_orm::{ConnectionTrait, Statement, Value};
use serde_json::json;
use uuid::Uuid;

use crate::world::{START, World, event, on_both_engines};
use store::{Read, Store};

const TEXTS: [&str; 6] = [
    "",
    "plain",
    "quote ' \" backslash \\ \\n newline \n tab \t",
    "🦀 👩‍👩‍👧 e\u{301} ﷽",
    "שלום עולם مرحبا \u{202e}abc",
    "\u{feff}\u{10ffff}{{x}} $1 %s",
];

async fn times_of_any_sign_come_back(world: World) {
    let scope = world.tenant().await;
    for micros in [
        -1,
        0,
        1,
        -62_000_000_000_000_001,
        253_402_300_799_999_999,
        i64::MAX,
    ] {
        let clock = Clock::manual(Timestamp(micros));
        let store = Store::open(&world.options, clock, Entropy::system()).await;
        let store = store.expect("open");
        let mut writing = store.write(scope).await.expect("a transaction");
        writing.record(event(EventName::TenantUpdated, json!({})));
        let seq = writing.commit().await.expect("committed").seq;
        let at = world
            .number(&format!("select at from events where seq = {seq}"))
            .await;
        assert_eq!(at, micros);
        store.close().await;
    }
}

async fn event_data_comes_back_as_it_was(world: World) {
    let scope = world.tenant().await;
    let values = [
        json!({"a": {"b": [1, null, true, {"ü 🦀": "\u{1}\t\"\\"}]}}),
        json!({"big": u64::MAX, "small": i64::MIN, "real": 1e300, "tenth": 0.1, "minus": -2.5e-7}),
        json!([]),
        json!("text"),
        json!(null),
    ];
    let mut writing = world.begin(scope).await;
    for value in &values {
        writing.record(event(EventName::CampaignUpdated, value.clone()));
    }
    let committed = writing.commit().await.expect("committed");
    assert_eq!((committed.seq, committed.events), (6, 5));
    let reading = world.store.read(scope).await.expect("a connection");
    let viewer = (UserId(Uuid::nil()), Role::Member);
    let (events, reached) = store::spine::after(&reading, viewer, 1, 100)
        .await
        .expect("read");
    let data: Vec<_> = events.into_iter().map(|known| known.event.data).collect();
    assert_eq!(data, values);
    assert_eq!(reached, 6);
}

async fn leads_hold_the_extremes_of_every_column(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let mut wanted: Vec<LeadFields> = TEXTS
        .iter()
        .map(|text| LeadFields {
            title: Some((*text).into()),
            address: Some((*text).into()),
            phone: None,
            scraped_data: json!({(*text): [text, {"n": u64::MAX}]})
                .as_object()
                .cloned(),
            lead_score: i64::MIN,
            ..LeadFields::default()
        })
        .collect();
    wanted[0].lead_score = i64::MAX;
    let ids = world.add_leads(scope, campaign.id, wanted.clone()).await;
    let reading = world.store.read(scope).await.expect("a connection");
    for (id, fields) in ids.into_iter().zip(wanted) {
        let lead = store::leads::find(&reading, id)
            .await
            .expect("read")
            .expect("there");
        assert_eq!(lead.fields, fields);
        assert_eq!((lead.created_at, lead.revision), (START, 1));
    }
}

async fn flags_and_missing_values_come_back(world: World) {
    let scope = world.tenant().await;
    for (flag, text) in [(true, Some("given".to_owned())), (false, None)] {
        let writing = world.begin(scope).await;
        let template = Template {
            id: TemplateId(writing.fresh_id()),
            fields: TemplateFields {
                name: TEXTS[3].into(),
                description: text.clone(),
                subject: TEXTS[2].into(),
                body: TEXTS[4].into(),
                is_active: flag,
                use_ai_personalization: !flag,
            },
            times_used: i64::MAX,
            created_at: Timestamp(i64::MIN),
            updated_at: Timestamp(i64::MAX),
        };
        store::templates::insert(&writing, &template)
            .await
            .expect("inserted");
        let found = store::templates::find(&writing, template.id)
            .await
            .expect("read");
        assert_eq!(found.as_ref(), Some(&template));
        let mut changed = template;
        changed.fields.is_active = !flag;
        changed.fields.description = None;
        changed.updated_at = Timestamp(0);
        store::templates::save(&writing, &changed)
            .await
            .expect("saved");
        let found = store::templates::find(&writing, changed.id)
            .await
            .expect("read");
        assert_eq!(found.as_ref(), Some(&changed));
        writing.commit().await.expect("a commit without an event");
    }
}

type Kinds = (
    Option<Uuid>,
    Option<i64>,
    Option<bool>,
    Option<serde_json::Value>,
    Option<&'static str>,
);

async fn raw_values_come_back(world: World) {
    let (uuid_type, json_type) = match world.engine() {
        store::Engine::Sqlite => ("blob", "text"),
        store::Engine::Postgres => ("uuid", "jsonb"),
    };
    world
        .execute(&format!(
            "create table kinds (id {uuid_type}, n bigint, flag boolean, data {json_type}, text text)"
        ))
        .await;
    let backend = world.raw.get_database_backend();
    let rows: [Kinds; 3] = [
        (
            Some(Uuid::max()),
            Some(i64::MIN),
            Some(true),
            Some(json!({"a": [1.5, "ü"]})),
            Some(TEXTS[3]),
        ),
        (
            Some(Uuid::nil()),
            Some(i64::MAX),
            Some(false),
            Some(json!([])),
            Some(""),
        ),
        (None, None, None, None, None),
    ];
    for (id, n, flag, data, text) in rows {
        world.execute("delete from kinds").await;
        let values: [Value; 5] = [
            id.into(),
            n.into(),
            flag.into(),
            data.clone().into(),
            text.map(str::to_owned).into(),
        ];
        let insert = "insert into kinds values ($1, $2, $3, $4, $5)";
        let statement = Statement::from_sql_and_values(backend, insert, values);
        world.raw.execute_raw(statement).await.expect("inserted");
        let found = &world.rows("select * from kinds").await[0];
        assert_eq!(found.try_get::<Option<Uuid>>("", "id").expect("id"), id);
        assert_eq!(found.try_get::<Option<i64>>("", "n").expect("n"), n);
        assert_eq!(
            found.try_get::<Option<bool>>("", "flag").expect("flag"),
            flag
        );
        let known: Option<serde_json::Value> = found.try_get("", "data").expect("data");
        assert_eq!(known, data);
        let known: Option<String> = found.try_get("", "text").expect("text");
        assert_eq!(known.as_deref(), text);
    }
    let reading = world
        .store
        .read(world.tenant().await)
        .await
        .expect("a connection");
    assert_eq!(reading.seq().await.expect("read"), 1);
    assert_eq!(reading.scope(), reading.scope());
}

on_both_engines!(
    times_of_any_sign_come_back,
    event_data_comes_back_as_it_was,
    leads_hold_the_extremes_of_every_column,
    flags_and_missing_values_come_back,
    raw_values_come_back,
);
