//! Who owns what, given records in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::act::{Act, Record};
use super::refusal::Refusal;
use super::span::{Minute, Span, Spans};
use crate::id::ActorId;

/// Who holds a calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    /// It has not begun, as far as is known here.
    Nobody,
    /// This one; after so many successions.
    Is {
        /// Who.
        actor: ActorId,
        /// How many went before.
        generation: u32,
    },
    /// Two claim it: a person has to say which is gone.
    Contested,
}

/// Who owns a minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    /// Nobody: no calendar has begun.
    Nobody,
    /// The calendar's holder.
    Holder(ActorId),
    /// Whoever it was granted to.
    Taker {
        /// Who.
        taker: ActorId,
        /// Until when it is sold, Unix milliseconds.
        sell_until_ms: u64,
    },
    /// Two claim it: nobody sells it.
    Contested,
}

impl Owner {
    /// The database that owns it.
    pub fn actor(self) -> Option<ActorId> {
        match self {
            Self::Holder(actor) | Self::Taker { taker: actor, .. } => Some(actor),
            Self::Nobody | Self::Contested => None,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("nobody's"),
            Self::Holder(actor) => write!(f, "the calendar's, which {actor} holds"),
            Self::Taker { taker, .. } => write!(f, "granted to {taker}"),
            Self::Contested => f.write_str("claimed by two"),
        }
    }
}

/// What a record says of one span.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Claim {
    span: Span,
    epoch: u64,
    /// Granted to whom; none: the calendar's again.
    granted: Option<Granted>,
}

/// To whom a span is granted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Granted {
    /// Who.
    pub taker: ActorId,
    /// Until when it is sold, Unix milliseconds.
    pub sell_until_ms: u64,
    /// By whom.
    pub giver: ActorId,
    /// How much of the giver's log of operations the taker needs first.
    pub after: u64,
}

/// A set of records, or as many of them as a question needs: those about the calendar, and those that name the resources asked about.
/// Adding is a union: commutative, associative, idempotent.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Ledger {
    calendars: BTreeSet<(ActorId, Vec<ActorId>)>,
    /// Of whom, by whom, to whom.
    gone: BTreeSet<(ActorId, ActorId, ActorId)>,
    claims: BTreeMap<String, BTreeSet<Claim>>,
}

impl Ledger {
    /// Takes a record in. Asks change nothing until they are answered.
    pub fn add(&mut self, record: &Record) {
        match &record.act {
            Act::Calendar { holder, hubs } => {
                self.calendars.insert((*holder, hubs.clone()));
            }
            Act::Gone { of, by, successor } => {
                self.gone.insert((*of, *by, *successor));
            }
            Act::Ask { .. } => {}
            Act::Grant { giver, taker, epoch, sell_until_ms, after, pieces } => {
                let (taker, sell_until_ms, giver, after) = (*taker, *sell_until_ms, *giver, *after);
                let granted = Some(Granted { taker, sell_until_ms, giver, after });
                pieces.iter().for_each(|piece| self.claim(&piece.resource, &piece.spans, *epoch, granted));
            }
            Act::Return { epoch, pieces, .. } | Act::TakeBack { epoch, pieces, .. } => {
                pieces.iter().for_each(|piece| self.claim(&piece.resource, &piece.spans, *epoch, None));
            }
        }
    }

    /// Takes in what one record says of spans of a resource: granted to whom, or (`None`) the calendar's again.
    pub fn claim(&mut self, resource: &str, spans: &[Span], epoch: u64, granted: Option<Granted>) {
        let claims = self.claims.entry(resource.to_owned()).or_default();
        claims.extend(spans.iter().filter(|span| !span.is_empty()).map(|span| Claim {
            span: *span,
            epoch,
            granted,
        }));
    }

