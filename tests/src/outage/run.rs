//! The drill from beginning to end.

use super::fleet::{Access, Fleet};
use super::heal::{kill_each, thin_line};
use super::picture::Picture;
use super::plan::{Plan, Side, Step};
use super::waiting::{Standing, settled, until};
use super::ward::Ward;
use super::write::{seed, write_all};
use super::{Options, Report, check};
use crate::checker::{self, Ledger};
use crate::proxy::Settings;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The first copy of the patients.
const FIRST_COPY: Duration = Duration::from_secs(300);
/// After the last kill: links that wait up to a minute before they try again, and the rest of the work.
const HEAL: Duration = Duration::from_secs(900);
/// Records are counted every few seconds.
const COUNTED: Duration = Duration::from_secs(30);

/// Runs the drill in a temporary folder; the report says what it came to.
///
/// # Errors
/// A part cannot be started or breaks the drill off. What the drill looks for is no error but in the report.
pub fn run(options: &Options) -> Result<Report> {
    let work =
        tempfile::Builder::new().prefix("holdfast-outage-").tempdir().context("cannot make a folder")?;
    let plan = Plan::new(options)?;
    let ledger_path = work.path().join("acked.ndjson");
    let ledger = Ledger::open(&ledger_path)?;
    let mut fleet = Fleet::start(work.path())?;
    copy_patients(&mut fleet, &plan, options)?;

    fleet.cut()?;
    edit_on_both(&fleet, &plan, options, &ledger)?;
    let edited = ledger.counted();
    say(&format!("{edited} edits are acknowledged with the links cut"));
    let (notes, healing, kills) = heal(&mut fleet, &plan, options, &ledger)?;

    let mut outcome = plan.outcome();
    let made = notes.iter().map(|n| ((n.entity.clone(), n.element.to_owned()), n.marker.clone()));
    outcome.values.extend(made);
    let entities: BTreeSet<String> =
        every_step(&plan).chain(&notes).map(|step| step.entity.clone()).collect();
    let entities = &entities | &plan.patients.iter().map(crate::generate::Resource::reference).collect();
    let pictures = pictures(&fleet, &entities, options)?;
    let mut report = Report {
        edits_a_side: plan.count(Side::North) as u64,
        acked_while_healing: notes.len() as u64,
        resources: entities.len() as u64,
        conflicts_expected: plan.rivals.len() as u64,
        conflicts_found: pictures[0].listed.len() as u64,
        kills,
        healing,
        differing: check::differing(&pictures).into_iter().collect(),
        ..Report::default()
    };
    // From the file and not from memory: what counts is what was on disk.
    let acked = checker::read(&ledger_path)?;
    report.acked = acked.len() as u64;
    for picture in &pictures {
        let verdict = check::lost(&acked, picture)?;
        report.lost.extend(verdict.lost.iter().map(|one| format!("{}: {one:?}", picture.name)));
        report.hidden.extend(check::hidden(&plan.rivals, picture));
        report.decided.extend(check::decided(&outcome, picture));
    }
    Ok(report)
}

/// The north clinic makes the patients and shares them; the south's new node holds them from the start.
fn copy_patients(fleet: &mut Fleet, plan: &Plan, options: &Options) -> Result<()> {
    fleet.join(Side::North)?;
    seed(&fleet.access(Side::North)?, plan, options.clients)?;
    settled(fleet, &[Side::North], FIRST_COPY)?;
    let ids: Vec<&str> = plan.patients.iter().map(|patient| patient.id.as_str()).collect();
    fleet.hub.share(&ids, Side::South.name())?;
    fleet.join(Side::South)?;
    let south = fleet.access(Side::South)?;
    until("the south holds every patient", FIRST_COPY, || {
        let standing = Standing::of(&south)?;
        Ok((standing.records == ids.len() as u64, standing))
    })?;
    settled(fleet, &Side::BOTH, FIRST_COPY)?;
    say(&format!("both nodes hold {} patients", ids.len()));
    Ok(())
}

fn edit_on_both(fleet: &Fleet, plan: &Plan, options: &Options, ledger: &Ledger) -> Result<()> {
    let (north, south) = (fleet.access(Side::North)?, fleet.access(Side::South)?);
    std::thread::scope(|scope| {
        let there = scope.spawn(|| write_all(&south, plan, Side::South, options.clients, ledger));
        let here = write_all(&north, plan, Side::North, options.clients, ledger);
        let there = there.join().map_err(|_| anyhow::anyhow!("the south's clients panicked"))?;
        here.and(there)
    })
}

/// Heals with both wards at work, kills everything once, and waits until all is settled.
fn heal(
    fleet: &mut Fleet,
    plan: &Plan,
    options: &Options,
    ledger: &Ledger,
) -> Result<(Vec<Step>, Duration, u64)> {
    let stop = AtomicBool::new(false);
    let accesses: Vec<(Side, Access)> =
        Side::BOTH.into_iter().map(|side| Ok((side, fleet.access(side)?))).collect::<Result<_>>()?;
    let started = Instant::now();
    let (killed, notes) = std::thread::scope(|scope| {
        let wards: Vec<Ward<'_>> = accesses
            .into_iter()
            .map(|(side, access)| {
                Ward::start(scope, access, side, options.seed, &plan.patients, ledger, &stop)
            })
            .collect();
        let killed = fleet.heal(thin_line(options.edits)).and_then(|()| kill_each(fleet));
        stop.store(true, Ordering::Relaxed);
        let notes = wards.into_iter().map(Ward::end).collect::<Result<Vec<_>>>();
        (killed, notes)
    });
    let (killed, notes) = (killed?, notes?);
    killed.iter().for_each(|line| say(line));
    fleet.set_lines(Settings::default());
    settled(fleet, &Side::BOTH, HEAL)?;
    let healing = started.elapsed();
    say(&format!("all is settled {:.1} s after the end of the cut", healing.as_secs_f64()));
    Ok((notes.into_iter().flatten().collect(), healing, killed.len() as u64))
}

/// The hub's first, then the nodes'. Nobody may hold a resource that nobody wrote.
fn pictures(fleet: &Fleet, entities: &BTreeSet<String>, options: &Options) -> Result<Vec<Picture>> {
    let mut accesses = vec![fleet.hub_access()?];
    for side in Side::BOTH {
        accesses.push(fleet.access(side)?);
    }
    for access in &accesses {
        until(&format!("{} holds what was written and nothing else", access.name), COUNTED, || {
            let standing = Standing::of(access)?;
            Ok((standing.records == entities.len() as u64, (standing.records, entities.len())))
        })?;
    }
    accesses.iter().map(|access| Picture::take(access, entities, options.clients)).collect()
}

fn every_step(plan: &Plan) -> impl Iterator<Item = &Step> {
    plan.steps.values().flatten().flatten()
}

/// One line to whoever watches.
fn say(line: &str) {
    eprintln!("{line}");
}
