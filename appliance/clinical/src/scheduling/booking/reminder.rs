//! When a patient is to be reminded. The times stand on the appointment; whoever sends goes by them.

use serde_json::Value;

use crate::scheduling::fhir::extension;
use crate::scheduling::span::{DAY_MIN, Minute};
use crate::scheduling::zone::{Zone, minute_of_instant};

/// Minutes before an appointment at which its patient is reminded: a day, so that it can still be moved, and two hours.
pub const BEFORE_MIN: [i64; 2] = [DAY_MIN, 120];

/// The appointment's extensions with its times of reminding: those of an appointment that begins at `start`, as far as they lie ahead of
/// `now`; none for what does not take place (`start` is `None`).
pub fn with_reminders(extensions: Vec<Value>, start: Option<Minute>, now: Minute, zone: &Zone) -> Vec<Value> {
    let is_one = |one: &Value| one.get("url").and_then(Value::as_str) == Some(extension::REMINDER);
    let mut out: Vec<Value> = extensions.into_iter().filter(|one| !is_one(one)).collect();
    let times = start.into_iter().flat_map(|start| BEFORE_MIN.map(|before| start.saturating_sub(before)));
    let ahead = times.filter(|at| *at > now);
    out.extend(ahead.map(|at| extension::one(extension::REMINDER, "valueInstant", zone.instant(at))));
    out
}

/// When the patient of an appointment is to be reminded.
pub fn reminders(appointment: &Value) -> Vec<Minute> {
    let all = extension::all(appointment, extension::REMINDER);
    all.filter_map(|one| minute_of_instant(one.get("valueInstant")?.as_str()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_lies_ahead_is_written_down_and_what_was_there_goes() {
        let zone = Zone::named("Europe/Paris").unwrap();
        let start = 30_000_000;
        let of = |list: Vec<Value>| reminders(&json!({ "extension": list }));
        let other = extension::one("urn:other", "valueBoolean", true);
        let first = with_reminders(vec![other.clone()], Some(start), start - 3 * DAY_MIN, &zone);
        assert_eq!(of(first.clone()), [start - DAY_MIN, start - 120]);
        assert_eq!(first[0], other);
        let moved = with_reminders(first.clone(), Some(start + 60), start - DAY_MIN + 60, &zone);
        assert_eq!(of(moved), [start - 60], "the day before is over");
        assert_eq!(with_reminders(first, None, 0, &zone), [other]);
    }
}
