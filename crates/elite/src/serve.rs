//! Serving: start, say so, live until a signal, end cleanly.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::jobs as app_jobs;
use http_edge::{ServerOptions, serve as serve_connections};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::folder::{self, Folder, Hold};
use crate::run::Failure;
use crate::settings::{Location, Settings};
use crate::signals::Signals;
use crate::{banner, node, parts, routes};

/// How long background work may take to come to a good place after the requests have ended.
const TASKS_END_WITHIN: Duration = Duration::from_secs(20);

/// What serving begins with.
struct Ready {
    app: app::App,
    router: http_edge::Router,
    listener: TcpListener,
    _hold: Option<Hold>,
}

/// Runs until a signal says to stop.
pub(crate) async fn serve(settings: Settings) -> Result<(), Failure> {
    let signals = Signals::listen();
    let mut signals = signals.map_err(|error| format!("Signals cannot be listened to: {error}"))?;
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    let ready = tokio::select! {
        ready = prepare(&settings) => ready?,
        () = signals.next() => return Ok(()),
    };
    let stopping = CancellationToken::new();
    let connections = TaskTracker::new();
    let app = ready.app;
    let server = app.tasks().spawn(serve_connections(
        ready.listener,
        ready.router,
        ServerOptions::default(),
        stopping.clone(),
        connections,
    ));
    signals.next().await;
    tracing::info!("stopping: running requests are finished, then the program ends");
    stopping.cancel();
    // Jobs give their leases up at the next chunk, and who waits for one is told to ask again.
    app.tasks().stopping().cancel();
    let ended = CancellationToken::new();
    let at_once = signals.end_at_once(ended.clone());
    let orderly = async {
        if let Err(error) = server.await {
            tracing::error!(%error, "the server ended unexpectedly");
        }
        end(&app).await;
        ended.cancel();
    };
    tokio::join!(orderly, at_once);
    Ok(())
}

/// Opens everything, starts the background work and says so.
async fn prepare(settings: &Settings) -> Result<Ready, Failure> {
    let listener = listen(settings.server.address()).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    // Before the database is opened, since opening brings its schema up to date.
    let hold = hold(settings)?;
    let opened = parts::open(settings, address.port()).await?;
    let app = opened.app.clone();
    if hold.is_some() {
        let released = app_jobs::release_all(&app)
            .await
            .map_err(|error| error.to_string())?;
        if released > 0 {
            tracing::info!(jobs = released, "jobs of the last run go on");
        }
    }
    let router = routes::router(settings, &app)?;
    node::follow(settings, &app).await?;
    jobs::start(&app);
    let lines = banner::lines(settings, &opened, address);
    tracing::info!(%address, data = %opened.folder.path().display(), schema = opened.schema, "listening");
    banner::print(&lines);
    Ok(Ready {
        app,
        router,
        listener,
        _hold: hold,
    })
}

/// Keeps other nodes off the database, where it is a file.
fn hold(settings: &Settings) -> Result<Option<Hold>, Failure> {
    match &settings.database.location {
        Location::Sqlite(path) => {
            Folder::open(&settings.server.data_dir)?;
            folder::hold(path).map(Some)
        }
        Location::Postgres(_) => Ok(None),
    }
}

/// Ends background work and closes the database.
async fn end(app: &app::App) {
    if tokio::time::timeout(TASKS_END_WITHIN, app.tasks().stop())
        .await
        .is_err()
    {
        tracing::warn!("some background work did not end in time; it goes on at the next start");
    }
    if let Err(error) = app.store().mark_position().await {
        tracing::warn!(%error, "the mark beside the database was not written");
    }
    app.store().close().await;
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "{address} is in use by another program. Stop that one, or set PORT to a free port."
            ),
            io::ErrorKind::PermissionDenied => {
                format!(
                    "{address} needs rights that this user does not have. Set PORT to 1024 or more."
                )
            }
            _ => format!("{address} cannot be listened on: {error}. Check HOST and PORT."),
        })
}

/// Makes request ids of the app's randomness.
pub(crate) fn request_ids(app: &app::App) -> http_edge::edge::MakeId {
    let app = app.clone();
    Arc::new(move || app.entropy().uuid(app.now()).to_string())
}
