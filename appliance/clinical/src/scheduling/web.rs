//! What a clinic leaves to the web: which appointments of its working hours head office may sell, for it confirms at once only what it
//! owns (decision 33).
//!
//! Every so many-th of the appointments that could stand in a day, as the type's share has it ([`holdfast_core::rights::policy`]), counted
//! over working hours and not over what is left of them: so the same hours give the same appointments however often they are asked for,
//! and what is booked, or was granted before, is passed by. Of a resource that several types share with the web each gets its part.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::rights::Piece;
use holdfast_core::rights::policy::{Share, chosen, until};

use super::fhir::AppointmentType;
use super::find::{Free, Resource, next_on_grid};
use super::span::{DAY_MIN, Minute, Span, Spans};
use super::zone::Zone;

/// Time that is to be granted, until one minute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebGrant {
    /// Until when it is sold.
    pub until: Minute,
    /// Of whom, which: all of a bundle or nothing of it.
    pub pieces: Vec<Piece>,
}

/// What is granted of these days. `resources` come with what is free and ours of them. O(types × resources × appointments of the days).
///
/// Group sessions are left out: their places are what is shared, and the clinic makes the session.
pub fn share_out(
    types: &[AppointmentType],
    resources: &[(&Resource, &Free)],
    zone: &Zone,
    days: &[Span],
    now: Minute,
) -> Vec<WebGrant> {
    let types: Vec<&AppointmentType> = types.iter().filter(|one| is_shared(one)).collect();
    let mut plan =
        Plan { resources, taken: vec![Spans::default(); resources.len()], grants: BTreeMap::new() };
    for kind in &types {
        for (lead, (resource, free)) in resources.iter().enumerate() {
            let leads = |kind: &AppointmentType| kind.needs.first().is_some_and(|need| need.fits(resource));
            if !leads(kind) {
                continue;
            }
            let sharing: Vec<&AppointmentType> = types.iter().copied().filter(|other| leads(other)).collect();
            let part = Part::of(kind, &sharing);
            for day in days {
                let hours = free.working_hours().within(*day);
                let row = row(kind, &hours, zone);
                let mut left_min = part.most_min(&hours, &row) - plan.away_min(lead, &hours);
                // Counted on from day to day: of a share of less than one appointment a day some days have one.
                let skipped = part.ordinal + row.len() * day_number(*day);
                for taken in chosen(part.percent, skipped, &row) {
                    if taken.length_min() <= left_min && plan.take(kind, lead, taken, now) {
                        left_min -= taken.length_min();
                    }
                }
            }
        }
    }
    let granted = plan.grants.into_iter().map(|(until, of)| {
        let piece = |(resource, spans): (String, Vec<Span>)| {
            let spans = Spans::new(spans).as_slice().to_vec();
            Piece { resource, spans }
        };
        WebGrant { until, pieces: of.into_iter().map(piece).collect() }
    });
    granted.collect()
}

/// What a type has of the time of a resource that several types share with the web.
struct Part {
    /// How many of a hundred of its own appointments.
    percent: u32,
    /// The how-manieth it is, so that types of one length do not all choose the same appointments.
    ordinal: usize,
    /// What all of them together may take, of a hundred minutes.
    most_percent: i64,
}

impl Part {
    fn of(kind: &AppointmentType, sharing: &[&AppointmentType]) -> Self {
        let count = u32::try_from(sharing.len().max(1)).unwrap_or(u32::MAX);
        let most = sharing.iter().map(|other| other.split.web_percent).max().unwrap_or_default();
        Self {
            percent: u32::from(kind.split.web_percent) / count,
            ordinal: sharing.iter().position(|other| other.id == kind.id).unwrap_or_default(),
            most_percent: i64::from(most),
        }
    }
}

impl Part {
    /// What all types together may take of these hours, rounded up to whole appointments of this one.
    fn most_min(&self, hours: &Spans, row: &[Span]) -> i64 {
        let share = hours.total_min() * self.most_percent / 100;
        let length = row.first().map_or(1, |one| one.length_min().max(1));
        (share + length - 1) / length * length
    }
}

/// Which day it is, counted from one that is always the same.
fn day_number(day: Span) -> usize {
    usize::try_from(day.from.div_euclid(DAY_MIN)).unwrap_or_default()
}

