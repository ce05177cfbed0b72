//! The fleet: replicas, the network between them, what has been acknowledged, and the trace of what happened.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use holdfast_core::codec::encode_ops;
use holdfast_core::id::{Dot, Entity, Scope};
use holdfast_core::message::{Request, Response};
use holdfast_core::op::Op;
use holdfast_core::segment;
use holdfast_store::sabotage::Sabotage;

use super::database::Pool;
use super::dice::Dice;
use super::network::{Cargo, Envelope, Network};
use super::oracle::{Oracle, Saves};
use super::replica::{Profile, Replica};
use super::rules::{CLINICS, PATIENTS, universe};
use super::shares::Shares;

/// Every dot that any log accepted, with what it named.
#[derive(Default)]
pub struct Dots(BTreeMap<Dot, Vec<u8>>);

impl Dots {
    /// Takes note of an op.
    ///
    /// # Errors
    /// If its dot names another op already.
    pub fn note(&mut self, op: &Op) -> Result<()> {
        let bytes = encode_ops(std::slice::from_ref(op))?;
        match self.0.get(&op.dot) {
            Some(known) if *known != bytes => bail!("dot {:?} names two different ops", op.dot),
            Some(_) => Ok(()),
            None => {
                self.0.insert(op.dot, bytes);
                Ok(())
            }
        }
    }
}

/// All that a history is made of.
pub struct Fleet {
    /// The history's seed.
    pub seed: u64,
    /// Hubs first.
    pub replicas: Vec<Replica>,
    /// How many of them are hubs.
    pub hubs: usize,
    /// The network.
    pub network: Network,
    /// What was acknowledged.
    pub oracle: Oracle,
    /// The resources written.
    pub entities: Vec<Entity>,
    /// Every dot met.
    pub dots: Dots,
    /// Databases at hand.
    pub pool: Pool,
    /// What happened, if it is to be told.
    pub trace: Option<Vec<String>>,
    /// Links made so far.
    pub links_made: u64,
    /// The time of every session machine, Unix milliseconds.
    pub now_ms: u64,
    /// Replicas opened so far.
    pub open_count: u64,
    /// Pages stored so far: some of them meet a full disk.
    pub pages_stored: u64,
    /// Whether nothing fails any more.
    pub is_healed: bool,
    /// Whether the hub is restored from backups in this history, and nothing else is; replicas give back what it said.
    pub hub_is_restored: bool,
    /// Whether two copies of one disk run.
    pub has_clones: bool,
    /// Whether the hub was restored before: it has incarnations that an older backup has never heard of.
    pub hub_was_restored: bool,
    /// Which clinic may hold whom.
    pub shares: Shares,
    /// Whether it is noted how far upstreams were heard.
    pub hears: bool,
}

/// Every clinic may hold every patient.
pub(super) fn share_all(hub: &Replica) -> Result<()> {
    for clinic in CLINICS {
        for patient in PATIENTS {
            hub.records.share(&Scope::patient(patient), clinic)?;
        }
    }
    Ok(())
}

impl Fleet {
    /// A fleet of one hub and two or three nodes of one or two clinics.
    ///
    /// # Errors
    /// The store.
    pub fn new(seed: u64, sabotage: Option<Sabotage>, mut pool: Pool) -> Result<Self> {
        let mut dice = Dice::of(seed, 1);
        let mut profiles = vec![("hub".to_owned(), String::new(), false)];
        for at in 0..2 + dice.below(2) {
            let clinic = CLINICS[if at == 0 { 0 } else { dice.below(2) }];
            profiles.push((format!("node{at}"), clinic.to_owned(), dice.chance(25)));
        }
        let mut replicas = Vec::new();
        for (at, (name, clinic, is_old)) in profiles.into_iter().enumerate() {
            let profile = Profile { name, clinic, is_old, books: false, machine: [0; 32], sabotage };
            replicas.push(Replica::new(profile, pool.empty()?, dice.roll() ^ at as u64)?);
        }
        let has_one_clinic = replicas.iter().all(|replica| replica.profile.clinic != CLINICS[1]);
        let shares = Shares::new(Dice::of(seed, 5).chance(25), has_one_clinic);
        if !shares.is_partial {
            share_all(&replicas[0])?;
        }
        let hub_is_restored = Dice::of(seed, 4).chance(20);
        Ok(Self { hub_is_restored, ..Self::of(seed, replicas, 1, shares, pool) })
    }

