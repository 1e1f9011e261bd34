//! Opening what the use cases need.

use app::App;
use app::context::Parts;
use app::tasks::Tasks;
use app::tokens::Tokens;
use domain::clock::Clock;
use domain::entropy::Entropy;
use mail::{Mailer, SmtpOptions, Tls};
use providers::{S3Options, Uploads};
use store::{Options, Store};

use crate::folder::Folder;
use crate::node;
use crate::run::Failure;
use crate::settings::{Location, Settings, SmtpTls};

/// Everything below the delivery crates.
pub(crate) struct Opened {
    /// The use cases.
    pub(crate) app: App,
    /// The data directory.
    pub(crate) folder: Folder,
    /// The schema's version.
    pub(crate) schema: i64,
}

/// Opens directory, database and mail; `port` is where the site is reached unless the settings say it.
pub(crate) async fn open(settings: &Settings, port: u16) -> Result<Opened, Failure> {
    let folder = Folder::open(&settings.server.data_dir)?;
    let clock = Clock::System;
    let entropy = Entropy::system();
    let secret = match &settings.security.jwt_secret {
        Some(secret) => secret.expose().as_bytes().to_vec(),
        None => folder.signing_secret(&entropy)?,
    };
    let store = Store::open(&store_options(settings), clock.clone(), entropy).await;
    let store = store.map_err(|error| unreachable_database(settings, &error))?;
    let schema = store
        .migrate()
        .await
        .map_err(|error| unreachable_database(settings, &error))?;
    let bell = node::bell(settings, &folder, &store)
        .await
        .map_err(|error| unreachable_database(settings, &error))?;
    let app = App::new(Parts {
        store,
        bell,
        mailer: mailer(settings)?,
        uploads: uploads(settings, &folder)?,
        tokens: Tokens::new(&secret, clock),
        tasks: Tasks::default(),
        options: app::Options {
            public_url: settings.server.public_url(port),
            quota_enforced: settings.limits.enforces_quota,
            throttled: settings.limits.is_enabled,
            upload_bytes_max: settings.imports.upload_max_bytes(),
            upload_life: settings.uploads.life,
        },
    });
    Ok(Opened {
        app,
        folder,
        schema,
    })
}

/// Brings the schema up to date and stops.
pub(crate) async fn migrate(settings: Settings) -> Result<(), Failure> {
    let opened = open(&settings, settings.server.port).await?;
    tracing::info!(schema = opened.schema, "the database is up to date");
    opened.app.store().close().await;
    Ok(())
}

fn store_options(settings: &Settings) -> Options {
    let database = &settings.database;
    Options {
        url: match &database.location {
            Location::Sqlite(path) => format!("sqlite:{}", path.display()),
            Location::Postgres(url) => url.expose().to_owned(),
        },
        pool_size: database.pool_size,
        max_overflow: database.overflow_max,
        timeout: database.wait_max,
        recycle: database.recycle_after.unwrap_or_default(),
        pre_ping: database.pings_before_use,
    }
}

fn uploads(settings: &Settings, folder: &Folder) -> Result<Uploads, Failure> {
    let Some(bucket) = &settings.uploads.bucket else {
        return Ok(Uploads::in_folder(folder.uploads()));
    };
    let options = S3Options {
        bucket: bucket.name.clone(),
        prefix: bucket.prefix.clone(),
        endpoint: bucket.endpoint.clone(),
        region: bucket.region.clone(),
        access_key_id: bucket.access_key_id.clone(),
        secret_access_key: bucket.secret_access_key.expose().to_owned(),
    };
    Uploads::in_bucket(folder.uploads(), &options)
        .map_err(|error| format!("The settings for uploads cannot be used: {error}"))
}

fn mailer(settings: &Settings) -> Result<Mailer, Failure> {
    let Some(smtp) = &settings.mail.smtp else {
        return Ok(Mailer::none());
    };
    let login = smtp.login.as_ref();
    let options = SmtpOptions {
        host: smtp.host.clone(),
        port: smtp.port,
        tls: match smtp.tls {
            SmtpTls::StartTls => Tls::StartTls,
            SmtpTls::Tls => Tls::Implicit,
            SmtpTls::None => Tls::None,
        },
        login: login.map(|login| (login.user.clone(), login.password.expose().to_owned())),
        from: smtp.from.clone(),
        support: settings
            .mail
            .support
            .clone()
            .unwrap_or_else(|| smtp.from.clone()),
    };
    Mailer::smtp(options).map_err(|error| format!("The mail settings cannot be used: {error}"))
}

fn unreachable_database(settings: &Settings, error: &store::Error) -> Failure {
    let advice = match &settings.database.location {
        Location::Sqlite(path) => {
            format!(
                "The file {} must be in a directory that this user may write.",
                path.display()
            )
        }
        Location::Postgres(_) => {
            "Check DATABASE_URL: host, port, user, password and the name of an existing database."
                .to_owned()
        }
    };
    format!("The database cannot be used: {error}. {advice}")
}
