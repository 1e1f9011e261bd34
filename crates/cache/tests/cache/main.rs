//! The cache as its users see it: alone, before a real Redis, and before one that fails.

mod near;
mod support;
