//! What every HTTP delivery shares: the server, one layer around the whole router, the reading of bodies and
//! queries into field problems, and the one place where an error becomes an answer.
//!
//! It knows axum and the wire contract's general part, and no route, no noun and no page. Who a caller is, how ids
//! are made and how an error page looks come in as values ([`EdgeOptions`]).

pub mod address;
pub mod answers;
pub mod cors;
pub mod counters;
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

pub use address::{ClientAddress, PeerAddress, TrustedProxies};
pub use answers::{EventSeq, Json, no_content};
pub use counters::{Counters, Counts};
pub use edge::{Edge, EdgeOptions};
pub use error::{Failure, Result};
pub use fields::{ANY_TEXT, Fields};
pub use path::id_or;
pub use rates::{RateLimits, RateSettings};
pub use received::{FormBody, JsonBody, QueryFields, Received, collect};
pub use request::{RequestId, RequestScope, Scheme, untimed};
pub use server::{ServerOptions, serve};
