//! Two thousand bookings in a minute, as when the vaccine arrives: they come at a steady rate, some of them for a time that another has
//! just asked for. What was confirmed has to be there afterwards, and no time is sold twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::clinic::Clinic;
use super::search::{booking, free_times};
use crate::figure;
use crate::load::{Target, Times, alone};

const CONNECTIONS: usize = 16;
/// From so many days ahead on.
const FROM: i64 = 120;
/// One of so many asks for the time of the one before.
pub const RIVAL: usize = 20;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booked {
    /// Confirmed.
    pub confirmed: usize,
    /// Refused, for somebody was faster.
    pub refused: usize,
    /// Confirmed, and not there afterwards.
    pub lost: usize,
    /// Times of somebody that were sold twice.
    pub twice: usize,
    /// Answered in another way.
    pub failed: usize,
}

impl Booked {
    /// Whether nothing was lost or sold twice.
    pub fn is_good(self) -> bool {
        self.confirmed > 0 && self.lost == 0 && self.twice == 0 && self.failed == 0
    }
}

/// One that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    id: String,
    ahead: i64,
    body: String,
}

/// Books at a steady rate; prints what came of it.
pub(super) fn measure(node: &Target, clinic: &Clinic, bookings: u32, within: Duration) -> Result<Booked> {
    let asked = Arc::new(asked(clinic, bookings as usize));
    let every = within / bookings.max(1);
    let began = Instant::now();
    let answers = alone(drive(node.clone(), asked.clone(), every, began))?;
    let seconds = began.elapsed().as_secs_f64();
    let confirmed: BTreeSet<&str> =
        answers.iter().filter(|one| one.status == 201).map(|one| asked[one.at].id.as_str()).collect();
    let refused = answers.iter().filter(|one| one.status == 409).count();
    let failed = answers.iter().filter(|one| !matches!(one.status, 201 | 409)).count();
    let (there, twice) = there(node, clinic, &asked)?;
    let lost = confirmed.iter().filter(|id| !there.contains(**id)).count();
    let mut times = Times::default();
    answers.iter().for_each(|one| times.push(one.time));
    times.sort();
    let per_minute = answers.len() as f64 / seconds * 60.0;
    figure::print("bookings_asked", answers.len(), "count");
    figure::print("bookings_per_minute", format!("{per_minute:.0}"), "count");
    figure::print("bookings_confirmed", confirmed.len(), "count");
    figure::print("bookings_refused", refused, "count");
    figure::print("bookings_failed", failed, "count");
    figure::print("bookings_lost", lost, "count");
    figure::print("bookings_double", twice, "count");
    figure::print("booking_p50_ms", figure::ms(times.percentile_ms(50.0)), "ms");
    figure::print("booking_p95_ms", figure::ms(times.percentile_ms(95.0)), "ms");
    Ok(Booked { confirmed: confirmed.len(), refused, lost, twice, failed })
}

fn asked(clinic: &Clinic, bookings: usize) -> Vec<Asked> {
    let mut free = free_times(clinic, FROM);
    let mut out: Vec<Asked> = Vec::with_capacity(bookings);
    let mut last = None;
    for at in 0..bookings {
        let is_rival = at % RIVAL == RIVAL - 1;
        let Some((who, ahead, minute)) = (if is_rival { last } else { free.next() }) else { break };
        last = Some((who, ahead, minute));
        let id = format!("b{at}-{who}-{ahead}-{minute}");
        // Nobody is asked for twice: one patient is expected at one place at a time.
        out.push(Asked { body: booking(clinic, &id, at as u64, (who, ahead, minute)), id, ahead });
    }
    out
}

struct Answered {
    at: usize,
    status: u16,
    /// From when it was to be asked.
    time: Duration,
}

/// Each at its time, whatever became of those before.
async fn drive(
    node: Target,
    asked: Arc<Vec<Asked>>,
    every: Duration,
    began: Instant,
) -> Result<Vec<Answered>> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (node, asked, next) = (node.clone(), asked.clone(), next.clone());
        tasks.spawn(async move {
            let mut connection = node.connect().await?;
            let mut out = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(one) = asked.get(at) else { return anyhow::Ok(out) };
                let due = began + every * u32::try_from(at)?;
                tokio::time::sleep_until(due.into()).await;
                let answer = connection.ask(&node.post("/api/schedule/appointments", &one.body)).await?;
                out.push(Answered { at, status: answer.status, time: due.elapsed() });
            }
        });
    }
    let mut all = Vec::new();
    while let Some(one) = tasks.join_next().await {
        all.extend(one??);
    }
    Ok(all)
}

/// The ids of the appointments that are there on the days that were asked for, and how many minutes of somebody are sold twice.
fn there(node: &Target, clinic: &Clinic, asked: &[Asked]) -> Result<(BTreeSet<String>, usize)> {
    let days: BTreeSet<i64> = asked.iter().map(|one| one.ahead).collect();
    let (mut ids, mut twice) = (BTreeSet::new(), 0);
    for ahead in days {
        let path = format!("/api/schedule/day?date={}", clinic.date(ahead));
        let answer = node.ask(&node.get(&path))?;
        ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.body);
        let sheet: Value = serde_json::from_str(&answer.body)?;
        let mut at: BTreeMap<(String, i64), usize> = BTreeMap::new();
        for one in sheet["appointments"].as_array().into_iter().flatten() {
            ids.extend(one["id"].as_str().map(ToOwned::to_owned));
            for resource in one["resources"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let begins = one["fromMinute"].as_i64().unwrap_or_default();
                *at.entry((resource.to_owned(), begins)).or_default() += 1;
            }
        }
        twice += at.values().filter(|count| **count > 1).count();
    }
    Ok((ids, twice))
}
