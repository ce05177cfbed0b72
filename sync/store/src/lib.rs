//! One replica's records: the op log, the resources with their registers, the search index and what
//! other replicas are to be told, all changed in one transaction.
//!
//! All SQL is written once, on the [`sql::Sql`] trait; SQLite implements it here, PostgreSQL in `sync/hub`. A node, a
//! desktop and the hub are the same [`records::Records`]: each is an upstream ([`upstream`]) to those below it and a
//! downstream ([`downstream`]) to those above.
//!
//! Invariants: what was acknowledged to a caller is durable; a resource's JSON, registers, index rows and feed
//! entries never disagree; a dot is never used twice, not even by a restored or cloned database.

mod aside;
pub mod author;
pub mod backup;
mod clinics;
pub mod compartment;
pub mod conflict;
pub mod continuity;
pub mod desktops;
pub mod downstream;
mod draft;
pub mod error;
pub mod evict;
mod feed;
pub mod fleet;
pub mod give_back;
mod grant;
pub mod happened;
pub mod history;
mod home;
pub mod identity;
pub mod index;
mod loaded;
mod local;
mod log;
pub mod notice;
pub mod numbers;
mod page;
mod parallel;
mod prepare;
pub mod prepare_page;
mod pull;
pub mod quarantine;
mod readers;
mod rebirth;
pub mod records;
pub mod reindex;
pub mod relay;
mod remembered;
mod rewind;
pub mod rights;
#[cfg(feature = "sabotage")]
pub mod sabotage;
pub mod salvage;
pub mod schema;
pub mod scrub;
pub mod search;
pub mod seek;
pub mod sent;
pub mod sidecar;
pub mod sql;
pub mod sqlite;
pub mod timeline;
pub mod token;
pub mod trail;
mod tx;
mod unindexed;
pub mod upstream;
pub mod view;
mod visits;
mod weight;
pub mod writer;

pub use error::{LogError, Result, StoreError};
pub use records::{Place, Records, Surroundings};
pub use tx::Tx;
