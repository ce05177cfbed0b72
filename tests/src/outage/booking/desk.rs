//! Somebody at a front desk: wants times, clicks twice, asks again until there is an answer, cancels now and then.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::super::fleet::Access;
use super::super::http::Answer;
use super::super::write::told as words;
use super::clinic::{PATIENTS, PEOPLE, patient_id, written};
use crate::generate::Dice;

/// A node that was killed is back within this on a busy machine.
const ANSWER_WITHIN: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(100);

/// What a desk was told of an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) id: String,
    /// As it was answered.
    pub(super) start: String,
    pub(super) resources: Vec<String>,
    pub(super) is_cancelled: bool,
}

/// One desk.
pub(super) struct Desk {
    name: String,
    access: Access,
    dice: Dice,
    starts: Vec<u64>,
    made: usize,
    pub(super) told: Vec<Told>,
    /// Refusals by code.
    pub(super) refusals: BTreeMap<String, u64>,
    /// Bookings that were answered in two ways.
    pub(super) unsure: Vec<String>,
}

impl Desk {
    pub(super) fn new(name: &str, access: Access, seed: u64, starts: Vec<u64>) -> Self {
        let dice = Dice::new(seed, name, 0);
        let (told, refusals, unsure) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { name: name.to_owned(), access, dice, starts, made: 0, told, refusals, unsure }
    }

    /// So many times somebody wants something, and on until it is over.
    pub(super) fn work(&mut self, count: usize, is_over: impl Fn() -> bool) -> Result<()> {
        let mut done = 0;
        while done < count || !is_over() {
            done += 1;
            if self.dice.percent(12) {
                self.cancel_one()?;
            }
            let at = self.below(self.starts.len());
            let who = self.dice.pick(&PEOPLE);
            self.book(self.starts[at], who)?;
        }
        Ok(())
    }

    /// Books a time of somebody, some of them twice at once, some again. Whether it was confirmed.
    pub(super) fn book(&mut self, start: u64, who: &str) -> Result<bool> {
        self.made += 1;
        let id = format!("{}-{}", self.name, self.made);
        let patient = patient_id(self.below(PATIENTS));
        let body = json!({ "id": id, "type": "visit", "patient": patient, "start": written(start),
            "resources": [format!("Practitioner/{who}")] })
        .to_string();
        let path = "/api/schedule/appointments";
        let times = if self.dice.percent(30) { 2 } else { 1 };
        let access = &self.access;
        let mut answers = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..times).map(|_| scope.spawn(|| ask(access, path, &body))).collect();
            let joined =
                asked.into_iter().map(|one| one.join().map_err(|_| anyhow::anyhow!("a desk panicked"))?);
            joined.collect::<Result<Vec<Answer>>>()
        })?;
        let is_confirmed = |answer: &Answer| matches!(answer.status, 200 | 201);
        if times == 2 || answers.iter().any(is_confirmed) && self.dice.percent(20) {
            // What was confirmed once is confirmed whenever it is asked again; what was refused may have become free.
            let was_confirmed = answers.iter().any(is_confirmed);
            answers.push(ask(access, path, &body)?);
            if was_confirmed && !answers.last().is_some_and(is_confirmed) {
                self.unsure.push(format!("{id}: {:?}", answers.iter().map(words).collect::<Vec<_>>()));
            }
        }
        let mut told: Vec<Told> = Vec::new();
        for answer in &answers {
            match answer.status {
                200 | 201 => told.push(read(&id, answer)?),
                409 | 422 => *self.refusals.entry(code(answer)).or_default() += 1,
                _ => bail!("booking {id} is answered {}", words(answer)),
            }
        }
        if told.iter().any(|one| *one != told[0]) {
            self.unsure.push(format!("{id} is two things: {told:?}"));
        }
        let first = told.into_iter().next();
        let is_confirmed = first.is_some();
        self.told.extend(first);
        Ok(is_confirmed)
    }

    fn below(&mut self, count: usize) -> usize {
        self.dice.below(count as u64) as usize
    }

    /// Cancels one of its own.
    fn cancel_one(&mut self) -> Result<()> {
        let open: Vec<usize> = (0..self.told.len()).filter(|at| !self.told[*at].is_cancelled).collect();
        if open.is_empty() {
            return Ok(());
        }
        let at = open[self.below(open.len())];
        let id = self.told[at].id.clone();
        // The newest picture of it: the same booking again is answered with that.
        let version = patiently(|| self.access.client()?.get(&format!("/fhir/Appointment/{id}")))?.etag;
        let version = version.trim_start_matches("W/").trim_matches('"');
        let body = json!({ "version": version, "status": "cancelled", "reason": "patient" }).to_string();
        let answer = ask(&self.access, &format!("/api/schedule/appointments/{id}/status"), &body)?;
        if answer.status != 200 {
            bail!("cancelling {id} is answered {}", words(&answer));
        }
        self.told[at].is_cancelled = true;
        Ok(())
    }
}

/// Asks until there is an answer: a connection that breaks says nothing of what was done.
fn ask(access: &Access, path: &str, body: &str) -> Result<Answer> {
    patiently(|| access.client()?.send("POST", path, None, body))
}

pub(super) fn patiently(mut once: impl FnMut() -> Result<Answer>) -> Result<Answer> {
    let began = Instant::now();
    loop {
        match once() {
            Ok(answer) if answer.status < 500 && answer.status != 429 => return Ok(answer),
            Ok(answer) if began.elapsed() > ANSWER_WITHIN => bail!("no answer but {}", words(&answer)),
            Err(error) if began.elapsed() > ANSWER_WITHIN => return Err(error).context("no answer"),
            Ok(_) | Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

fn read(id: &str, answer: &Answer) -> Result<Told> {
    let shown: Value = serde_json::from_str(&answer.body).context("an appointment is JSON")?;
    let start = shown["start"].as_str().context("an appointment has a start")?.to_owned();
    let resources = shown["resources"].as_array().into_iter().flatten();
    let resources = resources.filter_map(|one| one.as_str().map(ToOwned::to_owned)).collect();
    if shown["status"] != "booked" {
        bail!("{id} is answered as {}", shown["status"]);
    }
    Ok(Told { id: id.to_owned(), start, resources, is_cancelled: false })
}

fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    body["code"].as_str().unwrap_or("without a code").to_owned()
}