/// Whether anything of a type's time is the web's.
pub fn is_shared(kind: &AppointmentType) -> bool {
    kind.is_active && kind.split.web_percent > 0 && kind.capacity == 1
}

/// What appointments of the type take that stand one after the other in these hours, each where one may begin.
fn row(kind: &AppointmentType, working: &Spans, zone: &Zone) -> Vec<Span> {
    let mut out = Vec::new();
    for hours in working.iter() {
        let mut at = next_on_grid(zone, hours.from, kind.step_min);
        while at + kind.duration_min <= hours.to {
            let taken = Span::of(at, kind.duration_min).widened(kind.before_min, kind.after_min);
            out.push(taken);
            at = next_on_grid(zone, taken.to + kind.before_min, kind.step_min);
        }
    }
    out
}

struct Plan<'a> {
    resources: &'a [(&'a Resource, &'a Free)],
    /// What of each of them is in the plan already.
    taken: Vec<Spans>,
    grants: BTreeMap<Minute, BTreeMap<String, Vec<Span>>>,
}

impl Plan<'_> {
    /// How much of these hours of a resource is another's already, or is granted by this plan.
    fn away_min(&self, at: usize, hours: &Spans) -> i64 {
        let free = self.resources[at].1;
        let away = hours.minus(&free.times().union(free.busy())).union(&self.taken[at].intersect(hours));
        away.total_min()
    }

    /// Grants one appointment, if everything that it needs is free then. Whether it does.
    fn take(&mut self, kind: &AppointmentType, lead: usize, taken: Span, now: Minute) -> bool {
        let until = until(&share(kind), taken);
        let span = Span::new(taken.from + kind.before_min, taken.to - kind.after_min);
        if until <= now || !self.is_free(lead, span, taken) {
            return false;
        }
        let mut bundle = BTreeSet::from([lead]);
        for need in kind.needs.iter().skip(1) {
            let fits = |at: &usize| !bundle.contains(at) && need.fits(self.resources[*at].0);
            let found = (0..self.resources.len()).filter(fits).find(|at| self.is_free(*at, span, taken));
            let Some(found) = found else { return false };
            bundle.insert(found);
        }
        let of_until = self.grants.entry(until).or_default();
        for at in bundle {
            self.taken[at] = self.taken[at].union(&Spans::new([taken]));
            of_until.entry(self.resources[at].0.key.clone()).or_default().push(taken);
        }
        true
    }

    fn is_free(&self, at: usize, span: Span, taken: Span) -> bool {
        self.resources[at].1.takes(span, taken) && !self.taken[at].touches(taken)
    }
}

