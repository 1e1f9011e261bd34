//! What was understood of a file, as a table for a terminal.

use std::fmt::Write as _;

use app::imports::Preview;
use domain::imports::{HeaderChoice, ImportOptions};
use domain::leads::LeadFields;

/// Characters that a cell shows.
const CELL_CHARACTERS_MAX: usize = 32;
/// Between the columns.
const GAP: &str = "  ";

/// The whole of it; `options` says what becomes of each column.
pub(super) fn describe(file_name: &str, preview: &Preview, options: &ImportOptions) -> String {
    let mut text = format!("{file_name}: {}\n\n", dialect(preview));
    let columns = preview.columns.iter().map(|column| {
        let proposal = &column.proposal;
        let target = options
            .mapping
            .get(&column.name)
            .unwrap_or(&proposal.target);
        let (sure, why) = if *target == proposal.target {
            let percent = format!("{} %", proposal.confidence);
            (percent, proposal.grounds.as_str())
        } else {
            (String::new(), "chosen")
        };
        let target = String::from(target.clone());
        let samples = column.samples.join(", ");
        vec![column.name.clone(), target, sure, why.to_owned(), samples]
    });
    let head = ["column", "becomes", "sure", "why", "values"];
    text += &table(&head, columns.collect());
    let leads = preview.rows.iter().map(|row| {
        let mut cells = vec![row.number.to_string()];
        match &row.lead {
            Some(Ok(fields)) => cells.extend(shown(fields)),
            Some(Err(reason)) => cells.push(format!("no lead: {reason}")),
            None => cells.push("no lead: no column is the title".to_owned()),
        }
        cells
    });
    let head = ["row", "title", "email", "phone", "address", "website"];
    text += &format!("\n{}", table(&head, leads.collect()));
    if !preview.problems.is_empty() {
        text += "\n";
    }
    for problem in &preview.problems {
        let place = match (problem.row, &problem.column) {
            (0, _) => String::new(),
            (row, None) => format!("row {row}: "),
            (row, Some(column)) => format!("row {row}, {}: ", cut(column)),
        };
        // Writing to a text does not fail.
        let _ = writeln!(text, "{place}{}", problem.text);
    }
    text
}

fn dialect(preview: &Preview) -> String {
    let dialect = &preview.dialect;
    let mut parts = vec![dialect.kind.to_string()];
    parts.extend(dialect.encoding.map(|encoding| encoding.to_string()));
    parts.extend(dialect.delimiter.map(|byte| match byte {
        b'\t' => "separated by tabs".to_owned(),
        byte => format!("separated by {:?}", char::from(byte)),
    }));
    if let Some(sheet) = &dialect.sheet {
        let all: Vec<String> = preview.sheets.iter().map(|name| cut(name)).collect();
        parts.push(format!("sheet {sheet:?} of: {}", all.join(", ")));
    }
    parts.push(match preview.header {
        HeaderChoice::None => "no header".to_owned(),
        HeaderChoice::Auto | HeaderChoice::FirstRow => "the first row names the columns".to_owned(),
    });
    parts.extend(preview.rows_total.map(|rows| format!("{rows} rows")));
    parts.join(", ")
}

fn shown(fields: &LeadFields) -> Vec<String> {
    let cells = [
        &fields.title,
        &fields.email,
        &fields.phone,
        &fields.address,
        &fields.website,
    ];
    cells.map(|cell| cell.clone().unwrap_or_default()).to_vec()
}

/// Rows under a head, each column as wide as its widest cell.
fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let full = head.len();
    let rows: Vec<Vec<String>> = std::iter::once(head)
        .chain(rows)
        .map(|row| {
            // A reason stands alone at the end of its row and is told in full.
            let whole = (row.len() < full).then(|| row.len() - 1);
            let cells = row.iter().enumerate();
            let shown = |(at, cell): (usize, &String)| match whole {
                Some(last) if at == last => plain(cell),
                _ => cut(cell),
            };
            cells.map(shown).collect()
        })
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter(|row| row.len() > column + 1)
            .map(|row| &row[column]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let padded = row.iter().zip(&widths).map(|(cell, width)| {
            let padding = width.saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(padding))
        });
        let line = padded.collect::<Vec<_>>().join(GAP);
        text += line.trim_end();
        text += "\n";
    }
    text
}

/// One line, without what a terminal would take for a command.
fn plain(cell: &str) -> String {
    cell.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The same, as much as a column shows.
fn cut(cell: &str) -> String {
    let mut shown = plain(cell);
    if let Some((at, _)) = shown.char_indices().nth(CELL_CHARACTERS_MAX) {
        shown.truncate(at);
        shown.pop();
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_heads() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let long = "x".repeat(40);
        let rows = vec![
            row(&["Müller\x1b[31m", "b"]),
            row(&["1", &long]),
            row(&["no lead, for a reason that takes more than a column"]),
        ];
        let expected = format!(
            "column       n\nMüller [31m  b\n1            {}…\nno lead, for a reason that takes more than a column\n",
            "x".repeat(31)
        );
        assert_eq!(table(&["column", "n"], rows), expected);
    }
}
