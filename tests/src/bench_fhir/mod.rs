//! `make bench-fhir`: real bundles into our node and into a peer by the same client, then the same reads and searches.
//!
//! ```text
//! bundles (a transaction each) ─▶ server ─▶ ids ─▶ reads and searches at 1 and at 50 connections
//!                                  ├── holdfast-node   synchronous=FULL, tokens, audit by the log
//!                                  └── helios-hfs      synchronous=NORMAL, nobody asks who it is
//! ```
//!
//! One server after the other, each with an empty folder of its own. In the peer's favour: it syncs less and checks no
//! token, and its logging is turned down while our node logs every request. A bundle that the peer refuses counts for
//! neither side.

mod corpus;
mod import;
mod peer;
mod queries;
mod report;
mod side;

pub use corpus::Corpus;
pub use peer::Peer;
pub use report::Report;
pub use side::{Loads, Side};

use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// How much to measure.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long each load lasts.
    pub load: Duration,
    /// Clients of the larger load.
    pub connections: usize,
    /// The peer; none: our side alone.
    pub peer: Option<Peer>,
}

impl Default for Options {
    /// What the figures are stated for, without a peer.
    fn default() -> Self {
        Self { load: Duration::from_secs(10), connections: 50, peer: None }
    }
}

/// Measures our node, and then the peer.
///
/// # Errors
/// A server does not start, our node refuses a bundle, or an answer is wrong.
pub fn run(options: &Options, corpus: &Corpus, folder: &Path) -> Result<Report> {
    let ours = side::ours(&folder.join("ours"), corpus, options)?;
    let theirs = options.peer.as_ref().map(|peer| side::theirs(&folder.join("peer"), peer, corpus, options));
    Ok(Report { connections: options.connections, ours, theirs: theirs.transpose()? })
}
