//! The cache as its users see it: alone, before a real Redis, and before one that fails.

mod model;
mod near;
mod races;
mod redis;
mod support;
