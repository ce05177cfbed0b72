//! The clients of a clinic: each takes its patients in turn and saves, and what is acknowledged goes to the ledger.

use super::fleet::Access;
use super::http::{Answer, Client};
use super::plan::{Act, Plan, Rivals, Side, Step};
use crate::checker::{Acked, Ledger};
use crate::generate::with_element;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;

/// Acknowledgements that share one sync of the ledger; they count after it.
const SYNC_EVERY: usize = 64;

/// Does every step of a side, with so many clients at a time.
///
/// # Errors
/// A save is refused or fails: with every process up, each has to succeed.
pub(super) fn write_all(
    access: &Access,
    plan: &Plan,
    side: Side,
    clients: usize,
    ledger: &Ledger,
) -> Result<()> {
    let steps = plan.steps.get(&side).map(Vec::as_slice).unwrap_or_default();
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..clients.max(1))
            .map(|number| {
                let mine = (number..steps.len()).step_by(clients.max(1));
                scope.spawn(move || Nurse::new(access, plan, ledger)?.work(steps, mine))
            })
            .collect();
        all.into_iter().try_for_each(|one| one.join().map_err(|_| anyhow!("a client panicked"))?)
    })
    .with_context(|| format!("{} cannot write", access.name))
}

/// One client, with what it has on its screen: the text and the version of each resource.
struct Nurse<'a> {
    client: Client,
    plan: &'a Plan,
    ledger: &'a Ledger,
    screen: BTreeMap<String, (String, String)>,
    acked: Vec<Acked>,
}

impl<'a> Nurse<'a> {
    fn new(access: &Access, plan: &'a Plan, ledger: &'a Ledger) -> Result<Self> {
        let client = access.client()?;
        Ok(Self { client, plan, ledger, screen: BTreeMap::new(), acked: Vec::new() })
    }

    /// One step of each patient, then the next of each.
    fn work(&mut self, steps: &[Vec<Step>], mine: impl Iterator<Item = usize> + Clone) -> Result<()> {
        let rounds = mine.clone().map(|patient| steps[patient].len()).max().unwrap_or(0);
        for patient in mine.clone() {
            self.open(patient)?;
        }
        for round in 0..rounds {
            for patient in mine.clone() {
                if let Some(step) = steps[patient].get(round) {
                    self.take(step)?;
                }
            }
        }
        self.sync()
    }

    /// The patient as the node has it, and as it was generated.
    fn open(&mut self, patient: usize) -> Result<()> {
        let patient = &self.plan.patients[patient];
        let answer = self.client.get(&format!("/fhir/{}", patient.reference()))?;
        if answer.status != 200 {
            bail!("{} cannot be read: {}", patient.reference(), told(&answer));
        }
        self.screen.insert(patient.reference(), (patient.json.clone(), answer.etag));
        Ok(())
    }

    fn take(&mut self, step: &Step) -> Result<()> {
        let (json, seen) = self.screen.get(&step.entity).cloned().unwrap_or_default();
        let seen = Some(seen).filter(|version| !version.is_empty());
        let (method, text) = match &step.act {
            Act::Assign(value) => ("PUT", with_element(&json, step.element, value)?),
            Act::Create(json) => ("PUT", json.clone()),
            Act::Delete => ("DELETE", String::new()),
        };
        // Half of the rivals save as staff do, the others as programs do.
        let area = if is_by_staff(&self.plan.rivals, step) { "api/records" } else { "fhir" };
        let path = format!("/{area}/{}", step.entity);
        let answer = self.client.send(method, &path, seen.as_deref(), &text)?;
        if !matches!(answer.status, 200 | 201 | 204) {
            bail!("{method} {path} is refused: {}", told(&answer));
        }
        self.screen.insert(step.entity.clone(), (text, answer.etag.clone()));
        self.acked.push(acked(step, &answer));
        if self.acked.len() >= SYNC_EVERY { self.sync() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<()> {
        self.ledger.record_all(&std::mem::take(&mut self.acked)).map(drop)
    }
}

fn is_by_staff(rivals: &[Rivals], step: &Step) -> bool {
    step.marker.starts_with("rival-")
        && rivals.iter().position(|one| one.entity == step.entity).is_some_and(|at| at % 2 == 1)
}

/// The ledger's record of a step that was acknowledged.
pub(super) fn acked(step: &Step, answer: &Answer) -> Acked {
    Acked {
        entity: step.entity.clone(),
        element: step.element.to_owned(),
        marker: step.marker.clone(),
        etag: answer.etag.clone(),
    }
}

/// An answer, for an error's text.
pub(super) fn told(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.body.chars().take(400).collect::<String>())
}

/// Puts every patient into a node, before anything is counted.
///
/// # Errors
/// The node refuses one.
pub(super) fn seed(access: &Access, plan: &Plan, clients: usize) -> Result<()> {
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..clients.max(1))
            .map(|number| {
                scope.spawn(move || -> Result<()> {
                    let mut client = access.client()?;
                    for patient in plan.patients.iter().skip(number).step_by(clients.max(1)) {
                        let path = format!("/fhir/{}", patient.reference());
                        let answer = client.send("PUT", &path, None, &patient.json)?;
                        if answer.status != 201 {
                            bail!("PUT {path} is refused: {}", told(&answer));
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        all.into_iter().try_for_each(|one| one.join().map_err(|_| anyhow!("a client panicked"))?)
    })
}
