//! I3: with another tenant's scope every call finds nothing and changes nothing.

use std::time::Duration;

use domain::accounts::{NewUser, Origin, SessionKind};
use domain::clock::Timestamp;
use domain::ids::ImportId;
use domain::ids::{InvitationId, SessionId, TemplateId, UserId};
use domain::imports::{Import, ImportCounts, ImportState};
use domain::jobs::Job;
use domain::leads::LeadFilter;
use domain::team::Role;
use domain::templates::{Template, TemplateFields};
use store::jobs::Outcome;
use store::{
    campaigns, imports, insights, jobs, leads, notifications, sessions, spine, team, templates,
    tenants,
};

use crate::world::{World, commit, email, on_both_engines, tenant, titled};

/// Everything that is kept but what the intruder's own commits change.
async fn everything(world: &World, owner: uuid::Uuid) -> Vec<String> {
    let of_tenant = match world.engine() {
        store::Engine::Sqlite => format!("tenant_id = x'{}'", owner.simple()),
        store::Engine::Postgres => format!("tenant_id = '{owner}'"),
    };
    let mut all = Vec::new();
    for table in [
        "spines",
        "events",
        "users",
        "invitations",
        "sessions",
        "campaigns",
        "campaign_leads",
        "search_backlog",
        "imports",
        "email_templates",
        "jobs",
    ] {
        let columns = match world.engine() {
            store::Engine::Postgres => {
                format!("select cast(t as text) as row from {table} t where {of_tenant}")
            }
            store::Engine::Sqlite => {
                let names = world
                    .rows(&format!("select name from pragma_table_info('{table}')"))
                    .await;
                let quoted: Vec<String> = names
                    .iter()
                    .map(|row| {
                        format!(
                            "quote({})",
                            row.try_get::<String>("", "name").expect("a name")
                        )
                    })
                    .collect();
                format!(
                    "select {} as row from {table} where {of_tenant}",
                    quoted.join(" || ',' || ")
                )
            }
        };
        for row in world.rows(&columns).await {
            all.push(format!(
                "{table}: {}",
                row.try_get::<String>("", "row").expect("a row")
            ));
        }
    }
    all.sort();
    all
}

