//! The steps of an import in all their states.

use super::campaigns::campaign;
use super::{HOSTILE, Sample, chrome, page, when};
use crate::chrome::Section;
use crate::confirm::ConfirmPage;
use crate::imports::{
    FailedRow, ImportPage, ImportProgress, ImportRow, ImportState, ImportsPage, UploadPage,
    WaitingUpload,
};

pub(super) fn pages() -> Vec<Sample> {
    let mut samples = choosing();
    samples.extend(super::mapping::pages());
    samples.extend(progressing());
    samples
}

fn row(id: &str, name: &str, state: ImportState, counts: [i64; 5]) -> ImportRow {
    ImportRow {
        id: id.into(),
        file_name: name.into(),
        state,
        leads_created: counts[0],
        leads_updated: counts[1],
        leads_skipped: counts[2],
        leads_failed: counts[3],
        leads_removed: counts[4],
        started: when("20 Nov, 14:05"),
    }
}

fn choosing() -> Vec<Sample> {
    let imports = vec![
        row(
            "i1",
            "companies-europe-japan.csv",
            ImportState::Done,
            [727, 0, 0, 3, 0],
        ),
        row(
            "i2",
            HOSTILE,
            ImportState::Undone,
            [48_200, 12, 0, 0, 48_188],
        ),
        row(
            "i3",
            "Kunden_2026.xlsx",
            ImportState::Cancelled,
            [4_000, 0, 310, 0, 0],
        ),
        row("i4", "messe-liste.csv", ImportState::Failed, [0; 5]),
        row(
            "i5",
            "everybody.csv",
            ImportState::Running,
            [410_000, 0, 0, 0, 0],
        ),
    ];
    let upload = UploadPage {
        chrome: chrome(Section::Campaigns),
        campaign: campaign(),
        size_max_mb: 256,
        error: None,
        waiting: vec![],
        imports: vec![],
    };
    let again = UploadPage {
        waiting: vec![WaitingUpload {
            id: "u1".into(),
            file_name: "Kunden_2026.xlsx".into(),
            size: "3.4 MB".into(),
            received: when("12 minutes ago"),
        }],
        imports: imports[..2].to_vec(),
        ..upload.clone()
    };
    let refused = UploadPage {
        error: Some("File must be CSV or Excel format (.csv, .xlsx, .xls)".into()),
        ..upload.clone()
    };
    let history = |imports| ImportsPage {
        chrome: chrome(Section::Campaigns),
        campaign: campaign(),
        imports,
    };
    vec![
        page("import-file", upload),
        page("import-file-again", again),
        page("import-file-refused", refused),
        page("imports", history(imports)),
        page("imports-none", history(vec![])),
    ]
}

fn progressing() -> Vec<Sample> {
    let running = ImportProgress {
        id: "i1".into(),
        campaign: campaign(),
        file_name: "companies-europe-japan.csv".into(),
        state: ImportState::Running,
        percent: 42,
        rows_read: 84_000,
        leads_created: 83_102,
        leads_updated: 0,
        leads_skipped: 886,
        leads_failed: 12,
        rows_per_second: Some(21_400),
        time_left: Some("about 6 seconds".into()),
        reason: None,
        failed_rows: vec![],
        started: when("12 seconds ago"),
        took: None,
        leads_removed: 0,
        leads_kept: 0,
        can_undo: false,
    };
    let failed_rows = (1..=10)
        .map(|n| FailedRow {
            row: n * 1_037,
            reason: "Missing company name".into(),
        })
        .collect::<Vec<_>>();
    let done = ImportProgress {
        state: ImportState::Done,
        percent: 100,
        rows_read: 200_012,
        leads_created: 199_114,
        failed_rows,
        time_left: None,
        took: Some("9 seconds".into()),
        can_undo: true,
        ..running.clone()
    };
    let nothing = ImportProgress {
        leads_created: 0,
        leads_skipped: 0,
        leads_failed: 12,
        rows_read: 12,
        can_undo: false,
        ..done.clone()
    };
    let failed = ImportProgress {
        state: ImportState::Failed,
        reason: Some("Row 12,001 cannot be read: the file ends inside a quoted cell.".into()),
        leads_failed: 0,
        leads_skipped: 0,
        leads_created: 12_000,
        rows_read: 12_000,
        failed_rows: vec![],
        ..done.clone()
    };
    let cancelled = ImportProgress {
        state: ImportState::Cancelled,
        reason: None,
        ..failed.clone()
    };
    let undoing = ImportProgress {
        state: ImportState::Undoing,
        leads_removed: 6_000,
        leads_kept: 3,
        can_undo: false,
        ..cancelled.clone()
    };
    let undone = ImportProgress {
        state: ImportState::Undone,
        leads_removed: 11_996,
        leads_kept: 4,
        ..undoing.clone()
    };
    let queued = ImportProgress {
        state: ImportState::Queued,
        percent: 0,
        rows_read: 0,
        leads_created: 0,
        leads_skipped: 0,
        leads_failed: 0,
        rows_per_second: None,
        time_left: None,
        ..running.clone()
    };
    let show = |progress| ImportPage {
        chrome: chrome(Section::Campaigns),
        progress,
    };
    let (chrome, of) = (chrome(Section::Campaigns), campaign());
    vec![
        page("import-queued", show(queued)),
        page("import-running", show(running.clone())),
        page("import-done", show(done)),
        page("import-nothing", show(nothing)),
        page("import-failed", show(failed)),
        page("import-cancelled", show(cancelled)),
        page("import-undoing", show(undoing)),
        page("import-undone", show(undone)),
        page("import-fragment", running),
        page(
            "import-cancel",
            ConfirmPage::cancel_import(chrome.clone(), &of, "i1", HOSTILE),
        ),
        page(
            "import-undo",
            ConfirmPage::undo_import(chrome, &of, "i1", "leads.csv", 12_000),
        ),
    ]
}
