//! An app over a database of its own, with its files in a folder or in a bucket, and a clock that tests move.

use app::accounts::{self, LoginKey, Registration};
use app::caller::{self, Member};
use app::campaigns;
use app::context::{App, Options, Parts};
use app::imports::{self, ChosenImport};
use app::jobs::{self, Turn};
use app::tasks::Tasks;
use app::tokens::Tokens;
use app::uploads::{self, NewUpload};
use bell::Bell;
use bytes::Bytes;
use domain::accounts::{NewUser, Origin, SessionKind};
use domain::campaigns::NewCampaign;
use domain::clock::{Clock, Timestamp};
use domain::email::EmailAddress;
use domain::entropy::Entropy;
use domain::ids::{CampaignId, ImportId};
use domain::imports::{Import, ImportOptions};
use domain::jobs::Job;
use domain::refusal::RefusalKind;
use domain::tenants::NewTenant;
use domain::uploads::Upload;
use futures_util::stream;
use mail::Mailer;
use providers::{S3Options, Uploads};
use store::Store;
use testkit::{S3, TempDir};

/// How long uploads are kept here.
pub(crate) const LIFE_SECONDS: i64 = 24 * 3_600;

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) folder: TempDir,
    pub(crate) s3: Option<S3>,
}

/// The owner of a company with a campaign.
pub(crate) struct Person {
    pub(crate) member: Member,
    pub(crate) campaign: CampaignId,
}

