//! A clinic that books, for the store's own tests: small rules, a hub, nodes, and what they say to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::json;
use holdfast_core::rights::span::Span;
use holdfast_core::rights::{KIND, Piece, Takes, counted, rows};
use holdfast_core::rules::{IndexRow, Policy, Rules, SplitError};
use holdfast_core::state::EntityState;
use holdfast_core::view;
use holdfast_store::author::Base;
use holdfast_store::identity::Identity;
use holdfast_store::rights::{Booked, Confirmed};
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;
use holdfast_store::{Place, Records, StoreError, Surroundings};

/// An `Appointment` takes `who` from minute `from` to `to`, or `place` of `session`.
pub(crate) struct BookRules;

impl Rules for BookRules {
    fn lane(&self, kind: &str) -> Lane {
        if kind == KIND { Lane::SAFETY } else { Lane::OPERATIONS }
    }

    fn policy(&self, _: &str, _: &str) -> Policy {
        Policy::Register
    }

    fn scopes(&self, _: &EntityState, clinic: &str) -> BTreeSet<Scope> {
        BTreeSet::from([Scope::clinic(clinic)])
    }

    fn said_with(&self, _: &str, element: &str) -> &'static [&'static str] {
        if ["from", "to", "who"].contains(&element) { &["status"] } else { &[] }
    }

    fn takes_time(&self, kind: &str) -> bool {
        kind == "Appointment"
    }

    fn takes(&self, state: &EntityState) -> Takes {
        let number = |element: &str| state.values(element).next().and_then(|text| text.parse::<i64>().ok());
        let text = |element: &str| state.values(element).next().map(|text| text.trim_matches('"').to_owned());
        if !self.takes_time(&state.entity.kind) {
            return Takes::default();
        }
        let bundle = if let Some(session) = text("session") {
            let place = number("place").map_or(Span::new(0, 0), |n| counted::number(n as u32));
            vec![(counted::pool(&session, "place"), place)]
        } else if let (Some(from), Some(to)) = (number("from"), number("to")) {
            let who = state.values("who").next().and_then(json::elements).unwrap_or_default();
            who.iter().map(|who| (who.trim_matches('"').to_owned(), Span::new(from, to))).collect()
        } else {
            Vec::new()
        };
        let mut statuses: Vec<&str> = state.values("status").collect();
        statuses.dedup();
        Takes {
            bundle,
            is_taken: statuses.iter().any(|one| ["\"booked\"", "\"arrived\""].contains(one)),
            is_overbooked: text("overbook").is_some(),
            is_unsettled: statuses.len() > 1,
            places: number("places").unwrap_or_default() as u32,
        }
    }

    fn index(&self, state: &EntityState) -> Vec<IndexRow> {
        match state.entity.kind.as_str() {
            KIND => rows::of_record(&view::render(state, self)),
            _ => rows::of_takes(&self.takes(state)),
        }
    }

    fn touches_index(&self, _: &str, _: &str) -> bool {
        true
    }

    fn split(&self, _: &str, text: &str) -> Result<BTreeMap<String, String>, SplitError> {
        let members = json::members(text).map_err(|reason| SplitError { element: "?".into(), reason })?;
        let is_head = |name: &str| ["resourceType", "id", "meta"].contains(&name);
        Ok(members.into_iter().filter(|(name, _)| !is_head(name)).collect())
    }
}

/// Minutes of the day that the tests are about; the clocks begin at midnight.
pub(crate) const DAY: i64 = 1_790_035_200 / 60;
pub(crate) const HOUR_MS: u64 = 3_600_000;

/// One database that books.
pub(crate) struct Desk {
    pub records: Records,
    pub db: Arc<Sqlite>,
    pub sidecar: Arc<MemorySidecar>,
    pub now: Arc<AtomicU64>,
    pub peer: Peer,
}

/// Opens a database of this clinic (none: a hub).
pub(crate) fn open_desk(clinic: &str, db: Arc<Sqlite>, sidecar: Arc<MemorySidecar>) -> Desk {
    let identity = Identity::beside(sidecar.clone());
    open_by(clinic, db, sidecar, identity)
}

/// The same on a machine of its own.
pub(crate) fn open_on(clinic: &str, db: Arc<Sqlite>, sidecar: Arc<MemorySidecar>, machine: [u8; 32]) -> Desk {
    let identity = Identity::beside(sidecar.clone()).on_machine(machine);
    open_by(clinic, db, sidecar, identity)
}

