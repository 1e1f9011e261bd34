//! Uploaded files: in a folder of this machine, or in a bucket that speaks S3.
//!
//! In the folder `<key>` is a complete file, `<key>.<n>.part` one that is being written in one go, and `<key>.pieces` one
//! that grows piece by piece. A file appears under its key whole and safe on disk, or not at all. All disk work happens on
//! the runtime's blocking threads, in pieces of bounded size, so that a slow disk holds up nobody else.
//!
//! In a bucket a file is objects `<prefix>/<key>/<name>` of bounded size, and `<prefix>/<key>/manifest`, which is written
//! last and names them in order: the file is there when its manifest is. The folder is then a place for copies that can
//! be fetched again. Pieces are objects like all others, so a sweep sees everything that was ever begun; multipart
//! uploads, which no listing shows, are not used.

mod append;
mod bucket;
mod connection;
mod error;
mod folder;
mod key;
mod manifest;
mod reader;
mod store;
mod sweep;
#[cfg(test)]
mod tests;
mod upload;
mod writer;

pub use append::{Appended, Appending};
pub use bucket::S3Options;
pub use error::UploadError;
pub use manifest::Piece;
pub use reader::Reader;
pub use store::Uploads;
pub use upload::{Finished, Upload};

/// Most bytes of one object of a bucket, which is also what a transfer holds in memory.
pub const PIECE_BYTES_MAX: u64 = 8 << 20;
