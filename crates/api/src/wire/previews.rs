//! What a file seems to be, before it is imported.

use app::imports as looked;
use domain::leads::LeadFields;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What was understood of a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportPreview {
    /// `delimited text`, `XLSX` or `XLS`.
    pub format: String,
    /// How the characters of a text are encoded.
    #[schema(required)]
    pub encoding: Option<String>,
    /// What separates the cells of a text.
    #[schema(required)]
    pub delimiter: Option<String>,
    /// The worksheet that is read.
    #[schema(required)]
    pub sheet: Option<String>,
    /// The worksheets of a workbook.
    pub sheets: Vec<String>,
    /// `first_row` or `none`: whether the first row that is not blank is taken for the names of the columns.
    pub header: &'static str,
    /// The columns, named by that row, or else `column 1`, `column 2`…
    pub columns: Vec<ImportPreviewColumn>,
    /// The first rows, at most 10.
    pub rows: Vec<ImportPreviewRow>,
    /// What to look at before the file is imported.
    pub problems: Vec<ImportPreviewProblem>,
    /// Rows that were looked at for samples and problems.
    pub rows_looked_at: usize,
    /// Whether the mapping is the one that was used for the same columns before.
    pub is_saved_mapping: bool,
}

/// A column.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportPreviewColumn {
    /// Its name.
    pub name: String,
    /// Some of its values.
    pub samples: Vec<String>,
    /// What it seems to be, as a word of the mapping.
    pub target: String,
    /// How sure that is, from 0 to 1.
    pub confidence: f64,
    /// Why: `name`, `synonym`, `values`, `place`, `saved` or `none`.
    pub grounds: &'static str,
}

/// A row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportPreviewRow {
    /// Its number, from 1.
    pub row: u64,
    /// Its cells.
    pub cells: Vec<String>,
    /// The fields that its lead would have.
    #[schema(required)]
    pub lead: Option<ImportPreviewLead>,
    /// Why there would be no lead.
    #[schema(required)]
    pub reason: Option<String>,
}

/// The fields that a row's lead would have.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportPreviewLead {
    /// Company or person.
    #[schema(required)]
    pub title: Option<String>,
    /// Addresses for mail.
    #[schema(required)]
    pub email: Option<String>,
    /// Numbers.
    #[schema(required)]
    pub phone: Option<String>,
    /// Postal address.
    #[schema(required)]
    pub address: Option<String>,
    /// Website.
    #[schema(required)]
    pub website: Option<String>,
    /// What is known.
    #[schema(required)]
    pub description: Option<String>,
    /// A drafted e-mail.
    #[schema(required)]
    pub generated_email: Option<String>,
    /// Own fields.
    #[schema(required, value_type = Option<Object>)]
    pub scraped_data: Option<Value>,
}

/// Something to look at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportPreviewProblem {
    /// The row, from 1; 0 is the header or the whole file.
    pub row: u64,
    /// The column, where it is about one.
    #[schema(required)]
    pub column: Option<String>,
    /// What it is.
    pub text: String,
}

impl From<looked::Preview> for ImportPreview {
    fn from(preview: looked::Preview) -> Self {
        let dialect = preview.dialect;
        Self {
            format: dialect.kind.to_string(),
            encoding: dialect.encoding.map(|encoding| encoding.to_string()),
            delimiter: dialect.delimiter.map(|byte| char::from(byte).to_string()),
            sheet: dialect.sheet,
            sheets: preview.sheets,
            header: preview.header.as_str(),
            columns: preview.columns.into_iter().map(column).collect(),
            rows: preview.rows.into_iter().map(row).collect(),
            problems: preview.problems.into_iter().map(problem).collect(),
            rows_looked_at: preview.rows_looked_at,
            is_saved_mapping: preview.is_saved_mapping,
        }
    }
}

fn column(column: looked::PreviewColumn) -> ImportPreviewColumn {
    let proposal = column.proposal;
    ImportPreviewColumn {
        name: column.name,
        samples: column.samples,
        target: proposal.target.into(),
        confidence: f64::from(proposal.confidence) / 100.0,
        grounds: proposal.grounds.as_str(),
    }
}

fn row(row: looked::PreviewRow) -> ImportPreviewRow {
    let (lead, reason) = match row.lead {
        Some(Ok(fields)) => (Some(fields.into()), None),
        Some(Err(reason)) => (None, Some(reason)),
        None => (None, None),
    };
    ImportPreviewRow {
        row: row.number,
        cells: row.cells,
        lead,
        reason,
    }
}

fn problem(problem: looked::PreviewProblem) -> ImportPreviewProblem {
    ImportPreviewProblem {
        row: problem.row,
        column: problem.column,
        text: problem.text,
    }
}

impl From<LeadFields> for ImportPreviewLead {
    fn from(fields: LeadFields) -> Self {
        Self {
            title: fields.title,
            email: fields.email,
            phone: fields.phone,
            address: fields.address,
            website: fields.website,
            description: fields.description,
            generated_email: fields.generated_email,
            scraped_data: fields.scraped_data.map(Value::Object),
        }
    }
}
