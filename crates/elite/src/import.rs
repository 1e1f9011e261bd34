//! `elite import`: a file into a campaign, from the command line.
//!
//! The file becomes an import like one of the site, and this process works on jobs until it has ended. Where a server
//! runs beside it on the same data, whoever is free first takes the job; the lease sees to it that no row comes twice.
//! An interrupted command is taken over by the server within seconds, or at its next start.

mod progress;

use std::path::{Path, PathBuf};
use std::time::Duration;

use app::caller::Member;
use app::imports::{self, NewImport};
use app::{App, campaigns, operators};
use domain::ids::{CampaignId, ImportId};
use domain::imports::{Import, ImportState};
use tokio::io::AsyncReadExt;

use self::progress::Progress;
use crate::admin::{address, explain};
use crate::cli::ImportFile;
use crate::parts;
use crate::run::{Failure, print};
use crate::settings::Settings;

/// Bytes of the file that are passed on at once.
const PIECE_BYTES: usize = 1 << 20;
/// How often to look how far the import is.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long the work of other jobs may take to come to a good place.
const TASKS_END_WITHIN: Duration = Duration::from_secs(20);

/// Imports the file and says what became of its rows; a failure where not all were read.
pub(crate) async fn run(settings: Settings, wanted: ImportFile) -> Result<(), Failure> {
    let opened = parts::open(&settings, settings.server.port).await?;
    let app = opened.app;
    let done = import(&app, &wanted).await;
    let stopped = tokio::time::timeout(TASKS_END_WITHIN, app.tasks().stop()).await;
    if stopped.is_err() {
        tracing::warn!("some background work did not end in time; it goes on at the next start");
    }
    app.store().close().await;
    print(&done?)
}

async fn import(app: &App, wanted: &ImportFile) -> Result<String, Failure> {
    let user = wanted.user.as_deref().map(address).transpose()?;
    let scope = operators::find_tenant(app, &wanted.company_email).await;
    let scope = scope.map_err(|error| explain(&error))?;
    let member = operators::act_as(app, scope, user.as_ref()).await;
    let member = member.map_err(|error| explain(&error))?;
    let campaign = campaign(app, &member, &wanted.campaign).await?;
    let name = wanted.file.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let rows = count_rows(app, wanted.file.clone(), name.clone()).await?;
    let id = send(app, &member, campaign, &wanted.file, name).await?;
    jobs::start(app);
    let import = watch(app, &member, id, rows).await?;
    let told = outcome(&import);
    match import.state {
        ImportState::Completed => Ok(told),
        _ => Err(told),
    }
}

/// The campaign of this id, or the only one of exactly this name.
async fn campaign(app: &App, member: &Member, wanted: &str) -> Result<CampaignId, Failure> {
    let all = campaigns::list(app, member).await;
    let all = all.map_err(|error| explain(&error))?.value;
    let id = CampaignId::parse(wanted);
    let named = all
        .iter()
        .filter(|campaign| campaign.name == wanted || Some(campaign.id) == id);
    let found: Vec<CampaignId> = named.map(|campaign| campaign.id).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(format!(
            "The company has no campaign with the name or id {wanted:?}."
        )),
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(format!(
                "Several campaigns are named {wanted:?}. Give the id of one: {}",
                ids.join(", ")
            ))
        }
    }
}

/// The rows of the file; reading it once through also shows a file that nobody can read before anything is stored.
async fn count_rows(app: &App, path: PathBuf, name: String) -> Result<u64, Failure> {
    let shown = path.display().to_string();
    let counted = app.tasks().run_blocking(move || {
        let table = tables::open(&path, &name, &tables::Options::default())?;
        table.into_rows().skip_rows(u64::MAX)
    });
    let counted = counted.await.map_err(|error| error.to_string())?;
    counted.map_err(|error| format!("{shown}: {error}"))
}

async fn send(
    app: &App,
    member: &Member,
    campaign: CampaignId,
    path: &Path,
    file_name: String,
) -> Result<ImportId, Failure> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let begun = imports::begin(app, member, campaign).await;
    let mut incoming = begun.map_err(|error| explain(&error))?;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let length = file.read(&mut piece).await.map_err(unreadable)?;
        if length == 0 {
            break;
        }
        let written = incoming.write(&piece[..length]).await;
        written.map_err(|error| explain(&error))?;
    }
    let new = NewImport {
        file_name,
        ..NewImport::default()
    };
    let queued = imports::enqueue(app, member, campaign, incoming, new).await;
    Ok(queued.map_err(|error| explain(&error))?.value.import.id)
}

/// Shows how far the import is until it has ended.
async fn watch(app: &App, member: &Member, id: ImportId, rows: u64) -> Result<Import, Failure> {
    let mut progress = Progress::begin(rows);
    loop {
        let shown = imports::show(app, member, id).await;
        let import = shown.map_err(|error| explain(&error))?.value;
        progress.show(import.counts.rows_read);
        if import.state.is_final() {
            progress.end();
            // The same file again is another import from now on; that it failed is told from its row.
            let _delivered = imports::wait(app, member, id).await;
            return Ok(import);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What became of the rows, and the first that failed.
fn outcome(import: &Import) -> String {
    let counts = &import.counts;
    let state = import.state.as_str();
    let mut text = format!(
        "The import is {state}: {} rows read, {} leads created, {} rows failed.",
        counts.rows_read, counts.leads_created, counts.leads_failed
    );
    if let Some(reason) = &import.error {
        text += &format!("\n{reason}");
    }
    for failed in &import.failed_rows {
        text += &format!("\n  row {}: {}", failed.row, failed.reason);
    }
    text
}
