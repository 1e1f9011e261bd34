//! A two-level cache.

mod answer;
mod cache;
mod entry;
mod far;
mod flights;
#[cfg(test)]
mod flights_tests;
mod key;
mod knowledge;
#[cfg(test)]
mod knowledge_tests;
mod landing;
mod loading;
mod metrics;
mod near;
mod reading;
mod rule;
mod scope;
mod settings;
mod shelf;
mod sync;
#[cfg(test)]
mod testing;
mod value;

pub use answer::{Answer, LoadError, Loaded, Source};
pub use cache::{Cache, Figures};
pub use far::{Breaker, FarFigures, FarSettings, Unusable};
pub use key::{KEY_BYTES_MAX, Key, KeyText, Kind};
pub use knowledge::{Knowledge, Named, REMEMBERED_MAX, SCOPES_PER_TENANT_MAX, Ticket};
pub use metrics::{BUCKETS_US, Count, KindFigures, Spans};
pub use rule::{Known, Need, Stamp, admits, content_number};
pub use scope::{SCOPES_MAX, Scope, Scopes, Tenant};
pub use settings::{NEAR_BYTES_MAX, NumberSource, Settings, Task, Times, VALUE_BYTES_MAX, World};
pub use shelf::Shelf;
pub use value::{Body, Value};
