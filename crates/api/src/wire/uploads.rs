//! Files that come in pieces.

use domain::uploads::Upload as Entity;
use serde::Serialize;
use utoipa::ToSchema;

/// An upload.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Upload {
    /// Its id.
    pub id: String,
    /// The file's name as the client gave it.
    pub file_name: String,
    /// `open` while pieces are missing, `complete`, or `used` once an import has it.
    pub state: &'static str,
    /// The file's length.
    pub bytes: u64,
    /// How much of it was received.
    pub bytes_received: u64,
    /// The import that has it.
    pub import_id: Option<String>,
    /// When it was announced.
    pub created_at: String,
    /// When it is removed unless another piece or an import comes before.
    pub expires_at: String,
}

impl From<Entity> for Upload {
    fn from(upload: Entity) -> Self {
        let state = match upload.import_id {
            Some(_) => "used",
            None if upload.is_complete() => "complete",
            None => "open",
        };
        Self {
            id: upload.id.to_string(),
            file_name: upload.file_name,
            state,
            bytes: upload.bytes_declared,
            bytes_received: upload.bytes_received,
            import_id: upload.import_id.map(|id| id.to_string()),
            created_at: upload.created_at.wire(),
            expires_at: upload.expires_at.wire(),
        }
    }
}