fn open_by(clinic: &str, db: Arc<Sqlite>, sidecar: Arc<MemorySidecar>, identity: Identity) -> Desk {
    let now = Arc::new(AtomicU64::new(DAY as u64 * 60_000));
    let time = now.clone();
    let now_ms = Box::new(move || time.fetch_add(1, Ordering::Relaxed));
    let surroundings = Surroundings { now_ms, ..Surroundings::default() };
    let place = Place { clinic: clinic.into(), schema: 1 };
    let records = Records::open(db.clone(), Arc::new(BookRules), identity, place, surroundings).unwrap();
    let peer = Peer { replica: "node".into(), clinic: clinic.into(), kind: "node".into() };
    Desk { records, db, sidecar, now, peer }
}

pub(crate) fn desk(clinic: &str) -> Desk {
    open_desk(clinic, Arc::new(Sqlite::in_memory().unwrap()), Arc::default())
}

impl Desk {
    pub(crate) fn actor(&self) -> ActorId {
        self.records.actor()
    }

    pub(crate) fn pass_hours(&self, hours: u64) {
        self.now.fetch_add(hours * HOUR_MS, Ordering::Relaxed);
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    /// A whole session with a hub, to its end.
    pub(crate) fn sync(&self, hub: &Desk) {
        let began = self.now_ms();
        super::sync_records(&self.records, &hub.records, &self.peer);
        self.records.caught_up(hub.actor(), began).unwrap();
    }

    /// Books `who` from this minute of the day on for half an hour, with more elements.
    pub(crate) fn book_with(
        &self,
        id: &str,
        who: &[&str],
        at: i64,
        rest: &str,
    ) -> Result<Booked, StoreError> {
        let who = serde_json::to_string(who).unwrap();
        let (from, to) = (DAY + at, DAY + at + 30);
        self.save(id, &format!(r#""from":{from},"to":{to},"who":{who}{rest}"#))
    }

    pub(crate) fn save(&self, id: &str, elements: &str) -> Result<Booked, StoreError> {
        let entity = Entity::new("Appointment", id);
        let json = format!(r#"{{"resourceType":"Appointment","id":"{id}",{elements}}}"#);
        self.records.write(|tx| {
            tx.at_clinic("north");
            tx.book(&entity, &json, &Base::Blind, "desk")
        })
    }

    /// What became of a booking: `yes`, `no`, `over`, or the code of the refusal.
    pub(crate) fn book(&self, id: &str, who: &[&str], at: i64) -> &'static str {
        told(self.book_with(id, who, at, r#","status":"booked""#))
    }

    pub(crate) fn change(&self, id: &str, who: &[&str], at: i64, status: &str) -> &'static str {
        told(self.book_with(id, who, at, &format!(r#","status":"{status}""#)))
    }

    pub(crate) fn begin(&self, hubs: &[&Desk]) {
        let hubs: Vec<ActorId> = hubs.iter().map(|hub| hub.actor()).collect();
        self.records.write(|tx| tx.begin_calendar("north", &hubs, "desk")).unwrap();
    }

    pub(crate) fn grant(&self, hub: &Desk, who: &str, at: i64, length: i64, hours: u64) -> &'static str {
        let pieces = [Piece { resource: who.into(), spans: vec![Span::of(DAY + at, length)] }];
        let until = DAY as u64 * 60_000 + hours * HOUR_MS;
        let granted = self.records.write(|tx| tx.grant("north", hub.actor(), &pieces, until, "desk"));
        granted.map_or_else(|error| error.code(), |_| "yes")
    }

    pub(crate) fn return_unsold(&self) -> usize {
        self.records.write(|tx| tx.return_unsold("north", false, "hub")).unwrap().len()
    }

    pub(crate) fn take_back(&self) -> usize {
        self.records.write(|tx| tx.take_back("north", "desk")).unwrap().len()
    }

    pub(crate) fn follow(&self, of: ActorId) -> &'static str {
        let asked = self.records.write(|tx| tx.follow("north", of, "admin"));
        asked.map_or_else(|error| error.code(), |()| "yes")
    }

    pub(crate) fn answer(&self) -> usize {
        self.records.write(|tx| tx.answer_followers("north", "hub")).unwrap()
    }
}

pub(crate) fn told(booked: Result<Booked, StoreError>) -> &'static str {
    match booked {
        Ok(Booked { confirmed: Confirmed::Yes, .. }) => "yes",
        Ok(Booked { confirmed: Confirmed::No, .. }) => "no",
        Ok(Booked { confirmed: Confirmed::Overbooked, .. }) => "over",
        Ok(Booked { confirmed: Confirmed::Unsettled, .. }) => "unsettled",
        Err(error) => error.code(),
    }
}
