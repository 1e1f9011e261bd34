//! Files for tests, and everything that a table gives in a form that can be compared.

use std::io::Write;

use tables::{Error, Options, Record, Table};

/// Opens content under a name.
pub(crate) fn open(name: &str, content: &[u8]) -> Result<Table, Error> {
    open_with(name, content, &Options::default())
}

pub(crate) fn open_with(name: &str, content: &[u8], options: &Options) -> Result<Table, Error> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    tables::open_file(file, name, options)
}

/// Every row: its cells, or its problem as shown. Numbers must count from 1 without gaps.
pub(crate) fn rows(table: Table) -> Vec<Result<Vec<String>, String>> {
    table
        .into_rows()
        .zip(1..)
        .map(|(record, number)| match record.unwrap() {
            Record::Row(row) => {
                assert_eq!(row.number(), number);
                Ok(row.cells().map(str::to_owned).collect())
            }
            Record::Problem(problem) => {
                assert_eq!(problem.number, number);
                Err(problem.to_string())
            }
        })
        .collect()
}

/// Header and rows of a file without problems.
pub(crate) fn read(name: &str, content: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let table = open(name, content).unwrap();
    let header = table.header().to_vec();
    (
        header,
        rows(table).into_iter().map(Result::unwrap).collect(),
    )
}

/// Texts as owned lists.
pub(crate) fn list(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

pub(crate) fn utf16(text: &str, is_le: bool) -> Vec<u8> {
    text.encode_utf16()
        .flat_map(|unit| {
            if is_le {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}
