//! Uploads and imports in all their states.

use super::campaigns::campaign;
use super::{Sample, chrome, page, when};
use crate::chrome::Section;
use crate::imports::{FailedRow, ImportPage, ImportProgress, ImportRow, ImportState, UploadPage};

pub(super) fn pages() -> Vec<Sample> {
    let upload = UploadPage {
        chrome: chrome(Section::Campaigns),
        campaign: campaign(),
        size_max_mb: 256,
        error: None,
        imports: vec![ImportRow {
            id: "i1".into(),
            file_name: "companies-europe-japan.csv".into(),
            state: ImportState::Done,
            leads_created: 727,
            leads_failed: 3,
            started: when("20 Nov, 14:05"),
        }],
    };
    let refused = UploadPage {
        error: Some("Could not find name/title column. Available columns: e-mail, town. Please ensure your CSV has a column for company/business name.".into()),
        imports: vec![],
        ..upload.clone()
    };
    let running = ImportProgress {
        id: "i1".into(),
        campaign: campaign(),
        file_name: "companies-europe-japan.csv".into(),
        state: ImportState::Running,
        percent: Some(42),
        rows_read: 84_000,
        leads_created: 83_988,
        leads_failed: 12,
        reason: None,
        failed_rows: vec![],
        started: when("12 seconds ago"),
        took: None,
        can_cancel: true,
        csrf: "csrf-sample".into(),
    };
    let failed_rows = (1..=10)
        .map(|n| FailedRow {
            row: n * 1_037,
            reason: "Missing company name".into(),
        })
        .collect::<Vec<_>>();
    let done = ImportProgress {
        state: ImportState::Done,
        percent: None,
        rows_read: 200_012,
        leads_created: 200_000,
        failed_rows,
        took: Some("4 seconds".into()),
        ..running.clone()
    };
    let failed = ImportProgress {
        state: ImportState::Failed,
        reason: Some("Row 12,001 cannot be read: the file ends inside a quoted cell.".into()),
        leads_failed: 0,
        leads_created: 12_000,
        rows_read: 12_000,
        failed_rows: vec![],
        ..done.clone()
    };
    let queued = ImportProgress {
        state: ImportState::Queued,
        percent: None,
        rows_read: 0,
        leads_created: 0,
        leads_failed: 0,
        ..running.clone()
    };
    let show = |progress| ImportPage {
        chrome: chrome(Section::Campaigns),
        progress,
    };
    vec![
        page("upload", upload),
        page("upload-refused", refused),
        page("import-queued", show(queued)),
        page("import-running", show(running.clone())),
        page("import-done", show(done)),
        page("import-failed", show(failed)),
        page("import-fragment", running),
    ]
}