fn share(kind: &AppointmentType) -> Share {
    Share {
        length_min: kind.before_min + kind.duration_min + kind.after_min,
        percent: u32::from(kind.split.web_percent),
        until_before_min: kind.split.sell_until_min,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::find::Kind;
    use crate::scheduling::testing::wound_care;

    fn resource(key: &str, kind: Kind) -> Resource {
        let (roles, skills) = (vec!["nurse".to_owned()], vec!["wound".to_owned()]);
        Resource { key: key.into(), kind, roles, skills, languages: Vec::new() }
    }

    /// From 08:00 to 18:00 of the fourth day.
    fn day() -> (Span, Spans) {
        let day = Span::of(3 * DAY_MIN, DAY_MIN);
        (day, Spans::new([Span::of(day.from + 480, 600)]))
    }

    fn free(busy: &[Span], ours: &[Span]) -> Free {
        Free::new(day().1, Spans::new(busy.iter().copied()), &Spans::new(ours.iter().copied()))
    }

    fn granted(types: &[AppointmentType], nurse: &Free, room: &Free, now: Minute) -> Vec<WebGrant> {
        let (ana, two) =
            (resource("Practitioner/ana", Kind::Practitioner), resource("Location/r2", Kind::Room));
        share_out(types, &[(&ana, nurse), (&two, room)], &Zone::utc(), &[day().0], now)
    }

    fn spans(grants: &[WebGrant], key: &str) -> Spans {
        let pieces = grants.iter().flat_map(|grant| &grant.pieces).filter(|piece| piece.resource == key);
        pieces.flat_map(|piece| piece.spans.iter().copied()).collect()
    }

    const ALL: Span = Span { from: 0, to: 100 * DAY_MIN };

    #[test]
    fn a_share_of_the_day_goes_with_everything_that_it_needs() {
        let open = free(&[], &[ALL]);
        let grants = granted(&[wound_care()], &open, &open, 0);
        let nurse = spans(&grants, "Practitioner/ana");
        assert_eq!(nurse, spans(&grants, "Location/r2"), "nurse and room are one bundle");
        // Of the thirteen that fit, from 08:00 on every 45 minutes: the first, the fifth, the eighth and the eleventh, as it
        // falls on this day.
        let begin = day().0.from + 480 - 5;
        assert_eq!(nurse, Spans::new([0, 4, 7, 10].map(|at| Span::of(begin + at * 45, 45))));
        assert_eq!(grants[0].until, 2 * DAY_MIN, "a day before the day");
        assert_eq!(granted(&[wound_care()], &open, &open, 2 * DAY_MIN), [], "it would be over at once");
    }

    #[test]
    fn what_was_granted_or_booked_is_not_made_up_for_elsewhere() {
        let open = free(&[], &[ALL]);
        let all = spans(&granted(&[wound_care()], &open, &open, 0), "Practitioner/ana");
        let left = free(&[], Spans::new([ALL]).minus(&all).as_slice());
        assert_eq!(granted(&[wound_care()], &left, &open, 0), [], "however often it is asked");
        let booked = free(&[Span::of(all.as_slice()[0].from, 10)], &[ALL]);
        let rest = spans(&granted(&[wound_care()], &booked, &open, 0), "Practitioner/ana");
        assert_eq!(rest.as_slice(), &all.as_slice()[1..]);
        let rest = granted(&[wound_care()], &open, &booked, 0);
        assert_eq!(
            spans(&rest, "Practitioner/ana").as_slice(),
            &all.as_slice()[1..],
            "half a bundle is nothing"
        );
    }

    #[test]
    fn a_share_of_less_than_one_a_day_has_one_on_some_days() {
        let (ana, two) =
            (resource("Practitioner/ana", Kind::Practitioner), resource("Location/r2", Kind::Room));
        let split = crate::scheduling::fhir::Split { web_percent: 2, sell_until_min: 0 };
        let kind = AppointmentType { before_min: 0, after_min: 0, split, ..wound_care() };
        let days: Vec<Span> = (0..50).map(|at| Span::of(at * DAY_MIN, DAY_MIN)).collect();
        let hours = days.iter().map(|day| Span::of(day.from + 480, 600));
        let open = Free::new(hours.collect(), Spans::default(), &Spans::new([ALL]));
        let grants = share_out(
            std::slice::from_ref(&kind),
            &[(&ana, &open), (&two, &open)],
            &Zone::utc(),
            &days,
            -DAY_MIN,
        );
        let given = spans(&grants, "Practitioner/ana").total_min();
        let fit = 50 * (600 / kind.duration_min);
        assert_eq!(given, fit * 2 / 100 * kind.duration_min);
    }

    #[test]
    fn types_that_share_a_resource_share_its_time() {
        let open = free(&[], &[ALL]);
        let of = |percent: u8, id: &str| AppointmentType {
            id: id.into(),
            before_min: 0,
            after_min: 0,
            split: crate::scheduling::fhir::Split { web_percent: percent, sell_until_min: 0 },
            ..wound_care()
        };
        let one = spans(&granted(&[of(50, "a")], &open, &open, 0), "Practitioner/ana").total_min();
        let both = [of(50, "a"), of(50, "b")];
        let two = spans(&granted(&both, &open, &open, 0), "Practitioner/ana");
        assert_eq!((one, two.total_min()), (300, 300));
        // A day of which one type's share went before the other shared anything gets no more than the greater share.
        let before = spans(&granted(&both[..1], &open, &open, 0), "Practitioner/ana");
        let left = free(&[], Spans::new([ALL]).minus(&before).as_slice());
        assert_eq!(granted(&both, &left, &open, 0), []);
        let none = AppointmentType { capacity: 8, ..of(50, "group") };
        assert!(granted(&[none, of(0, "desk")], &open, &open, 0).is_empty());
    }
}
