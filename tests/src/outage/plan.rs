//! Who writes what, and what must come of it: worked out before anything runs, from the seed alone.

use super::Options;
use crate::generate::{Generator, Resource, with_element};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};

/// One of the two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    North,
    South,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::North, Self::South];

    /// The name of its clinic and node.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::North => "north",
            Self::South => "south",
        }
    }

    /// Who writes at it.
    pub(super) fn author(self) -> &'static str {
        match self {
            Self::North => "nurse-north",
            Self::South => "nurse-south",
        }
    }

    /// Elements of a patient that this side alone changes.
    fn own_elements(self) -> &'static [&'static str] {
        match self {
            Self::North => &["address", "name", "maritalStatus"],
            Self::South => &["contact", "communication"],
        }
    }
}

/// The element that both sides change in some patients, and one of them in the others.
pub(super) const SHARED: &str = "telecom";
/// Stands in the ledger for the element of a deletion.
pub(super) const DELETED: &str = "@deleted";
/// The element that marks a created resource.
const CREATED: &str = "identifier";
/// One edit in so many creates a resource, and one creation in so many is followed by its deletion.
const CREATE_EVERY: usize = 5;
const DELETE_EVERY: usize = 8;

/// What one edit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// The element gets this value (JSON).
    Assign(String),
    /// The resource is made.
    Create(String),
    Delete,
}

/// One edit, which is one save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// `Type/id`.
    pub(super) entity: String,
    pub(super) element: &'static str,
    /// Text that no other edit writes.
    pub(super) marker: String,
    pub(super) act: Act,
}

/// An element that both sides changed without having seen the other's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rivals {
    pub(super) entity: String,
    pub(super) element: &'static str,
    pub(super) markers: BTreeMap<Side, String>,
}

/// Everything that will be written.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) patients: Vec<Resource>,
    /// By side, by patient, in order.
    pub(super) steps: BTreeMap<Side, Vec<Vec<Step>>>,
    pub(super) rivals: Vec<Rivals>,
}

/// What each replica must show in the end, rivals apart.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The marker of the last value of each `(entity, element)`.
    pub(super) values: BTreeMap<(String, String), String>,
    pub(super) deleted: BTreeSet<String>,
}

impl Plan {
    /// # Errors
    /// More concurrent edits than patients or edits.
    pub(super) fn new(options: &Options) -> Result<Self> {
        anyhow::ensure!(
            options.concurrent <= options.patients.min(options.edits) && options.patients > 0,
            "each of the {} concurrent edits needs a patient and an edit of its own",
            options.concurrent
        );
        let made = Generator::new(options.seed);
        let patients: Vec<Resource> = (0..options.patients as u64).map(|i| made.patient(i)).collect();
        let mut steps = BTreeMap::new();
        for side in Side::BOTH {
            let each = (0..patients.len()).map(|i| Chart::new(side, i, &patients[i], options).steps());
            steps.insert(side, each.collect::<Result<Vec<_>>>()?);
        }
        let rivals = (0..options.concurrent).map(|i| Rivals {
            entity: patients[i].reference(),
            element: SHARED,
            markers: Side::BOTH.iter().map(|side| (*side, rival_marker(*side, i))).collect(),
        });
        Ok(Self { rivals: rivals.collect(), patients, steps })
    }

    /// What every replica must show once all steps are done and all has arrived.
    pub(super) fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::default();
        for step in self.steps.values().flatten().flatten() {
            if step.act == Act::Delete {
                outcome.deleted.insert(step.entity.clone());
            } else {
                let key = (step.entity.clone(), step.element.to_owned());
                outcome.values.insert(key, step.marker.clone());
            }
        }
        outcome.values.retain(|(entity, _), _| !outcome.deleted.contains(entity));
        for rivals in &self.rivals {
            outcome.values.remove(&(rivals.entity.clone(), rivals.element.to_owned()));
        }
        outcome
    }

    /// How many steps a side takes.
    pub(super) fn count(&self, side: Side) -> usize {
        self.steps.get(&side).map_or(0, |steps| steps.iter().map(Vec::len).sum())
    }
}

fn rival_marker(side: Side, patient: usize) -> String {
    format!("rival-{}-{patient:06}", side.name())
}

/// What one side writes about one patient.
struct Chart<'a> {
    side: Side,
    number: usize,
    patient: &'a Resource,
    quota: usize,
    is_rival: bool,
    made: Generator,
}

