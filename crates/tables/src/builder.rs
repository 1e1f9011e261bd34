//! The row being read: collects text cell by cell and keeps the bounds, whatever the format.

use crate::{Options, Reason, Row};

#[derive(Debug)]
pub(crate) struct Builder {
    text: Vec<u8>,
    ends: Vec<usize>,
    cell_start: usize,
    /// Cells ended, those beyond the bound included.
    cells: usize,
    /// Once set, text is no longer kept.
    problem: Option<Reason>,
    columns_max: usize,
    cell_bytes_max: usize,
    row_bytes_max: usize,
}

impl Builder {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            text: Vec::new(),
            ends: Vec::new(),
            cell_start: 0,
            cells: 0,
            problem: None,
            columns_max: options.columns_max,
            cell_bytes_max: options.cell_bytes_max,
            row_bytes_max: options.row_bytes_max,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.cell_start = 0;
        self.cells = 0;
        self.problem = None;
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.problem.is_some() {
            return;
        }
        if self.text.len() - self.cell_start + bytes.len() > self.cell_bytes_max {
            self.fail(Reason::CellTooLong {
                limit_bytes: self.cell_bytes_max,
            });
        } else if self.text.len() + bytes.len() > self.row_bytes_max {
            self.fail(Reason::RowTooLong {
                limit_bytes: self.row_bytes_max,
            });
        } else {
            self.text.extend_from_slice(bytes);
        }
    }

    pub(crate) fn end_cell(&mut self) {
        self.cells += 1;
        if self.problem.is_some() {
            return;
        }
        if self.ends.len() < self.columns_max {
            self.ends.push(self.text.len());
            self.cell_start = self.text.len();
        } else if self.text.len() > self.cell_start {
            self.fail(Reason::TooManyCells {
                limit: self.columns_max,
            });
        }
    }

    /// Ends empty cells until the next one has this column.
    pub(crate) fn pad_to(&mut self, column: usize) {
        if self.problem.is_none() {
            while self.ends.len() < column.min(self.columns_max) {
                self.ends.push(self.text.len());
            }
        }
        self.cells = self.cells.max(column);
    }

    pub(crate) fn fail(&mut self, reason: Reason) {
        self.problem = Some(reason);
        self.text.clear();
        self.ends.clear();
        self.cell_start = 0;
    }

    pub(crate) fn problem(&self) -> Option<Reason> {
        self.problem
    }

    pub(crate) fn cells(&self) -> usize {
        self.cells
    }

    /// Bytes of text kept so far.
    pub(crate) fn text_bytes(&self) -> u64 {
        self.text.len() as u64
    }

    /// Whether every cell is empty, white space counting as something.
    pub(crate) fn is_without_text(&self) -> bool {
        self.problem.is_none() && self.text.is_empty()
    }

    /// Whether all the text there is is white space.
    pub(crate) fn is_white_space(&self) -> bool {
        self.problem.is_none()
            && str::from_utf8(&self.text).is_ok_and(|text| {
                text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
                    .is_empty()
            })
    }

    /// Moves the cells into `row`, whose buffers it takes in exchange.
    pub(crate) fn finish(&mut self, row: &mut Row) {
        if memchr::memchr(0, &self.text).is_some() {
            self.rebuild(|cell, text| text.extend(cell.iter().filter(|byte| **byte != 0)));
        }
        if str::from_utf8(&self.text).is_err() {
            // A file that changed under us, or text that contradicts its byte-order mark.
            self.rebuild(|cell, text| {
                text.extend_from_slice(String::from_utf8_lossy(cell).as_bytes())
            });
        }
        let spare = std::mem::take(&mut row.text).into_bytes();
        let text = std::mem::replace(&mut self.text, spare);
        row.text =
            String::from_utf8(text).expect("checked, and repaired where it was not, just above");
        std::mem::swap(&mut row.ends, &mut self.ends);
        while row.ends.len() > row.width && is_last_empty(&row.ends) {
            row.ends.pop();
        }
        self.clear();
    }

    fn rebuild(&mut self, copy: impl Fn(&[u8], &mut Vec<u8>)) {
        let old = std::mem::take(&mut self.text);
        let mut start = 0;
        for end in &mut self.ends {
            copy(&old[start..*end], &mut self.text);
            start = std::mem::replace(end, self.text.len());
        }
    }
}

fn is_last_empty(ends: &[usize]) -> bool {
    match ends {
        [.., before, last] => before == last,
        [only] => *only == 0,
        [] => false,
    }
}
