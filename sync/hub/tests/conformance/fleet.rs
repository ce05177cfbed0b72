//! Replicas that talk by calls: a hub on the database under test, nodes on SQLite in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use holdfast_core::id::{Entity, Lane};
use holdfast_core::message::{Page, Position, Request, Response};
use holdfast_core::rules::Rules;
use holdfast_store::author::{Base, Saved};
use holdfast_store::downstream::{Outgoing, Taken};
use holdfast_store::error::Result;
use holdfast_store::identity::{Identity, Sidecar};
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sql::Database;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;
use holdfast_store::{Place, Records, Surroundings};

use crate::rules::SmallRules;

/// Records over a database, written under the identity in `sidecar`; the clock moves by one each time it is read.
pub(crate) fn records(db: Arc<dyn Database>, clinic: &str, sidecar: Arc<dyn Sidecar>) -> Records {
    records_by(Arc::new(SmallRules), db, clinic, sidecar)
}

/// As [`records`], by other rules.
pub(crate) fn records_by(
    rules: Arc<dyn Rules>,
    db: Arc<dyn Database>,
    clinic: &str,
    sidecar: Arc<dyn Sidecar>,
) -> Records {
    let now = AtomicU64::new(1_790_000_000_000);
    let now_ms = Box::new(move || now.fetch_add(1, Ordering::Relaxed));
    let surroundings = Surroundings { now_ms, ..Surroundings::default() };
    let place = Place { clinic: clinic.into(), schema: 1 };
    Records::open(db, rules, Identity::beside(sidecar), place, surroundings).unwrap()
}

/// A hub over a fresh database.
pub(crate) fn hub(db: Arc<dyn Database>) -> Records {
    records(db, "", Arc::<MemorySidecar>::default())
}

/// Saves `{resourceType, id, body}` blindly.
pub(crate) fn put(records: &Records, kind: &str, id: &str, body: &str) -> Result<Saved> {
    put_over(records, kind, id, body, &Base::Blind)
}

pub(crate) fn put_over(records: &Records, kind: &str, id: &str, body: &str, base: &Base) -> Result<Saved> {
    let json = format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\",{body}}}");
    records.write(|tx| tx.put(&Entity::new(kind, id), &json, base, "nurse"))
}

pub(crate) fn json(records: &Records, kind: &str, id: &str) -> String {
    records.read(|view| view.read(&Entity::new(kind, id))).unwrap().json
}

/// A node below a hub.
pub(crate) struct Node {
    pub(crate) records: Records,
    pub(crate) peer: Peer,
}

impl Node {
    pub(crate) fn new(name: &str) -> Self {
        let db = Arc::new(Sqlite::in_memory().unwrap());
        let records = records(db, "north", Arc::<MemorySidecar>::default());
        Self { records, peer: Peer { replica: name.into(), clinic: "north".into(), kind: "node".into() } }
    }

    pub(crate) fn ask(&self, hub: &Records, request: &Request) -> Response {
        hub.respond(&self.peer, request)
    }

    /// Says hello; what is still to be sent.
    pub(crate) fn unsent(&self, hub: &Records) -> Vec<Outgoing> {
        let Response::Welcome { known, .. } = self.ask(hub, &self.records.hello().unwrap()) else {
            panic!("no welcome for {}", self.peer.replica)
        };
        let reach = |lane| known.iter().filter(|r| r.lane == lane).map(|r| r.seq).max().unwrap_or(0);
        Lane::ALL
            .into_iter()
            .flat_map(|lane| self.records.outgoing(lane, reach(lane), 1000).unwrap())
            .collect()
    }

    /// Sends everything; the code of the first refusal.
    pub(crate) fn push(&self, hub: &Records) -> Result<usize, String> {
        let unsent = self.unsent(hub);
        for segment in &unsent {
            match self.ask(hub, &Request::Push { segment: segment.bytes.clone() }) {
                Response::Ack { actor, lane, through } => {
                    self.records.acknowledge("hub", hub.actor(), actor, lane, through).unwrap();
                }
                Response::Refused { code, .. } => return Err(code),
                other => panic!("{other:?}"),
            }
        }
        Ok(unsent.len())
    }

    /// Holds a scope from the beginning.
    pub(crate) fn hold(&self, hub: &Records, scope: holdfast_core::id::Scope) -> Response {
        let scopes = vec![Position { scope, at: 0 }];
        self.ask(hub, &Request::Hold { actor: self.records.actor(), scopes, urgent: true })
    }

    /// One page, after confirming what came before.
    pub(crate) fn page(&self, hub: &Records, acked: Vec<Position>) -> Page {
        let actor = self.records.actor();
        let pull = Request::Pull { actor, acked, pending: vec![], max_bytes: 1 << 20, wait_ms: 0 };
        match self.ask(hub, &pull) {
            Response::Page(page) => page,
            other => panic!("{other:?}"),
        }
    }

    /// Takes in whatever waits; how many pages.
    pub(crate) fn pull(&self, hub: &Records) -> usize {
        let (mut acked, mut pages) = (Vec::new(), 0);
        loop {
            let page = self.page(hub, acked);
            if page.visits.is_empty() {
                return pages;
            }
            pages += 1;
            match self.records.take_page(hub.actor(), &page).unwrap() {
                Taken::Durable(positions) => acked = positions,
                Taken::Rewind(_) => panic!("the hub skipped something"),
            }
        }
    }

    /// A whole session.
    pub(crate) fn sync(&self, hub: &Records) -> usize {
        self.push(hub).unwrap() + self.pull(hub)
    }
}