async fn a_foreign_scope_finds_nothing_and_changes_nothing(world: World) {
    let (scope, owner) = tenant(&world.store).await;
    let (foreign, intruder) = tenant(&world.store).await;
    let campaign = world.campaign(scope).await;
    let own_campaign = world.campaign(foreign).await;
    let lead_id = world
        .add_leads(scope, campaign.id, vec![titled("alpha"), titled("beta")])
        .await[0];
    world.fill_words(scope).await;
    let writing = world.begin(scope).await;
    let campaign = campaigns::lock(&writing, campaign.id)
        .await
        .expect("read")
        .expect("there");
    let lead = leads::find(&writing, lead_id)
        .await
        .expect("read")
        .expect("there");
    let session = SessionId(writing.fresh_id());
    sessions::open(
        &writing,
        session,
        owner,
        SessionKind::Api,
        "s",
        &Origin::default(),
    )
    .await
    .expect("opened");
    let user = UserId(writing.fresh_id());
    let new = NewUser {
        email: email("in@example.com"),
        first_name: None,
        last_name: None,
    };
    team::insert(&writing, user, &new, Role::Member, None)
        .await
        .expect("inserted");
    let until = writing.now().plus(Duration::from_secs(60));
    team::invite(&writing, InvitationId(writing.fresh_id()), user, "t", until)
        .await
        .expect("invited");
    let person = team::find(&writing, user)
        .await
        .expect("read")
        .expect("there");
    let template = Template {
        id: TemplateId(writing.fresh_id()),
        fields: TemplateFields {
            name: "n".into(),
            description: None,
            subject: "s".into(),
            body: "b".into(),
            is_active: true,
            use_ai_personalization: true,
        },
        times_used: 0,
        created_at: Timestamp(1),
        updated_at: Timestamp(1),
    };
    templates::insert(&writing, &template)
        .await
        .expect("inserted");
    let mut import = Import {
        id: ImportId(writing.fresh_id()),
        campaign_id: campaign.id,
        user_id: owner,
        file_name: "f.csv".into(),
        file_bytes: 1,
        object_key: "k".into(),
        lead_generation: 1,
        generate_emails: false,
        state: ImportState::Queued,
        counts: ImportCounts::default(),
        failed_rows: Vec::new(),
        error: None,
        created_at: writing.now(),
        finished_at: None,
        options: None,
        header: Vec::new(),
        progress_ppm: 0,
        started_at: None,
        progressed_at: None,
        undo: None,
    };
    imports::insert(&writing, &import, "print", None)
        .await
        .expect("inserted");
    let job = Job::RunImport {
        import_id: import.id,
    };
    jobs::enqueue(&writing, &job).await.expect("enqueued");
    let held = tenants::find(&writing).await.expect("read").expect("there");
    commit(writing).await;
    let claimed = jobs::claim(&world.store, &["run_import"])
        .await
        .expect("asked")
        .expect("a job");
    let before = everything(&world, scope.tenant().0).await;
    assert!(before.len() > 15);

    // Reading.
    let reading = world.store.read(foreign).await.expect("a connection");
    assert_eq!(
        campaigns::find(&reading, campaign.id).await.expect("read"),
        None
    );
    assert_eq!(campaigns::list(&reading).await.expect("read").len(), 1);
    assert_eq!(leads::find(&reading, lead_id).await.expect("read"), None);
    for q in [None, Some("alpha".to_owned())] {
        let filter = LeadFilter {
            q,
            ..LeadFilter::default()
        };
        let (page, next) = leads::page(&reading, &campaign, &filter, None, 10)
            .await
            .expect("read");
        assert!(page.is_empty() && next.is_none());
    }
    assert_eq!(team::find(&reading, user).await.expect("read"), None);
    assert_eq!(team::list(&reading).await.expect("read").len(), 1);
    assert!(
        sessions::list(&reading, owner, Timestamp(0))
            .await
            .expect("read")
            .is_empty()
    );
    assert_eq!(
        templates::find(&reading, template.id).await.expect("read"),
        None
    );
    assert!(templates::list(&reading).await.expect("read").is_empty());
    assert!(
        imports::find(&reading, import.id)
            .await
            .expect("read")
            .is_none()
    );
    assert!(
        imports::list(&reading, campaign.id)
            .await
            .expect("read")
            .is_empty()
    );
    let same = imports::find_same(&reading, campaign.id, "print", 1).await;
    assert!(same.expect("read").is_none());
    let (noticed, _) = notifications::sources(&reading).await.expect("read");
    assert_eq!(noticed.len(), 1);
    assert_eq!(
        insights::stats(&reading, world.clock.now())
            .await
            .expect("read")
            .total_leads,
        0
    );
    let (events, _) = spine::after(&reading, (owner, Role::Owner), 0, 100)
        .await
        .expect("read");
    assert_eq!(events.len(), 2);
    let (events, _) = spine::before(&reading, (owner, Role::Owner), None, 100)
        .await
        .expect("read");
    assert_eq!(events.len(), 2);
    assert_ne!(
        tenants::find(&reading)
            .await
            .expect("read")
            .expect("own")
            .id,
        held.id
    );
    drop(reading);

    // Writing what is there: each is a commit of its own, so that one refusal hides no other.
    macro_rules! intrude {
        (|$writing:ident| $call:expr) => {{
            let mut writing = world.begin(foreign).await;
            let $writing = &mut writing;
            let done = $call;
            if done.is_ok() {
                commit(writing).await;
            }
            let after = everything(&world, scope.tenant().0).await;
            assert_eq!(after, before, "{}", stringify!($call));
            done
        }};
    }
    assert_eq!(
        intrude!(|w| campaigns::lock(w, campaign.id).await).expect("asked"),
        None
    );
    let mut renamed = campaign.clone();
    renamed.name = "mine".into();
    let _ = intrude!(|w| campaigns::save(w, &renamed, campaign.status).await);
    let _ = intrude!(|w| campaigns::purge(w, campaign.id).await);
    let _ = intrude!(|w| campaigns::delete(w, &campaign).await);
    let _ = intrude!(|w| campaigns::clear_leads(w, campaign.clone()).await);
    assert_eq!(
        intrude!(|w| leads::lock(w, lead_id).await).expect("asked"),
        None
    );
    let mut edited = lead.clone();
    edited.fields = titled("mine");
    let _ = intrude!(|w| leads::save(w, &edited).await);
    let _ = intrude!(|w| leads::trash(w, &lead, campaign.clone()).await);
    let refused = intrude!(|w| {
        let new = crate::world::new_leads(w, vec![titled("mine")]);
        leads::insert(w, &mut campaign.clone(), None, &new).await
    });
    assert!(refused.is_err(), "a lead in another tenant's campaign");
    let _ = intrude!(|w| leads::words::fill(w).await);
    let mut promoted = person.clone();
    promoted.role = Role::Owner;
    let _ = intrude!(|w| team::save(w, &promoted).await);
    let _ = intrude!(|w| team::set_password(w, user, "mine").await);
    let _ = intrude!(|w| team::set_last_login(w, user, Timestamp(5)).await);
    let _ = intrude!(|w| team::delete(w, user).await);
    assert!(!intrude!(|w| team::withdraw_invitation(w, user).await).expect("asked"));
    let refused = intrude!(|w| {
        let id = InvitationId(w.fresh_id());
        team::invite(w, id, owner, "mine", until).await
    });
    assert!(
        refused.is_err(),
        "an invitation for another tenant's person"
    );
    let refused = intrude!(|w| {
        let id = SessionId(w.fresh_id());
        sessions::open(w, id, owner, SessionKind::Api, "x", &Origin::default()).await
    });
    assert!(refused.is_err(), "a login for another tenant's person");
    assert!(!intrude!(|w| sessions::rotate(w, session, "s", "mine").await).expect("asked"));
    assert!(!intrude!(|w| sessions::revoke(w, owner, session).await).expect("asked"));
    assert_eq!(
        intrude!(|w| sessions::revoke_all(w, owner, None).await).expect("asked"),
        0
    );
    let _ = intrude!(|w| sessions::trim(w, owner).await);
    let mut rewritten = template.clone();
    rewritten.fields.body = "mine".into();
    let _ = intrude!(|w| templates::save(w, &rewritten).await);
    assert!(!intrude!(|w| templates::delete(w, template.id).await).expect("asked"));
    import.state = ImportState::Completed;
    let _ = intrude!(|w| imports::save(w, &import).await);
    let _ = intrude!(|w| imports::set_delivered(w, import.id).await);
    let _ = intrude!(|w| imports::set_quota_exceeded(w, import.id, 1, 1).await);
    let _ = intrude!(|w| imports::give_back(w, import.id).await);
    let failure = imports::failures::Failure {
        row: 1,
        cells: Vec::new(),
        reason: "theirs".into(),
    };
    let _ =
        intrude!(|w| imports::failures::insert(w, import.id, std::slice::from_ref(&failure)).await);
    let own = world.store.read(scope).await.expect("a reader");
    let found = imports::failures::page(&own, import.id, 0).await;
    assert_eq!(found.expect("read"), Vec::new());
    drop(own);
    let mut copied = import.clone();
    copied.id = ImportId(world.begin(foreign).await.fresh_id());
    let refused = intrude!(|w| imports::insert(w, &copied, "print", None).await);
    assert!(refused.is_err(), "an import into another tenant's campaign");
    assert!(!intrude!(|w| jobs::request_cancel(w, &job).await).expect("asked"));
    assert!(intrude!(|w| jobs::hold(w, &claimed).await).is_err());
    for outcome in [Outcome::Again, Outcome::Done] {
        assert!(
            intrude!(|w| jobs::end(w, &claimed, &outcome).await).is_err(),
            "{outcome:?}"
        );
    }
    let _ = intrude!(|w| jobs::enqueue(w, &job).await);
    let _ = intrude!(|w| tenants::save(w, &held).await);
    let _ = (intruder, own_campaign);
}

async fn words_stay_within_their_campaign(world: World) {
    let (one, two) = (world.tenant().await, world.tenant().await);
    let (first, second) = (world.campaign(one).await, world.campaign(one).await);
    let other = world.campaign(two).await;
    for (scope, campaign) in [(one, &first), (one, &second), (two, &other)] {
        world
            .add_leads(scope, campaign.id, vec![titled("same")])
            .await;
        world.fill_words(scope).await;
    }
    for (scope, campaign) in [(one, &first), (one, &second), (two, &other)] {
        let reading = world.store.read(scope).await.expect("a connection");
        let filter = LeadFilter {
            q: Some("same".into()),
            ..LeadFilter::default()
        };
        let (page, _) = leads::page(&reading, campaign, &filter, None, 10)
            .await
            .expect("read");
        assert_eq!(page.len(), 1);
        assert_eq!(page[0].campaign_id, campaign.id);
    }
}

on_both_engines!(
    a_foreign_scope_finds_nothing_and_changes_nothing,
    words_stay_within_their_campaign,
);
