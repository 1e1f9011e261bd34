//! An app over a database of its own, a person, and short words for imports.

use app::accounts::{self, LoginKey, Registration};
use app::caller::{self, Member};
use app::context::{App, Options, Parts};
use app::imports::{self, ChosenImport};
use app::jobs::{self, Claimed, Outcome, Turn};
use app::tasks::Tasks;
use app::tokens::Tokens;
use app::{campaigns, leads};
use bell::Bell;
use domain::accounts::{NewUser, Origin, SessionKind};
use domain::campaigns::NewCampaign;
use domain::clock::Clock;
use domain::email::EmailAddress;
use domain::entropy::Entropy;
use domain::ids::{CampaignId, ImportId};
use domain::imports::{Import, ImportOptions};
use domain::jobs::Job;
use domain::leads::{Lead, LeadFilter};
use domain::tenants::NewTenant;
use mail::Mailer;
use providers::Uploads;
use store::Store;
use testkit::TempDir;

const LONG: [&str; 2] = ["run_import", "undo_import"];

pub(crate) struct World {
    pub(crate) app: App,
    _folder: TempDir,
}

/// The owner of a company with a campaign.
pub(crate) struct Person {
    pub(crate) member: Member,
    pub(crate) campaign: CampaignId,
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

impl World {
    pub(crate) async fn sqlite() -> Self {
        let folder = testkit::temp_dir();
        let url = format!("sqlite:{}", folder.path().join("elite.db").display());
        Self::at(url, folder).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::at(testkit::postgres().create_database(), testkit::temp_dir()).await
    }

    async fn at(url: String, folder: TempDir) -> Self {
        let options = store::Options {
            pool_size: 2,
            max_overflow: 8,
            ..store::Options::at(&url)
        };
        let store = Store::open(&options, Clock::System, Entropy::system()).await;
        let store = store.expect("the database opens");
        store.migrate().await.expect("migrations run");
        let app = App::new(Parts {
            store,
            bell: Bell::new(),
            mailer: Mailer::none(),
            uploads: Uploads::in_folder(folder.path().join("uploads")),
            tokens: Tokens::new(b"a secret of the tests, long enough", Clock::System),
            tasks: Tasks::default(),
            options: Options {
                public_url: "http://localhost".into(),
                quota_enforced: false,
                throttled: false,
                upload_bytes_max: 64 << 20,
                upload_life: std::time::Duration::from_secs(24 * 3600),
            },
        });
        Self {
            app,
            _folder: folder,
        }
    }

    pub(crate) async fn person(&self, name: &str) -> Person {
        let email = |who: &str| EmailAddress::parse(&format!("{who}@{name}.example")).unwrap();
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
        let LoginKey::Tokens(pair) = done.unwrap().value.key else {
            panic!("tokens");
        };
        let claims = self.app.tokens().verify(&pair.access).unwrap();
        let signed_in = caller::by_token(&self.app, &claims).await.unwrap();
        let member = signed_in.member().unwrap();
        let campaign = self.campaign(&member).await;
        Person { member, campaign }
    }

    pub(crate) async fn campaign(&self, member: &Member) -> CampaignId {
        let new = NewCampaign {
            name: "Spring".into(),
            description: None,
            search_query: String::new(),
            lead_source: "google_maps".into(),
            max_leads: 10,
            description_style: "professional".into(),
            enable_ai_personalization: true,
        };
        let done = campaigns::create(&self.app, member, new).await;
        done.unwrap().value.id
    }

    /// Uploads a text for a campaign.
    pub(crate) async fn queue(
        &self,
        person: &Person,
        campaign: CampaignId,
        text: &str,
        options: &str,
    ) -> ImportId {
        let options: ImportOptions = serde_json::from_str(options).expect("choices");
        let (app, member) = (&self.app, &person.member);
        let mut incoming = imports::begin(app, member, campaign).await.unwrap();
        incoming.write(text.as_bytes()).await.unwrap();
        let new = ChosenImport {
            file_name: "leads.csv".into(),
            options,
            idempotency_key: None,
        };
        let done = imports::enqueue_chosen(app, member, campaign, incoming, new).await;
        done.unwrap().value.import.id
    }

    /// Uploads and reads a text to its end.
    pub(crate) async fn import(
        &self,
        person: &Person,
        campaign: CampaignId,
        text: &str,
        options: &str,
    ) -> Import {
        let id = self.queue(person, campaign, text, options).await;
        self.work().await;
        self.show(person, id).await
    }

    pub(crate) async fn claim(&self) -> Option<Claimed> {
        jobs::claim(&self.app, &LONG).await.unwrap()
    }

    /// Takes every running job from its worker; one whose last beat was still on its way is taken at the next look.
    pub(crate) async fn take_away(&self) {
        loop {
            let leases = jobs::running(&self.app).await.unwrap();
            if leases.is_empty() {
                return;
            }
            for lease in leases {
                jobs::expire(&self.app, lease).await.unwrap();
            }
        }
    }

    /// Does every long job that waits, one after the other.
    pub(crate) async fn work(&self) {
        while let Some(claimed) = self.claim().await {
            let outcome = self.perform(&claimed, &Turn::endless()).await.unwrap();
            jobs::end(&self.app, &claimed, &outcome).await.unwrap();
        }
    }

    pub(crate) async fn perform(&self, claimed: &Claimed, turn: &Turn) -> app::Result<Outcome> {
        match claimed.job {
            Job::RunImport { import_id } => {
                imports::run_turn(&self.app, claimed, import_id, turn).await
            }
            Job::UndoImport { import_id } => {
                imports::undo(&self.app, claimed, import_id, turn).await
            }
            _ => panic!("another job"),
        }
    }

    pub(crate) async fn show(&self, person: &Person, id: ImportId) -> Import {
        let done = imports::show(&self.app, &person.member, id).await;
        done.unwrap().value
    }

    /// The file of the failed rows, without its byte-order mark.
    pub(crate) async fn errors(&self, person: &Person, import: &Import) -> String {
        let (app, member) = (&self.app, &person.member);
        let done = imports::errors(app, member, import.campaign_id, import.id).await;
        let mut file = done.unwrap().value;
        let mut bytes = Vec::new();
        while let Some(more) = file.next().await.unwrap() {
            bytes.extend(more);
        }
        let text = String::from_utf8(bytes).unwrap();
        text.trim_start_matches('\u{feff}').to_owned()
    }

    /// All leads of a campaign, by title.
    pub(crate) async fn leads(&self, person: &Person, campaign: CampaignId) -> Vec<Lead> {
        let mut all = Vec::new();
        let mut after = None;
        let filter = LeadFilter::default();
        loop {
            let page = leads::page(
                &self.app,
                &person.member,
                campaign,
                &filter,
                after.as_ref(),
                1_000,
            );
            let page = page.await.unwrap().value;
            all.extend(page.leads);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        all.sort_by(|a, b| a.fields.title.cmp(&b.fields.title));
        all
    }

    /// The leads that the campaign and the tenant's quota count.
    pub(crate) async fn counted(&self, person: &Person, campaign: CampaignId) -> (i64, i64) {
        let (app, member) = (&self.app, &person.member);
        let shown = campaigns::show(app, member, campaign).await.unwrap().value;
        let tenant = app::tenants::show(app, member).await.unwrap().value;
        (shown.leads_count, tenant.leads_used)
    }
}

/// A table of so many rows, each with an address of its own.
pub(crate) fn table(rows: usize) -> String {
    let mut text = String::from("name,email,phone\n");
    for row in 0..rows {
        text.push_str(&format!("Firm {row:06},a{row}@b.example,\n"));
    }
    text
}
