//! The outside worlds that the product deals with. For now one: [`Uploads`], files that people upload, kept in
//! a local folder or an S3 bucket until their import has read them.
//!
//! Files are named by keys that the caller makes, never by what a person called them. What must not come in here:
//! what is in a file, whose it is, and rows.

pub mod uploads;

pub use uploads::{
    Appended, Appending, Finished, PIECE_BYTES_MAX, Piece, Reader, S3Options, Upload, UploadError,
    Uploads,
};
