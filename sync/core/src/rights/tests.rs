//! The laws of rights, minute by minute.

use super::span::{Span, Spans};
use super::*;
use crate::id::ActorId;
use proptest::prelude::*;

const NODE: ActorId = ActorId([1; 16]);
const HUB: ActorId = ActorId([2; 16]);
const OTHER_HUB: ActorId = ActorId([3; 16]);
const NEW_NODE: ActorId = ActorId([4; 16]);

fn record(id: impl Into<String>, act: Act) -> Record {
    Record { id: id.into(), clinic: "north".into(), act }
}

fn calendar() -> Record {
    record("calendar", Act::Calendar { holder: NODE, hubs: vec![HUB, OTHER_HUB] })
}

fn gone(of: ActorId, by: ActorId, successor: ActorId) -> Record {
    record(format!("{of:?}{by:?}{successor:?}"), Act::Gone { of, by, successor })
}

fn piece(resource: &str, from: i64, length: i64) -> Vec<Piece> {
    vec![Piece { resource: resource.into(), spans: vec![Span::of(from, length)] }]
}

fn ledger<'a>(records: impl IntoIterator<Item = &'a Record>) -> Ledger {
    let mut out = Ledger::default();
    records.into_iter().for_each(|record| out.add(record));
    out
}

fn any_record() -> impl Strategy<Value = Record> {
    let actor = (1u8..6).prop_map(|n| ActorId([n; 16]));
    let time = (0usize..2, 0i64..30, 1i64..12)
        .prop_map(|(which, from, length)| piece(["Practitioner/a", "Location/b"][which], from, length));
    let act = (0u8..6, actor.clone(), actor.clone(), actor, 1u64..5, time).prop_map(
        |(kind, a, b, c, epoch, pieces)| match kind {
            0 => Act::Calendar { holder: NODE, hubs: vec![HUB, OTHER_HUB] },
            1 => Act::Gone { of: a, by: b, successor: c },
            2 | 3 => Act::Grant { giver: a, taker: b, epoch, sell_until_ms: 1_000, after: 0, pieces },
            4 => Act::Return { by: a, epoch, pieces },
            _ => Act::TakeBack { by: a, of: b, epoch, pieces },
        },
    );
    (any::<u32>(), act).prop_map(|(id, act)| record(id.to_string(), act))
}

/// Who owns a minute, the slow way.
fn naive(records: &[Record], resource: &str, minute: i64, holder: Owner) -> Owner {
    let mut best: Vec<(u64, Owner)> = Vec::new();
    for one in records {
        let (epoch, owner) = match &one.act {
            Act::Grant { taker, epoch, sell_until_ms, .. } => {
                (*epoch, Owner::Taker { taker: *taker, sell_until_ms: *sell_until_ms })
            }
            Act::Return { epoch, .. } | Act::TakeBack { epoch, .. } => (*epoch, holder),
            _ => continue,
        };
        let names = |piece: &Piece| {
            piece.resource == resource
                && piece.spans.iter().any(|span| (span.from..span.to).contains(&minute))
        };
        if one.act.pieces().iter().any(names) {
            best.push((epoch, owner));
        }
    }
    let highest = best.iter().map(|(epoch, _)| *epoch).max();
    let mut last = best.iter().filter(|(epoch, _)| Some(*epoch) == highest).map(|(_, owner)| *owner);
    match last.next() {
        None => holder,
        Some(first) if last.all(|other| other == first) => first,
        Some(_) => Owner::Contested,
    }
}

proptest! {
    #[test]
    fn owners_do_not_depend_on_order_or_repetition(
        records in proptest::collection::vec(any_record(), 0..14),
        again in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let all = ledger(&records);
        let mut backwards = ledger(records.iter().rev());
        if !records.is_empty() {
            again.iter().for_each(|at| backwards.add(at.get(&records)));
        }
        prop_assert_eq!(&all, &backwards);
        let cut = cut.index(records.len() + 1);
        let (left, right) = (ledger(&records[..cut]), ledger(&records[cut..]));
        prop_assert_eq!(left.join(&right), right.join(&left));
        prop_assert_eq!(&left.join(&right), &all);
        prop_assert_eq!(&all.join(&all), &all);
        let third = ledger(&records[..cut / 2]);
        prop_assert_eq!(left.join(&right).join(&third), left.join(&right.join(&third)));
        let holder = all.owner("Device/nobody-names", 0);
        for minute in 0..45 {
            prop_assert_eq!(all.owner("Practitioner/a", minute), naive(&records, "Practitioner/a", minute, holder));
        }
        let parts = all.owners("Practitioner/a", Span::new(0, 45));
        prop_assert_eq!(parts.iter().map(|(span, _)| span.length_min()).sum::<i64>(), 45);
        for (span, owner) in &parts {
            prop_assert!((span.from..span.to).all(|minute| all.owner("Practitioner/a", minute) == *owner));
        }
        // No minute is two databases' to sell.
        let sellers = |minute| (1u8..6).filter(|n| {
            all.may_sell(ActorId([*n; 16]), "Practitioner/a", Span::of(minute, 1), 0).is_ok()
        }).count();
        prop_assert!((0..45).all(|minute| sellers(minute) <= 1));
    }

    #[test]
    fn records_come_back_from_their_json_and_from_their_rows(record in any_record()) {
        prop_assert_eq!(Record::read(&record.json()), Ok(record.clone()));
        let rows = rows::of_record(&record.json());
        prop_assert!(rows.iter().all(|row| rows::is_row(row.param)));
        for piece in record.act.pieces() {
            for span in &piece.spans {
                let ranges = rows::pieces("north", &piece.resource, *span);
                let found = rows.iter().filter(|row| {
                    ranges.iter().any(|r| r.param == row.param && r.from <= row.value && row.value < r.to)
                });
                let told: Vec<_> = found.filter_map(|row| rows::read_piece(&row.value)).collect();
                prop_assert!(told.iter().any(|(told, ..)| told == span), "{:?}", rows);
            }
        }
    }
}

