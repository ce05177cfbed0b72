//! Slots as a FHIR client asks for them: worked out, not stored (<https://hl7.org/fhir/R4/slot.html>).
//!
//! 50 practitioners have some 375,000 of them a year, of which a booking would change a few.

use serde_json::{Value, json};

use crate::scheduling::find::Free;
use crate::scheduling::span::{Minute, Span, Spans};
use crate::scheduling::zone::Zone;

/// The most Slots of one answer: four weeks of one practitioner in steps of ten minutes.
pub const MAX_SLOTS: usize = 2_000;

/// How Slots are cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SlotStyle {
    /// Minutes of each; from 1. They are counted from the beginning of each stretch of working hours.
    pub length_min: i64,
    /// Whether those that are taken are told too, as `busy`.
    pub with_busy: bool,
}

/// The Slots of one Schedule that begin in the window, in order, and where the next page begins if there are more than [`MAX_SLOTS`].
///
/// A Slot is `free` if all of it is free and ours to give. Its id is the Schedule's with the minute it begins, so that it stays the same.
pub fn slots(
    schedule: &str,
    free: &Free,
    zone: &Zone,
    window: Span,
    style: SlotStyle,
) -> (Vec<Value>, Option<Minute>) {
    let times = free.times();
    let mut out = Vec::new();
    for hours in free.working_hours().touching(window) {
        let first = first_from(*hours, window.from, style.length_min);
        for span in cut(Span::new(first, hours.to), style.length_min).take_while(|span| span.from < window.to)
        {
            let is_free = times.covers(span);
            if !is_free && !style.with_busy {
                continue;
            }
            if out.len() == MAX_SLOTS {
                return (out, Some(span.from));
            }
            out.push(slot(schedule, zone, span, is_free));
        }
    }
    (out, None)
}

fn first_from(hours: Span, from: Minute, length_min: i64) -> Minute {
    let late = (from - hours.from).max(0);
    hours.from + (late + length_min.max(1) - 1) / length_min.max(1) * length_min.max(1)
}

fn cut(hours: Span, length_min: i64) -> impl Iterator<Item = Span> {
    let length = length_min.max(1);
    let starts = std::iter::successors(Some(hours.from), move |from| from.checked_add(length));
    starts.map(move |from| Span::of(from, length)).take_while(move |span| span.to <= hours.to)
}

fn slot(schedule: &str, zone: &Zone, span: Span, is_free: bool) -> Value {
    json!({
        "resourceType": "Slot",
        "id": format!("{schedule}.{}", span.from),
        "schedule": { "reference": format!("Schedule/{schedule}") },
        "status": if is_free { "free" } else { "busy" },
        "start": zone.instant(span.from),
        "end": zone.instant(span.to),
    })
}

impl Free {
    /// Working hours.
    pub fn working_hours(&self) -> &Spans {
        &self.working
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::span::DAY_MIN;

    fn told(from: i64, to: i64, style: SlotStyle) -> Vec<String> {
        let working = Spans::new([Span::new(480, 545), Span::new(600, 660)]);
        let free =
            Free::new(working, Spans::new([Span::new(500, 510)]), &Spans::new([Span::new(0, DAY_MIN)]));
        let (slots, next) = slots("s1", &free, &Zone::utc(), Span::new(from, to), style);
        assert_eq!(next, None);
        for slot in &slots {
            assert_eq!(crate::validate::first_error(crate::validate::validate(&slot.to_string())), None);
        }
        slots
            .iter()
            .map(|slot| format!("{} {}", slot["id"].as_str().unwrap(), slot["status"].as_str().unwrap()))
            .collect()
    }

    #[test]
    fn working_hours_are_cut_and_told_free_or_busy() {
        let style = SlotStyle { length_min: 20, with_busy: true };
        assert_eq!(
            told(0, DAY_MIN, style),
            ["s1.480 free", "s1.500 busy", "s1.520 free", "s1.600 free", "s1.620 free", "s1.640 free"]
        );
        let free = SlotStyle { with_busy: false, ..style };
        assert_eq!(told(490, 620, free), ["s1.520 free", "s1.600 free"]);
        assert_eq!(
            told(0, DAY_MIN, SlotStyle { length_min: 0, with_busy: false }).len(),
            115,
            "a step is at least a minute"
        );
    }

    #[test]
    fn a_long_answer_goes_on_elsewhere() {
        let year = Span::new(0, 365 * DAY_MIN);
        let free = Free::new(Spans::new([year]), Spans::default(), &Spans::new([year]));
        let style = SlotStyle { length_min: 15, with_busy: false };
        let (first, next) = slots("s", &free, &Zone::utc(), year, style);
        assert_eq!((first.len(), next), (MAX_SLOTS, Some(2_000 * 15)));
        let (second, _) = slots("s", &free, &Zone::utc(), Span::new(next.unwrap(), year.to), style);
        assert_eq!(second[0]["id"], "s.30000");
    }
}
