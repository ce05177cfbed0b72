//! How a clinic splits its time with the web beforehand: which spans a node grants to a hub. The same policy over the same hours gives
//! the same spans, however often it is asked, so that a plan that was interrupted goes on where it stopped.

use std::collections::BTreeMap;

use super::span::{DAY_MIN, Minute, Span, Spans};

/// What of one appointment type is sold on the web.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    /// Minutes that one appointment takes, with what is kept free around it; at least 1.
    pub length_min: i64,
    /// How many of a hundred appointments.
    pub percent: u32,
    /// The web sells it until so many minutes before it begins.
    pub until_before_min: i64,
}

/// What is to be granted.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Plan {
    /// Spans of every resource of the bundle, by when they are sold: minute, spans.
    pub grants: Vec<(Minute, Spans)>,
}

/// Which spans of `free` (what all resources of a bundle have in common, owned and unsold) a node grants, a day at a time: of the
/// appointments that fit one after the other from the beginning of each free span, every so many-th. What is sold until a time that is
/// over by `now` is not granted. O(appointments that fit).
pub fn plan(share: &Share, free: &Spans, now: Minute) -> Plan {
    let length = share.length_min.max(1);
    let row = |span: Span| -> Vec<Span> {
        (0..span.length_min() / length).map(|at| Span::of(span.from + at * length, length)).collect()
    };
    let mut grants: BTreeMap<Minute, Vec<Span>> = BTreeMap::new();
    for span in free.iter() {
        for one in chosen(share.percent, 0, &row(span)) {
            grants.entry(until(share, one)).or_default().push(one);
        }
    }
    grants.retain(|until, _| *until > now);
    Plan { grants: grants.into_iter().map(|(until, spans)| (until, Spans::new(spans))).collect() }
}

/// Of a row of appointments that could stand, in the order of their time, those that are the web's: every so many-th, counted as if
/// `skipped` came before the first. O(row).
pub fn chosen(percent: u32, skipped: usize, row: &[Span]) -> Vec<Span> {
    let is_chosen = |at: usize| i64::try_from(at + skipped).is_ok_and(|at| is_web(at, percent));
    row.iter().enumerate().filter(|(at, _)| is_chosen(*at)).map(|(_, one)| *one).collect()
}

/// The minute until which the web sells an appointment: all those of a day until the same one.
pub fn until(share: &Share, one: Span) -> Minute {
    one.from.div_euclid(DAY_MIN) * DAY_MIN - share.until_before_min
}

/// Whether the `at`-th of a row is the web's, so that of any beginning of the row that share is.
fn is_web(at: i64, percent: u32) -> bool {
    let percent = i64::from(percent.min(100));
    (at + 1) * percent / 100 > at * percent / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(percent: u32) -> Share {
        Share { length_min: 30, percent, until_before_min: 60 }
    }

    fn granted(plan: &Plan) -> i64 {
        plan.grants.iter().map(|(_, spans)| spans.total_min()).sum()
    }

    #[test]
    fn the_share_of_a_day_is_what_was_asked_for() {
        let day = Spans::new([Span::of(3 * DAY_MIN + 480, 600)]);
        for (percent, expected) in [(0, 0), (30, 180), (50, 300), (100, 600), (900, 600)] {
            assert_eq!(granted(&plan(&share(percent), &day, 0)), expected, "{percent}");
        }
    }

    #[test]
    fn a_plan_says_until_when_each_day_is_sold() {
        let free = Spans::new([Span::of(3 * DAY_MIN + 480, 60), Span::of(4 * DAY_MIN + 480, 60)]);
        let all = plan(&share(100), &free, 0);
        let until: Vec<Minute> = all.grants.iter().map(|(until, _)| *until).collect();
        assert_eq!(until, [3 * DAY_MIN - 60, 4 * DAY_MIN - 60]);
        let later = plan(&share(100), &free, 3 * DAY_MIN);
        assert_eq!(later.grants, all.grants[1..], "what would be over at once is not granted");
        assert_eq!(plan(&share(100), &free, 0), all);
    }
}
