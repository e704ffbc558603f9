//! What every store must do. Runs on files; with `WATCHFIRE_TEST_POSTGRES` on a PostgreSQL database,
//! and then also shows what only a database can do wrong.
#![allow(clippy::unwrap_used)]

mod archive;
mod backup;
mod following;
mod fresh;
mod interval;
mod journal;
mod logins;
mod looking;
mod lost;
mod moving;
mod places;
mod snapshots;
mod support;
