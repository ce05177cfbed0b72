//! What is rare by chance: two at one time, each with a reason to think that it is theirs to sell.

use anyhow::Result;
use holdfast_core::rights::span::Span;
use holdfast_core::rights::{Piece, SKEW_BOUND_MS};

use super::disasters::{HOUR_MS, MOST_SKEW_MS};
use super::slots::{RESOURCES, UNITS, Wish, appointment, units};
use super::world::{Answer, HUBS, NODE, Way, World};
use crate::simulation::dice::Dice;

/// Hours that a grant of a race is sold.
const SHORT_HOURS: usize = 6;

impl World {
    /// A grant ends by the node's clock and not yet by the hub's, which the node has just heard to the end; somebody asks at each.
    pub(super) fn race_at_the_end(&mut self, dice: &mut Dice) -> Result<()> {
        let hub = dice.below(HUBS);
        let Some(wish) = self.grant_for_race(hub, dice)? else { return Ok(()) };
        self.meet(NODE, hub)?;
        self.set_skew(NODE, MOST_SKEW_MS);
        self.set_skew(hub, -MOST_SKEW_MS);
        // The clock of the node is set ahead after it wrote the grant: what is left is less than twice what clocks are wrong by.
        if self.wait_ms(dice.below(SHORT_HOURS + 1) as u64 * HOUR_MS) {
            self.meet(NODE, hub)?;
            self.work_of(NODE, false)?;
            self.ask_at(&[NODE, hub], &wish, dice)?;
        }
        Ok(())
    }

    /// What the node took back of a silent hub is granted to the other before the first one's return arrives, which says the same of an
    /// older grant; somebody asks at the node and at the other hub.
    pub(super) fn race_with_a_late_return(&mut self, dice: &mut Dice) -> Result<()> {
        let (silent, other) = if dice.chance(50) { (0, 1) } else { (1, 0) };
        let Some(wish) = self.grant_for_race(silent, dice)? else { return Ok(()) };
        self.meet(NODE, silent)?;
        if !self.wait_ms(SHORT_HOURS as u64 * HOUR_MS + 4 * SKEW_BOUND_MS) {
            return Ok(());
        }
        self.meet(NODE, silent)?;
        self.work_of(NODE, false)?;
        let until = self.records(NODE).now_ms() + 100 * HOUR_MS;
        self.grant_to(other, &pieces(&wish), until)?;
        self.meet(NODE, other)?;
        self.work_of(silent, false)?;
        self.meet(NODE, silent)?;
        self.ask_at(&[NODE, other], &wish, dice)
    }

    /// A patient moves at the hub what a desk, which has not heard of it, cancels at the node; then somebody asks for both times.
    pub(super) fn race_of_move_and_cancellation(&mut self, dice: &mut Dice) -> Result<()> {
        let hub = dice.below(HUBS);
        let wish = Wish {
            resources: vec![RESOURCES[dice.below(RESOURCES.len())].to_owned()],
            span: units(dice.below(UNITS - 1), 2),
        };
        if !self.is_offered(NODE, &wish)? {
            return Ok(());
        }
        let until = self.records(NODE).now_ms() + (1 + dice.below(60)) as u64 * HOUR_MS;
        self.grant_to(hub, &pieces(&wish), until)?;
        self.meet(NODE, hub)?;
        let half = |at: i64| Wish {
            span: Span::of(wish.span.from + at * wish.span.length_min() / 2, wish.span.length_min() / 2),
            ..wish.clone()
        };
        let (first, second) = (half(0), half(1));
        let id = self.next_id();
        if self.save(hub, &appointment(&id, "booked", &first, false), Way::Book)? != Answer::Confirmed {
            return Ok(());
        }
        self.meet(NODE, hub)?;
        let is_moved_first = dice.chance(50);
        for moves in [is_moved_first, !is_moved_first] {
            if moves {
                self.save(hub, &appointment(&id, "booked", &second, false), Way::Book)?;
            } else {
                self.save(NODE, &appointment(&id, "cancelled", &first, false), Way::Book)?;
            }
        }
        let asked = if dice.chance(50) { second } else { first };
        self.ask_at(&[NODE, hub], &asked, dice)
    }

    /// The node grants something small that it can sell to a hub, for a short time.
    fn grant_for_race(&mut self, hub: usize, dice: &mut Dice) -> Result<Option<Wish>> {
        let mut wish = Wish::any(dice);
        wish.resources.truncate(1);
        if !self.is_offered(NODE, &wish)? {
            return Ok(None);
        }
        let until = self.records(NODE).now_ms() + (1 + dice.below(SHORT_HOURS) as u64) * HOUR_MS;
        self.grant_to(hub, &pieces(&wish), until)?;
        Ok(Some(wish))
    }

    /// Somebody asks for the same at each of these, in either order.
    fn ask_at(&mut self, places: &[usize], wish: &Wish, dice: &mut Dice) -> Result<()> {
        let first = dice.below(places.len());
        for turn in 0..places.len() {
            let at = places[(first + turn) % places.len()];
            let id = self.next_id();
            self.save(at, &appointment(&id, "booked", wish, false), Way::Book)?;
        }
        Ok(())
    }
}

/// All of a wish as what is granted.
fn pieces(wish: &Wish) -> Vec<Piece> {
    wish.resources.iter().map(|one| Piece { resource: one.clone(), spans: vec![wish.span] }).collect()
}
