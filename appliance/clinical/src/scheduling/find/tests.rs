//! Searches, compared with a search minute by minute.

use proptest::prelude::*;

use super::*;
use crate::scheduling::span::Spans;

fn resource(key: &str, kind: Kind, roles: &[&str]) -> Resource {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    Resource { key: key.into(), kind, roles, skills: vec![], languages: vec![] }
}

fn spans(all: &[(i64, i64)]) -> Spans {
    all.iter().map(|(from, to)| Span::new(*from, *to)).collect()
}

fn free(working: &[(i64, i64)], busy: &[(i64, i64)]) -> Free {
    Free::new(spans(working), spans(busy), &spans(&[(-DAY_MIN, 400 * DAY_MIN)]))
}

fn ask(needs: Vec<Need>) -> Ask {
    Ask {
        duration_min: 30,
        before_min: 0,
        after_min: 0,
        step_min: 10,
        needs,
        window: Span::new(0, DAY_MIN),
        patient_busy: Spans::default(),
        wish: Wish::default(),
        per_start: 1,
        page: 5,
    }
}

fn nurse() -> Need {
    Need { role: Some("nurse".into()), ..Need::any(Kind::Practitioner) }
}

fn search(ask: &Ask, all: &[(Resource, Free)]) -> Answer {
    let all: Vec<_> = all.iter().map(|(resource, free)| (resource, free)).collect();
    find(ask, &all, &Zone::utc()).unwrap()
}

fn told(answer: &Answer) -> String {
    let one = |offer: &Offer| {
        let keys: Vec<&str> = offer.chosen.iter().map(|one| one.key.as_str()).collect();
        format!("{} {}", offer.span.from, keys.join("+"))
    };
    answer.offers.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn clinic() -> Vec<(Resource, Free)> {
    vec![
        (resource("Ana", Kind::Practitioner, &["nurse"]), free(&[(480, 720)], &[(480, 540)])),
        (resource("Ben", Kind::Practitioner, &["nurse"]), free(&[(540, 720)], &[])),
        (resource("Cem", Kind::Practitioner, &["doctor"]), free(&[(480, 720)], &[])),
        (resource("Room 1", Kind::Room, &[]), free(&[(0, DAY_MIN)], &[])),
        (resource("Room 2", Kind::Room, &[]), free(&[(0, DAY_MIN)], &[(540, 565), (600, 700)])),
    ]
}

#[test]
fn the_next_half_hour_with_any_nurse_and_room_2() {
    let room = Need { only: vec!["Room 2".into()], ..Need::any(Kind::Room) };
    let answer = search(&ask(vec![nurse(), room]), &clinic());
    // Ben has the least to do on that day.
    assert_eq!(told(&answer), "570 Ben+Room 2");
    assert_eq!(answer.offers[0].chosen[0].reasons, [Reason::LeastBooked]);
    assert_eq!((answer.next, answer.nothing), (None, None));
}

#[test]
fn pages_go_on_where_the_last_ended() {
    let mut ask = ask(vec![nurse()]);
    ask.per_start = 2;
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = search(&ask, &clinic());
        seen.extend(page.offers.iter().map(|offer| (offer.span.from, offer.chosen[0].key.clone())));
        pages += 1;
        match page.next {
            Some(next) => ask.window.from = next,
            None => break,
        }
    }
    // 540 to 690 in steps of ten, each with both.
    assert_eq!((seen.len(), pages), (32, 8));
    assert!(seen.is_sorted_by_key(|(start, _)| *start));
    seen.dedup();
    assert_eq!(seen.len(), 32);
}

#[test]
fn buffers_may_lie_outside_of_hours_but_not_on_others() {
    let all = [(resource("Ana", Kind::Practitioner, &["nurse"]), free(&[(480, 720)], &[(540, 600)]))];
    let mut ask = ask(vec![nurse()]);
    (ask.before_min, ask.after_min) = (10, 15);
    let answer = search(&ask, &all);
    assert_eq!(told(&answer), "480 Ana, 490 Ana, 610 Ana, 620 Ana, 630 Ana");
    assert_eq!(answer.offers[0].taken, Span::new(470, 525));
}

