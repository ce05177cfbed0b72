//! The drill from beginning to end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use super::super::fleet::{Access, Fleet};
use super::super::node::Variables;
use super::super::plan::Side;
use super::super::run::say;
use super::super::waiting::{settled, until};
use super::desk::{Desk, Told};
use super::web::{self, Web};
use super::{Options, Report, check, clinic};
use crate::proxy::Settings;

const DESKS: [&str; 2] = ["desk-1", "desk-2"];
/// What is granted and what comes back is looked at every second.
const OF_HUB: Variables =
    &[("HOLDFAST_BOOKING__CHECK_EVERY_S", "1"), ("HOLDFAST_BOOKING__CODE_TO", web::CODES)];
/// Patients find a clinic by its title.
const OF_NODE: Variables = &[("HOLDFAST_BOOKING__CHECK_EVERY_S", "1"), ("HOLDFAST_CLINIC__TITLE", "North")];
/// The calendar begins, and the web's share is granted.
const GRANTED: Duration = Duration::from_secs(120);
/// All is sent and fetched.
const SETTLED: Duration = Duration::from_secs(300);
/// Between two kills, so that a process gets something to do.
const BETWEEN_KILLS: Duration = Duration::from_millis(700);

/// A stretch that is head office's.
#[derive(Debug, Clone)]
struct Granted {
    who: String,
    start: u64,
}

/// Runs the drill in a temporary folder; the report says what it came to.
///
/// # Errors
/// A part cannot be started or breaks the drill off. What the drill looks for is no error but in the report.
pub fn run(options: &Options) -> Result<Report> {
    let work =
        tempfile::Builder::new().prefix("holdfast-booking-").tempdir().context("cannot make a folder")?;
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let (starts, days) = (clinic::starts(now_ms as u64), clinic::days(now_ms as u64));
    let mut fleet = Fleet::start_with(work.path(), OF_HUB, OF_NODE)?;
    fleet.join(Side::North)?;
    let tokens = clinic::set_up(&mut fleet, &DESKS)?;
    let node = fleet.access(Side::North)?;
    let mut desks: Vec<Desk> = Vec::new();
    for (at, token) in tokens.into_iter().enumerate() {
        let access = Access { name: DESKS[at], token, ..node.clone() };
        desks.push(Desk::new(DESKS[at], access, options.seed, starts.clone()));
    }
    until("some of the clinic's time is head office's", GRANTED, || {
        let granted = granted(&node, &days, &starts)?;
        Ok((!granted.is_empty(), granted))
    })?;
    let mut web = Web::new(fleet.hub_access()?, work.path().join(web::CODES), days[0].clone(), options.seed);
    let mut report = Report::default();

    report.kills += book(&mut fleet, &mut desks, &mut web, options)?;
    fleet.cut()?;
    say("the link is cut");
    let before = web.sold.len();
    report.kills += book(&mut fleet, &mut desks, &mut web, options)?;
    report.sold_while_cut = (web.sold.len() - before) as u64;
    for one in granted(&node, &days, &starts)? {
        report.granted_asked += 1;
        if desks[0].book(one.start, &one.who)? {
            report.double.push(format!("a desk was given what is head office's: {one:?}"));
        }
    }
    fleet.heal(Settings::default())?;
    say("the link is back");
    report.kills += book(&mut fleet, &mut desks, &mut web, options)?;
    settled(&fleet, &[Side::North], SETTLED)?;

    let told: Vec<Told> = desks.iter().flat_map(|desk| desk.told.clone()).collect();
    report.confirmed = told.len() as u64;
    report.sold = web.sold.len() as u64;
    report.double.extend(check::double(&told));
    report.double.extend(check::displayed_double(&node, &days)?);
    for desk in &desks {
        report.broken.extend(desk.unsure.iter().cloned());
        for (code, times) in &desk.refusals {
            *report.refusals.entry(code.clone()).or_default() += times;
        }
    }
    report.broken.extend(check::missing(&node, &web.sold)?);
    for access in [node, fleet.hub_access()?] {
        report.broken.extend(check::broken(&access, &told)?);
    }
    report.broken.extend(web.broken()?);
    report.broken.extend(web.unsure);
    Ok(report)
}

/// Desks and patients book at the same time, and go on while node and hub are killed and started again; how many were killed.
fn book(fleet: &mut Fleet, desks: &mut [Desk], web: &mut Web, options: &Options) -> Result<u64> {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let is_over = &is_over;
        let working: Vec<_> = desks
            .iter_mut()
            .map(|desk| scope.spawn(move || desk.work(options.bookings, || is_over.load(Ordering::Relaxed))))
            .collect();
        let patients = scope.spawn(move || web.work(options.patients, || is_over.load(Ordering::Relaxed)));
        let killed = kill(fleet, options.kills);
        is_over.store(true, Ordering::Relaxed);
        for desk in working {
            desk.join().map_err(|_| anyhow!("a desk panicked"))??;
        }
        patients.join().map_err(|_| anyhow!("patients panicked"))??;
        killed
    })
}

fn kill(fleet: &mut Fleet, times: usize) -> Result<u64> {
    let mut killed = 0;
    for _ in 0..times {
        for is_hub in [false, true] {
            std::thread::sleep(BETWEEN_KILLS);
            if is_hub {
                fleet.kill_hub()?;
            } else {
                let node = fleet.node(Side::North)?;
                node.kill()?;
                node.start()?;
            }
            killed += 1;
        }
    }
    Ok(killed)
}

/// What of the practitioners' time head office may sell now, by when an appointment would begin.
fn granted(node: &Access, days: &[String], starts: &[u64]) -> Result<Vec<Granted>> {
    let mut out = Vec::new();
    for day in days {
        let answer = node.client()?.get(&format!("/api/schedule/rights?date={day}"))?;
        let rights: Value = serde_json::from_str(&answer.body).context("rights are JSON")?;
        let rows = rights["rows"].as_array().with_context(|| format!("no rows: {}", answer.body))?;
        let held: BTreeMap<&str, Vec<&Value>> =
            rows.iter().filter(|row| row["state"] == "held").fold(BTreeMap::new(), |mut all, row| {
                all.entry(row["resource"].as_str().unwrap_or_default()).or_default().push(row);
                all
            });
        let of_day = starts.iter().filter(|start| clinic::written(**start).starts_with(day.as_str()));
        for start in of_day {
            let minute = (start / 60_000 % 1_440) as i64;
            for who in clinic::PEOPLE {
                let rows = held.get(format!("Practitioner/{who}").as_str()).into_iter().flatten();
                let covers = |row: &&&Value| {
                    row["fromMinute"].as_i64().is_some_and(|from| from <= minute)
                        && row["toMinute"].as_i64().is_some_and(|to| minute < to)
                };
                if rows.clone().any(|row| covers(&row)) {
                    out.push(Granted { who: who.to_owned(), start: *start });
                }
            }
        }
    }
    Ok(out)
}
