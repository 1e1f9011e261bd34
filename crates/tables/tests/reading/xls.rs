//! XLS, from small files made by another program.

use std::fs::File;

use tables::{Error, Kind, Options, SheetChoice};

use crate::support::{list, open, open_with, read, rows};

const LEADS: &[u8] = include_bytes!("../fixtures/leads.xls");

#[test]
fn values_are_text_as_written() {
    let table = open("leads.XLS", LEADS).unwrap();
    assert_eq!(table.dialect().kind, Kind::Xls);
    assert_eq!(table.dialect().sheet.as_deref(), Some("Leads"));
    assert_eq!(table.sheet_names(), list(&["Lists", "Leads", "Second"]));
    assert_eq!(
        table.header(),
        list(&[
            "Name",
            "Phone",
            "Employees",
            "Founded",
            "Seen",
            "Active",
            "Share",
            "Big",
            "Formula"
        ])
    );
    let expected = [
        "Zażółć 会社 🚀",
        "0501234567",
        "42",
        "2024-02-29",
        "2024-03-01 14:30:00",
        "true",
        "0.3",
        "971501234567",
        "",
    ];
    let rows = rows(table);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].as_ref().unwrap()[..8], list(&expected)[..8]);
    assert_eq!(
        rows[1],
        Ok(list(&[
            "after a gap",
            "",
            "-7",
            "",
            "",
            "false",
            "1.1",
            "",
            ""
        ]))
    );
}

#[test]
fn another_sheet_can_be_chosen() {
    let second = Options {
        sheet: SheetChoice::Named("second".to_owned()),
        ..Options::default()
    };
    assert_eq!(
        rows(open_with("leads.xls", LEADS, &second).unwrap()),
        [Ok(list(&["here"]))]
    );
    let none = Options {
        sheet: SheetChoice::Named("third".to_owned()),
        ..Options::default()
    };
    assert!(matches!(
        open_with("leads.xls", LEADS, &none),
        Err(Error::NoSuchSheet(_))
    ));
}

#[test]
fn texts_go_on_over_the_ends_of_records() {
    let (_, rows) = read("long.xls", include_bytes!("../fixtures/long_strings.xls"));
    assert_eq!(rows.len(), 40);
    for (number, row) in (1..).zip(rows) {
        let character = if number % 2 == 1 { "ä" } else { "語" };
        assert_eq!(
            row,
            [
                format!("{}{number}", character.repeat(900 + number * 7)),
                number.to_string()
            ]
        );
    }
}

#[test]
fn cells_far_apart_cost_no_more_than_two_cells() {
    let (header, rows) = read("corners.xls", include_bytes!("../fixtures/corners.xls"));
    assert_eq!(header, list(&["name"]));
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].len(), rows[0][255].as_str()), (256, "far"));
}

#[test]
fn a_file_cut_short_is_refused() {
    for bytes in [9, 511, 600, 2_000, 5_000] {
        let result = open("leads.xls", &LEADS[..bytes]);
        assert!(
            matches!(result, Err(Error::Truncated(_) | Error::Malformed(_))),
            "{bytes}: {result:?}"
        );
    }
}

#[test]
fn an_xls_may_be_named_xlsx() {
    assert_eq!(open("leads.xlsx", LEADS).unwrap().dialect().kind, Kind::Xls);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/leads.xls");
    assert_eq!(
        tables::open(path, "a.xls", &Options::default())
            .unwrap()
            .header()
            .len(),
        9
    );
    assert!(tables::open_file(File::open(path).unwrap(), "a.xls", &Options::default()).is_ok());
}
