//! What became of an uploaded file.

use domain::imports::{FAILED_ROWS_SHOWN_MAX, Import as Entity, ImportOptions, ImportState, PPM};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The outcome of an upload.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UploadResult {
    /// Always true; what failed is an error.
    pub success: bool,
    /// The same for a person.
    pub message: String,
    /// The counters; they are complete.
    pub stats: UploadStats,
    /// The first failed rows, at most 10.
    pub failed_rows: Vec<UploadFailedRow>,
    /// The campaign.
    pub campaign_id: String,
}

/// The counters of an upload.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UploadStats {
    /// Data rows read.
    pub total_rows: i64,
    /// Leads made.
    pub leads_created: i64,
    /// Rows that became no lead.
    pub leads_failed: i64,
    /// Descriptions that were generated.
    pub descriptions_generated: i64,
    /// Leads whose description came from the file.
    pub descriptions_from_csv: i64,
    /// E-mails that were generated.
    pub emails_generated: i64,
    /// Leads whose drafted e-mail came from the file, where `generate_emails` asked for them.
    pub emails_from_csv: i64,
}

/// A row that became no lead.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UploadFailedRow {
    /// The data row, from 1, the header not counted.
    pub row: u64,
    /// Why.
    pub reason: String,
}

impl From<Entity> for UploadResult {
    fn from(import: Entity) -> Self {
        let counts = import.counts;
        let failed_rows = import.failed_rows.into_iter().take(FAILED_ROWS_SHOWN_MAX);
        Self {
            success: true,
            message: format!("Successfully uploaded {} leads", counts.leads_created),
            stats: UploadStats {
                total_rows: counts.rows_read,
                leads_created: counts.leads_created,
                leads_failed: counts.leads_failed,
                descriptions_generated: 0,
                descriptions_from_csv: counts.descriptions_from_file,
                emails_generated: 0,
                emails_from_csv: counts.emails_from_file,
            },
            failed_rows: failed_rows
                .map(|failed| UploadFailedRow {
                    row: failed.row,
                    reason: failed.reason,
                })
                .collect(),
            campaign_id: import.campaign_id.to_string(),
        }
    }
}

/// The options of an upload.
#[derive(Debug, ToSchema)]
pub struct UploadQuery {
    /// Accepted for clients that send it; descriptions are not generated.
    #[schema(default = false, nullable = false)]
    pub generate_descriptions: Option<bool>,
    /// Counts the drafted e-mails of the file; none is generated.
    #[schema(default = false, nullable = false)]
    pub generate_emails: Option<bool>,
    /// Accepted for clients that send it.
    #[schema(nullable = false)]
    pub company_info: Option<String>,
}

/// An upload.
#[derive(Debug, ToSchema)]
pub struct UploadForm {
    /// A file whose name ends in `.csv`, `.tsv`, `.xlsx` or `.xls`.
    #[schema(format = "binary", content_media_type = "application/octet-stream")]
    pub file: String,
}

/// An import.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Import {
    /// Its id.
    pub id: String,
    /// The campaign that it fills.
    pub campaign_id: String,
    /// The file's name.
    pub file_name: String,
    /// Bytes of the file.
    pub file_bytes: i64,
    /// `queued`, `running`, `completed`, `failed`, `cancelled` or `undone`.
    pub state: &'static str,
    /// Data rows read; created, updated, skipped and failed ones together.
    pub rows_read: i64,
    /// Rows that became leads.
    pub leads_created: i64,
    /// Rows that changed a lead that was there.
    pub leads_updated: i64,
    /// Rows whose lead was there and stayed as it was.
    pub leads_skipped: i64,
    /// Rows that became no lead.
    pub leads_failed: i64,
    /// How much of the file has been read, from 0 to 1.
    pub progress: f64,
    /// Rows read in a second.
    #[schema(required)]
    pub rows_per_second: Option<f64>,
    /// Seconds until the end, at the pace so far.
    #[schema(required)]
    pub seconds_left: Option<f64>,
    /// The first failed rows, at most 10.
    pub failed_rows: Vec<UploadFailedRow>,
    /// Why it ended before the file's end.
    #[schema(required)]
    pub error: Option<String>,
    /// The choices; `null` for an upload without any.
    #[schema(required, value_type = Option<ImportChoices>)]
    pub options: Option<ImportOptions>,
    /// The way back; `null` while nobody asked for it.
    #[schema(required)]
    pub undo: Option<ImportUndo>,
    /// When it was uploaded.
    pub created_at: String,
    /// When reading began.
    #[schema(required)]
    pub started_at: Option<String>,
    /// When it ended.
    #[schema(required)]
    pub finished_at: Option<String>,
}