#[test]
fn a_successor_follows_once_every_hub_has_fenced_the_one_before() {
    let mut all = ledger(&[calendar()]);
    assert_eq!(all.holder(), Holder::Is { actor: NODE, generation: 0 });
    all.add(&record("ask", Act::Ask { of: NODE, by: NEW_NODE }));
    all.add(&gone(NODE, HUB, NEW_NODE));
    assert_eq!(all.holder(), Holder::Is { actor: NODE, generation: 0 }, "one hub has not answered");
    all.add(&gone(NODE, OTHER_HUB, NEW_NODE));
    assert_eq!(all.holder(), Holder::Is { actor: NEW_NODE, generation: 1 });
    let span = Span::of(0, 10);
    assert!(all.may_sell(NEW_NODE, "Location/1", span, 0).is_ok());
    assert_eq!(all.may_sell(NODE, "Location/1", span, 0).unwrap_err().code(), "time-not-ours");
}

#[test]
fn hubs_that_name_different_successors_give_the_calendar_to_neither() {
    let twin = ActorId([9; 16]);
    let all = ledger(&[calendar(), gone(NODE, HUB, NEW_NODE), gone(NODE, OTHER_HUB, twin)]);
    assert_eq!(all.holder(), Holder::Is { actor: NODE, generation: 0 });
    let both = ledger(&[calendar(), record("second", Act::Calendar { holder: twin, hubs: vec![HUB] })]);
    assert_eq!(both.holder(), Holder::Contested);
    assert_eq!(both.may_sell(NODE, "Location/1", Span::of(0, 1), 0).unwrap_err().code(), "time-contested");
}

#[test]
fn hubs_may_come_to_the_same_successor_by_different_ways() {
    // The first that followed died before the second hub had heard of it.
    let last = ActorId([8; 16]);
    let mut all = ledger(&[calendar(), gone(NODE, HUB, NEW_NODE), gone(NODE, OTHER_HUB, last)]);
    assert_eq!(all.holder(), Holder::Is { actor: NODE, generation: 0 });
    all.add(&gone(NEW_NODE, HUB, last));
    assert_eq!(all.holder(), Holder::Is { actor: last, generation: 2 });
    let begun =
        [gone(NODE, HUB, NEW_NODE), gone(NODE, OTHER_HUB, NEW_NODE), gone(NEW_NODE, HUB, last), calendar()];
    assert_eq!(
        ledger(&begun).holder(),
        Holder::Is { actor: NEW_NODE, generation: 1 },
        "as long as one is silent"
    );
}

#[test]
fn a_hub_that_forgot_what_it_had_said_may_say_it_again() {
    let (reborn, last) = (ActorId([7; 16]), ActorId([8; 16]));
    let alone = record("calendar", Act::Calendar { holder: NODE, hubs: vec![HUB] });
    let mut all =
        ledger(&[alone, gone(NODE, HUB, NEW_NODE), gone(HUB, reborn, reborn), gone(NODE, reborn, last)]);
    assert_eq!(all.holder(), Holder::Contested);
    all.add(&gone(NEW_NODE, reborn, last));
    assert_eq!(all.holder(), Holder::Is { actor: last, generation: 1 });
}

#[test]
fn a_restored_hub_speaks_for_its_former_self() {
    let reborn = ActorId([7; 16]);
    let all = ledger(&[
        calendar(),
        gone(HUB, reborn, reborn),
        gone(NODE, reborn, NEW_NODE),
        gone(NODE, OTHER_HUB, NEW_NODE),
    ]);
    assert_eq!(all.holder(), Holder::Is { actor: NEW_NODE, generation: 1 });
    assert_eq!(all.takers().into_iter().collect::<Vec<_>>(), [OTHER_HUB, reborn]);
    assert_eq!((all.gone_by(HUB), all.gone_by(OTHER_HUB)), (Some(reborn), None));
}

#[test]
fn a_node_without_a_hub_follows_itself() {
    let alone = record("calendar", Act::Calendar { holder: NODE, hubs: vec![] });
    let all = ledger(&[alone, gone(NODE, NEW_NODE, NEW_NODE)]);
    assert_eq!(all.holder(), Holder::Is { actor: NEW_NODE, generation: 1 });
}

