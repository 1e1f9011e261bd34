//! Bounds, hit by files that are over them.

use tables::{Error, Options};

use crate::support::{list, open, open_with, rows};

#[test]
fn ten_thousand_columns_are_too_many() {
    let header: Vec<String> = (0..10_000).map(|column| format!("c{column}")).collect();
    let result = open("a.csv", header.join(",").as_bytes());
    assert!(
        matches!(
            result,
            Err(Error::TooManyColumns {
                found: 10_000,
                limit: 1_000
            })
        ),
        "{result:?}"
    );
    // Empty ones do no harm.
    assert_eq!(
        open("a.csv", format!("a{}\n", ",".repeat(9_999)).as_bytes())
            .unwrap()
            .header(),
        list(&["a"])
    );
}

#[test]
fn a_row_with_too_many_cells_is_a_problem_of_its_own() {
    let content = format!("a,b\n{}\n3,4\n", vec!["x"; 1_001].join(","));
    let expected = [
        Err("row 1: the row has more than 1000 cells".to_owned()),
        Ok(list(&["3", "4"])),
    ];
    assert_eq!(rows(open("a.csv", content.as_bytes()).unwrap()), expected);
}

#[test]
fn a_cell_of_ten_megabytes_costs_its_row_alone() {
    let huge = "line\n".repeat(2 << 20);
    for cell in [format!("\"{huge}\""), "x".repeat(10 << 20)] {
        let content = format!("a,b\n1,2\n{cell},2\n3,4\n");
        let expected = [
            Ok(list(&["1", "2"])),
            Err("row 2: a cell is longer than 1 MiB".to_owned()),
            Ok(list(&["3", "4"])),
        ];
        assert_eq!(rows(open("a.csv", content.as_bytes()).unwrap()), expected);
    }
}

#[test]
fn a_row_over_its_bound_is_a_problem() {
    let content = format!("a,b\n{}\n3,4\n", vec!["x".repeat(1 << 19); 9].join(","));
    let expected = [
        Err("row 1: the row is longer than 4 MiB".to_owned()),
        Ok(list(&["3", "4"])),
    ];
    assert_eq!(rows(open("a.csv", content.as_bytes()).unwrap()), expected);
}

#[test]
fn a_quote_left_open_before_much_text_is_found_out() {
    let content = format!("a,b\n\"1,2\n{}", "3,4\n".repeat(1 << 20));
    let rows = rows(open("a.csv", content.as_bytes()).unwrap());
    assert_eq!(rows.len(), 1 + (1 << 20));
    assert_eq!(
        rows[0],
        Err("row 1: a quotation mark is never closed".to_owned())
    );
    assert_eq!(rows[1], Ok(list(&["3", "4"])));
}

#[test]
fn a_header_over_a_bound_is_an_error() {
    let content = format!("a,{}\n", "x".repeat(2 << 20));
    assert!(matches!(
        open("a.csv", content.as_bytes()),
        Err(Error::Malformed(_))
    ));
    assert!(matches!(
        open("a.csv", b"a,\"b\n1,2\n"),
        Err(Error::Malformed(_))
    ));
}

#[test]
fn an_xls_over_its_bound_is_refused() {
    let content = [
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(),
        &vec![0; 2_000],
    ]
    .concat();
    let error = open_with(
        "a.xls",
        &content,
        &Options {
            xls_bytes_max: 1_024,
            ..Options::default()
        },
    )
    .unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }));
    assert_eq!(
        error.to_string(),
        "the XLS file is over the limit of 1 KiB; save as CSV and upload that"
    );
}
