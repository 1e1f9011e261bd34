//! Pages and fragments of the site as typed structs.

pub mod accounts;
pub mod activity;
pub mod assets;
pub mod campaigns;
pub mod chrome;
pub mod confirm;
pub mod dashboard;
pub mod forms;
pub mod icon;
pub mod imports;
pub mod leads;
pub mod notifications;
pub mod samples;
pub mod team;
pub mod tenants;
pub mod text;
pub mod trouble;

pub use askama::Template;
