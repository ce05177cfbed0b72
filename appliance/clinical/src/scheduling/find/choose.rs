//! Who is offered at a time, and why.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::ask::{Ask, Resource, speaks};
use super::free::Free;
use super::{Offer, Spans};
use crate::scheduling::span::{Minute, Span};
use crate::scheduling::zone::Zone;

/// Why somebody is offered before others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reason {
    /// The patient asked for them.
    AskedFor,
    /// The patient saw them before: the last time, the time before that (from 0).
    SeenBefore(usize),
    /// They speak the patient's language.
    Speaks(String),
    /// They have a skill that was wished for.
    Skilled(String),
    /// Of those who are free they have the least to do on that day.
    LeastBooked,
}

impl Reason {
    /// Stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AskedFor => "asked-for",
            Self::SeenBefore(_) => "seen-before",
            Self::Speaks(_) => "speaks",
            Self::Skilled(_) => "skilled",
            Self::LeastBooked => "least-booked",
        }
    }
}

/// Who or what meets a need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chosen {
    /// The resource's key.
    pub key: String,
    /// Why this one, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// What weighs in the order of those who are free; the least comes first.
type Rank<'a> = (Reverse<bool>, usize, Reverse<bool>, Reverse<usize>, i64, &'a str);

pub(super) struct Chooser<'a> {
    ask: &'a Ask,
    resources: &'a [(&'a Resource, &'a Free)],
    fits: &'a [Vec<usize>],
    zone: &'a Zone,
    lead: Option<usize>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(
        ask: &'a Ask,
        resources: &'a [(&'a Resource, &'a Free)],
        fits: &'a [Vec<usize>],
        zone: &'a Zone,
    ) -> Self {
        Self { ask, resources, fits, zone, lead: ask.lead() }
    }

    /// The offers of one start, the best first; none if the same resource would have to meet two needs.
    pub(super) fn offers(&self, start: Minute, starts: &BTreeMap<usize, Spans>) -> Vec<Offer> {
        let day = self.zone.day(self.zone.local(start).date());
        let minute = Span::of(start, 1);
        let free: Vec<Vec<usize>> = (self.fits.iter().enumerate())
            .map(|(need, fits)| {
                let free = fits.iter().copied().filter(|at| starts[at].covers(minute));
                let mut ranked: Vec<_> = free.map(|at| (self.rank(need, at, day), at)).collect();
                ranked.sort_unstable();
                ranked.into_iter().map(|(_, at)| at).collect()
            })
            .collect();
        // Which need the offers differ in: that of the practitioner, else the first.
        let lead = self.lead.unwrap_or_default();
        let mut offers = Vec::new();
        for first in free.get(lead).into_iter().flatten() {
            if offers.len() == self.ask.per_start {
                break;
            }
            let mut taken = vec![None; free.len()];
            taken[lead] = Some(*first);
            if assign(&free, &mut taken, 0) {
                offers.push(self.offer(start, &taken, &free, day));
            }
        }
        offers
    }

    fn rank(&self, need: usize, at: usize, day: Span) -> Rank<'a> {
        let (resource, free) = self.resources[at];
        let load = free.busy.within(day).total_min();
        if self.lead != Some(need) {
            return (Reverse(false), 0, Reverse(false), Reverse(0), load, &resource.key);
        }
        let wish = &self.ask.wish;
        let is_asked_for = wish.with.as_ref().is_some_and(|(key, _)| *key == resource.key);
        let seen = wish.before.iter().position(|key| *key == resource.key).unwrap_or(usize::MAX);
        let speaks = wish.language.as_ref().is_some_and(|(language, _)| speaks(resource, language));
        let skills = wish.skills.iter().filter(|(skill, _)| resource.skills.contains(skill)).count();
        (Reverse(is_asked_for), seen, Reverse(speaks), Reverse(skills), load, &resource.key)
    }

    fn offer(&self, start: Minute, taken: &[Option<usize>], free: &[Vec<usize>], day: Span) -> Offer {
        let chosen = taken.iter().enumerate().filter_map(|(need, at)| {
            let at = (*at)?;
            Some(Chosen {
                key: self.resources[at].0.key.clone(),
                reasons: self.reasons(need, at, &free[need], day),
            })
        });
        Offer { span: self.ask.span(start), taken: self.ask.taken(start), chosen: chosen.collect() }
    }

    fn reasons(&self, need: usize, at: usize, free: &[usize], day: Span) -> Vec<Reason> {
        let (resource, _) = self.resources[at];
        let mut reasons = Vec::new();
        if self.lead == Some(need) {
            let wish = &self.ask.wish;
            let asked = wish.with.iter().filter(|(key, _)| *key == resource.key);
            reasons.extend(asked.map(|_| Reason::AskedFor));
            reasons.extend(wish.before.iter().position(|key| *key == resource.key).map(Reason::SeenBefore));
            let language = wish.language.iter().filter(|(language, _)| speaks(resource, language));
            reasons.extend(language.map(|(language, _)| Reason::Speaks(language.clone())));
            let skills = wish.skills.iter().filter(|(skill, _)| resource.skills.contains(skill));
            reasons.extend(skills.map(|(skill, _)| Reason::Skilled(skill.clone())));
        }
        let load = |at: &usize| self.resources[*at].1.busy.within(day).total_min();
        let own = load(&at);
        if free.iter().any(|other| load(other) > own) && free.iter().all(|other| load(other) >= own) {
            reasons.push(Reason::LeastBooked);
        }
        reasons
    }
}

/// Gives every need from `need` on somebody whom no other has; bounded by [`super::MAX_NEEDS`] needs, of which each tries the best first.
fn assign(free: &[Vec<usize>], taken: &mut Vec<Option<usize>>, need: usize) -> bool {
    let Some(candidates) = free.get(need) else { return true };
    if taken[need].is_some() {
        return assign(free, taken, need + 1);
    }
    // More than the needs there are cannot be taken by the others.
    for at in candidates.iter().take(free.len()) {
        if !taken.contains(&Some(*at)) {
            taken[need] = Some(*at);
            if assign(free, taken, need + 1) {
                return true;
            }
            taken[need] = None;
        }
    }
    false
}
