//! What an appointment takes, as the rights ask it (`holdfast_core::rights`): the time of its resources, or one place of a session.

use holdfast_core::rights::{Takes, counted};
use holdfast_core::state::EntityState;
use serde_json::{Map, Value};

use super::{Booked, KIND, is_resource};
use crate::scheduling::fhir::extension;
use crate::scheduling::span::Span;

/// What is counted of a session: its pool is `Appointment/ID#place`.
pub const PLACE_POOL: &str = "place";

/// Ways in which one appointment is read at most; more conflicts at once than this are not told apart.
const MAX_READINGS: usize = 64;

/// The elements that it is read off.
const ELEMENTS: [&str; 5] = ["status", "start", "end", "participant", "extension"];

/// Whether a change of an element may change what is taken.
pub(crate) fn is_read(kind: &str, element: &str) -> bool {
    kind == KIND && ELEMENTS.contains(&element)
}

/// What an appointment takes; nothing if it has no time, or is none. Read off every sibling: as long as a person has not settled which
/// time, who or status it is, it keeps all of them free for itself. Whether it is deleted is not looked at. References count by whom they
/// name here, with or without a version.
pub fn takes(state: &EntityState) -> Takes {
    if state.entity.kind != KIND {
        return Takes::default();
    }
    let mut out: Option<Takes> = None;
    let readings = readings(state);
    let is_unsettled = readings.len() > 1;
    for reading in readings {
        // A beginning of one and an end of another may be no time at all.
        let Some(one) = of_reading(&reading) else { continue };
        let all = out.get_or_insert_with(|| one.clone());
        all.bundle.extend(one.bundle);
        all.is_taken |= one.is_taken;
        all.is_overbooked &= one.is_overbooked;
        all.places = all.places.max(one.places);
    }
    let mut all = out.unwrap_or_default();
    all.is_unsettled = is_unsettled;
    all.bundle.sort_unstable();
    all.bundle.dedup();
    all
}

/// The ways in which an appointment reads, the displayed one first: one, unless it is in conflict.
fn readings(state: &EntityState) -> Vec<Value> {
    let head = Map::from_iter([("id".to_owned(), Value::from(state.entity.id.as_str()))]);
    let mut all = vec![head];
    for element in ELEMENTS {
        let values: Vec<Value> =
            state.values(element).filter_map(|text| serde_json::from_str(text).ok()).collect();
        let mut distinct: Vec<Value> = Vec::new();
        values.into_iter().for_each(|value| {
            if !distinct.contains(&value) {
                distinct.push(value)
            }
        });
        let values = distinct;
        let Some(first) = values.first() else { continue };
        let mut more = Vec::new();
        for reading in &mut all {
            let others = values.iter().skip(1).map(|value| {
                let mut other = reading.clone();
                other.insert(element.to_owned(), value.clone());
                other
            });
            more.extend(others);
            reading.insert(element.to_owned(), first.clone());
        }
        all.extend(more);
        all.truncate(MAX_READINGS);
    }
    all.into_iter().map(Value::Object).collect()
}

fn of_reading(json: &Value) -> Option<Takes> {
    let booked = Booked::read(json).ok().flatten()?;
    let is_overbooked = booked.is_overbooked;
    let Some(session) = &booked.session else {
        let bundle = resources(json).into_iter().map(|key| (key, booked.taken)).collect();
        let places = booked.capacity.unwrap_or_default();
        return Some(Takes {
            bundle,
            is_taken: booked.takes_time(),
            is_overbooked,
            places,
            is_unsettled: false,
        });
    };
    let number = extension::number(json, extension::PLACE, "valueUnsignedInt");
    // One without a number takes none that there is, and is refused.
    let place = number.and_then(|n| u32::try_from(n).ok()).map_or(Span::new(0, 0), counted::number);
    let is_taken = super::takes_time(&booked.status);
    Some(Takes {
        bundle: vec![(counted::pool(session, PLACE_POOL), place)],
        is_taken,
        is_overbooked,
        places: 0,
        is_unsettled: false,
    })
}

/// The keys of everybody and everything whose time it takes, once each.
fn resources(appointment: &Value) -> Vec<String> {
    let actors = super::texts(appointment, &["participant", "actor", "reference"]);
    let local = |text: &String| crate::reference::local(text).map(|to| format!("{}/{}", to.kind, to.id));
    let mut keys: Vec<String> = actors.iter().filter_map(local).filter(|key| is_resource(key)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::state;

    fn of(elements: &str) -> Takes {
        takes(&state(&format!(r#"{{"resourceType":"Appointment","id":"a",{elements}}}"#)))
    }

    const TIME: &str = r#""start":"2026-06-01T09:00:00+02:00","end":"2026-06-01T09:30:00+02:00""#;

    #[test]
    fn whoever_is_named_here_is_taken() {
        let participants = r#""participant":[{"actor":{"reference":"http://elsewhere/fhir/Practitioner/8"}},
            {"actor":{"reference":"Practitioner/7/_history/2"}},{"actor":{"reference":"Location/r"}},{"actor":{"reference":"Patient/p"}}]"#;
        let taken = of(&format!(r#""status":"booked",{TIME},{participants}"#));
        let keys: Vec<&str> = taken.bundle.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["Location/r", "Practitioner/7"]);
        assert!(taken.is_taken && taken.confirmed().len() == 2 && taken.bundle[0].1.length_min() == 30);
        let asked = of(&format!(r#""status":"proposed",{TIME},{participants}"#));
        assert!(asked.bundle == taken.bundle && asked.confirmed().is_empty());
    }

    #[test]
    fn as_long_as_it_is_in_conflict_it_takes_all_that_it_may_be() {
        let who = |id: &str| format!(r#"[{{"actor":{{"reference":"Practitioner/{id}"}}}}]"#);
        let mut both = crate::testing::state_with_siblings(KIND, "participant", &[&who("7"), &who("8")]);
        let rest = state(&format!(r#"{{"resourceType":"Appointment","id":"x","status":"booked",{TIME}}}"#));
        both.registers.extend(rest.registers);
        let keys: Vec<String> = takes(&both).bundle.into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["Practitioner/7", "Practitioner/8"]);
    }

    #[test]
    fn a_place_takes_its_number_and_no_time() {
        let session =
            r#"{"url":"urn:holdfast:schedule:session","valueReference":{"reference":"Appointment/s"}}"#;
        let number = r#"{"url":"urn:holdfast:schedule:place","valueUnsignedInt":3}"#;
        let with =
            |extensions: &str| of(&format!(r#""status":"booked",{TIME},"extension":[{extensions}]"#)).bundle;
        assert_eq!(
            with(&format!("{session},{number}")),
            [("Appointment/s#place".to_owned(), counted::number(3))]
        );
        assert!(with(session)[0].1.is_empty(), "one without a number is refused by whoever confirms");
        let capacity = r#"{"url":"urn:holdfast:schedule:capacity","valuePositiveInt":8}"#;
        assert_eq!(of(&format!(r#""status":"booked",{TIME},"extension":[{capacity}]"#)).places, 8);
        assert_eq!(of(r#""status":"waitlist""#), Takes::default());
    }
}
