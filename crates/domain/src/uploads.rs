//! Uploads in pieces: what may be announced, which piece comes next, and when a file can be used.

use crate::clock::Timestamp;
use crate::ids::{ImportId, UploadId, UserId};
use crate::refusal::Refusal;

/// Uploads of one tenant that no import has taken yet, at most.
pub const UPLOADS_OPEN_MAX: u64 = 50;
/// Pieces of one upload that are kept, at most: so small ones cannot fill the tables.
pub const PIECES_MAX: i64 = 10_000;
/// Most characters of a file's name that are kept.
pub const FILE_NAME_CHARACTERS_MAX: usize = 255;

/// A file that arrives, or has arrived, in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Who began it.
    pub user_id: UserId,
    /// The file's name as the client gave it.
    pub file_name: String,
    /// The file's length as it was announced.
    pub bytes_declared: u64,
    /// How much of it is kept; the next piece begins here.
    pub bytes_received: u64,
    /// Pieces kept so far.
    pub pieces: i64,
    /// The import that took the file.
    pub import_id: Option<ImportId>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it is forgotten unless another piece comes before.
    pub expires_at: Timestamp,
}

impl Upload {
    /// The name of its file in the store of uploads.
    pub fn object_key(&self) -> String {
        self.id.to_string()
    }

    /// Whether every byte is there.
    pub fn is_complete(&self) -> bool {
        self.bytes_received == self.bytes_declared
    }

    /// How many bytes a piece at this offset may bring at most; one that does not begin where the last one ended is
    /// refused (409).
    pub fn room_at(&self, offset: u64) -> Result<u64, Refusal> {
        if offset != self.bytes_received {
            let text = format!(
                "Upload-Offset is {offset}, but {} bytes were received",
                self.bytes_received
            );
            return Err(Refusal::conflict(text));
        }
        if self.pieces >= PIECES_MAX && !self.is_complete() {
            let text =
                "This upload came in too many pieces. Begin another one, with larger pieces.";
            return Err(Refusal::conflict(text));
        }
        Ok(self.bytes_declared - self.bytes_received)
    }

    /// Passes a file that is complete and that no import has taken (409).
    pub fn require_usable(&self) -> Result<(), Refusal> {
        if self.import_id.is_some() {
            return Err(already_used());
        }
        if !self.is_complete() {
            let text = format!(
                "The upload is not complete: {} of {} bytes were received",
                self.bytes_received, self.bytes_declared
            );
            return Err(Refusal::conflict(text));
        }
        Ok(())
    }
}

/// Nothing of this tenant's has the id (404).
pub fn missing() -> Refusal {
    Refusal::not_found("Upload not found")
}

/// An import took the file (409).
pub fn already_used() -> Refusal {
    Refusal::conflict("This upload was imported already")
}

/// Another request is writing to the upload (409).
pub fn busy() -> Refusal {
    Refusal::conflict(
        "Another piece of this upload is being received. Ask for the offset and go on from there.",
    )
}

/// Passes a length that is within the bound (413).
pub fn require_length(bytes: u64, bytes_max: u64) -> Result<(), Refusal> {
    if bytes > bytes_max {
        let megabytes = bytes_max / (1 << 20);
        return Err(Refusal::too_large(format!(
            "File is larger than {megabytes} MB"
        )));
    }
    Ok(())
}

/// Passes one more upload beside those that no import has taken yet (409).
pub fn require_room(open: u64) -> Result<(), Refusal> {
    if open >= UPLOADS_OPEN_MAX {
        let text = format!(
            "{open} uploads wait to be imported already. Import or remove one first; each is removed by itself after a time."
        );
        return Err(Refusal::conflict(text));
    }
    Ok(())
}

/// The last part of what may be a whole path, without characters that nobody can see; of an over-long one the end,
/// since the ending says how the file is read.
pub fn kept_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: Vec<char> = name.chars().filter(|c| !c.is_control()).collect();
    let excess = name.len().saturating_sub(FILE_NAME_CHARACTERS_MAX);
    name[excess..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::RefusalKind;
    use uuid::Uuid;

    fn upload(declared: u64, received: u64) -> Upload {
        Upload {
            id: UploadId(Uuid::nil()),
            user_id: UserId(Uuid::nil()),
            file_name: "leads.csv".into(),
            bytes_declared: declared,
            bytes_received: received,
            pieces: 0,
            import_id: None,
            created_at: Timestamp(0),
            expires_at: Timestamp(1),
        }
    }

    #[test]
    fn a_piece_begins_where_the_last_one_ended() {
        assert_eq!(upload(10, 4).room_at(4), Ok(6));
        assert_eq!(upload(10, 10).room_at(10), Ok(0));
        for offset in [0, 3, 5, 11, u64::MAX] {
            let refusal = upload(10, 4).room_at(offset).unwrap_err();
            assert_eq!(refusal.kind, RefusalKind::Conflict);
            assert!(refusal.text.contains("4 bytes were received"), "{refusal}");
        }
        let crumbs = Upload {
            pieces: PIECES_MAX,
            ..upload(10, 4)
        };
        assert!(crumbs.room_at(4).is_err());
    }

    #[test]
    fn only_a_whole_file_is_used_and_only_once() {
        assert_eq!(upload(10, 10).require_usable(), Ok(()));
        let refusal = upload(10, 4).require_usable().unwrap_err();
        assert!(refusal.text.contains("4 of 10"), "{refusal}");
        let used = Upload {
            import_id: Some(ImportId(Uuid::nil())),
            ..upload(10, 10)
        };
        assert_eq!(used.require_usable(), Err(already_used()));
    }

    #[test]
    fn bounds_are_told() {
        assert!(require_length(1 << 20, 1 << 20).is_ok());
        let refusal = require_length((1 << 20) + 1, 1 << 20).unwrap_err();
        assert_eq!(refusal.text, "File is larger than 1 MB");
        assert!(require_room(UPLOADS_OPEN_MAX - 1).is_ok());
        assert!(require_room(UPLOADS_OPEN_MAX).is_err());
    }

    #[test]
    fn a_name_loses_its_path_and_what_nobody_sees() {
        assert_eq!(kept_name("C:\\Users\\me\\leads.csv"), "leads.csv");
        assert_eq!(kept_name("../../etc/passwd"), "passwd");
        assert_eq!(kept_name("a\0b\r\n.csv"), "ab.csv");
        let long = format!("{}.csv", "x".repeat(300));
        assert_eq!(kept_name(&long).chars().count(), FILE_NAME_CHARACTERS_MAX);
        assert!(kept_name(&long).ends_with(".csv"));
    }
}
