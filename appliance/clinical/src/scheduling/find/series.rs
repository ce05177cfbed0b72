//! A series against what is free: each of its dates by itself, and what else there is on the day.

use super::{Ask, Chosen, FindError, Free, MAX_PAGE, Offer, Resource, find};
use crate::scheduling::recur::Instance;
use crate::scheduling::span::Span;
use crate::scheduling::zone::Zone;

/// How many other times are told of a date that is taken.
pub const ALTERNATIVES: usize = 3;

/// What becomes of one date of a series.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It can be booked, with these.
    Free {
        /// What its resources are taken for.
        taken: Span,
        /// Who and what, a need each.
        chosen: Vec<Chosen>,
    },
    /// It cannot.
    Taken {
        /// Keys of those who fit a need and are not free then.
        by: Vec<String>,
        /// Other times of that local day, the nearest first; empty: there are none.
        instead: Vec<Offer>,
    },
}

/// One date of a series, and what becomes of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// The date.
    pub instance: Instance,
    /// Whether it can be booked.
    pub verdict: Verdict,
}

/// Looks at each date of a series. `ask` says what each takes; its window counts for nothing.
///
/// # Errors
/// [`FindError`] if the search is out of range.
pub fn check_series(
    instances: &[Instance],
    ask: &Ask,
    resources: &[(&Resource, &Free)],
    zone: &Zone,
) -> Result<Vec<Checked>, FindError> {
    let check = |instance: &Instance| -> Result<Checked, FindError> {
        let start = instance.span.from;
        let exact = Ask { window: Span::of(start, 1), step_min: 1, per_start: 1, page: 1, ..ask.clone() };
        let found = find(&exact, resources, zone)?.offers.into_iter().next();
        let verdict = match found {
            Some(offer) => Verdict::Free { taken: offer.taken, chosen: offer.chosen },
            None => Verdict::Taken {
                by: who_is_not_free(&exact, start, resources),
                instead: instead(ask, start, resources, zone)?,
            },
        };
        Ok(Checked { instance: *instance, verdict })
    };
    instances.iter().map(check).collect()
}

fn who_is_not_free(ask: &Ask, start: i64, resources: &[(&Resource, &Free)]) -> Vec<String> {
    let fits = |resource: &Resource| ask.needs.iter().any(|need| need.fits(resource));
    let is_free = |free: &Free| free.takes(ask.span(start), ask.taken(start));
    let out = resources.iter().filter(|(resource, free)| fits(resource) && !is_free(free));
    out.map(|(resource, _)| resource.key.clone()).collect()
}

fn instead(
    ask: &Ask,
    start: i64,
    resources: &[(&Resource, &Free)],
    zone: &Zone,
) -> Result<Vec<Offer>, FindError> {
    let window = zone.day(zone.local(start).date());
    let day = Ask { window, per_start: 1, page: MAX_PAGE, ..ask.clone() };
    let mut offers = find(&day, resources, zone)?.offers;
    offers.sort_by_key(|offer| (offer.span.from - start).abs());
    offers.truncate(ALTERNATIVES);
    Ok(offers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::find::{Kind, Need, Wish};
    use crate::scheduling::recur::{Rule, Series};
    use crate::scheduling::span::Spans;
    use crate::scheduling::zone::Wall;

    #[test]
    fn each_date_says_what_is_free_instead() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let start = "2026-03-22T09:00".parse().unwrap();
        let rule = Rule::parse("FREQ=WEEKLY;COUNT=3").unwrap();
        let series = Series { start, zone: zone.clone(), duration_min: 30, rule, except: Default::default() };
        let instances = series.instances(Span::new(0, i64::MAX)).unwrap();
        let second = instances[1].span;
        let hours: Spans = instances.iter().map(|one| Span::of(one.span.from - 60, 240)).collect();
        let last = zone.day(instances[2].local.date());
        let busy = Spans::new([Span::of(second.from - 10, 30), last]);
        let free = Free::new(hours.clone(), busy, &hours);
        let nurse = Resource {
            key: "Practitioner/n".into(),
            kind: Kind::Practitioner,
            roles: vec![],
            skills: vec![],
            languages: vec![],
        };
        let ask = Ask {
            duration_min: 30,
            before_min: 0,
            after_min: 0,
            step_min: 10,
            needs: vec![Need::any(Kind::Practitioner)],
            window: Span::of(0, 0),
            patient_busy: Spans::default(),
            wish: Wish::default(),
            per_start: 5,
            page: 5,
        };
        let checked = check_series(&instances, &ask, &[(&nurse, &free)], &zone).unwrap();
        assert!(matches!(&checked[0].verdict, Verdict::Free { taken, .. } if *taken == instances[0].span));
        let Verdict::Taken { by, instead } = &checked[1].verdict else { panic!("{checked:?}") };
        let times: Vec<i64> = instead.iter().map(|offer| offer.span.from - second.from).collect();
        assert_eq!((by.as_slice(), times), (["Practitioner/n".to_owned()].as_slice(), vec![20, 30, -40]));
        assert!(matches!(&checked[2].verdict, Verdict::Taken { instead, .. } if instead.is_empty()));
        assert!(
            checked
                .iter()
                .all(|one| one.instance.wall == Wall::Once && zone.local(one.instance.span.from).hour() == 9)
        );
    }
}
