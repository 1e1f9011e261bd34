//! Whether the first row of a file names its columns. The rule is told in docs/imports.md.

use super::cleaning::{looks_like_phone, looks_like_url};
use super::mapping::present;
use super::proposal::{SHARE_DECIDES, known};
use crate::email::EmailAddress;

/// Years, which are numbers that do name columns.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2100;

/// Whether a first row names the columns, by its cells and those of rows under it. A known name settles it. Otherwise it is
/// data when one of its cells is an e-mail address or a web address, or a website, phone number or number over values
/// that are so too.
pub fn looks_like_header(first: &[String], below: &[Vec<String>]) -> bool {
    let cells = || first.iter().map(|cell| cell.trim());
    if cells().any(|cell| known(&cell.to_lowercase()).is_some()) {
        return true;
    }
    !cells().enumerate().any(|(column, cell)| {
        if is_address(cell) {
            return true;
        }
        let shapes: [fn(&str) -> bool; 3] = [looks_like_url, looks_like_phone, is_number];
        let is_of_values = |shape: &fn(&str) -> bool| shape(cell) && is_usual(shape, column, below);
        shapes.iter().any(is_of_values)
    })
}

/// What is never the name of a column.
fn is_address(cell: &str) -> bool {
    let starts_with = |start: &str| {
        let head = cell.get(..start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    let is_web = ["http://", "https://", "www."].into_iter().any(starts_with);
    EmailAddress::parse(cell).is_ok() || (is_web && looks_like_url(cell))
}

fn is_number(cell: &str) -> bool {
    let is_year = cell.parse().is_ok_and(|number| YEARS.contains(&number));
    let digits = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let written = digits
        .chars()
        .all(|c| c.is_ascii_digit() || ".,".contains(c));
    written && digits.contains(|c: char| c.is_ascii_digit()) && !is_year
}

/// Whether most values of a column have a shape; where there are none, nothing speaks against it.
fn is_usual(shape: &fn(&str) -> bool, column: usize, below: &[Vec<String>]) -> bool {
    let values = below
        .iter()
        .filter_map(|row| present(row.get(column)?, true));
    let (mut count, mut alike) = (0, 0);
    for value in values {
        count += 1;
        alike += usize::from(shape(value));
    }
    alike * 100 >= count * SHARE_DECIDES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_header(rows: &[&[&str]]) -> bool {
        let owned = |row: &&[&str]| row.iter().map(|cell| (*cell).to_owned()).collect();
        let rows: Vec<Vec<String>> = rows.iter().map(owned).collect();
        looks_like_header(&rows[0], &rows[1..])
    }

    #[test]
    fn a_row_of_values_is_none_that_names_columns() {
        for rows in [
            &[&["Acme", "a@b.example"][..], &["Zeta", "c@d.example"]][..],
            &[&["Acme", "https://acme.example/x"]],
            &[&["Acme", "www.acme.example"], &["Zeta", "none"]],
            &[&["Acme", "acme.example"], &["Zeta", "zeta.example"]],
            &[
                &["Acme", "030 901820"],
                &["Zeta", "+33 1 42 86 82 00"],
                &["X", ""],
            ],
            &[&["1", "Acme"], &["2", "Zeta"]],
            &[&["Acme", "12,5"]],
        ] {
            assert!(!is_header(rows), "{rows:?}");
        }
    }

    #[test]
    fn words_known_names_and_odd_names_are_names() {
        for rows in [
            &[&["Acme", "Berlin"][..], &["Zeta", "Ulm"]][..],
            // A known name outweighs everything else in the row.
            &[&["Name", "info@example.com"], &["Zeta", "c@d.example"]],
            &[&["Société", "1"], &["Zeta", "2"]],
            // Names with a full stop, as flattened records have them, over values that are no websites.
            &[&["company.title", "company.people"], &["Acme", "12"]],
            // Years over figures.
            &[&["Kunde", "2023", "2024"], &["Acme", "100", "200"]],
            // A number over words.
            &[&["Kunde", "7"], &["Acme", "blue"], &["Zeta", "red"]],
            &[&["", "x"]],
        ] {
            assert!(is_header(rows), "{rows:?}");
        }
    }
}
