//! Several processes' worth of apps over one database, and who writes down what their tails tell.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::accounts::{self, LoginKey, Registration};
use app::caller::{self, Member};
use app::campaigns;
use app::context::{App, Options, Parts};
use app::tail::{self, Followed, Listener};
use app::tasks::Tasks;
use app::tokens::Tokens;
use bell::{Bell, RedisLink};
use domain::accounts::{NewUser, Origin, SessionKind};
use domain::campaigns::NewCampaign;
use domain::clock::Clock;
use domain::email::EmailAddress;
use domain::entropy::Entropy;
use domain::ids::TenantId;
use domain::tenants::NewTenant;
use mail::Mailer;
use parking_lot::Mutex;
use providers::Uploads;
use store::Store;
use testkit::{TempDir, eventually};
use uuid::Uuid;

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// One database.
pub(crate) struct World {
    pub(crate) url: String,
    folder: TempDir,
}

/// Where a process finds the others.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Node<'a> {
    /// The name of its node's page; none is a node of one process.
    pub(crate) page: Option<&'a str>,
    /// The URL of a Redis server.
    pub(crate) redis: Option<&'a str>,
}

/// A process.
pub(crate) struct Process {
    pub(crate) app: App,
    pub(crate) told: Arc<Told>,
}

/// Somebody of a tenant whose events are written.
pub(crate) struct Person {
    pub(crate) member: Member,
    pub(crate) tenant: TenantId,
}

/// What a tail told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    numbers: Mutex<HashMap<TenantId, Vec<i64>>>,
    epochs: Mutex<Vec<Uuid>>,
}

impl Listener for Told {
    fn on_events(&self, events: &[Followed]) {
        let mut numbers = self.numbers.lock();
        for event in events {
            let of_tenant = numbers.entry(event.tenant).or_default();
            of_tenant.push(event.recorded.seq);
        }
    }

    fn on_unread(&self, tenant: TenantId, seq: i64) {
        panic!("{tenant:?} {seq}: every event of these tests can be read");
    }

    fn on_epoch(&self, epoch: Uuid) {
        self.epochs.lock().push(epoch);
    }
}

impl Told {
    pub(crate) fn of(&self, tenant: TenantId) -> Vec<i64> {
        self.numbers
            .lock()
            .get(&tenant)
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn epochs(&self) -> Vec<Uuid> {
        self.epochs.lock().clone()
    }
}

impl World {
    pub(crate) fn sqlite() -> Self {
        let folder = testkit::temp_dir();
        let url = format!("sqlite:{}", folder.path().join("elite.db").display());
        Self { url, folder }
    }

    pub(crate) fn postgres() -> Self {
        Self::at(testkit::postgres().create_database())
    }

    pub(crate) fn at(url: String) -> Self {
        let folder = testkit::temp_dir();
        Self { url, folder }
    }

    /// Starts a process with its tail.
    pub(crate) async fn process(&self, node: Node<'_>) -> Process {
        let options = store::Options {
            pool_size: 1,
            max_overflow: 5,
            timeout: Duration::from_secs(5),
            ..store::Options::at(&self.url)
        };
        let store = Store::open(&options, Clock::System, Entropy::system()).await;
        let store = store.expect("the database opens");
        store.migrate().await.expect("migrations run");
        let epoch = store.epoch().await.expect("an epoch");
        let id = store.entropy().uuid(store.clock().now());
        let bell = match node.page {
            Some(name) => Bell::at(&self.page(name), epoch, id).expect("a page"),
            None => Bell::new(),
        };
        bell.turn_to(epoch).expect("turned");
        let tasks = Tasks::default();
        if let Some(url) = node.redis {
            let link = RedisLink::new(&bell, url, id).expect("a URL");
            let stopping = tasks.stopping().clone();
            tasks.spawn(async move {
                tokio::select! {
                    () = link.run() => {}
                    () = stopping.cancelled() => {}
                }
            });
        }
        let app = App::new(Parts {
            store,
            bell,
            mailer: Mailer::none(),
            uploads: Uploads::in_folder(self.folder.path().join("uploads")),
            tokens: Tokens::new(b"a secret of the tests, long enough", Clock::System),
            tasks,
            options: Options {
                public_url: "http://localhost".into(),
                quota_enforced: false,
                throttled: false,
                upload_bytes_max: 64 << 20,
                upload_life: Duration::from_secs(3_600),
            },
        });
        let told = Arc::new(Told::default());
        app.tail().listen(Arc::clone(&told) as Arc<dyn Listener>);
        tail::start(&app).await.expect("the tail begins");
        Process { app, told }
    }

    pub(crate) fn page(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Process {
    /// Signs somebody up, whose events are their tenant's.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let email = |who: &str| EmailAddress::parse(&format!("{who}@{name}.example"));
        let email = |who: &str| email(who).expect("an address");
        let registration = Registration {
            tenant: NewTenant {
                name: name.into(),
                company_email: email("office"),
                company_website: None,
            },
            owner: NewUser {
                email: email("ann"),
                first_name: None,
                last_name: None,
            },
            password: "Correct-Horse-7".into(),
        };
        let origin = Origin::default();
        let done = accounts::register(&self.app, registration, SessionKind::Api, &origin).await;
        let LoginKey::Tokens(pair) = done.expect("registered").value.key else {
            panic!("tokens");
        };
        let claims = self.app.tokens().verify(&pair.access).expect("a token");
        let signed_in = caller::by_token(&self.app, &claims).await.expect("known");
        let member = signed_in.member().expect("a member");
        let tenant = member.user().tenant_id;
        Person { member, tenant }
    }

    /// Makes a campaign; gives the number of its event.
    pub(crate) async fn write(&self, person: &Person) -> app::Result<i64> {
        let new = NewCampaign {
            name: "Spring".into(),
            description: None,
            search_query: String::new(),
            lead_source: "google_maps".into(),
            max_leads: 10,
            description_style: "professional".into(),
            enable_ai_personalization: true,
        };
        Ok(campaigns::create(&self.app, &person.member, new).await?.seq)
    }

    /// Waits until the tail has come to a number.
    pub(crate) async fn reaches(&self, person: &Person, seq: i64, within: Duration) {
        eventually(within, async || {
            (self.app.tail().reached(person.tenant) >= Some(seq)).then_some(())
        })
        .await;
    }

    /// The tail told of all numbers up to this one, each once and in order, from wherever it began.
    pub(crate) fn was_told_all(&self, person: &Person, last: i64) {
        let numbers = self.told.of(person.tenant);
        let first = numbers.first().copied().unwrap_or(0);
        assert_eq!(numbers, (first..=last).collect::<Vec<_>>());
    }

    pub(crate) async fn stop(self) {
        let stopped = tokio::time::timeout(Duration::from_secs(10), self.app.tasks().stop());
        stopped.await.expect("every task ends at once");
    }
}
