//! What the store promises, told as stories that run on SQLite and on PostgreSQL alike.

mod counters;
mod epoch;
mod erase;
mod follow;
mod imports;
mod isolation;
mod jobs;
mod keys;
mod leads;
mod lookups;
mod migrate;
mod people;
mod plans;
mod purge;
mod seam;
mod search;
mod spine;
mod unwell;
mod values;
mod world;
