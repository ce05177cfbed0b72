//! The staff desktop without its window: a replica of the clinic's records, encrypted and locked until somebody signs in,
//! the API and the staff app over it on a loopback address, and the link to the clinic's node. The window
//! (`desktop-app/src-tauri`) opens that address; `--headless` serves the same without one.
//!
//! It holds no rule of FHIR, of merging or of the protocol, and no page of its own: those are in `appliance/clinical`,
//! `sync/*` and `desktop-app/apps/staff`.
//!
//! ```text
//! window ─▶ launch gate ─▶ ┬ locked: staff app, /api/setup, sign-in ─▶ vault (PIN + device secret) ─▶ key ─┐
//!                          └ open:   the whole API ◀── replica (SQLCipher) ◀───────────────────────────────┘
//!                                                          └─ uplink ──▶ the clinic's node
//! ```
//!
//! Invariants: without the cookie of this launch nobody on the machine reaches anything; the key of the database is on disk
//! only wrapped, and wrapped durably before the first sign-in is answered; two programs never work on one data folder;
//! no record, PIN or key is logged.

mod arrivals;
pub mod cli;
pub mod data_dir;
pub mod device;
pub mod failure;
pub mod folder_lock;
pub mod gate;
pub mod key;
mod leavers;
pub mod logging;
mod port;
pub mod replica;
pub mod run;
pub mod settings;
pub mod tries;
pub mod update;
pub mod vault;
mod web;

pub use failure::Failure;
pub use run::{Desktop, Options, Served, Unlock, serve};