#[test]
fn two_needs_are_never_met_by_one() {
    let all = clinic();
    let answer = search(&ask(vec![nurse(), Need::any(Kind::Practitioner)]), &all);
    assert_eq!(told(&answer), "540 Ben+Cem, 550 Ben+Cem, 560 Ben+Cem, 570 Ben+Cem, 580 Ben+Cem");
    let three = search(&ask(vec![nurse(), nurse(), nurse()]), &all);
    assert_eq!((told(&three).as_str(), three.nothing), ("", Some(Nothing::NeverTogether)));
}

#[test]
fn wishes_rank_or_rule_out() {
    let mut all = clinic();
    all[0].0.languages = vec!["es-MX".into()];
    all[0].0.skills = vec!["wound".into()];
    let at_540 = |wish: Wish| {
        let mut ask = Ask { wish, per_start: 3, ..ask(vec![nurse()]) };
        ask.window.from = 540;
        let answer = search(&ask, &all);
        let first = answer.offers.first().map(|offer| offer.chosen[0].clone());
        (
            first.clone().map(|one| one.key).unwrap_or_default(),
            first.map(|one| one.reasons).unwrap_or_default(),
            answer.offers.iter().filter(|offer| offer.span.from == 540).count(),
        )
    };
    let rather = |text: &str| Some((text.to_owned(), Strength::Rather));
    let must = |text: &str| Some((text.to_owned(), Strength::Must));
    let none = Wish::default();
    assert_eq!(at_540(none.clone()), ("Ben".into(), vec![Reason::LeastBooked], 2));
    assert_eq!(
        at_540(Wish { language: rather("es"), ..none.clone() }),
        ("Ana".into(), vec![Reason::Speaks("es".into())], 2)
    );
    assert_eq!(at_540(Wish { language: must("es"), ..none.clone() }).2, 1);
    assert_eq!(at_540(Wish { language: must("e"), ..none.clone() }).2, 0);
    assert_eq!(at_540(Wish { before: vec!["Ana".into()], ..none.clone() }).1, [Reason::SeenBefore(0)]);
    assert_eq!(
        at_540(Wish { with: rather("Ana"), before: vec!["Ben".into()], ..none.clone() }).1,
        [Reason::AskedFor]
    );
    assert_eq!(at_540(Wish { with: must("Ben"), ..none.clone() }).2, 1);
    assert_eq!(
        at_540(Wish { skills: vec![("wound".into(), Strength::Must)], ..none }).1,
        [Reason::Skilled("wound".into())]
    );
}

#[test]
fn why_there_is_nothing_is_told() {
    let all = clinic();
    let none = |ask: Ask| search(&ask, &all).nothing.unwrap();
    let equipment = Need::any(Kind::Equipment);
    assert_eq!(none(ask(vec![nurse(), equipment])), Nothing::NobodyFits { need: 1 });
    let long = Ask { duration_min: 300, ..ask(vec![nurse()]) };
    assert_eq!(none(long).code(), "nobody-works");
    let early = Ask { window: Span::new(480, 510), ..ask(vec![nurse()]) };
    assert_eq!(none(early), Nothing::AllTaken { need: 0 });
    let not_ours = Free::new(spans(&[(480, 720)]), Spans::default(), &Spans::default());
    let answer = search(&ask(vec![nurse()]), &[(resource("Ana", Kind::Practitioner, &["nurse"]), not_ours)]);
    assert_eq!(answer.nothing, Some(Nothing::AllTaken { need: 0 }));
    let mut busy = ask(vec![nurse()]);
    busy.patient_busy = spans(&[(0, DAY_MIN)]);
    assert_eq!(none(busy), Nothing::NeverTogether);
}

