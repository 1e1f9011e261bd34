//! The steps of an import in all their states.

use super::campaigns::campaign;
use super::{HOSTILE, Sample, chrome, page, when};
use crate::chrome::Section;
use crate::confirm::ConfirmPage;
use crate::imports::{
    Column, FailedRow, ImportPage, ImportProgress, ImportRow, ImportState, ImportsPage, Mapping,
    MappingPage, OptionValues, Reading, SampleLead, SampleValue, Sureness, Understood, UploadPage,
    UploadProblem, UploadRef, WaitingUpload,
};

pub(super) fn pages() -> Vec<Sample> {
    let mut samples = choosing();
    samples.extend(checking());
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

fn column(name: &str, target: &str, sureness: Sureness, why: &str, samples: &[&str]) -> Column {
    Column {
        name: name.into(),
        samples: samples.iter().map(|text| (*text).into()).collect(),
        target: target.into(),
        own_name: name.to_lowercase(),
        sureness,
        why: why.into(),
    }
}

fn lead(row: i64, values: [&str; 5]) -> SampleLead {
    let [title, email, phone, website, address] = values;
    let value = |text: &str, is_changed| SampleValue {
        text: text.into(),
        is_changed,
    };
    SampleLead {
        row,
        values: vec![
            ("title", value(title, false)),
            ("email", value(email, false)),
            ("phone", value(phone, !phone.is_empty())),
            ("website", value(website, true)),
            ("address", value(address, true)),
        ],
        own: vec![("industry".into(), "Financial services".into())],
        reason: None,
    }
}

fn understood() -> Understood {
    Understood {
        columns: vec![
            column(
                "Firma",
                "title",
                Sureness::Sure,
                "known word for the name",
                &["ABN AMRO", "Adyen", HOSTILE],
            ),
            column(
                "E-Mail",
                "email",
                Sureness::Doubtful,
                "known word for e-mail, but most values are none",
                &["contact@abn-amro.example", "see website", "n/a"],
            ),
            column(
                "Spalte 3",
                "phone",
                Sureness::Likely,
                "values look like phone numbers",
                &["030 901820", "01 42 86 82 00", "+31 20 123 4567"],
            ),
            column(
                "Web",
                "website",
                Sureness::Sure,
                "known word for the website",
                &["abnamro.com", "adyen.com", "www.ahold.example"],
            ),
            column(
                "Straße",
                "address",
                Sureness::Sure,
                "known word for the address",
                &["Gustav Mahlerlaan 10"],
            ),
            column(
                "Ort",
                "address",
                Sureness::Sure,
                "known word for the address",
                &["Amsterdam, Netherlands"],
            ),
            column(
                "Branche",
                "own",
                Sureness::Kept,
                "no field of this name; kept beside the lead",
                &[
                    "Financial services; Financials",
                    "Payment processor, technology, e-commerce, point of sale",
                ],
            ),
            column("intern", "ignore", Sureness::Chosen, "left out", &[]),
        ],
        problems: vec![
            UploadProblem {
                row: 3,
                column: Some("E-Mail".into()),
                text: "This does not look like an e-mail address".into(),
            },
            UploadProblem {
                row: 4,
                column: None,
                text: "Missing company name".into(),
            },
        ],
        sample: vec![
            lead(
                1,
                [
                    "ABN AMRO",
                    "contact@abn-amro.example",
                    "+4930901820",
                    "https://abnamro.com",
                    "Gustav Mahlerlaan 10, Amsterdam, Netherlands",
                ],
            ),
            lead(
                2,
                [
                    "Adyen",
                    "",
                    "+33142868200",
                    "https://adyen.com",
                    "Simon Carmiggeltstraat 6, Amsterdam, Netherlands",
                ],
            ),
            lead(
                3,
                [
                    HOSTILE,
                    "see website",
                    "",
                    "https://www.ahold.example",
                    "Zaandam, Netherlands",
                ],
            ),
            SampleLead {
                row: 4,
                values: vec![],
                own: vec![],
                reason: Some("Missing company name".into()),
            },
            lead(
                5,
                [
                    "Akzo Nobel",
                    "contact@akzo.example",
                    "+31201234567",
                    "https://akzonobel.com",
                    "Amsterdam, Netherlands",
                ],
            ),
        ],
        rows: Some(12_480),
        rows_looked_at: 200,
        is_saved_mapping: false,
        is_headless: false,
        options: OptionValues {
            mode: "skip".into(),
            scope: "campaign".into(),
            trim: true,
            title_case: false,
            normalise_url: true,
            phone_country: "DE".into(),
        },
        refusal: None,
    }
}

fn checking() -> Vec<Sample> {
    let mapping = Mapping {
        campaign: campaign(),
        upload: UploadRef {
            id: "u1".into(),
            file_name: "Kunden_2026.csv".into(),
            size: "3.4 MB".into(),
        },
        csrf: "csrf-sample".into(),
        reading: Reading {
            found: vec![
                "UTF-16".into(),
                "separated by semicolons".into(),
                "first row names the columns".into(),
            ],
            read_as: "|||".into(),
            ..Reading::default()
        },
        content: Ok(understood()),
    };
    let show = |mapping| MappingPage {
        chrome: chrome(Section::Campaigns),
        mapping,
    };
    let workbook = Mapping {
        upload: UploadRef {
            file_name: "Kunden_2026.xlsx".into(),
            ..mapping.upload.clone()
        },
        reading: Reading {
            found: vec![
                "Excel workbook".into(),
                "first row names the columns".into(),
            ],
            is_workbook: true,
            sheets: vec!["Kunden".into(), "Lieferanten".into(), HOSTILE.into()],
            sheet: "Kunden".into(),
            ..mapping.reading.clone()
        },
        content: Ok(Understood {
            rows: None,
            is_saved_mapping: true,
            problems: vec![],
            ..understood()
        }),
        ..mapping.clone()
    };
    let mut untitled = understood();
    untitled.columns[0].target = "own".into();
    untitled.is_headless = true;
    untitled.refusal = Some(
        "No column becomes the name. Choose the one that holds the company or the person.".into(),
    );
    let untitled = Mapping {
        content: Ok(untitled),
        ..mapping.clone()
    };
    let unreadable = Mapping {
        reading: Reading {
            found: vec!["Excel workbook".into()],
            is_workbook: true,
            ..mapping.reading.clone()
        },
        content: Err("The file is incomplete: its table of contents is missing. It may have been cut off on its way; save it again and upload that.".into()),
        ..mapping.clone()
    };
    vec![
        page("import-check", show(mapping.clone())),
        page("import-check-workbook", show(workbook)),
        page("import-check-untitled", show(untitled)),
        page("import-check-unreadable", show(unreadable)),
        page("import-check-fragment", mapping),
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
