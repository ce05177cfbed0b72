//! A fleet in memory for the store's own tests: small rules, a clock that the test moves, replicas that talk by calls.
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod booking;
pub(crate) mod rules;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use holdfast_core::id::{Entity, Lane};
use holdfast_core::message::{Request, Response, StateItem};
use holdfast_store::author::{Base, Saved};
use holdfast_store::downstream::{Standing, Taken};
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;
use holdfast_store::{Place, Records, Surroundings};

pub(crate) use rules::SmallRules;

/// One database and what stands beside it.
pub(crate) struct Replica {
    pub records: Records,
    pub db: Arc<Sqlite>,
    pub sidecar: Arc<MemorySidecar>,
    pub peer: Peer,
    pub now: Arc<AtomicU64>,
}

fn surroundings(now: &Arc<AtomicU64>) -> Surroundings {
    let now = now.clone();
    Surroundings { now_ms: Box::new(move || now.fetch_add(1, Ordering::Relaxed)), ..Surroundings::default() }
}

pub(crate) fn open(name: &str, db: Arc<Sqlite>, sidecar: Arc<MemorySidecar>) -> Replica {
    let now = Arc::new(AtomicU64::new(1_790_000_000_000));
    let place = Place { clinic: "north".into(), schema: 1 };
    let identity = Identity::beside(sidecar.clone());
    let records =
        Records::open(db.clone(), Arc::new(SmallRules), identity, place, surroundings(&now)).unwrap();
    let peer = Peer { replica: name.into(), clinic: "north".into(), kind: "node".into() };
    Replica { records, db, sidecar, peer, now }
}

/// Records alone, beside any sidecar.
pub(crate) fn open_beside(
    name: &str,
    db: Arc<Sqlite>,
    sidecar: Arc<dyn holdfast_store::identity::Sidecar>,
) -> Records {
    let _ = name;
    let now = Arc::new(AtomicU64::new(1_790_000_000_000));
    let place = Place { clinic: "north".into(), schema: 1 };
    Records::open(db, Arc::new(SmallRules), Identity::beside(sidecar), place, surroundings(&now)).unwrap()
}

/// Records alone, on any database.
pub(crate) fn open_on(name: &str, db: Arc<dyn holdfast_store::sql::Database>) -> Records {
    let now = Arc::new(AtomicU64::new(1_790_000_000_000));
    let place = Place { clinic: if name == "hub" { "" } else { "north" }.into(), schema: 1 };
    let identity = Identity::beside(Arc::new(MemorySidecar::default()));
    Records::open(db, Arc::new(SmallRules), identity, place, surroundings(&now)).unwrap()
}

pub(crate) fn put_into(records: &Records, kind: &str, id: &str, body: &str) {
    let entity = Entity::new(kind, id);
    let json = format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\",{body}}}");
    records.write(|tx| tx.put(&entity, &json, &Base::Blind, "nurse")).unwrap();
}

pub(crate) fn replica(name: &str) -> Replica {
    open(name, Arc::new(Sqlite::in_memory().unwrap()), Arc::default())
}

impl Replica {
    pub(crate) fn put(&self, kind: &str, id: &str, body: &str, base: &Base) -> Saved {
        let entity = Entity::new(kind, id);
        let json = format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\",{body}}}");
        self.records.write(|tx| tx.put(&entity, &json, base, "nurse")).unwrap()
    }

    pub(crate) fn json(&self, kind: &str, id: &str) -> String {
        self.records.read(|view| view.read(&Entity::new(kind, id))).unwrap().json
    }

    pub(crate) fn version(&self, kind: &str, id: &str) -> String {
        self.records.read(|view| view.read(&Entity::new(kind, id))).unwrap().version
    }

    /// One whole session with an upstream; how many times something was sent either way.
    pub(crate) fn sync(&self, up: &Replica) -> usize {
        self.try_sync(up).unwrap()
    }

    pub(crate) fn try_sync(&self, up: &Replica) -> Result<usize, String> {
        try_sync_records(&self.records, &up.records, &self.peer)
    }
}

/// Gives a restored upstream back what it had said; how many resources have to be given again.
pub(crate) fn give_back(down: &Records, ask: &impl Fn(&Request) -> Response) -> u64 {
    let give = |states: Vec<StateItem>| match ask(&Request::GiveBack { actor: down.actor(), states }) {
        Response::Lacking { former, later } => (former, later),
        other => panic!("{other:?}"),
    };
    let (former, mut waits) = give(vec![]);
    let mut after = 0;
    while !former.is_empty()
        && let Some(found) = down.offers(&former, after).unwrap()
    {
        waits += found.damaged;
        if !found.states.is_empty() {
            waits += give(found.states).1;
        }
        after = found.last;
    }
    waits
}

/// One whole session between records.
pub(crate) fn sync_records(down: &Records, up: &Records, peer: &Peer) -> usize {
    try_sync_records(down, up, peer).unwrap()
}

fn try_sync_records(down: &Records, up: &Records, peer: &Peer) -> Result<usize, String> {
    let ask = |request: &Request| {
        let request = Request::decode(&request.encode().unwrap()).unwrap();
        let answer = up.respond(peer, &request);
        Response::decode(&answer.encode().unwrap()).unwrap()
    };
    let (upstream, known) = match ask(&down.hello().unwrap()) {
        Response::Welcome { upstream, known, .. } => (upstream, known),
        Response::Refused { code, .. } => return Err(code),
        other => panic!("{other:?}"),
    };
    if down.compare("up", upstream, &known).unwrap() == Standing::Foreign {
        down.fork_away().unwrap();
        return try_sync_records(down, up, peer);
    }
    let again = down.positions_to_rehold(upstream).unwrap();
    if !again.is_empty() {
        ask(&Request::Hold { actor: down.actor(), scopes: again, urgent: false });
    }
    down.reheld().unwrap();
    let mut sent = 0;
    for owed in down.owed(&known).unwrap() {
        for out in down.outgoing_of(owed, 100).unwrap() {
            assert!(matches!(ask(&Request::Push { segment: out.bytes }), Response::Ack { .. }));
            sent += 1;
        }
    }
    for lane in Lane::ALL {
        let actor = down.actor();
        let from =
            known.iter().filter(|r| r.lane == lane && r.actor == actor).map(|r| r.seq).max().unwrap_or(0);
        for out in down.outgoing(lane, from, 100).unwrap() {
            match ask(&Request::Push { segment: out.bytes }) {
                Response::Ack { actor, lane, through } => {
                    down.acknowledge("up", upstream, actor, lane, through).unwrap();
                }
                Response::Refused { code, .. } => return Err(code),
                other => panic!("{other:?}"),
            }
            sent += 1;
        }
    }
    if down.may_have_to_give_back(upstream).unwrap() && give_back(down, &ask) == 0 {
        down.gave_back(upstream).unwrap();
    }
    let mut acked = Vec::new();
    loop {
        let pull = Request::Pull {
            actor: down.actor(),
            acked: std::mem::take(&mut acked),
            pending: vec![],
            max_bytes: 1 << 20,
            wait_ms: 0,
        };
        let page = match ask(&pull) {
            Response::Page(page) => page,
            Response::Refused { code, .. } => return Err(code),
            other => panic!("{other:?}"),
        };
        if page.visits.is_empty() {
            return Ok(sent);
        }
        sent += 1;
        match down.take_page(upstream, &page).unwrap() {
            Taken::Durable(positions) => acked = positions,
            Taken::Rewind(scopes) => {
                ask(&Request::Hold { actor: down.actor(), scopes, urgent: false });
            }
        }
    }
}
