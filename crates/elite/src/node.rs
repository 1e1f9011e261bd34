//! The process among others: those of its node, which it finds at a page in a file, and other nodes, which it finds
//! through Redis.

use std::path::PathBuf;

use app::cached::{self, CacheOptions, Lives};
use app::tail;
use bell::{Bell, RedisLink};
use store::Store;

use crate::folder::Folder;
use crate::run::Failure;
use crate::settings::{Location, Settings};

/// The page's name in the data directory, where the database is a server.
const PAGE_FILE: &str = "bell.page";
/// What a SQLite file's page is called after the file's name: another data directory may name the same file.
const PAGE_ENDING: &str = ".bell";

/// The bell of this process in the spine's epoch. Without a page it knows of its own changes at once and of other processes' by looking.
pub(crate) async fn bell(
    settings: &Settings,
    folder: &Folder,
    store: &Store,
) -> Result<Bell, store::Error> {
    let epoch = store.epoch().await?;
    let path = page_path(settings, folder);
    let node = store.entropy().uuid(store.clock().now());
    Ok(Bell::at(&path, epoch, node).unwrap_or_else(|error| {
        tracing::warn!(
            path = %path.display(),
            %error,
            "there is no page for the node's numbers; changes by other processes are found by polling"
        );
        Bell::alone(epoch)
    }))
}

/// Begins to follow what every process writes, and to tell other nodes; both end with the app's tasks.
pub(crate) async fn follow(settings: &Settings, app: &app::App) -> Result<(), Failure> {
    if let Some(url) = &settings.cache.redis_url {
        let node = app.entropy().uuid(app.now());
        let link = RedisLink::new(app.bell(), url.expose(), node);
        let link = link.map_err(|error| {
            format!("REDIS_URL cannot be used: it is {error}. Write redis://HOST:6379/0, or rediss:// with TLS.")
        })?;
        let stopping = app.tasks().stopping().clone();
        app.tasks().spawn(async move {
            tokio::select! {
                () = link.run() => {}
                () = stopping.cancelled() => {}
            }
        });
    }
    let opened = cached::open(app, &cache_options(settings));
    opened.map_err(|error| format!("REDIS_URL cannot be used: {error}"))?;
    let begun = tail::start(app).await;
    begun.map_err(|error| format!("The database cannot be followed: {error}"))?;
    cached::begin(app);
    Ok(())
}

fn cache_options(settings: &Settings) -> CacheOptions {
    let cache = &settings.cache;
    CacheOptions {
        near_bytes_max: cache.near_bytes(),
        redis_url: cache.redis_url.as_ref().map(|url| url.expose().to_owned()),
        lives: Lives {
            campaigns: cache.campaigns,
            leads: cache.leads,
            stats: cache.stats,
            session: cache.session,
            notifications: cache.notifications,
            templates: cache.templates,
            team: cache.team,
            tenant: cache.tenant,
            stale_max: cache.stale_max,
        },
    }
}

fn page_path(settings: &Settings, folder: &Folder) -> PathBuf {
    match &settings.database.location {
        Location::Sqlite(database) => {
            let database = database.canonicalize().unwrap_or(database.clone());
            let mut path = database.into_os_string();
            path.push(PAGE_ENDING);
            path.into()
        }
        Location::Postgres(_) => folder.path().join(PAGE_FILE),
    }
}
