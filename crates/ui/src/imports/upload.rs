//! The first step: choosing a file.

use askama::Template;

use super::{ImportRow, Steps};
use crate::assets;
use crate::campaigns::CampaignRef;
use crate::chrome::Chrome;
use crate::icon::Icon;
use crate::text::When;

/// A file that was received and not imported yet.
#[derive(Debug, Clone)]
pub struct WaitingUpload {
    /// Its id.
    pub id: String,
    /// The file's name.
    pub file_name: String,
    /// Its size in words: `1.2 MB`.
    pub size: String,
    /// When it was received.
    pub received: When,
}

/// `GET /campaigns/{id}/import`, and its `POST` refused.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/upload.html")]
pub struct UploadPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Where the leads go.
    pub campaign: CampaignRef,
    /// The largest accepted file, in MB.
    pub size_max_mb: u32,
    /// Why the file was refused.
    pub error: Option<String>,
    /// Files that were received and not imported yet, newest first.
    pub waiting: Vec<WaitingUpload>,
    /// The latest imports into the campaign, newest first.
    pub imports: Vec<ImportRow>,
}
