//! A database for one test, on either engine, and short words for what tests do all the time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::accounts::NewUser;
use domain::campaigns::{Campaign, NewCampaign};
use domain::clock::{Clock, Timestamp};
use domain::email::EmailAddress;
use domain::entropy::Entropy;
use domain::events::{Actor, Event, EventName};
use domain::ids::{CampaignId, LeadId, TenantId, UserId};
use domain::leads::LeadFields;
use domain::tenants::NewTenant;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, QueryResult};
use serde_json::json;
use store::leads::NewLead;
use store::leads::keys::Settle;
use store::{Engine, Options, Read, Store, TenantScope, Writing, unscoped};
use testkit::TempDir;

/// 2026-03-15T12:00:00Z.
pub(crate) const START: Timestamp = Timestamp(1_773_576_000_000_000);

/// A migrated database of one test, open.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
    pub(crate) raw: DatabaseConnection,
    _folder: Option<TempDir>,
}

/// Makes a test of each story on each engine.
macro_rules! on_both_engines {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story($crate::world::World::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story($crate::world::World::postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_both_engines;

/// A pool that leaves the shared server room for the other tests.
pub(crate) fn options(url: &str) -> Options {
    Options {
        pool_size: 2,
        max_overflow: 14,
        ..Options::at(url)
    }
}

pub(crate) async fn migrated_postgres() -> String {
    let fill = async |url: String| {
        let store = Store::open(&options(&url), Clock::System, Entropy::system()).await;
        let store = store.expect("PostgreSQL is open");
        store.migrate().await.expect("migrations run");
        store.close().await;
    };
    testkit::postgres()
        .create_database_from("store", fill)
        .await
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        let folder = testkit::temp_dir();
        let url = format!("sqlite:{}", folder.path().join("elite.db").display());
        Self::at(url, Some(folder)).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::at(migrated_postgres().await, None).await
    }

    async fn at(url: String, folder: Option<TempDir>) -> Self {
        let clock = Clock::manual(START);
        let options = options(&url);
        let store = Store::open(&options, clock.clone(), Entropy::system()).await;
        let store = store.expect("the database opens");
        store.migrate().await.expect("migrations run");
        let mut connect = ConnectOptions::new(url);
        connect
            .max_connections(4)
            .min_connections(0)
            .sqlx_logging(false);
        let raw = Database::connect(connect).await.expect("a second way in");
        Self {
            store,
            clock,
            options,
            raw,
            _folder: folder,
        }
    }

    /// Another process on the same database.
    pub(crate) async fn another(&self) -> Store {
        let store = Store::open(&self.options, self.clock.clone(), Entropy::system()).await;
        store.expect("the database opens again")
    }

    pub(crate) fn engine(&self) -> Engine {
        self.store.engine()
    }

    pub(crate) async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let statement =
            sea_orm::Statement::from_string(self.raw.get_database_backend(), sql.to_owned());
        self.raw.query_all_raw(statement).await.expect(sql)
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql).await;
        rows[0].try_get_by_index(0).expect(sql)
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.raw.execute_unprepared(sql).await.expect(sql);
    }

    /// A registered company; its spine stands at 1.
    pub(crate) async fn tenant(&self) -> TenantScope {
        tenant(&self.store).await.0
    }

    pub(crate) async fn begin(&self, scope: TenantScope) -> Writing {
        self.store.write(scope).await.expect("a transaction")
    }

    pub(crate) async fn campaign(&self, scope: TenantScope) -> Campaign {
        let mut writing = self.begin(scope).await;
        let campaign = new_campaign(&writing);
        store::campaigns::insert(&mut writing, &campaign)
            .await
            .expect("inserted");
        commit(writing).await;
        campaign
    }

    /// Adds leads of these fields to a campaign, in one commit.
    pub(crate) async fn add_leads(
        &self,
        scope: TenantScope,
        campaign: CampaignId,
        fields: Vec<LeadFields>,
    ) -> Vec<LeadId> {
        let mut writing = self.begin(scope).await;
        let mut campaign = store::campaigns::lock(&writing, campaign)
            .await
            .expect("locked")
            .expect("there");
        let new = new_leads(&writing, fields);
        store::leads::insert(&mut writing, &mut campaign, None, &new)
            .await
            .expect("inserted");
        commit(writing).await;
        new.into_iter().map(|lead| lead.id).collect()
    }

    pub(crate) async fn fill_words(&self, scope: TenantScope) {
        loop {
            let writing = self.begin(scope).await;
            let keys_wait = store::leads::keys::settle(&writing, Settle::All).await;
            let more = keys_wait.expect("settled")
                || store::leads::words::fill(&writing).await.expect("filled");
            writing.commit().await.expect("committed");
            if !more {
                return;
            }
        }
    }
}

pub(crate) async fn tenant(store: &Store) -> (TenantScope, UserId) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    register(
        store,
        &format!("firm{n}@example.com"),
        &format!("owner{n}@example.com"),
    )
    .await
    .expect("registered")
}

pub(crate) async fn register(
    store: &Store,
    company: &str,
    owner: &str,
) -> store::Result<(TenantScope, UserId)> {
    let id = TenantId(store.entropy().uuid(store.clock().now()));
    let user = UserId(store.entropy().uuid(store.clock().now()));
    let tenant = NewTenant {
        name: "Firm".into(),
        company_email: email(company),
        company_website: None,
    };
    let person = NewUser {
        email: email(owner),
        first_name: Some("Ann".into()),
        last_name: None,
    };
    let mut writing = unscoped::begin_tenant(store, id, &tenant, (user, &person), "hash").await?;
    writing.record(event(EventName::TenantCreated, json!({})));
    let scope = writing.scope();
    writing.commit().await?;
    Ok((scope, user))
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

pub(crate) fn event(name: EventName, data: serde_json::Value) -> Event {
    Event::new(name, uuid::Uuid::nil(), Actor::System, data)
}

/// Commits with one event.
pub(crate) async fn commit(mut writing: Writing) -> store::Committed {
    writing.record(event(EventName::CampaignUpdated, json!({})));
    writing.commit().await.expect("committed")
}

pub(crate) fn new_campaign(writing: &Writing) -> Campaign {
    let new = NewCampaign {
        name: "Spring".into(),
        description: None,
        search_query: String::new(),
        lead_source: "google_maps".into(),
        max_leads: 10,
        description_style: "professional".into(),
        enable_ai_personalization: true,
    };
    new.begin(CampaignId(writing.fresh_id()), writing.now())
}

pub(crate) fn new_leads(writing: &Writing, fields: Vec<LeadFields>) -> Vec<NewLead> {
    let numbered = (1..).zip(fields);
    numbered
        .map(|(row, fields)| NewLead {
            id: LeadId(writing.fresh_id()),
            import_row: (row % 2 == 0).then_some(row),
            fields,
        })
        .collect()
}

pub(crate) fn titled(title: &str) -> LeadFields {
    LeadFields {
        title: Some(title.into()),
        ..LeadFields::default()
    }
}

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
