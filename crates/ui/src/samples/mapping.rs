//! The check of a file in all its states.

use super::campaigns::campaign;
use super::{HOSTILE, Sample, chrome, page};
use crate::chrome::Section;
use crate::imports::{
    Column, Mapping, MappingPage, OptionValues, Reading, SampleLead, SampleValue, Sureness,
    Understood, UploadProblem, UploadRef,
};

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

pub(super) fn pages() -> Vec<Sample> {
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
