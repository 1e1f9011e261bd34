//! What became of an uploaded file.

use domain::imports::{FAILED_ROWS_SHOWN_MAX, Import};
use serde::Serialize;
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

impl From<Import> for UploadResult {
    fn from(import: Import) -> Self {
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
