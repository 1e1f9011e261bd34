//! The first part of a text, which a preview looks at.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// What is kept of a text file; a workbook cannot be read in part.
pub const FIRST_PART_BYTES: u64 = 1 << 20;

/// A part of a text ends anywhere, even within a character: what comes after its last line feed goes. In UTF-16 with the low
/// byte first the line feed's second byte stays. A part without any line stays as it is.
pub(super) fn cut_after_last_line(path: &Path) -> std::io::Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    (&mut file).take(FIRST_PART_BYTES).read_to_end(&mut bytes)?;
    if let Some(at) = bytes.iter().rposition(|byte| *byte == b'\n') {
        let is_low_first = bytes.get(at + 1) == Some(&0) && at % 2 == 0;
        let end = at + 1 + usize::from(is_low_first);
        file.set_len(end as u64)?;
    }
    Ok(())
}
