//! The rows of an import that became no lead, as a file to mend and to upload again: page by page, so that memory is
//! bounded and a connection is held only while one is loaded.

use std::borrow::Cow;

use domain::ids::{CampaignId, ImportId};
use domain::imports::Import;
use store::imports::failures;
use tables::writing::{Cell, Format, Writer};

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};

/// The name of the last column.
const REASON: &str = "reason";

/// The file, which is being made.
#[derive(Debug)]
pub struct ErrorFile {
    app: App,
    caller: Member,
    import: Import,
    writer: Writer,
    after: i64,
    is_over: bool,
}

/// Begins the file of an import.
pub async fn errors(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    id: ImportId,
) -> Result<Done<ErrorFile>> {
    let done = super::show_of(app, caller, campaign, id).await?;
    let (app, caller) = (app.clone(), caller.clone());
    let import = done.value;
    let reason = std::iter::once(REASON.to_owned());
    let header: Vec<String> = import.header.iter().cloned().chain(reason).collect();
    let writer = Writer::new(Format::Csv, &header).map_err(internal)?;
    let value = ErrorFile {
        app,
        caller,
        import,
        writer,
        after: 0,
        is_over: false,
    };
    Ok(Done {
        value,
        seq: done.seq,
    })
}

impl ErrorFile {
    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.is_over {
            return Ok(None);
        }
        let db = self.caller.read(&self.app).await?;
        let page = failures::page(&db, self.import.id, self.after).await?;
        drop(db);
        match page.last() {
            None => self.is_over = true,
            Some(last) => self.after = last.row,
        }
        let width = self.import.header.len();
        for failure in page {
            let text = |text: String| Cell::Text(Cow::Owned(text));
            let reason = if failure.cells.is_empty() {
                format!("row {}: {}", failure.row, failure.reason)
            } else {
                failure.reason
            };
            let mut cells = failure.cells;
            // The reason stands under its name, and what a long row has more comes after it.
            let beyond = cells.split_off(width.min(cells.len()));
            let padding = std::iter::repeat_n(Cell::Empty, width - cells.len());
            let row = cells.into_iter().map(text).chain(padding);
            let row = row
                .chain([text(reason)])
                .chain(beyond.into_iter().map(text));
            self.writer.row(row).map_err(internal)?;
        }
        Ok(Some(self.writer.take()))
    }
}

fn internal(error: std::io::Error) -> Error {
    Error::Internal(error.to_string())
}