/// Makes a test of each story on each engine with each store of files.
macro_rules! everywhere {
    ($($story:ident),+ $(,)?) => {
        everywhere!(@ sqlite_folder Sqlite false $($story)+);
        everywhere!(@ sqlite_bucket Sqlite true $($story)+);
        everywhere!(@ postgres_folder Postgres false $($story)+);
        everywhere!(@ postgres_bucket Postgres true $($story)+);
    };
    (@ $place:ident $engine:ident $in_bucket:literal $($story:ident)+) => {
        mod $place {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let engine = $crate::world::Engine::$engine;
                super::$story($crate::world::World::new(engine, $in_bucket).await).await;
            })+
        }
    };
}
pub(crate) use everywhere;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl World {
    pub(crate) async fn new(engine: Engine, in_bucket: bool) -> Self {
        let folder = testkit::temp_dir();
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("elite.db").display()),
            Engine::Postgres => testkit::postgres().create_database(),
        };
        let s3 = in_bucket.then(S3::start);
        let files = folder.path().join("uploads");
        let uploads = match &s3 {
            None => Uploads::in_folder(files),
            Some(s3) => {
                let options = S3Options {
                    bucket: S3::BUCKET.into(),
                    prefix: String::new(),
                    endpoint: Some(s3.endpoint()),
                    region: "us-east-1".into(),
                    access_key_id: S3::ACCESS_KEY_ID.into(),
                    secret_access_key: S3::SECRET_ACCESS_KEY.into(),
                };
                Uploads::in_bucket(files, &options).expect("good options")
            }
        };
        let options = store::Options {
            pool_size: 2,
            max_overflow: 8,
            ..store::Options::at(&url)
        };
        let clock = Clock::manual(Clock::System.now());
        let store = Store::open(&options, clock.clone(), Entropy::system()).await;
        let store = store.expect("the database opens");
        store.migrate().await.expect("migrations run");
        let app = App::new(Parts {
            store,
            bell: Bell::new(),
            mailer: Mailer::none(),
            uploads,
            tokens: Tokens::new(b"a secret of the tests, long enough", clock),
            tasks: Tasks::default(),
            options: Options {
                public_url: "http://localhost".into(),
                quota_enforced: false,
                throttled: false,
                upload_bytes_max: 64 << 20,
                upload_life: std::time::Duration::from_secs(LIFE_SECONDS as u64),
            },
        });
        Self { app, folder, s3 }
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
        let new = NewCampaign {
            name: "Spring".into(),
            description: None,
            search_query: String::new(),
            lead_source: "google_maps".into(),
            max_leads: 10,
            description_style: "professional".into(),
            enable_ai_personalization: true,
        };
        let done = campaigns::create(&self.app, &member, new).await;
        let campaign = done.unwrap().value.id;
        Person { member, campaign }
    }

    pub(crate) async fn begin(&self, person: &Person, bytes: usize) -> Upload {
        let new = NewUpload {
            file_name: "leads.csv".into(),
            bytes: bytes as u64,
        };
        let done = uploads::begin(&self.app, &person.member, new).await;
        done.expect("begun").value
    }

    /// Sends bytes in pieces of a few kilobytes.
    pub(crate) async fn append(
        &self,
        person: &Person,
        upload: &Upload,
        offset: u64,
        content: &[u8],
    ) -> app::Result<Upload> {
        let pieces: Vec<Result<Bytes, ()>> = content
            .chunks(50_000)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        let incoming = stream::iter(pieces);
        let done = uploads::append(&self.app, &person.member, upload.id, offset, incoming).await;
        done.map(|done| done.value)
    }

    /// A complete upload of this text.
    pub(crate) async fn upload(&self, person: &Person, content: &[u8]) -> Upload {
        let upload = self.begin(person, content.len()).await;
        let upload = self.append(person, &upload, 0, content).await;
        let upload = upload.expect("received");
        assert!(upload.is_complete());
        upload
    }

    pub(crate) async fn show(&self, person: &Person, upload: &Upload) -> app::Result<Upload> {
        let done = uploads::show(&self.app, &person.member, upload.id).await;
        done.map(|done| done.value)
    }

    pub(crate) async fn start(
        &self,
        person: &Person,
        upload: &Upload,
        key: Option<&str>,
    ) -> app::Result<Import> {
        let new = ChosenImport {
            file_name: String::new(),
            options: ImportOptions::default(),
            idempotency_key: key.map(str::to_owned),
        };
        let (app, member) = (&self.app, &person.member);
        let done = imports::start_from_upload(app, member, person.campaign, upload.id, new).await;
        done.map(|done| done.value.import)
    }

    /// Does every import that waits.
    pub(crate) async fn work(&self) {
        while let Some(claimed) = jobs::claim(&self.app, &["run_import"]).await.unwrap() {
            let Job::RunImport { import_id } = claimed.job else {
                panic!("another job");
            };
            let turn = Turn::endless();
            let outcome = imports::run_turn(&self.app, &claimed, import_id, &turn).await;
            jobs::end(&self.app, &claimed, &outcome.unwrap())
                .await
                .unwrap();
        }
    }

    pub(crate) async fn import(&self, person: &Person, id: ImportId) -> Import {
        let done = imports::show(&self.app, &person.member, id).await;
        done.unwrap().value
    }

    /// Files and objects that are kept of a key, copies aside.
    pub(crate) fn kept(&self, upload: &Upload) -> usize {
        let key = upload.object_key();
        let place = match &self.s3 {
            Some(s3) => s3.bucket().join(&key),
            None => self.folder.path().join("uploads"),
        };
        let of_key = |name: &str| self.s3.is_some() || name.starts_with(&key);
        let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
        entries
            .filter(|entry| of_key(&entry.file_name().to_string_lossy()))
            .count()
    }

    /// Makes everything that is kept look as if it were from 1970.
    pub(crate) fn age_files(&self) {
        let mut folders = vec![self.folder.path().join("uploads")];
        folders.extend(self.s3.as_ref().map(S3::bucket));
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                    continue;
                }
                let file = std::fs::File::options().append(true).open(entry.path());
                let long_ago =
                    std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(3_600);
                file.and_then(|file| file.set_modified(long_ago)).unwrap();
            }
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.now()
    }
}

/// What kind of refusal it is, and its text.
pub(crate) fn refused<T: std::fmt::Debug>(result: app::Result<T>) -> (RefusalKind, String) {
    match result {
        Err(app::Error::Refused(refusal)) => (refusal.kind, refusal.text.into_owned()),
        other => panic!("not refused: {other:?}"),
    }
}

/// A table of so many rows.
pub(crate) fn table(rows: usize) -> Vec<u8> {
    wide_table(rows, 70)
}

/// The same with a column of so many characters.
pub(crate) fn wide_table(rows: usize, characters: usize) -> Vec<u8> {
    let note = "x".repeat(characters);
    let mut text = String::from("name,email,note\n");
    for row in 0..rows {
        text.push_str(&format!("Firm {row:06},a{row}@b.example,{note}\n"));
    }
    text.into_bytes()
}
