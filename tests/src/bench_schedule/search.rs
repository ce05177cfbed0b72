//! Searches for free times at the API: with anybody, with one who is asked for, with one who has no time left for ninety days. Somebody
//! books before each, so that nothing is as it was at the last.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::clinic::{Clinic, TYPE};
use crate::figure;
use crate::load::{Connection, Target, Times, alone};

/// So far ahead bookings are made meanwhile.
const BOOKED_FROM: i64 = 30;
const ASKS: usize = 5;

/// Prints how long searches take.
pub(super) fn measure(node: &Target, clinic: &Clinic, searches: u32) -> Result<()> {
    alone(async {
        let mut connection = node.connect().await?;
        let (mut all, mut nothing) = (Times::default(), Times::default());
        let mut first = 0.0;
        let mut free = free_times(clinic, BOOKED_FROM);
        for round in 0..searches as usize {
            let (at, ahead, minute) = free.next().context("there are no more free times")?;
            book(&mut connection, node, clinic, at, ahead, minute).await?;
            let is_nothing = round % ASKS == 2;
            let path = path(clinic, round);
            let request = node.get(&path);
            let began = Instant::now();
            let answer = connection.ask(&request).await?;
            let time = began.elapsed();
            ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.body);
            let slots: Value = serde_json::from_str(&answer.body)?;
            let found = slots["slots"].as_array().map_or(0, Vec::len);
            ensure!((found == 0) == is_nothing, "{path} found {found} times");
            if round == 0 {
                first = time.as_secs_f64() * 1e3;
            }
            all.push(time);
            if is_nothing {
                nothing.push(time);
            }
        }
        all.sort();
        nothing.sort();
        figure::print("slot_search_first_ms", figure::ms(first), "ms");
        for (name, times) in [("slot_search", &all), ("slot_search_nothing", &nothing)] {
            figure::print(&format!("{name}_p50_ms"), figure::ms(times.percentile_ms(50.0)), "ms");
            figure::print(&format!("{name}_p95_ms"), figure::ms(times.percentile_ms(95.0)), "ms");
        }
        figure::print("slot_search_n", searches, "count");
        Ok(())
    })
}

/// What is asked for in a round.
fn path(clinic: &Clinic, round: usize) -> String {
    let who = |is_full: bool| {
        let mut all =
            (0..clinic.practitioners).cycle().skip(round).filter(|at| Clinic::is_full(*at) == is_full);
        all.next().unwrap_or_default()
    };
    let base = format!("/api/schedule/free?type={TYPE}");
    match round % ASKS {
        0 => base,
        1 => format!("{base}&with={}", Clinic::practitioner(who(false))),
        2 => format!("{base}&with={}", Clinic::practitioner(who(true))),
        3 => format!("{base}&patient=t{}&language=fr&limit=5", round % 2_000),
        _ => format!("{base}&from={}&with=Location/l{}", clinic.instant(40, 480), who(false)),
    }
}

/// Times that nobody has, from so many days ahead on.
pub(super) fn free_times(clinic: &Clinic, from: i64) -> impl Iterator<Item = (usize, i64, i64)> {
    let practitioners = clinic.practitioners;
    let days: Vec<i64> = clinic.days().filter(|ahead| *ahead >= from).collect();
    days.into_iter().flat_map(move |ahead| {
        (0..practitioners).flat_map(move |at| {
            let free = Clinic::starts().filter(move |minute| !Clinic::is_booked(at, ahead, *minute));
            free.map(move |minute| (at, ahead, minute))
        })
    })
}

/// A booking, as the desk makes it.
pub(super) fn booking(
    clinic: &Clinic,
    id: &str,
    patient: u64,
    (at, ahead, minute): (usize, i64, i64),
) -> String {
    let patient = Clinic::patient(patient);
    let patient = patient.trim_start_matches("Patient/");
    json!({ "id": id, "type": TYPE, "patient": patient, "start": clinic.instant(ahead, minute),
        "resources": [Clinic::practitioner(at), format!("Location/l{at}")] })
    .to_string()
}

async fn book(
    connection: &mut Connection,
    node: &Target,
    clinic: &Clinic,
    at: usize,
    ahead: i64,
    minute: i64,
) -> Result<()> {
    let patient = at as u64 * 977 + ahead.unsigned_abs() * 16 + minute.unsigned_abs();
    let body = booking(clinic, &format!("s{at}-{ahead}-{minute}"), patient, (at, ahead, minute));
    let answer = connection.ask(&node.post("/api/schedule/appointments", &body)).await?;
    ensure!(answer.status == 201, "a free time is not booked: {} {}", answer.status, answer.body);
    Ok(())
}