#[test]
fn a_circle_of_successors_ends() {
    let hubs = [
        gone(NODE, HUB, NEW_NODE),
        gone(NODE, OTHER_HUB, NEW_NODE),
        gone(NEW_NODE, HUB, NODE),
        gone(NEW_NODE, OTHER_HUB, NODE),
    ];
    assert_eq!(
        ledger(hubs.iter().chain(&[calendar()])).holder(),
        Holder::Is { actor: NEW_NODE, generation: 1 }
    );
}

#[test]
fn a_grant_is_sold_until_its_time_and_comes_back_with_a_higher_epoch() {
    let grant = Act::Grant {
        giver: NODE,
        taker: HUB,
        epoch: 1,
        sell_until_ms: 500,
        after: 3,
        pieces: piece("Location/1", 10, 20),
    };
    let mut all = ledger(&[calendar(), record("g", grant)]);
    let span = Span::of(10, 20);
    assert!(all.may_sell(HUB, "Location/1", span, 499).is_ok());
    assert_eq!(all.may_sell(HUB, "Location/1", span, 500).unwrap_err().code(), "right-expired");
    assert_eq!(all.may_sell(HUB, "Location/1", Span::of(5, 20), 0).unwrap_err().code(), "time-not-ours");
    assert_eq!(all.awaited(HUB, "Location/1", span).into_iter().collect::<Vec<_>>(), [(NODE, 3)]);
    assert!(
        all.awaited(HUB, "Location/1", Span::of(40, 5)).is_empty()
            && all.awaited(NODE, "Location/1", span).is_empty()
    );
    let told = all.epochs("Location/1", Span::new(0, 40));
    assert_eq!(told, [(Span::new(0, 10), 0), (Span::new(10, 30), 1), (Span::new(30, 40), 0)]);
    let epoch = 2;
    all.add(&record("r", Act::Return { by: HUB, epoch, pieces: piece("Location/1", 10, 5) }));
    assert_eq!(
        all.owned_by(NODE, "Location/1", Span::of(0, 40)),
        Spans::new([Span::new(0, 15), Span::new(30, 40)])
    );
    assert_eq!(all.owned_by(HUB, "Location/1", Span::of(0, 40)), Spans::new([Span::new(15, 30)]));
}

#[test]
fn numbers_of_a_pool_are_owned_as_minutes_are() {
    let places = counted::pool("Appointment/s", "place");
    let pieces = vec![Piece { resource: places.clone(), spans: vec![Span::new(6, 10)] }];
    let grant = Act::Grant { giver: NODE, taker: HUB, epoch: 1, sell_until_ms: 500, after: 3, pieces };
    let all = ledger(&[calendar(), record("g", grant)]);
    let owned = |actor| all.owned_by(actor, &places, counted::all(10));
    assert_eq!((owned(NODE).total_min(), owned(HUB).total_min()), (6, 4));
    assert_eq!(counted::next(&owned(HUB), &Spans::new([counted::number(6)]), 10), Some(7));
}

#[test]
fn what_no_index_can_hold_is_refused() {
    let with =
        |pieces| record("x", Act::Return { by: HUB, epoch: 1, pieces }).check().map_err(|error| error.code());
    assert_eq!(with(piece("Location/1", 0, 10)), Ok(()));
    assert_eq!(with(piece("Location/1", 0, 0)), Err("right-span"));
    assert_eq!(with(piece("Location/1", -5, 10)), Err("right-span"));
    assert_eq!(with(piece("Location/1", 0, MAX_SPAN_MIN + 1)), Err("right-span"));
    assert_eq!(with(piece("Location/\u{1f}", 0, 1)), Err("right-name"));
    let many = (0..MAX_ROWS as i64 + 1).flat_map(|day| piece("Location/1", day * 1_440, 1)).collect();
    assert_eq!(with(many), Err("right-too-large"));
    let hubs = vec![HUB; 99];
    assert_eq!(
        record("c", Act::Calendar { holder: NODE, hubs }).check().map_err(|e| e.code()),
        Err("right-hubs")
    );
}

#[test]
fn rows_of_what_takes_time_are_found_by_every_day_they_touch() {
    let day = span::DAY_MIN;
    let takes = Takes {
        bundle: vec![("Location/1".into(), Span::new(day - 10, 2 * day + 5))],
        is_taken: true,
        ..Takes::default()
    };
    let found = |at: i64| {
        let ranges = rows::booked("Location/1", Span::of(at, 1));
        let rows = rows::of_takes(&takes);
        let rows = rows.iter().filter(|row| ranges.iter().any(|r| r.from <= row.value && row.value < r.to));
        rows.filter_map(|row| rows::read_booked(&row.value)).map(|row| row.span).collect::<Vec<_>>()
    };
    for at in [0, day, 2 * day] {
        assert_eq!(found(at), [Span::new(day - 10, 2 * day + 5)]);
    }
    assert_eq!(found(3 * day), []);
    assert_eq!(rows::of_takes(&Takes { is_taken: false, ..takes }), []);
}
