//! A calendar taken apart into its components: whatever is wrong with their nesting is told here.

use std::collections::BTreeMap;

use super::error::{IcalError, Problem, quoted};
use super::event::{Method, Organizer};
use super::line::{Line, lines};
use super::{MAX_DEPTH, MAX_EVENTS};

/// A calendar taken apart.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) method: Option<Method>,
    pub(super) organizer: Option<Organizer>,
    /// What a calendar calls a zone, and what the tz database does, by `X-LIC-LOCATION`.
    pub(super) zones: BTreeMap<String, String>,
    /// The lines of each event, its `BEGIN` first.
    pub(super) events: Vec<Vec<Line>>,
}

impl Parts {
    /// Takes a calendar apart.
    pub(super) fn read(text: &str) -> Result<Self, IcalError> {
        let mut parts = Self::default();
        let mut open: Vec<String> = Vec::new();
        let mut zone = None;
        let mut is_over = false;
        let mut number = 1;
        for line in lines(text) {
            let line = line?;
            number = line.number;
            match line.name.as_str() {
                "BEGIN" => {
                    let name = line.value.trim().to_ascii_uppercase();
                    if open.is_empty() && (name != "VCALENDAR" || is_over) {
                        return Err(Problem::Malformed("one VCALENDAR is all that a calendar is").at(number));
                    }
                    open.push(name);
                    if open.len() > MAX_DEPTH {
                        return Err(Problem::TooDeep.at(number));
                    }
                    if is_in(&open, "VEVENT") {
                        if parts.events.len() == MAX_EVENTS {
                            return Err(Problem::TooManyEvents.at(number));
                        }
                        parts.events.push(vec![line]);
                    }
                }
                "END" => {
                    let name = line.value.trim().to_ascii_uppercase();
                    let ended = open.pop().unwrap_or_default();
                    if ended != name {
                        let (open, found) = (quoted(&ended), quoted(&name));
                        return Err(Problem::Unbalanced { open, found }.at(number));
                    }
                    is_over = open.is_empty();
                }
                _ if open.is_empty() => {
                    return Err(Problem::Malformed("the line stands outside of the calendar").at(number));
                }
                _ if is_in(&open, "VEVENT") => {
                    if parts.organizer.is_none() && line.name == "ORGANIZER" {
                        let name = line.parameter("CN").unwrap_or_default().to_owned();
                        parts.organizer = Some(Organizer { name, uri: line.value.clone() });
                    }
                    parts.events.extend_last(line);
                }
                "TZID" if is_in(&open, "VTIMEZONE") => zone = Some(line.value),
                "X-LIC-LOCATION" if is_in(&open, "VTIMEZONE") => {
                    parts.zones.extend(zone.take().map(|called| (called, line.value)));
                }
                "METHOD" if open.len() == 1 => {
                    parts.method = Some(method(&line).map_err(|error| error.at(number))?)
                }
                _ => {}
            }
        }
        match open.pop() {
            None if is_over => Ok(parts),
            None => {
                Err(Problem::Malformed("it is no iCalendar file: it does not begin with BEGIN:VCALENDAR")
                    .at(number))
            }
            Some(open) => Err(Problem::Unbalanced { open: quoted(&open), found: String::new() }.at(number)),
        }
    }
}

/// Whether the component of that name, directly in the calendar, is what is open.
fn is_in(open: &[String], name: &str) -> bool {
    matches!(open, [_, one] if one == name)
}

trait ExtendLast {
    fn extend_last(&mut self, line: Line);
}

impl ExtendLast for Vec<Vec<Line>> {
    fn extend_last(&mut self, line: Line) {
        if let Some(last) = self.last_mut() {
            last.push(line);
        }
    }
}

fn method(line: &Line) -> Result<Method, Problem> {
    match line.value.trim().to_ascii_uppercase().as_str() {
        "PUBLISH" | "REQUEST" | "ADD" => Ok(Method::Publish),
        "CANCEL" => Ok(Method::Cancel),
        _ => Err(Problem::Unsupported("an answer to an invitation")),
    }
}
