//! What comes out of files as people have them: each test makes a file and compares all that is read from it.

mod corpus;
mod delimited;
mod limits;
mod properties;
mod support;
mod writing;
mod xls;
mod xlsx;
