//! Uploaded files in a folder: `<key>` is a complete file, `<key>.<n>.part` one that is being written.
//!
//! A file appears under its key whole and safe on disk, or not at all. All disk work happens on the runtime's
//! blocking threads, in pieces of bounded size, so that a slow disk holds up nobody else.

mod error;
mod folder;
mod key;
mod sweep;
#[cfg(test)]
mod tests;
mod upload;

pub use error::UploadError;
pub use folder::Uploads;
pub use upload::{Finished, Upload};