    /// A fleet of these replicas, of which the first so many are hubs.
    pub fn of(seed: u64, replicas: Vec<Replica>, hubs: usize, shares: Shares, pool: Pool) -> Self {
        Self {
            seed,
            replicas,
            hubs,
            network: Network::default(),
            oracle: Oracle::default(),
            entities: universe(),
            dots: Dots::default(),
            pool,
            trace: None,
            links_made: 0,
            now_ms: 1_000_000,
            open_count: 0,
            hub_is_restored: false,
            pages_stored: 0,
            is_healed: false,
            has_clones: false,
            hub_was_restored: false,
            shares,
            hears: false,
        }
    }

    /// The databases, to be used again.
    pub fn end(self) -> Pool {
        let mut pool = self.pool;
        for replica in self.replicas {
            drop(replica.records);
            pool.put_back(replica.db);
        }
        pool
    }

    /// A replica's name with its number, which tells clones apart.
    pub fn name(&self, at: usize) -> String {
        format!("{}#{at}", self.replicas[at].profile.name)
    }

    /// Tells something, if anybody listens.
    pub fn note(&mut self, line: impl FnOnce(&Self) -> String) {
        if self.trace.is_some() {
            let line = line(self);
            self.trace.iter_mut().for_each(|trace| trace.push(line.clone()));
        }
    }

    /// The upstreams of a replica.
    pub fn upstreams(&self, down: usize) -> std::ops::Range<usize> {
        if down < self.hubs { 0..0 } else { 0..self.hubs }
    }

    /// Marks what a replica may say twice under a new actor.
    pub fn said_again(&mut self, at: usize) {
        let own = self.oracle.of_replica(&self.replicas[at].profile.name);
        self.oracle.said_again |= own & self.replicas[at].known;
    }

    /// Brings one message to where it goes.
    ///
    /// # Errors
    /// A violation, or the store.
    pub fn deliver(&mut self, envelope: Envelope) -> Result<()> {
        let (down, up) = (envelope.down, envelope.up);
        if self.replicas[down].cut || self.replicas[up].cut {
            return Ok(());
        }
        match envelope.cargo {
            Cargo::Request(ref bytes) if self.replicas[up].boot == envelope.boot => {
                let (response, states) = self.answer(down, up, bytes)?;
                if is_idle(bytes)? && matches!(&response, Response::Page(page) if page.visits.is_empty()) {
                    // The upstream holds it back until there is news; the asker's patience ends first.
                    return self.heard_nothing(&envelope);
                }
                let bytes = response.encode()?;
                self.network.send(Envelope { cargo: Cargo::Response { bytes, states }, ..envelope });
                Ok(())
            }
            Cargo::Response { ref bytes, states } if self.replicas[down].boot == envelope.asker_boot => {
                self.receive(&envelope, Response::decode(bytes)?, states)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn answer(&mut self, down: usize, up: usize, bytes: &[u8]) -> Result<(Response, Saves)> {
        let request = Request::decode(bytes)?;
        let peer = self.replicas[down].peer();
        let response = self.replicas[up].records.respond(&peer, &request);
        if let (Request::Push { segment }, Response::Ack { .. }) = (&request, &response) {
            let ops = segment::read(segment)?.ops;
            ops.iter().try_for_each(|op| self.dots.note(op))?;
            self.note_pushed(down, up, &ops)?;
        }
        let mut states = 0;
        if let Response::Page(page) = &response {
            for item in &page.states {
                let at = self.entities.iter().position(|e| *e == item.entity);
                states |= at.map_or(0, |at| self.oracle.of_entity(at)) & self.replicas[up].known;
            }
        }
        Ok((response, states))
    }
}

/// Whether a request is a pull that may wait for news.
fn is_idle(bytes: &[u8]) -> Result<bool> {
    Ok(matches!(Request::decode(bytes)?, Request::Pull { wait_ms, .. } if wait_ms > 0))
}
