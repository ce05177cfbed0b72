//! A hub in memory, what is saved there, and sessions with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::{Result, bail, ensure};
use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::message::{Page, Position, Reach, Request, Response};
use holdfast_store::Records;
use holdfast_store::downstream::{Standing, Taken};
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;

use super::Workload;
use super::saves::Draft;
use super::store::open_records;
use crate::crash_images::ledger::{Done, Expected};
use crate::generate::Dice;
use holdfast_store::author::Base;

/// Bytes asked for a page: small, so that a session takes several.
const PAGE_BYTES: u32 = 16 << 10;

/// The upstream, which does not lose power.
pub(super) struct Hub {
    records: Records,
    peer: Peer,
    /// Phones changed there and not yet seen here, with the version they were changed at.
    edited: BTreeMap<Entity, (String, String)>,
    /// Resources made there and not yet seen here.
    made: BTreeMap<Entity, Expected>,
}

impl Hub {
    pub(super) fn new(clock: &Arc<AtomicU64>, dice: Dice) -> Result<Self> {
        let identity = Identity::beside(Arc::new(MemorySidecar::default()));
        let records = open_records(Arc::new(Sqlite::in_memory()?), identity, clock, dice)?;
        let peer = Peer { replica: "node".into(), clinic: "north".into(), kind: "node".into() };
        Ok(Self { records, peer, edited: BTreeMap::new(), made: BTreeMap::new() })
    }

    /// Resources that are to be merged: not to be deleted meanwhile.
    pub(super) fn busy(&self) -> BTreeSet<Entity> {
        self.edited.keys().cloned().collect()
    }

    fn ask(&self, request: &Request) -> Result<Response> {
        match self.records.respond(&self.peer, request) {
            Response::Refused { code, message, .. } => bail!("the hub refused: {code}: {message}"),
            response => Ok(response),
        }
    }

    fn save(&self, draft: &Draft) -> Result<()> {
        self.records.write(|tx| draft.make(tx))?;
        Ok(())
    }

    /// Whether the patient that a body points at, if any, has reached the hub.
    fn knows_subject(&self, expected: &Expected) -> Result<bool> {
        let Some(subject) = expected.values.get("subject").and_then(BTreeSet::first) else { return Ok(true) };
        let patient = Entity::new("Patient", subject.trim_matches('"'));
        Ok(self.records.read(|view| view.get(&patient))?.is_some())
    }

    /// Whether the hub has this resource at this version.
    fn has(&self, entity: &Entity, version: Option<&str>) -> Result<bool> {
        let found = self.records.read(|view| view.get(entity))?;
        Ok(found.is_some_and(|stored| Some(stored.version.as_str()) == version))
    }
}

impl Workload {
    /// Somebody works at the hub, perhaps somebody here at the same time, and both sides meet.
    pub(super) fn hub_and_session(&mut self) -> Result<()> {
        for _ in 0..self.dice.below(8) {
            if self.dice.percent(60) { self.edit_at_hub()? } else { self.make_at_hub()? }
        }
        for _ in 0..self.dice.below(4) {
            if let Some((entity, _)) = self.hub.edited.first_key_value() {
                let expected = self.drafts.body(&entity.clone(), &mut self.dice);
                self.save_here(entity.clone(), expected)?;
            }
        }
        self.session()
    }

    fn save_here(&mut self, entity: Entity, expected: Expected) -> Result<()> {
        let version = self.ledger.current(&entity).and_then(|c| c.version.clone());
        let draft = Draft::of(entity, expected, version.map_or(Base::Blind, Base::Exactly));
        self.unit(|records| {
            let saved = records.write(|tx| draft.make(tx))?;
            Ok(((), Done { saved: vec![draft.done(saved)], ..Done::default() }))
        })
    }

    /// Changes the phone of a resource that both sides have alike.
    fn edit_at_hub(&mut self) -> Result<()> {
        if self.drafts.known.is_empty() {
            return Ok(());
        }
        let at = self.dice.below(self.drafts.known.len() as u64) as usize;
        let entity = self.drafts.known[at].clone();
        let Some(current) = self.ledger.current(&entity).cloned() else { return Ok(()) };
        let alike = self.hub.has(&entity, current.version.as_deref())?;
        if !alike || current.deleted || current.is_conflicted() || self.hub.edited.contains_key(&entity) {
            return Ok(());
        }
        let phone = self.drafts.value(3, &mut self.dice);
        let mut expected = current.clone();
        expected.values.insert("phone", BTreeSet::from([phone.clone()]));
        self.hub.save(&Draft::of(entity.clone(), expected, Base::Blind))?;
        self.hub.edited.insert(entity, (phone, current.version.unwrap_or_default()));
        Ok(())
    }

