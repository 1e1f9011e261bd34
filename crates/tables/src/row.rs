//! One row: its cells in one buffer.

/// A data row. All cells share one string, so that reading a row costs no allocation per cell.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub(crate) number: u64,
    pub(crate) text: String,
    /// Where each cell ends in `text`.
    pub(crate) ends: Vec<usize>,
    /// The header's width: the fewest cells that the row shows.
    pub(crate) width: usize,
    pub(crate) trim: bool,
}

impl Row {
    /// An empty row, to be filled by [`Rows::read`](crate::Rows::read).
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of the data row, from 1, a header not counted.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many cells the row has: at least as many as the header, more if the row is longer.
    pub fn len(&self) -> usize {
        self.ends.len().max(self.width)
    }

    /// Whether there are no cells at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of a cell by its column from 0; empty where the row has none.
    pub fn cell(&self, column: usize) -> &str {
        let Some(&end) = self.ends.get(column) else {
            return "";
        };
        let start = if column == 0 {
            0
        } else {
            self.ends[column - 1]
        };
        let text = &self.text[start..end];
        if self.trim { text.trim() } else { text }
    }

    /// The texts of all cells.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|column| self.cell(column))
    }
}