impl<'a> Chart<'a> {
    fn new(side: Side, number: usize, patient: &'a Resource, options: &Options) -> Self {
        let is_rival = number < options.concurrent;
        // The rivals' edits come off the top, so that every one has its turn however few edits there are.
        let rest = options.edits - options.concurrent;
        let even = rest / options.patients + usize::from(number < rest % options.patients);
        // A generator of its own: what the sides create must not be the same.
        let made = Generator::new(options.seed ^ (0x5151 + side as u64));
        Self { side, number, patient, quota: even + usize::from(is_rival), is_rival, made }
    }

    fn steps(&self) -> Result<Vec<Step>> {
        let chart = self.made.chart(self.number as u64, self.quota / CREATE_EVERY + 1);
        let mut creations = chart[1..].iter();
        let mut steps: Vec<Step> = Vec::with_capacity(self.quota);
        // Somewhere among the others, not always first.
        let rival_at = self.number % 3 % self.quota.max(1);
        let (mut created, mut to_delete) = (0, None);
        for at in 0..self.quota {
            if self.is_rival && at == rival_at {
                steps.push(self.assign(SHARED, rival_marker(self.side, self.number), at)?);
            } else if let Some(entity) = to_delete.take() {
                steps.push(Step { entity, element: DELETED, marker: DELETED.to_owned(), act: Act::Delete });
            } else if at % CREATE_EVERY == CREATE_EVERY - 1 {
                let step = self.create(creations.next().context("the chart is too short")?, at, &chart[0])?;
                created += 1;
                to_delete = ((created + self.number) % DELETE_EVERY == 0).then(|| step.entity.clone());
                steps.push(step);
            } else {
                steps.push(self.assign(self.element(at), self.marker(at), at)?);
            }
        }
        Ok(steps)
    }

    /// One of the elements that nobody else changes in this patient.
    fn element(&self, at: usize) -> &'static str {
        let own = self.side.own_elements();
        let is_shared_mine = !self.is_rival && (self.number % 2 == self.side as usize);
        let choices = own.len() + usize::from(is_shared_mine);
        own.get((self.number + at) % choices).copied().unwrap_or(SHARED)
    }

    fn marker(&self, at: usize) -> String {
        format!("edit-{}-{:06}-{at:06}", self.side.name(), self.number)
    }

    /// A believable value of the element, told from all others by the marker as its FHIR element id.
    fn assign(&self, element: &'static str, marker: String, at: usize) -> Result<Step> {
        let first = (self.number as u64) << 32 | (at as u64) << 16;
        let edit = (first..first + (1 << 16))
            .map(|i| self.made.edit(i, &self.patient.json))
            .find(|edit| edit.element == element)
            .with_context(|| format!("no edit of {element} is made"))?;
        let value = edit.value.replacen('{', &format!("{{\"id\":\"{marker}\","), 1);
        Ok(Step { entity: self.patient.reference(), element, marker, act: Act::Assign(value) })
    }

    fn create(&self, resource: &Resource, at: usize, stranger: &Resource) -> Result<Step> {
        let marker = self.marker(at);
        let identifier = format!("[{{\"system\":\"urn:holdfast:drill\",\"value\":\"{marker}\"}}]");
        let about = resource.json.replace(&stranger.id, &self.patient.id);
        let json = with_element(&about, CREATED, &identifier)?;
        Ok(Step { entity: resource.reference(), element: CREATED, marker, act: Act::Create(json) })
    }
}

/// Something noted while the links come back: note number `n` of a side, about one of the patients.
///
/// # Errors
/// The generator's JSON is none.
pub(super) fn note(seed: u64, side: Side, n: u64, patients: &[Resource]) -> Result<Step> {
    let made = Generator::new(seed ^ (0xA5A5 + side as u64));
    let about = &patients[usize::try_from(n)? % patients.len()].id;
    let vital = made.vital(n, about);
    let marker = format!("note-{}-{n:09}", side.name());
    let identifier = format!("[{{\"system\":\"urn:holdfast:drill\",\"value\":\"{marker}\"}}]");
    let json = with_element(&vital.json, CREATED, &identifier)?;
    Ok(Step { entity: vital.reference(), element: CREATED, marker, act: Act::Create(json) })
}
