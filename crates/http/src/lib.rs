//! What every HTTP delivery shares: the server, one layer around the whole router, the reading of bodies and
//! queries into field problems, and the one place where an error becomes an answer.
//!
//! It knows axum and the wire contract's general part, and no route, no noun and no page. Who a caller is, how ids
//! are made and how an error page looks come in as values ([`EdgeOptions`]).
//!
//! A route reads its fields, calls one use case and answers; everything else is done around it:
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use axum::routing::post;
//! use http_edge::fields::{integer, text};
//! use http_edge::{ANY_TEXT, Edge, EdgeOptions, EventSeq, Json, JsonBody};
//!
//! async fn create(JsonBody(body): JsonBody) -> http_edge::Result<(EventSeq, Json<String>)> {
//!     let mut fields = body.fields()?;
//!     let name = fields.required("name", text(3..=255));
//!     let description = fields.optional("description", text(ANY_TEXT));
//!     let max_leads = fields.or("max_leads", 10, integer(1..=1000));
//!     let (name,) = fields.complete((name,))?;
//!     Ok((EventSeq(1), Json(format!("{name}, {description:?}, {max_leads}"))))
//! }
//!
//! let routes = Router::new().route("/api/v1/campaigns", post(create));
//! let make_id = Arc::new(|| "0190c5a0-0000-7000-8000-000000000001".to_owned());
//! let app: Router = Edge::new(EdgeOptions::new(make_id)).around(routes);
//! ```

pub mod address;
pub mod answers;
pub mod cached;
pub mod caller;
pub mod cors;
pub mod counters;
pub mod downloads;
pub mod edge;
pub mod error;
pub mod fields;
pub mod headers;
pub mod input;
pub mod path;
pub mod rates;
pub mod received;
pub mod redirects;
pub mod request;
pub mod server;
pub mod tus;
pub mod use_case;

/// What [`Edge::around`] takes and gives, for whoever puts the delivery crates together without axum.
pub use axum::Router;

pub use address::{ClientAddress, PeerAddress, TrustedProxies};
pub use answers::{EventSeq, Json, no_content};
pub use cached::{Asked, rendered};
pub use caller::{Bearer, Caller, CallingMember, identify};
pub use counters::{Counters, Counts};
pub use downloads::{download, error_file};
pub use edge::{Edge, EdgeOptions};
pub use error::{Failure, Result};
pub use fields::{ANY_TEXT, Fields};
pub use path::id_or;
pub use rates::{RateLimits, RateSettings};
pub use received::{FormBody, JsonBody, QueryFields, Received, collect};
pub use request::{RequestId, RequestScope, Scheme, untimed};
pub use server::{ServerOptions, serve};
pub use use_case::reply;