/// How far the way back has come.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportUndo {
    /// `running` or `done`.
    pub state: &'static str,
    /// Leads that went.
    pub leads_removed: i64,
    /// Leads that stay, since somebody worked on them.
    pub leads_kept: i64,
}

impl From<Entity> for Import {
    fn from(import: Entity) -> Self {
        let rows_per_second = import.rows_per_second();
        let seconds_left = import.time_left().map(|left| left.as_secs_f64());
        let undo_state = match import.state {
            ImportState::Undone => "done",
            _ => "running",
        };
        let counts = import.counts;
        let failed_rows = import.failed_rows.into_iter().take(FAILED_ROWS_SHOWN_MAX);
        Self {
            id: import.id.to_string(),
            campaign_id: import.campaign_id.to_string(),
            file_name: import.file_name,
            file_bytes: import.file_bytes,
            state: import.state.as_str(),
            rows_read: counts.rows_read,
            leads_created: counts.leads_created,
            leads_updated: counts.leads_updated,
            leads_skipped: counts.leads_skipped,
            leads_failed: counts.leads_failed,
            progress: import.progress_ppm as f64 / PPM as f64,
            rows_per_second,
            seconds_left,
            failed_rows: failed_rows
                .map(|failed| UploadFailedRow {
                    row: failed.row,
                    reason: failed.reason,
                })
                .collect(),
            error: import.error,
            options: import.options,
            undo: import.undo.map(|undo| ImportUndo {
                state: undo_state,
                leads_removed: undo.removed,
                leads_kept: undo.kept,
            }),
            created_at: import.created_at.wire(),
            started_at: import.started_at.map(|at| at.wire()),
            finished_at: import.finished_at.map(|at| at.wire()),
        }
    }
}

/// A file, and what to do with it.
#[derive(Debug, ToSchema)]
pub struct ImportForm {
    /// A file whose name ends in `.csv`, `.tsv`, `.xlsx` or `.xls`; for a preview of a text, its first 1 MiB will do.
    #[schema(
        format = "binary",
        content_media_type = "application/octet-stream",
        nullable = false
    )]
    pub file: Option<String>,
    /// In its place, a complete upload.
    #[schema(nullable = false)]
    pub upload_id: Option<String>,
    /// The choices, as JSON.
    #[schema(nullable = false)]
    pub options: Option<ImportChoices>,
}

/// The choices of an import.
#[derive(Debug, ToSchema)]
pub struct ImportChoices {
    /// What becomes of each column, by its name: `title`, `email`, `phone`, `address`, `website`, `description`, `generated_email`,
    /// `own:NAME` or `ignore`. Missing or empty: as proposed. A column that it does not name is kept under its own name.
    #[schema(value_type = Option<Object>, nullable = false)]
    pub mapping: Option<Value>,
    /// What counts as there already, and what is done then.
    #[schema(nullable = false)]
    pub duplicates: Option<ImportDuplicates>,
    /// How values are tidied.
    #[schema(nullable = false)]
    pub cleaning: Option<ImportCleaning>,
    /// `first_row`: the first row that is not blank names the columns; `none`: it is data, and the columns are `column 1`, `column 2`…;
    /// `auto`: found out, and the import says what was. An import is shown with one of the first two.
    #[schema(default = "auto", nullable = false)]
    pub header: Option<String>,
    /// The worksheet of a workbook; the first one where it is missing.
    pub sheet: Option<String>,
    /// What separates the cells of a text: comma, semicolon, tab or bar; found out where it is missing.
    pub delimiter: Option<String>,
    /// `UTF-8`, `UTF-16LE`, `UTF-16BE` or `Windows-1252`; found out where it is missing.
    pub encoding: Option<String>,
}

/// What counts as there already, and what is done then.
#[derive(Debug, ToSchema)]
pub struct ImportDuplicates {
    /// `campaign` or `tenant`.
    #[schema(default = "campaign", nullable = false)]
    pub scope: Option<String>,
    /// `keep`, `skip`, `update_empty` or `update_all`.
    #[schema(default = "keep", nullable = false)]
    pub mode: Option<String>,
}

/// How values are tidied.
#[derive(Debug, ToSchema)]
pub struct ImportCleaning {
    /// White space around values goes.
    #[schema(default = true, nullable = false)]
    pub trim: Option<bool>,
    /// A title in capitals, or in small letters, gets a capital for each word.
    #[schema(default = false, nullable = false)]
    pub title_case: Option<bool>,
    /// Phone numbers become E.164, those without a country code as numbers of this country (two letters).
    pub phone_country: Option<String>,
    /// Websites get one form.
    #[schema(default = false, nullable = false)]
    pub normalise_url: Option<bool>,
}