#[test]
fn numbers_out_of_range_are_refused() {
    let all = clinic();
    let all: Vec<_> = all.iter().map(|(resource, free)| (resource, free)).collect();
    for wrong in [
        Ask { duration_min: 0, ..ask(vec![nurse()]) },
        Ask { step_min: 0, ..ask(vec![nurse()]) },
        Ask { before_min: -1, ..ask(vec![nurse()]) },
        Ask { window: Span::new(0, i64::MAX), ..ask(vec![nurse()]) },
        Ask { page: 0, ..ask(vec![nurse()]) },
        ask(vec![]),
        ask(vec![nurse(); MAX_NEEDS + 1]),
    ] {
        assert_eq!(find(&wrong, &all, &Zone::utc()).unwrap_err().code(), "free-times-out-of-range");
    }
}

#[test]
fn times_lie_on_the_local_grid_across_a_clock_change() {
    for (name, day, step) in [
        ("Asia/Kathmandu", "2026-05-05", 20),
        ("Europe/Berlin", "2026-03-29", 60),
        ("Australia/Lord_Howe", "2026-10-04", 20),
    ] {
        let zone = Zone::named(name).unwrap();
        let window = zone.day(day.parse().unwrap());
        let nurse_free = Free::new(Spans::new([window]), Spans::default(), &Spans::new([window]));
        let ana = resource("Ana", Kind::Practitioner, &["nurse"]);
        let ask = Ask { window, step_min: step, page: MAX_PAGE, duration_min: 15, ..ask(vec![nurse()]) };
        let answer = find(&ask, &[(&ana, &nurse_free)], &zone).unwrap();
        let on_grid = |offer: &Offer| {
            let local = zone.local(offer.span.from);
            (i64::from(local.hour()) * 60 + i64::from(local.minute())) % step == 0
        };
        assert!(answer.offers.len() > 20 && answer.offers.iter().all(on_grid), "{name}");
    }
}

proptest! {
    /// Whatever is offered is free, and nothing that is free is left out.
    #[test]
    fn offers_are_what_a_search_minute_by_minute_finds(
        hours in prop::collection::vec((prop::collection::vec((0_i64..400, 1_i64..200), 1..4), prop::collection::vec((0_i64..500, 1_i64..60), 0..6)), 1..4),
        room_busy in prop::collection::vec((0_i64..500, 1_i64..60), 0..6),
        patient in prop::collection::vec((0_i64..500, 1_i64..60), 0..2),
        (duration, before, after, step) in (1_i64..60, 0_i64..20, 0_i64..20, 1_i64..30),
    ) {
        let made = |all: &[(i64, i64)]| -> Spans { all.iter().map(|(from, length)| Span::of(*from, *length)).collect() };
        let owned = Spans::new([Span::new(-100, 450)]);
        let mut all: Vec<(Resource, Free)> = Vec::new();
        for (at, (working, busy)) in hours.iter().enumerate() {
            all.push((resource(&format!("n{at}"), Kind::Practitioner, &["nurse"]), Free::new(made(working), made(busy), &owned)));
        }
        all.push((resource("room", Kind::Room, &[]), Free::new(Spans::new([Span::new(0, 600)]), made(&room_busy), &owned)));
        let ask = Ask {
            duration_min: duration, before_min: before, after_min: after, step_min: step,
            window: Span::new(0, 600), patient_busy: made(&patient), page: MAX_PAGE,
            ..ask(vec![nurse(), Need::any(Kind::Room)])
        };
        let mut got = Vec::new();
        let mut window = ask.window;
        loop {
            let page = search(&Ask { window, ..ask.clone() }, &all);
            got.extend(page.offers.iter().map(|offer| offer.span.from));
            match page.next { Some(next) => window.from = next, None => break }
        }
        let expected: Vec<i64> = (0..600).filter(|start| start % step == 0).filter(|start| {
            let (span, taken) = (ask.span(*start), ask.taken(*start));
            let (room, nurses) = all.split_last().unwrap();
            !ask.patient_busy.touches(span) && room.1.takes(span, taken) && nurses.iter().any(|(_, free)| free.takes(span, taken))
        }).collect();
        prop_assert_eq!(got, expected);
    }
}
