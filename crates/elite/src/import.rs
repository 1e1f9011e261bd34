//! `elite import`: a file into a campaign, from the command line.
//!
//! The file becomes an import like one of the site, and this process works on jobs until it has ended. Where a server
//! runs beside it on the same data, whoever is free first takes the job; the lease sees to it that no row comes twice.
//! An interrupted command is taken over by the server within seconds, or at its next start.

pub(crate) mod choices;
mod progress;
mod table;

use std::path::Path;
use std::time::Duration;

use app::caller::Member;
use app::imports::{self, ChosenImport, FIRST_PART_BYTES, Incoming, Preview};
use app::{App, campaigns, operators};
use domain::ids::{CampaignId, ImportId};
use domain::imports::{ColumnProposal, Import, ImportOptions, ImportState, completed};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

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
    let source = Source {
        app,
        member: &member,
        campaign: campaign(app, &member, &wanted.campaign).await?,
        path: &wanted.file,
        name: wanted
            .file
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
    };
    let options = source.completed(wanted.choices.options()).await?;
    if wanted.is_dry_run {
        let preview = source.preview(options.clone()).await?;
        return Ok(table::describe(&source.name, &preview, &options));
    }
    let id = match source.running(&options).await? {
        Some(id) => id,
        None => source.send(options).await?,
    };
    jobs::start(app);
    let import = watch(app, &member, id).await?;
    let mut told = outcome(&import);
    if let Some(path) = &wanted.errors {
        let written = source.write_errors(&import, path).await;
        written.map_err(|error| format!("{told}\n{}: {error}", path.display()))?;
        told += &format!("\nThe rows that became no lead are in {}.", path.display());
    } else if import.counts.leads_failed > 0 {
        told += &format!(
            "\nAll of them: GET /api/v1/campaigns/{}/imports/{id}/errors.csv, or --errors FILE next time.",
            import.campaign_id
        );
    }
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

/// The file, and where it goes.
struct Source<'a> {
    app: &'a App,
    member: &'a Member,
    campaign: CampaignId,
    path: &'a Path,
    name: String,
}

impl Source<'_> {
    /// Looks at the first part of the file, and completes the choices by what is found out and proposed.
    async fn completed(&self, mut options: ImportOptions) -> Result<ImportOptions, Failure> {
        let seen = self.preview(options.clone()).await?;
        options.header = seen.header;
        let columns = seen.columns.into_iter();
        let (header, proposals): (Vec<String>, Vec<ColumnProposal>) =
            columns.map(|column| (column.name, column.proposal)).unzip();
        options.mapping = completed(&header, proposals, &options.mapping);
        Ok(options)
    }

    async fn preview(&self, options: ImportOptions) -> Result<Preview, Failure> {
        let (app, member) = (self.app, self.member);
        let file = self.open().await?;
        let begun = imports::begin_preview(app, member, self.campaign, &self.name).await;
        let is_text = tables::Kind::of_file_name(&self.name) == Some(tables::Kind::Delimited);
        let bytes_max = if is_text { FIRST_PART_BYTES } else { u64::MAX };
        let incoming = self.pass_on(file, bytes_max, begun).await?;
        let done = imports::preview(app, member, incoming, &self.name, options).await;
        Ok(done.map_err(|error| self.explain(&error))?.value)
    }

    /// The same import, if it was begun before and has not ended: by a command that was interrupted.
    async fn running(&self, options: &ImportOptions) -> Result<Option<ImportId>, Failure> {
        let length = tokio::fs::metadata(self.path).await;
        let length = length.map_err(|error| self.explain(&error))?.len();
        let all = imports::list(self.app, self.member, self.campaign).await;
        let all = all.map_err(|error| explain(&error))?.value;
        let is_same = |import: &&Import| {
            !import.state.is_final()
                && import.file_name == self.name
                && u64::try_from(import.file_bytes) == Ok(length)
                && import.options.as_ref() == Some(options)
        };
        Ok(all.iter().find(is_same).map(|import| import.id))
    }

    async fn send(&self, options: ImportOptions) -> Result<ImportId, Failure> {
        let (app, member) = (self.app, self.member);
        let file = self.open().await?;
        let begun = imports::begin(app, member, self.campaign).await;
        let incoming = self.pass_on(file, u64::MAX, begun).await?;
        let new = ChosenImport {
            file_name: self.name.clone(),
            options,
            idempotency_key: None,
        };
        let queued = imports::enqueue_chosen(app, member, self.campaign, incoming, new).await;
        Ok(queued
            .map_err(|error| self.explain(&error))?
            .value
            .import
            .id)
    }

    async fn open(&self) -> Result<File, Failure> {
        let opened = File::open(self.path).await;
        opened.map_err(|error| self.explain(&error))
    }

    /// Passes so many bytes of the file on.
    async fn pass_on(
        &self,
        file: File,
        bytes_max: u64,
        begun: app::Result<Incoming>,
    ) -> Result<Incoming, Failure> {
        let mut incoming = begun.map_err(|error| self.explain(&error))?;
        let mut file = file.take(bytes_max);
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let length = file.read(&mut piece).await;
            let length = length.map_err(|error| self.explain(&error))?;
            if length == 0 {
                return Ok(incoming);
            }
            let written = incoming.write(&piece[..length]).await;
            written.map_err(|error| self.explain(&error))?;
        }
    }

    /// Writes the rows that became no lead to a file, whether there are any or not.
    async fn write_errors(&self, import: &Import, path: &Path) -> Result<(), Failure> {
        let done = imports::errors(self.app, self.member, self.campaign, import.id).await;
        let mut rows = done.map_err(|error| explain(&error))?.value;
        let mut file = File::create(path)
            .await
            .map_err(|error| error.to_string())?;
        while let Some(bytes) = rows.next().await.map_err(|error| explain(&error))? {
            let written = file.write_all(&bytes).await;
            written.map_err(|error| error.to_string())?;
        }
        file.flush().await.map_err(|error| error.to_string())
    }

    fn explain(&self, error: &impl std::fmt::Display) -> Failure {
        format!("{}: {error}", self.path.display())
    }
}

/// Shows how far the import is until it has ended.
async fn watch(app: &App, member: &Member, id: ImportId) -> Result<Import, Failure> {
    let mut progress = Progress::begin();
    loop {
        let shown = imports::show(app, member, id).await;
        let import = shown.map_err(|error| explain(&error))?.value;
        progress.show(&import);
        if import.state.is_final() {
            progress.end();
            return Ok(import);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What became of the rows, and the first that failed.
fn outcome(import: &Import) -> String {
    let counts = &import.counts;
    let mut text = format!(
        "The import is {}: {} rows read, {} leads created, {} updated, {} skipped, {} failed.",
        import.state.as_str(),
        counts.rows_read,
        counts.leads_created,
        counts.leads_updated,
        counts.leads_skipped,
        counts.leads_failed
    );
    if let Some(reason) = &import.error {
        text += &format!("\n{reason}");
    }
    for failed in &import.failed_rows {
        text += &format!("\n  row {}: {}", failed.row, failed.reason);
    }
    text
}