    /// Makes a resource at the hub; a patient among them is asked for from here.
    fn make_at_hub(&mut self) -> Result<()> {
        let kind = self.dice.pick(&["Patient", "Observation", "AllergyIntolerance", "Appointment"]);
        if kind != "Patient" && self.drafts.patients.is_empty() {
            return Ok(());
        }
        let entity = self.drafts.new_entity(kind, "h");
        let expected = self.drafts.body(&entity, &mut self.dice);
        if kind == "Patient" {
            self.hub.records.share(&Scope::patient(&entity.id), "north")?;
        } else if !self.hub.knows_subject(&expected)? {
            return Ok(());
        }
        self.hub.save(&Draft::of(entity.clone(), expected.clone(), Base::Blind))?;
        self.hub.made.insert(entity, expected);
        Ok(())
    }

    /// A whole session: everything up, everything down.
    fn session(&mut self) -> Result<()> {
        let hello = self.records().hello()?;
        let Response::Welcome { upstream, known, .. } = self.hub.ask(&hello)? else { bail!("no welcome") };
        let standing =
            self.unit(|records| Ok((records.compare("up", upstream, &known)?, Done::default())))?;
        ensure!(standing == Standing::Behind, "the hub knows another history");
        self.push(upstream, &known)?;
        self.hold()?;
        let mut acked = Vec::new();
        while let Some(positions) = self.pull(upstream, std::mem::take(&mut acked))? {
            acked = positions;
        }
        self.told_hub = self.recorder.reached();
        Ok(())
    }

    fn push(&mut self, upstream: ActorId, known: &[Reach]) -> Result<()> {
        let actor = self.ledger.actor;
        for lane in Lane::ALL {
            let after =
                known.iter().filter(|r| r.lane == lane && r.actor == actor).map(|r| r.seq).max().unwrap_or(0);
            for segment in self.outgoing(lane, after)? {
                let Response::Ack { actor, lane, through } = self.hub.ask(&Request::Push { segment })? else {
                    bail!("no acknowledgement")
                };
                self.unit(|records| {
                    Ok((records.acknowledge("up", upstream, actor, lane, through)?, Done::default()))
                })?;
            }
        }
        Ok(())
    }

    /// Asks for the patients made at the hub, and the scopes of what was made for patients held here.
    fn hold(&mut self) -> Result<()> {
        let patients = self.hub.made.keys().filter(|entity| entity.kind == "Patient");
        let scopes: Vec<Position> =
            patients.map(|entity| Position { scope: Scope::patient(&entity.id), at: 0 }).collect();
        if !scopes.is_empty() {
            self.hub.ask(&Request::Hold { actor: self.ledger.actor, scopes, urgent: true })?;
        }
        Ok(())
    }

    /// Takes one page in; `None` if nothing waits.
    fn pull(&mut self, upstream: ActorId, acked: Vec<Position>) -> Result<Option<Vec<Position>>> {
        let actor = self.ledger.actor;
        let pull = Request::Pull { actor, acked, pending: Vec::new(), max_bytes: PAGE_BYTES, wait_ms: 0 };
        let Response::Page(page) = self.hub.ask(&pull)? else { bail!("no page") };
        if page.visits.is_empty() {
            return Ok(None);
        }
        let merged = self.merged(&page);
        let taken = self.unit(|records| {
            let Taken::Durable(positions) = records.take_page(upstream, &page)? else {
                bail!("a gap in the feed")
            };
            let held = positions.iter().map(|p| (p.scope.0.clone(), p.at)).collect();
            let taken = merged.into_iter().map(|(entity, expected)| {
                let version = records.read(|view| view.get(&entity))?.map(|stored| stored.version);
                Ok((entity, Expected { version, ..expected }))
            });
            let taken = taken.collect::<Result<_>>()?;
            Ok((positions, Done { taken, held, ..Done::default() }))
        })?;
        Ok(Some(taken))
    }

    /// How the resources of a page must read once it is taken in.
    fn merged(&mut self, page: &Page) -> Vec<(Entity, Expected)> {
        let in_page = page.ops.iter().map(|op| &op.entity).chain(page.states.iter().map(|item| &item.entity));
        let mut out = Vec::new();
        for entity in in_page.collect::<BTreeSet<_>>() {
            if let Some(made) = self.hub.made.remove(entity) {
                self.drafts.know(entity);
                out.push((entity.clone(), made));
            } else if let Some((phone, at)) = self.hub.edited.remove(entity)
                && let Some(mut merged) = self.ledger.current(entity).cloned()
            {
                let phones = merged.values.entry("phone").or_default();
                if merged.version.as_deref() == Some(&at) {
                    phones.clear();
                }
                phones.insert(phone);
                out.push((entity.clone(), merged));
            }
        }
        out
    }
}
