//! What the desks were told, held against what there is in the end.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use super::super::fleet::Access;
use super::desk::Told;
use super::web::Sold;

/// Statuses of appointments that are cancelled or have ended otherwise.
const OVER: [&str; 3] = ["cancelled", "noshow", "entered-in-error"];

/// Pairs that were both confirmed, and of which somebody's time is the same. Appointments are of one length, and begin at its multiples.
pub(super) fn double(told: &[Told]) -> Vec<String> {
    let owed: Vec<&Told> = told.iter().filter(|one| !one.is_cancelled).collect();
    let mut out = Vec::new();
    for (at, one) in owed.iter().enumerate() {
        for other in &owed[at + 1..] {
            if one.start == other.start && one.resources.iter().any(|who| other.resources.contains(who)) {
                out.push(format!(
                    "{} and {} at {}: {:?}, {:?}",
                    one.id, other.id, one.start, one.resources, other.resources
                ));
            }
        }
    }
    out
}

/// Pairs that a day displays at one time of somebody.
pub(super) fn displayed_double(access: &Access, days: &[String]) -> Result<Vec<String>> {
    Ok(double(&displayed(access, days)?))
}

/// What the hub has sold, and the node does not display.
pub(super) fn missing(access: &Access, sold: &[Sold]) -> Result<Vec<String>> {
    let days: BTreeSet<String> = sold.iter().map(|one| one.start.chars().take(10).collect()).collect();
    let shown = displayed(access, &Vec::from_iter(days))?;
    let is_there = |one: &&Sold| {
        let who = format!("Practitioner/{}", one.with);
        shown
            .iter()
            .any(|shown| instant(&shown.start) == instant(&one.start) && shown.resources.contains(&who))
    };
    Ok(sold
        .iter()
        .filter(|one| !is_there(one))
        .map(|one| format!("{} has no {one:?}", access.name))
        .collect())
}

/// The instant that a text names, whatever offset it is written with.
fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

/// What stands on these days.
fn displayed(access: &Access, days: &[String]) -> Result<Vec<Told>> {
    let mut shown = Vec::new();
    for day in days {
        let answer = access.client()?.get(&format!("/api/schedule/day?date={day}"))?;
        let sheet: Value = serde_json::from_str(&answer.body).context("a day is JSON")?;
        let all =
            sheet["appointments"].as_array().with_context(|| format!("no appointments: {}", answer.body))?;
        for one in all.iter().filter(|one| !matches!(one["status"].as_str(), Some("cancelled" | "requested")))
        {
            let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            let resources = one["resources"].as_array().into_iter().flatten();
            let resources = resources.filter_map(|who| who.as_str().map(ToOwned::to_owned)).collect();
            shown.push(Told { id: text("id"), start: text("start"), resources, is_cancelled: false });
        }
    }
    Ok(shown)
}

/// What was confirmed, or cancelled, and is something else at a replica.
pub(super) fn broken(access: &Access, told: &[Told]) -> Result<Vec<String>> {
    let mut out = Vec::new();
    let mut client = access.client()?;
    for one in told {
        let answer = client.get(&format!("/fhir/Appointment/{}", one.id))?;
        let stored: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let is_over = stored["status"].as_str().is_none_or(|status| OVER.contains(&status));
        let who = stored["participant"].to_string();
        let has_all = one.resources.iter().all(|key| who.contains(&format!("\"{key}\"")));
        let is_kept = stored["start"] == one.start.as_str() && has_all;
        if answer.status != 200 || is_over != one.is_cancelled || !is_over && !is_kept {
            let (status, start) = (&stored["status"], &stored["start"]);
            out.push(format!(
                "{}: {one:?} is answered {} with {status} at {start}",
                access.name, answer.status
            ));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_at_one_time_of_one_room_are_counted_and_a_cancelled_one_is_not() {
        let told = |id: &str, who: &str, is_cancelled| Told {
            id: id.into(),
            start: "2031-01-13T09:00:00Z".into(),
            resources: vec![who.into(), "Location/r1".into()],
            is_cancelled,
        };
        assert_eq!(
            double(&[told("a", "Practitioner/ana", false), told("b", "Practitioner/bo", false)]).len(),
            1
        );
        assert!(
            double(&[told("a", "Practitioner/ana", true), told("b", "Practitioner/ana", false)]).is_empty()
        );
    }
}
