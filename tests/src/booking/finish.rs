//! The end of a history: links are healed, people settle what they have to, time passes until every grant is over, and then what was
//! promised is looked at.

use anyhow::Result;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;

use super::disasters::HOUR_MS;
use super::oracle::Told;
use super::slots::{Displayed, RESOURCES, UNITS, Wish, appointment, read, units};
use super::world::{Answer, CLINIC, HUBS, NODE, Way, World};
use crate::seeded::{Promise, broken};

/// Rounds of sessions and work after which everything has come back.
const ROUNDS: usize = 4;
/// Longer than any grant is sold and twice the skew of clocks.
const LONG_MS: u64 = 100 * HOUR_MS;

impl World {
    /// Heals, comes to rest, checks.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.note(|_| "everything is healed".into());
        self.fleet.network.clear();
        self.fleet.is_healed = true;
        for at in self.alive() {
            self.fleet.replicas[at].cut = false;
        }
        self.administer()?;
        for round in 0..ROUNDS {
            for down in self.alive().into_iter().filter(|at| *at >= HUBS) {
                self.meet_all(down)?;
            }
            if round == 0 {
                self.check_doubted()?;
            }
            for at in self.alive() {
                self.work_of(at, false)?;
            }
            if round + 2 < ROUNDS {
                // What one settles may be free for another only then.
                self.settle()?;
                self.settle()?;
                self.pass(LONG_MS);
            }
        }
        self.meet_all(NODE)?;
        self.check_displayed()?;
        self.check_honoured()?;
        self.check_free()
    }

    /// What somebody cancelled who did not know where it stands is what was confirmed, or shown to be decided, with its time kept.
    fn check_doubted(&self) -> Result<()> {
        for (id, told) in self.oracle.told.iter().filter(|(_, told)| told.is_doubted && told.is_owed()) {
            let Some((json, is_open)) = self.displayed(NODE, id)? else {
                return broken(Promise::Honoured, format!("{id} was confirmed ({told:?}), and is gone"));
            };
            let shown = read(&json)?;
            if shown.wish != told.wish || !(is_open || shown.takes) {
                return broken(
                    Promise::Honoured,
                    format!("{id} was confirmed ({told:?}), and is undone: {shown:?}"),
                );
            }
            for resource in &told.wish.resources {
                if self.records(NODE).sellable(CLINIC, resource, told.wish.span)?.touches(told.wish.span) {
                    return broken(
                        Promise::Honoured,
                        format!("{id} is undecided ({told:?}), and {resource} is sold"),
                    );
                }
            }
        }
        Ok(())
    }

    /// A person settles what two databases said of an appointment: what was cancelled is, and of what is in doubt either may be chosen.
    fn settle(&mut self) -> Result<()> {
        let ids: Vec<String> = self.oracle.told.keys().cloned().collect();
        for id in ids {
            let Some((json, true)) = self.displayed(NODE, &id)? else { continue };
            let entity = Entity::new("Appointment", id.as_str());
            let told = self.oracle.told.get(&id);
            let is_doubted = told.is_some_and(|told| told.is_doubted && !told.is_lost);
            // Half of them stand, told by something that is the same whenever the history is played.
            let stands = is_doubted && id.bytes().map(usize::from).sum::<usize>() % 2 == 0;
            let is_cancelled =
                told.is_some_and(|told| told.is_cancelled || told.is_lost) || is_doubted && !stands;
            let status = match (is_cancelled, stands && !read(&json)?.takes) {
                (true, _) => "cancelled".to_owned(),
                (false, true) => "booked".to_owned(),
                (false, false) => json["status"].as_str().unwrap_or_default().to_owned(),
            };
            let status = serde_json::to_string(&status)?;
            let shown = |element: &str| (element.to_owned(), json[element].to_string());
            let mut chosen = vec![("status".to_owned(), status.clone())];
            chosen.extend([shown("start"), shown("end"), shown("participant")]);
            let settled = self.records(NODE).write(|tx| {
                for (element, value) in &chosen {
                    match tx.resolve(&entity, element, Some(value.clone()), "admin") {
                        Ok(_) | Err(StoreError::NoConflict { .. }) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            });
            if is_doubted && settled.is_ok() {
                self.oracle.decided(&id, stands);
            }
            self.note(|_| {
                format!(
                    "{id} is settled as {status}: {:?}",
                    settled.as_ref().map(|_| ()).map_err(|e| e.code())
                )
            });
        }
        Ok(())
    }

    /// No time is displayed as two appointments', but for what was forced in and what awaits a person's decision.
    fn check_displayed(&self) -> Result<()> {
        for at in 0..=NODE {
            let shown = self.shown(at)?;
            for (n, (first, one)) in shown.iter().enumerate() {
                for (second, other) in &shown[n + 1..] {
                    if one.wish.meets(&other.wish) {
                        let what = format!(
                            "{} displays {first} and {second} at {:?}",
                            self.fleet.name(at),
                            one.wish
                        );
                        return broken(Promise::SoldOnce, what);
                    }
                }
            }
        }
        Ok(())
    }

    /// What a replica displays as taking time.
    fn shown(&self, at: usize) -> Result<Vec<(String, Displayed)>> {
        let mut out = Vec::new();
        for id in self.oracle.told.keys() {
            if let Some((json, false)) = self.displayed(at, id)? {
                let shown = read(&json)?;
                // What another hub, or the node, has done since, a hub does not hear of.
                let is_known = at == NODE
                    || self
                        .oracle
                        .told
                        .get(id)
                        .is_some_and(|told| told.is_owed() && !told.is_forced && told.wish == shown.wish);
                if shown.takes && !shown.is_forced && is_known {
                    out.push((id.clone(), shown));
                }
            }
        }
        Ok(out)
    }

    /// Whatever was confirmed stands at the node, and where it was confirmed.
    fn check_honoured(&self) -> Result<()> {
        for (id, told) in self.oracle.told.iter().filter(|(_, told)| told.is_owed()) {
            let places = told.confirmed_by.into_iter().filter(|at| !self.off.contains(at)).chain([NODE]);
            for at in places {
                self.check_one(at, id, told)?;
            }
        }
        Ok(())
    }

    fn check_one(&self, at: usize, id: &str, told: &Told) -> Result<()> {
        let found = self.displayed(at, id)?;
        let shown = found.as_ref().map(|(json, _)| read(json)).transpose()?;
        // Whoever forces in moves it as they like: two may have.
        let is_there = |shown: &Displayed| shown.takes && (told.is_forced || shown.wish == told.wish);
        if shown.as_ref().is_some_and(is_there) {
            return Ok(());
        }
        let what = format!("{id} was confirmed ({told:?}), and {} has {shown:?}", self.fleet.name(at));
        broken(Promise::Honoured, what)
    }

    /// Whatever nobody has can be sold by the node.
    fn check_free(&mut self) -> Result<()> {
        let taken = self.shown(NODE)?;
        for resource in RESOURCES {
            for unit in 0..UNITS {
                let wish = Wish { resources: vec![resource.to_owned()], span: units(unit, 1) };
                if taken.iter().any(|(_, one)| one.wish.meets(&wish)) {
                    continue;
                }
                let id = format!("probe-{unit}-{}", resource.replace('/', "-"));
                let answer = self.save(NODE, &appointment(&id, "booked", &wish, false), Way::Book)?;
                if answer != Answer::Confirmed {
                    let owners = self.records(NODE).owners(CLINIC, resource, wish.span)?;
                    let what =
                        format!("nobody has {wish:?}, and the node answers {answer:?}; it is {owners:?}");
                    return broken(Promise::NotStranded, what);
                }
            }
        }
        Ok(())
    }
}