    /// The least ledger that has what either has.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let mut out = self.clone();
        out.calendars.extend(other.calendars.iter().cloned());
        out.gone.extend(other.gone.iter().copied());
        for (resource, claims) in &other.claims {
            out.claims.entry(resource.clone()).or_default().extend(claims.iter().copied());
        }
        out
    }

    /// Who holds the calendar: who began it, or who follows. Each hub of the calendar names a successor of its own to whom it has fenced,
    /// and one to that, and so on; whoever all of them end at follows, and until they agree the last on whom they all did. Without a hub
    /// a successor says so itself. O(successions × hubs × records).
    pub fn holder(&self) -> Holder {
        let mut holders = self.calendars.iter().map(|(holder, hubs)| self.last_of(*holder, hubs));
        let Some(first) = holders.next() else { return Holder::Nobody };
        if holders.all(|other| other == first) { first } else { Holder::Contested }
    }

    fn last_of(&self, began: ActorId, hubs: &[ActorId]) -> Holder {
        let walks: Option<Vec<Vec<ActorId>>> = match hubs {
            [] => self.walk(began, None).map(|walk| vec![walk]),
            hubs => hubs.iter().map(|hub| self.walk(began, Some(&self.selves(*hub)))).collect(),
        };
        let Some(walks) = walks else { return Holder::Contested };
        let shortest = walks.iter().map(Vec::len).min().unwrap_or_default();
        let agreed =
            (0..shortest).take_while(|at| walks.iter().all(|walk| walk[*at] == walks[0][*at])).count();
        let ends: BTreeSet<Option<&ActorId>> = walks.iter().map(|walk| walk.last()).collect();
        let (actor, at) = match (ends.len(), walks.first()) {
            (1, Some(walk)) => (walk.last().copied().unwrap_or(began), walks.iter().map(Vec::len).max()),
            (_, Some(walk)) => (walk.get(agreed.saturating_sub(1)).copied().unwrap_or(began), Some(agreed)),
            (_, None) => (began, None),
        };
        let generation = u32::try_from(at.unwrap_or(1).saturating_sub(1)).unwrap_or(u32::MAX);
        Holder::Is { actor, generation }
    }

    /// Who follows whom, as one hub says (`None`: as those say who follow); `None` if it says two things.
    fn walk(&self, began: ActorId, hub: Option<&BTreeSet<ActorId>>) -> Option<Vec<ActorId>> {
        let next_of = |actor: ActorId| -> BTreeSet<ActorId> {
            let says = |by: &ActorId, next: &ActorId| hub.map_or(by == next, |selves| selves.contains(by));
            let said = self.gone.iter().filter(|(of, by, next)| *of == actor && says(by, next));
            said.map(|(_, _, next)| *next).collect()
        };
        let mut walk = vec![began];
        while let Some(actor) = walk.last().copied() {
            let mut said = next_of(actor);
            said.retain(|next| !walk.contains(next));
            let mut last = said.clone();
            if said.len() > 1 {
                // A hub that forgot what it had said says it again of another, once the first is gone as well.
                last.retain(|next| next_of(*next).is_empty());
            }
            match (said.is_empty(), last.pop_first(), last.is_empty()) {
                (true, ..) => break,
                (false, Some(next), true) => walk.push(next),
                _ => return None,
            }
        }
        Some(walk)
    }

    /// A hub and what it became: a hub that was restored says itself which it was.
    fn selves(&self, hub: ActorId) -> BTreeSet<ActorId> {
        let mut out = BTreeSet::from([hub]);
        loop {
            let known = out.len();
            let said = self.gone.iter().filter(|(of, by, next)| by == next && out.contains(of));
            let next: Vec<ActorId> = said.map(|(_, _, next)| *next).collect();
            out.extend(next);
            if out.len() == known {
                return out;
            }
        }
    }

    /// The hubs of the calendar that are at work: to whom time may be granted.
    pub fn takers(&self) -> BTreeSet<ActorId> {
        let hubs = self.calendars.iter().flat_map(|(_, hubs)| hubs);
        hubs.flat_map(|hub| self.selves(*hub)).filter(|hub| self.gone_by(*hub).is_none()).collect()
    }

    /// Who says of a database that it is gone, if anybody.
    pub fn gone_by(&self, of: ActorId) -> Option<ActorId> {
        self.gone.iter().find(|(gone, ..)| *gone == of).map(|(_, by, _)| *by)
    }

    /// Who owns one minute. O(records that name the resource).
    pub fn owner(&self, resource: &str, minute: Minute) -> Owner {
        let naming = self.claims.get(resource).into_iter().flatten();
        let naming = naming.filter(|claim| claim.span.from <= minute && minute < claim.span.to);
        let highest = naming.clone().map(|claim| claim.epoch).max();
        let mut last = naming
            .filter(|claim| Some(claim.epoch) == highest)
            .map(|claim| claim.granted.map(|to| (to.taker, to.sell_until_ms)));
        match last.next() {
            Some(first) if last.any(|other| other != first) => Owner::Contested,
            Some(Some((taker, sell_until_ms))) => Owner::Taker { taker, sell_until_ms },
            Some(None) | None => match self.holder() {
                Holder::Nobody => Owner::Nobody,
                Holder::Is { actor, .. } => Owner::Holder(actor),
                Holder::Contested => Owner::Contested,
            },
        }
    }

    /// Who owns which part of a span, in order. O(n²) in the records that name it, which are few.
    pub fn owners(&self, resource: &str, span: Span) -> Vec<(Span, Owner)> {
        let claims = self.claims.get(resource).into_iter().flatten();
        let mut out: Vec<(Span, Owner)> = Vec::new();
        for part in parts(claims.map(|claim| claim.span), span) {
            let owner = self.owner(resource, part.from);
            match out.last_mut() {
                Some((last, of)) if *of == owner => last.to = part.to,
                _ => out.push((part, owner)),
            }
        }
        out
    }

    /// What one database has to have of the logs of those who granted it parts of a span, before it sells them: whose, how much.
    pub fn awaited(&self, actor: ActorId, resource: &str, span: Span) -> BTreeSet<(ActorId, u64)> {
        let claims = || self.claims.get(resource).into_iter().flatten();
        let mut out = BTreeSet::new();
        for (part, epoch) in self.epochs(resource, span) {
            let last = claims().filter(|claim| claim.epoch == epoch && claim.span.overlaps(part));
            let granted = last.filter_map(|claim| claim.granted).filter(|granted| granted.taker == actor);
            out.extend(granted.map(|granted| (granted.giver, granted.after)));
        }
        out
    }

    /// What of a span one database owns, sold or not, expired or not.
    pub fn owned_by(&self, actor: ActorId, resource: &str, span: Span) -> Spans {
        let parts = self.owners(resource, span).into_iter();
        parts.filter(|(_, owner)| owner.actor() == Some(actor)).map(|(part, _)| part).collect()
    }

    /// The epoch of the last record about each part of a span, 0 where none names it. The next record about a part has exactly one more:
    /// with any more, a late one of a taker that has lost the time without knowing would count over what came after. O(n²) as
    /// [`Ledger::owners`].
    pub fn epochs(&self, resource: &str, span: Span) -> Vec<(Span, u64)> {
        let naming = || self.claims.get(resource).into_iter().flatten();
        let at = |minute: Minute| {
            let here = naming().filter(|claim| claim.span.from <= minute && minute < claim.span.to);
            here.map(|claim| claim.epoch).max().unwrap_or_default()
        };
        parts(naming().map(|claim| claim.span), span).map(|part| (part, at(part.from))).collect()
    }

    /// Whether a database may sell all of a span now; `now_ms` is the highest time that it ever saw.
    ///
    /// # Errors
    /// [`Refusal::NotOurs`] or [`Refusal::Expired`] for the first part that it may not.
    pub fn may_sell(&self, actor: ActorId, resource: &str, span: Span, now_ms: u64) -> Result<(), Refusal> {
        for (part, owner) in self.owners(resource, span) {
            let resource = || resource.to_owned();
            match owner {
                Owner::Holder(holder) if holder == actor => {}
                Owner::Taker { taker, sell_until_ms } if taker == actor => {
                    if now_ms >= sell_until_ms {
                        return Err(Refusal::Expired { resource: resource(), span: part, sell_until_ms });
                    }
                }
                owner => return Err(Refusal::NotOurs { resource: resource(), span: part, owner }),
            }
        }
        Ok(())
    }
}

/// A span, cut wherever one of the others begins or ends.
fn parts(others: impl Iterator<Item = Span>, span: Span) -> impl Iterator<Item = Span> {
    let edges = others.flat_map(|other| [other.from, other.to]);
    let mut cuts: BTreeSet<Minute> = edges.filter(|at| span.from < *at && *at < span.to).collect();
    cuts.extend([span.from, span.to].iter().filter(|_| !span.is_empty()));
    let cuts: Vec<Minute> = cuts.into_iter().collect();
    let pairs: Vec<Span> = cuts.windows(2).map(|pair| Span::new(pair[0], pair[1])).collect();
    pairs.into_iter()
}
