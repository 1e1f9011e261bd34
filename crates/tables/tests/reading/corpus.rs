//! Nasty files: each gives its rows, or its complaint, to the letter.

use std::collections::HashSet;

use tables::{Error, Options, Record};

use crate::support::open_with;

#[path = "../corpus/mod.rs"]
mod files;

use files::Entry;

/// Entries that there have to be.
const ENTRIES_MIN: usize = 60;

/// What comes of bytes under the name of an entry.
fn lines(entry: &Entry, bytes: &[u8]) -> Vec<String> {
    let options = Options {
        has_header: entry.has_header,
        ..Options::default()
    };
    let complaint = |error: Error| format!("!! {error}");
    let table = match open_with(entry.file_name, bytes, &options) {
        Ok(table) => table,
        Err(error) => return vec![complaint(error)],
    };
    let mut lines = vec![files::line(table.header().iter().map(String::as_str))];
    lines.extend(table.into_rows().map(|record| match record {
        Ok(Record::Row(row)) => files::line(row.cells()),
        Ok(Record::Problem(problem)) => format!("! {problem}"),
        Err(error) => complaint(error),
    }));
    lines
}

#[test]
fn every_file_gives_its_rows_or_its_complaint() {
    let entries = files::all();
    let names: HashSet<_> = entries.iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), entries.len(), "two entries have one name");
    assert!(entries.len() >= ENTRIES_MIN, "{} entries", entries.len());
    let wrong: Vec<String> = entries
        .iter()
        .filter_map(|entry| {
            let found = lines(entry, &(entry.bytes)());
            (found != entry.lines).then(|| {
                let (name, wanted) = (entry.name, entry.lines);
                format!("{name}\n  wanted {wanted:#?}\n  found {found:#?}")
            })
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
