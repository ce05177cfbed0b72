//! One simulated replica: real records on a database in memory, with a clock, a random source and a sidecar that the
//! simulation holds in its hand.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use holdfast_clinical::FhirRules;
use holdfast_core::id::Scope;
use holdfast_core::rules::Rules;
use holdfast_store::identity::{Identity, Sidecar};
use holdfast_store::sabotage::Sabotage;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;
use holdfast_store::{Place, Records, Surroundings};

use super::database::Image;
use super::dice::Dice;
use super::link::Link;
use super::oracle::Saves;
use super::rules::{FleetRules, SCHEMA};
use super::shown::Shown;

/// What stands at the beginning of every history's time.
const START_MS: u64 = 1_790_000_000_000;

/// Everything needed to open a replica.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name; a clone has the same.
    pub name: String,
    /// Its clinic; a hub's is empty.
    pub clinic: String,
    /// Whether it runs the version before.
    pub is_old: bool,
    /// Whether it keeps a schedule, under the product's own rules.
    pub books: bool,
    /// The machine it runs on; a clone runs on another.
    pub machine: [u8; 32],
    /// What is broken on purpose.
    pub sabotage: Option<Sabotage>,
}

/// A disk as it was at some time.
pub struct Backup {
    /// The database.
    pub image: Image,
    /// What stood beside it.
    pub sidecar: MemorySidecar,
    /// The saves it holds.
    pub known: Saves,
    /// The scopes it wanted.
    pub wanted: BTreeSet<Scope>,
}

/// A replica with what the simulation knows of it.
pub struct Replica {
    /// How it was set up.
    pub profile: Profile,
    /// Its records.
    pub records: Records,
    /// The database below.
    pub db: Arc<Sqlite>,
    /// What stands beside it.
    pub sidecar: Arc<MemorySidecar>,
    /// Its wall clock, Unix milliseconds.
    pub clock: Arc<AtomicU64>,
    /// The saves that have reached it.
    pub known: Saves,
    /// Counts its processes: what was on the way to an earlier one never arrives.
    pub boot: u64,
    /// Scopes that people there asked for.
    pub wanted: BTreeSet<Scope>,
    /// Scopes it has once given up: what is still there of them tells nothing of what it holds.
    pub given_up: BTreeSet<Scope>,
    /// Its link to its upstreams, once started.
    pub link: Option<Link>,
    /// Earlier disks.
    pub backups: Vec<Backup>,
    /// Forms that are open on a screen, by number of the resource.
    pub forms: Vec<(usize, Shown)>,
    /// Refused for ever.
    pub revoked: bool,
    /// Cut off from everybody.
    pub cut: bool,
}

/// Opens records on a database; `seed` decides what is random in them.
///
/// # Errors
/// The store.
pub fn open(
    profile: &Profile,
    db: &Arc<Sqlite>,
    sidecar: &Arc<MemorySidecar>,
    clock: &Arc<AtomicU64>,
    seed: u64,
) -> Result<Records> {
    let time = clock.clone();
    let dice = Mutex::new(Dice::new(seed));
    let surroundings = Surroundings {
        now_ms: Box::new(move || time.fetch_add(1, Ordering::Relaxed)),
        random: Box::new(move |bytes| dice.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes)),
    };
    let schema = if profile.is_old { SCHEMA - 1 } else { SCHEMA };
    let place = Place { clinic: profile.clinic.clone(), schema };
    let beside: Arc<dyn Sidecar> = sidecar.clone();
    let rules: Arc<dyn Rules> =
        if profile.books { Arc::new(FhirRules) } else { Arc::new(FleetRules { is_old: profile.is_old }) };
    let identity = Identity::beside(beside);
    let identity = if profile.books { identity.on_machine(profile.machine) } else { identity };
    let records =
        Records::open_sabotaged(db.clone(), rules, identity, place, surroundings, profile.sabotage)?;
    Ok(records)
}

impl Replica {
    /// A new replica on an empty database.
    ///
    /// # Errors
    /// The store.
    pub fn new(profile: Profile, db: Arc<Sqlite>, seed: u64) -> Result<Self> {
        let sidecar = Arc::new(MemorySidecar::default());
        let clock = Arc::new(AtomicU64::new(START_MS));
        let records = open(&profile, &db, &sidecar, &clock, seed)?;
        Ok(Self::around(profile, records, db, sidecar, clock))
    }

    /// Everything but the records at its beginning.
    pub fn around(
        profile: Profile,
        records: Records,
        db: Arc<Sqlite>,
        sidecar: Arc<MemorySidecar>,
        clock: Arc<AtomicU64>,
    ) -> Self {
        Self {
            profile,
            records,
            db,
            sidecar,
            clock,
            known: 0,
            boot: 0,
            wanted: BTreeSet::new(),
            given_up: BTreeSet::new(),
            link: None,
            backups: Vec::new(),
            forms: Vec::new(),
            revoked: false,
            cut: false,
        }
    }

    /// Who it is to an upstream.
    pub fn peer(&self) -> Peer {
        let kind = if self.is_hub() { "hub" } else { "node" };
        Peer { replica: self.profile.name.clone(), clinic: self.profile.clinic.clone(), kind: kind.into() }
    }

    /// Whether it is a hub.
    pub fn is_hub(&self) -> bool {
        self.profile.clinic.is_empty()
    }

    /// A copy of its disk.
    ///
    /// # Errors
    /// The database.
    pub fn backup(&self) -> Result<Backup> {
        let (image, sidecar) = (Image::of(&self.db)?, self.sidecar.duplicate());
        Ok(Backup { image, sidecar, known: self.known, wanted: self.wanted.clone() })
    }
}
