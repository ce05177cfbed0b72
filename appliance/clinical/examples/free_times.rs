//! How fast free times are found: 50 practitioners, 20 rooms, one year, each day booked to the given part.
//!
//! `cargo run --release -p holdfast-clinical --example free_times`

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it prints figures")]

use std::time::Instant;

use holdfast_clinical::scheduling::find::{Answer, Ask, Free, Kind, Need, Resource, Strength, Wish, find};
use holdfast_clinical::scheduling::hours::{Hours, Shift, Week};
use holdfast_clinical::scheduling::span::{DAY_MIN, Span, Spans};
use holdfast_clinical::scheduling::zone::Zone;
use jiff::civil::{Weekday, time};

const PRACTITIONERS: usize = 50;
const ROOMS: usize = 20;
const YEAR_MIN: i64 = 365 * DAY_MIN;
const SEARCHES: usize = 400;
const LANGUAGES: [&str; 4] = ["en", "es", "ar", "vi"];

/// A small generator, so that each run is the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn hours() -> Hours {
    let days =
        vec![Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let shift = |from, to| Shift { days: days.clone(), from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) };
    Hours {
        weeks: vec![Week { shifts: vec![shift(8, 12), shift(13, 17)], ..Week::default() }],
        ..Hours::default()
    }
}

fn clinic(zone: &Zone, year: Span, booked_percent: u64, dice: &mut Dice) -> Vec<(Resource, Free)> {
    let owned = Spans::new([year.widened(DAY_MIN, DAY_MIN)]);
    let working = hours().working(zone, year).unwrap();
    let resource = |at: usize| {
        let (kind, key) =
            if at < PRACTITIONERS { (Kind::Practitioner, "Practitioner") } else { (Kind::Room, "Location") };
        let role = if at.is_multiple_of(2) { "nurse" } else { "doctor" };
        let languages = vec![LANGUAGES[at % LANGUAGES.len()].to_owned(), "en".to_owned()];
        Resource { key: format!("{key}/{at}"), kind, roles: vec![role.to_owned()], skills: vec![], languages }
    };
    let mut taken = |working: &Spans| -> Spans {
        let slots = working.iter().flat_map(|span| (span.from..span.to).step_by(15));
        slots.filter(|_| dice.below(100) < booked_percent).map(|from| Span::of(from, 15)).collect()
    };
    (0..PRACTITIONERS + ROOMS)
        .map(|at| (resource(at), Free::new(working.clone(), taken(&working), &owned)))
        .collect()
}

fn main() {
    let zone = Zone::named("Europe/Berlin").unwrap();
    let start = zone.at("2026-01-01T00:00".parse().unwrap()).0;
    let year = Span::of(start, YEAR_MIN);
    let begun = Instant::now();
    for _ in 0..PRACTITIONERS {
        assert!(hours().working(&zone, year).unwrap().total_min() > 100_000);
    }
    println!("hours of {PRACTITIONERS} practitioners for a year: {:?}", begun.elapsed());
    let mut worst: f64 = 0.0;
    for booked_percent in [50, 95, 100] {
        let mut dice = Dice(7);
        let all = clinic(&zone, year, booked_percent, &mut dice);
        let all: Vec<(&Resource, &Free)> = all.iter().map(|(resource, free)| (resource, free)).collect();
        let mut times = Vec::new();
        let mut offers = 0;
        for _ in 0..SEARCHES {
            let ask = ask(year, &mut dice);
            let begun = Instant::now();
            let answer: Answer = find(&ask, &all, &zone).unwrap();
            times.push(begun.elapsed().as_secs_f64() * 1_000.0);
            offers += answer.offers.len();
        }
        times.sort_by(f64::total_cmp);
        let (median, p95) = (times[SEARCHES / 2], times[SEARCHES * 95 / 100]);
        println!(
            "booked {booked_percent} %: median {median:.3} ms, p95 {p95:.3} ms, {offers} offers in {SEARCHES} searches"
        );
        worst = worst.max(p95);
    }
    println!("figure: free_times_p95_ms {worst:.3} ms");
}

/// Somebody of a role, mostly with a room, from some day of the year on.
fn ask(year: Span, dice: &mut Dice) -> Ask {
    let role = if dice.below(2) == 0 { "nurse" } else { "doctor" };
    let mut needs = vec![Need { role: Some(role.into()), ..Need::any(Kind::Practitioner) }];
    if dice.below(4) > 0 {
        needs.push(Need::any(Kind::Room));
    }
    let language = LANGUAGES[usize::try_from(dice.below(4)).unwrap()].to_owned();
    let strength = if dice.below(3) == 0 { Strength::Must } else { Strength::Rather };
    let from = year.from + i64::try_from(dice.below(300)).unwrap() * DAY_MIN;
    Ask {
        duration_min: 15 + 15 * i64::try_from(dice.below(4)).unwrap(),
        before_min: 0,
        after_min: 5 * i64::try_from(dice.below(2)).unwrap(),
        step_min: 15,
        needs,
        window: Span::new(from, year.to),
        patient_busy: Spans::default(),
        wish: Wish { language: Some((language, strength)), ..Wish::default() },
        per_start: 3,
        page: 20,
    }
}
