//! Extensions of the schedule: their names, and how one that has parts is read and written
//! (<https://hl7.org/fhir/R4/extensibility.html>).

use serde_json::{Map, Value, json};

/// On `HealthcareService`: what an appointment of that type takes.
pub const TYPE: &str = "urn:holdfast:schedule:type";
/// On `Schedule`: hours of one or more days of the week.
pub const HOURS: &str = "urn:holdfast:schedule:hours";
/// On `Appointment`: minutes that its resources are taken before and after it.
pub const BUFFER: &str = "urn:holdfast:schedule:buffer";
/// On `Appointment`: that it was forced in beside another (`valueBoolean`).
pub const OVERBOOK: &str = "urn:holdfast:schedule:overbook";
/// On `Appointment`: why it was forced in (`valueString`).
pub const OVERBOOK_REASON: &str = "urn:holdfast:schedule:overbook-reason";
/// On `Appointment`: that it is held by video or telephone (`valueBoolean`).
pub const REMOTE: &str = "urn:holdfast:schedule:remote";
/// On `Appointment`: how many patients a group session takes (`valuePositiveInt`).
pub const CAPACITY: &str = "urn:holdfast:schedule:capacity";
/// On `Appointment`: the session in which the patient has a place (`valueReference`).
pub const SESSION: &str = "urn:holdfast:schedule:session";
/// On `Appointment`: which place of the session it is, from 0 (`valueUnsignedInt`); whoever owns the number gives it.
pub const PLACE: &str = "urn:holdfast:schedule:place";
/// On `Appointment`: the series it is of, and its number there.
pub const SERIES: &str = "urn:holdfast:schedule:series";
/// On `Appointment`: how often it was moved (`valueUnsignedInt`); SEQUENCE of iCalendar.
pub const SEQUENCE: &str = "urn:holdfast:schedule:sequence";
/// On `Appointment` of the waitlist: the time that was offered, and until when.
pub const OFFER: &str = "urn:holdfast:schedule:offer";
/// On `Appointment` of the waitlist: the weekdays, and the half of the day, on which the patient can never come.
pub const CANNOT: &str = "urn:holdfast:schedule:cannot";
/// On `Appointment`: that the patient has made it, by the page for that (`valueBoolean`).
pub const ONLINE: &str = "urn:holdfast:schedule:online";
/// On `Appointment`, once each: when the patient is to be reminded (`valueInstant`).
pub const REMINDER: &str = "urn:holdfast:schedule:reminder";
/// On `Appointment` that is asked for: the one that it takes the place of, which is cancelled once this one is granted
/// (`valueReference`).
pub const REPLACES: &str = "urn:holdfast:schedule:replaces";
/// On `Appointment` that was cancelled: the one that was booked in its place (`valueReference`).
pub const REPLACED_BY: &str = "urn:holdfast:schedule:replaced-by";
/// On `Encounter`: where the patient is in the clinic, where the status does not say it.
pub const STAGE: &str = "urn:holdfast:schedule:stage";

/// UCUM's system, in which durations are told.
const UCUM: &str = "http://unitsofmeasure.org";

/// The extension's value, or the first of them.
pub fn find<'v>(of: &'v Value, url: &str) -> Option<&'v Value> {
    all(of, url).next()
}

/// Every extension of that name.
pub fn all<'v>(of: &'v Value, url: &str) -> impl Iterator<Item = &'v Value> {
    let list = of.get("extension").and_then(Value::as_array);
    list.into_iter().flatten().filter(move |one| one.get("url").and_then(Value::as_str) == Some(url))
}

/// The text of a part, by the name of its value (`valueCode`).
pub fn text<'v>(of: &'v Value, part: &str, value: &str) -> Option<&'v str> {
    find(of, part)?.get(value)?.as_str()
}

/// The texts of all parts of that name.
pub fn texts(of: &Value, part: &str, value: &str) -> Vec<String> {
    let read = all(of, part).filter_map(|one| one.get(value)?.as_str());
    read.map(ToOwned::to_owned).collect()
}

/// The whole number of a part.
pub fn number(of: &Value, part: &str, value: &str) -> Option<i64> {
    find(of, part)?.get(value)?.as_i64()
}

/// Minutes of a part that is a `valueDuration`; `None` if it is told in another unit.
pub fn minutes(of: &Value, part: &str) -> Option<i64> {
    let duration = find(of, part)?.get("valueDuration")?;
    (duration.get("code")?.as_str()? == "min").then(|| duration.get("value")?.as_i64())?
}

/// An extension with one value.
pub fn one(url: &str, name: &str, value: impl Into<Value>) -> Value {
    let mut out = Map::new();
    out.insert("url".into(), url.into());
    out.insert(name.into(), value.into());
    Value::Object(out)
}

/// An extension with parts.
pub fn parts(url: &str, parts: Vec<Value>) -> Value {
    json!({ "url": url, "extension": parts })
}

/// A part that is a duration.
pub fn duration(url: &str, minutes: i64) -> Value {
    json!({ "url": url, "valueDuration": { "value": minutes, "unit": "min", "system": UCUM, "code": "min" } })
}

/// The extensions of a record with those of that name exchanged for `with`; for saving as its element `extension`.
pub fn exchanged(of: &Value, url: &str, with: Option<Value>) -> Vec<Value> {
    let list = of.get("extension").and_then(Value::as_array);
    let rest = list.into_iter().flatten().filter(|one| one.get("url").and_then(Value::as_str) != Some(url));
    rest.cloned().chain(with).collect()
}
