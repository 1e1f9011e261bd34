//! Real parts for tests: PostgreSQL, Redis, a browser, the built program, and a client for the wire.
//!
//! A test asks for a part and gets it started on a free loopback port with its own data folder; parts
//! end with the test, also when the test is killed. Everything here panics with a plain sentence
//! instead of returning errors, since a part that does not start is a failed test.
//!
//! What must not live here: fakes, knowledge of the product's tables or routes, and anything that the
//! program itself would need.
//!
//! | part | one per process | one of the test's own |
//! |---|---|---|
//! | [`postgres()`] | [`Postgres::create_database`] gives each test its own database | [`Postgres::start`] |
//! | [`redis()`] | shared | [`Redis::start`] |
//! | `S3` (feature `s3`) | – | `S3::start` |
//! | [`browser()`] | – | each call |
//! | [`Program`] | – | each start |
//! | [`FaultProxy`] | – | each start |

mod browser;
mod eventually;
mod fault_proxy;
mod form;
mod http_client;
mod ports;
mod postgres;
mod process;
mod program;
mod redis;
#[cfg(feature = "s3")]
mod s3;
mod scratch;
mod small_disk;

pub use browser::{Browser, browser};
pub use eventually::{eventually, eventually_blocking};
pub use fantoccini::{Client as BrowserClient, Locator};
pub use fault_proxy::FaultProxy;
pub use form::Form;
pub use http_client::{Answer, Http, Request, exchange_raw};
pub use ports::free_port;
pub use postgres::{Postgres, postgres};
pub use process::kill_hard;
pub use program::Program;
pub use redis::{Redis, redis};
#[cfg(feature = "s3")]
pub use s3::S3;
pub use scratch::temp_dir;
pub use tempfile::TempDir;
