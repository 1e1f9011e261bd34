//! Names for columns, from what the header row says.

use std::{borrow::Cow, collections::HashSet};

use crate::Row;

/// The name of a column from 0: the header's, else `column_9` for what a long row has beyond it.
pub fn column_name(header: &[String], column: usize) -> Cow<'_, str> {
    match header.get(column) {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(generated(column)),
    }
}

/// Trimmed, none empty, none twice (whatever the case), without the empty ones at the end.
pub(crate) fn names(row: &Row) -> Vec<String> {
    let mut cells: Vec<&str> = row.cells().map(str::trim).collect();
    while cells.last().is_some_and(|cell| cell.is_empty()) {
        cells.pop();
    }
    // What the file itself says goes first: a made-up name never takes a written one.
    let written: HashSet<String> = cells.iter().map(|cell| cell.to_lowercase()).collect();
    let mut taken = HashSet::with_capacity(cells.len());
    let mut names = Vec::with_capacity(cells.len());
    for (column, cell) in cells.into_iter().enumerate() {
        let wanted = if cell.is_empty() {
            generated(column)
        } else {
            cell.to_owned()
        };
        let is_free = !taken.contains(&wanted.to_lowercase())
            && (!cell.is_empty() || !written.contains(&wanted));
        let name = if is_free {
            wanted
        } else {
            (2..)
                .map(|count| format!("{wanted}_{count}"))
                .find(|name| {
                    !taken.contains(&name.to_lowercase()) && !written.contains(&name.to_lowercase())
                })
                .expect("there are more numbers than columns")
        };
        taken.insert(name.to_lowercase());
        names.push(name);
    }
    names
}

/// The names of so many columns that no row names.
pub(crate) fn numbered(columns: usize) -> Vec<String> {
    (1..=columns)
        .map(|number| format!("column {number}"))
        .collect()
}

fn generated(column: usize) -> String {
    format!("column_{}", column + 1)
}
