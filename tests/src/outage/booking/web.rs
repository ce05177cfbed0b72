//! A patient at the hub: books what head office may sell, by a code that comes to a telephone, whatever is cut or killed meanwhile.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::super::fleet::Access;
use super::super::http::{Answer, Client};
use super::super::plan::Side;
use super::super::write::told as words;
use super::desk::patiently;
use crate::generate::Dice;

/// Where the hub writes codes to, in the folder of the drill.
pub(super) const CODES: &str = "codes";
/// A code is on the telephone within this; one that a kill has lost is asked for again.
const CODE_WITHIN: Duration = Duration::from_secs(3);
const CODE_TRIES: usize = 10;
const LOOK: Duration = Duration::from_millis(50);
const PAUSE: Duration = Duration::from_millis(200);

/// What a patient was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sold {
    pub(super) link: String,
    /// As it was answered.
    pub(super) start: String,
    pub(super) with: String,
}

/// Everybody who books at the hub.
pub(super) struct Web {
    hub: Access,
    codes: PathBuf,
    /// The first day that the desks book: what patients want begins there.
    from: String,
    dice: Dice,
    made: u32,
    pub(super) sold: Vec<Sold>,
    /// Bookings that were refused or became requests: somebody was faster.
    pub(super) not_sold: u64,
    /// Bookings that were answered in two ways.
    pub(super) unsure: Vec<String>,
}

impl Web {
    pub(super) fn new(hub: Access, codes: PathBuf, from: String, seed: u64) -> Self {
        let dice = Dice::new(seed, "web", 0);
        Self { hub, codes, from, dice, made: 0, sold: Vec::new(), not_sold: 0, unsure: Vec::new() }
    }

    /// So many book, one after the other, and on until it is over; fewer if nothing is for sale any more.
    pub(super) fn work(&mut self, count: usize, is_over: impl Fn() -> bool) -> Result<()> {
        let mut done = 0;
        while done < count || !is_over() {
            done += 1;
            let free = self.ask("GET", &format!("/free?type=visit&from={}T00:00:00Z", self.from), "")?;
            ensure!(free.status == 200, "free times are answered {}", words(&free));
            let free: Value = serde_json::from_str(&free.body).context("free times are JSON")?;
            let slots: Vec<&str> = free["slots"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|one| one["slot"].as_str())
                .collect();
            if free["request"] == true || slots.is_empty() {
                std::thread::sleep(PAUSE);
                continue;
            }
            let slot = slots[self.dice.below(slots.len() as u64) as usize];
            self.book(slot)?;
        }
        Ok(())
    }

    fn book(&mut self, slot: &str) -> Result<()> {
        self.made += 1;
        let id = format!("{:032x}", self.made);
        let contact = format!("+3361{:07}", self.made);
        let who =
            json!({ "name": format!("Web {}", self.made), "birthDate": "1985-12-10", "contact": contact });
        let code = self.code(&id, &contact, &who)?;
        let body =
            json!({ "id": id, "code": code, "who": who, "type": "visit", "slot": slot, "language": "fr" });
        let body = body.to_string();
        let first = self.ask("POST", "", &body)?;
        match first.status {
            200 | 201 => {}
            409 => {
                self.not_sold += 1;
                return Ok(());
            }
            _ => bail!("booking {id} at the hub is answered {}", words(&first)),
        }
        let sold = read(&first)?;
        if self.dice.percent(30) {
            let again = self.ask("POST", "", &body)?;
            if !matches!(again.status, 200 | 201) || read(&again)? != sold {
                self.unsure.push(format!("{id}: {} and {}", words(&first), words(&again)));
            }
        }
        match sold {
            Some(sold) => self.sold.push(sold),
            None => self.not_sold += 1,
        }
        Ok(())
    }

    /// Asks for a code and reads it off the telephone.
    fn code(&self, id: &str, contact: &str, who: &Value) -> Result<String> {
        let body = json!({ "id": id, "who": who, "language": "fr" }).to_string();
        for _ in 0..CODE_TRIES {
            let asked = self.ask("POST", "/code", &body)?;
            ensure!(asked.status == 202, "asking for a code is answered {}", words(&asked));
            let began = Instant::now();
            while began.elapsed() < CODE_WITHIN {
                let text = std::fs::read_to_string(&self.codes).unwrap_or_default();
                let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
                if let Some(line) = lines.rfind(|line| line["contact"] == contact) {
                    return Ok(line["code"].as_str().context("a code is text")?.to_owned());
                }
                std::thread::sleep(LOOK);
            }
        }
        bail!("no code has come for {id}")
    }

    fn ask(&self, method: &str, rest: &str, body: &str) -> Result<Answer> {
        let path = format!("/api/book/clinic/{}{rest}", Side::North.name());
        patiently(|| Client::new(&self.hub.place.url(), "")?.send(method, &path, None, body))
    }

    /// What was confirmed and is not so any more, by the link that the patient has.
    pub(super) fn broken(&self) -> Result<Vec<String>> {
        let mut out = Vec::new();
        for one in &self.sold {
            let path = format!("/api/book/mine/{}", one.link);
            let answer = patiently(|| Client::new(&self.hub.place.url(), "")?.get(&path))?;
            if answer.status != 200 || read(&answer)?.as_ref() != Some(one) {
                out.push(format!("{one:?} is answered {}", words(&answer)));
            }
        }
        Ok(out)
    }
}

/// What is booked; nothing if it was asked for alone.
fn read(answer: &Answer) -> Result<Option<Sold>> {
    let mine: Value = serde_json::from_str(&answer.body).context("a booking is JSON")?;
    let text = |name: &str| mine[name].as_str().unwrap_or_default().to_owned();
    Ok((mine["status"] == "booked").then(|| Sold {
        link: text("link"),
        start: text("start"),
        with: text("with"),
    }))
}
