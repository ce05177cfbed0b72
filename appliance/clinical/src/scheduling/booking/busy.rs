//! What bookings make of everybody's time: what is taken, what is taken twice, what stands where nobody works any more.

use std::collections::BTreeMap;

use super::Booked;
use crate::scheduling::span::{Span, Spans};

/// What is taken of each resource, by its key.
pub fn busy<'a>(all: impl IntoIterator<Item = &'a Booked>) -> BTreeMap<String, Spans> {
    let mut taken: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for one in all.into_iter().filter(|one| one.takes_time()) {
        for key in &one.resources {
            taken.entry(key).or_default().push(one.taken);
        }
    }
    taken.into_iter().map(|(key, spans)| (key.to_owned(), Spans::new(spans))).collect()
}

/// Two bookings that take the same time of one resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clash<'a> {
    /// The resource's key.
    pub key: &'a str,
    /// The booking that begins first.
    pub first: &'a Booked,
    /// The other one.
    pub second: &'a Booked,
}

/// Every booking that meets the one before it at the same resource, those forced in left out: there should be none. O(n log n).
pub fn clashes<'a>(all: impl IntoIterator<Item = &'a Booked>) -> Vec<Clash<'a>> {
    let mut of_key: BTreeMap<&str, Vec<&Booked>> = BTreeMap::new();
    for one in all.into_iter().filter(|one| one.takes_time() && !one.is_overbooked) {
        for key in &one.resources {
            of_key.entry(key).or_default().push(one);
        }
    }
    let mut out = Vec::new();
    for (key, mut all) in of_key {
        all.sort_by(|a, b| (a.taken, &a.id).cmp(&(b.taken, &b.id)));
        let mut longest: Option<&Booked> = None;
        for one in all {
            if let Some(first) = longest.filter(|first| first.taken.overlaps(one.taken)) {
                out.push(Clash { key, first, second: one });
            }
            longest = longest.filter(|first| first.taken.to > one.taken.to).or(Some(one));
        }
    }
    out
}

/// Bookings to come that stand where a resource does not work: after leave was entered, hours were changed, or somebody left the clinic
/// (whoever is not in `working` works no more). Each with the keys of those; they are to be moved, or their patients told.
pub fn stranded<'a>(
    all: impl IntoIterator<Item = &'a Booked>,
    working: &BTreeMap<String, Spans>,
) -> Vec<(&'a Booked, Vec<&'a str>)> {
    let is_off = |one: &Booked, key: &str| !working.get(key).is_some_and(|spans| spans.covers(one.span));
    let open = all.into_iter().filter(|one| matches!(one.status.as_str(), "booked" | "pending" | "proposed"));
    let off = open.map(|one| {
        let keys = one.resources.iter().map(String::as_str).filter(|key| is_off(one, key));
        (one, keys.collect::<Vec<_>>())
    });
    off.filter(|(_, keys)| !keys.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn booked(id: &str, from: i64, length: i64, keys: &[&str]) -> Booked {
        Booked {
            id: id.into(),
            status: "booked".into(),
            span: Span::of(from, length),
            taken: Span::of(from, length).widened(0, 5),
            patient: None,
            resources: keys.iter().map(|key| (*key).to_owned()).collect(),
            kind: None,
            is_overbooked: false,
            capacity: None,
            session: None,
            series: None,
            sequence: 0,
        }
    }

    fn told(all: &[Booked]) -> Vec<String> {
        clashes(all).iter().map(|one| format!("{} {} {}", one.key, one.first.id, one.second.id)).collect()
    }

    #[test]
    fn what_is_taken_is_the_sum_of_what_takes_time() {
        let mut all =
            [booked("a", 0, 30, &["n", "r"]), booked("b", 35, 20, &["n"]), booked("c", 100, 10, &["n"])];
        all[2].status = "cancelled".into();
        let taken = busy(&all);
        assert_eq!(taken["n"], Spans::new([Span::new(0, 60)]));
        assert_eq!(taken["r"], Spans::new([Span::new(0, 35)]));
    }

    #[test]
    fn what_meets_is_found_whatever_lies_between() {
        let mut all = vec![
            booked("long", 0, 100, &["n"]),
            booked("short", 10, 10, &["r"]),
            booked("inside", 20, 10, &["n", "r"]),
            booked("late", 90, 30, &["n"]),
            booked("after", 125, 10, &["n"]),
        ];
        assert_eq!(told(&all), ["n long inside", "n long late", "r short inside"]);
        all[2].is_overbooked = true;
        all[3].session = Some("Appointment/s".into());
        assert_eq!(told(&all), [""; 0]);
    }

    #[test]
    fn who_stands_where_nobody_works_is_told() {
        let all =
            [booked("a", 0, 30, &["n", "r"]), booked("b", 50, 30, &["n"]), booked("c", 0, 30, &["gone"])];
        let working = BTreeMap::from([
            ("n".to_owned(), Spans::new([Span::new(0, 60)])),
            ("r".to_owned(), Spans::new([Span::new(0, 90)])),
        ]);
        let told: Vec<_> =
            stranded(&all, &working).into_iter().map(|(one, keys)| (one.id.as_str(), keys)).collect();
        assert_eq!(told, [("b", vec!["n"]), ("c", vec!["gone"])]);
    }
}
