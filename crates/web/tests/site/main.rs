//! The site as a browser without scripts meets it: its routes over real use cases and a SQLite file.

mod accounts;
mod activity;
mod browser;
mod campaigns;
mod imports;
mod leads;
mod plumbing;
mod team;
mod upload;
mod uploads;
