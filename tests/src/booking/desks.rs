//! People who book: two desks at the node, patients at the hubs, whoever is at a copy of the node.

use anyhow::Result;

use super::slots::{Wish, all, appointment, moved};
use super::world::{Answer, CLINIC, HUBS, NODE, Way, World};
use crate::seeded::{Promise, broken};
use crate::simulation::dice::Dice;

impl World {
    /// Somebody somewhere.
    pub(super) fn somebody(&self, dice: &mut Dice) -> usize {
        let alive = self.alive();
        match dice.below(10) {
            0..5 => NODE,
            5..9 => dice.below(HUBS),
            _ => alive[dice.below(alive.len())],
        }
    }

    /// Somebody wants a time: what they were shown as free, or any.
    pub(super) fn book(&mut self, at: usize, dice: &mut Dice) -> Result<()> {
        let mut wish = Wish::any(dice);
        if dice.chance(60) {
            for _ in 0..4 {
                if self.is_offered(at, &wish)? {
                    break;
                }
                wish = Wish::any(dice);
            }
        }
        let id = self.next_id();
        let (is_forced, status) = (dice.chance(4), if dice.chance(6) { "arrived" } else { "booked" });
        let way = if dice.chance(15) { Way::Fhir } else { Way::Book };
        let json = appointment(&id, status, &wish, is_forced);
        let answer = self.save(at, &json, way)?;
        if answer == Answer::Confirmed && dice.chance(20) {
            // A double click, or an answer that was lost: it is sent again, and told the same.
            let again = self.save(at, &json, way)?;
            if again != Answer::Confirmed {
                return broken(
                    Promise::Honoured,
                    format!("{id} was confirmed, and the second time {again:?}"),
                );
            }
        }
        if matches!(answer, Answer::Refused(_)) && dice.chance(30) {
            self.save(at, &appointment(&id, "proposed", &wish, false), way)?;
        }
        Ok(())
    }

    /// The id of one more appointment.
    pub(super) fn next_id(&mut self) -> String {
        self.made += 1;
        format!("a{}", self.made)
    }

    /// Whether a search at a replica would offer it.
    pub(super) fn is_offered(&self, at: usize, wish: &Wish) -> Result<bool> {
        for resource in &wish.resources {
            if !self.records(at).sellable(CLINIC, resource, all())?.covers(wish.span) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Somebody changes an appointment that they see.
    pub(super) fn change(&mut self, at: usize, dice: &mut Dice) -> Result<()> {
        let ids: Vec<String> = self.oracle.told.keys().cloned().collect();
        let Some(id) = dice.pick(&ids).cloned() else { return Ok(()) };
        let Some((mut json, _)) = self.displayed(at, &id)? else { return Ok(()) };
        let way = if dice.chance(25) { Way::Fhir } else { Way::Book };
        let is_open = matches!(json["status"].as_str(), Some("booked" | "arrived" | "proposed"));
        match dice.below(10) {
            _ if !is_open => return Ok(()),
            0..3 => json["status"] = "cancelled".into(),
            3..6 => json = moved(json, &Wish::any(dice)),
            6..9 => json["status"] = "booked".into(),
            _ => json["status"] = if json["status"] == "booked" { "arrived" } else { "booked" }.into(),
        }
        if json["meta"].is_object() {
            // What a client sends back of these does not count.
            json.as_object_mut().map(|members| members.remove("meta"));
        }
        self.save(at, &json, way).map(|_| ())
    }
}
