//! REST under `/api/v1`, the probes, and the pages that describe it all.
//!
//! A handler extracts the caller and the body, calls one use case and answers. The files have the nouns of `domain` and
//! `app`; `wire` holds the shapes, [`routes`] the one table from which both the router and the OpenAPI document
//! are made. Rules, SQL and the order of a use case do not live here, nor do headers and error bodies, which are `http_edge`'s.

mod accounts;
mod bodies;
mod cache_metrics;
mod campaigns;
mod docs;
mod events;
mod imports;
mod insights;
mod leads;
mod multipart;
mod notifications;
mod openapi;
mod operation;
mod origin;
mod probes;
mod routes;
mod state;
mod system;
mod team;
mod templates;
mod tenants;
mod uploads;
pub mod wire;

pub use openapi::openapi_json;
pub use routes::router;
pub use state::{ApiState, VERSION};
