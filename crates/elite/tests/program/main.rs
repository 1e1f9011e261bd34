//! The whole program as a process: started, asked over its wire, stopped, killed, and starved of what it needs.
//!
//! One binary, so that the program is linked into one test only. What a module shares with others is in `world`.

mod commands;
mod crash;
mod database;
mod demo;
mod disk;
mod dying;
mod import;
mod logs;
mod memory;
mod nodes;
mod purge;
mod start;
mod stop;
mod uploads;
mod world;
