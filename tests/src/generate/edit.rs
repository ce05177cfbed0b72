//! Edits of one element of a patient, as a reception desk makes them.

use super::words::FAMILIES;
use super::{Dice, element, patient, with_element};

/// A new value for one element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The element's name, such as `telecom`.
    pub element: &'static str,
    /// Its new value as JSON.
    pub value: String,
}

impl Edit {
    /// The resource with this edit applied; text that is no JSON object comes back as it is.
    #[must_use]
    pub fn applied_to(&self, resource_json: &str) -> String {
        with_element(resource_json, self.element, &self.value).unwrap_or_else(|_| resource_json.to_owned())
    }
}

/// The elements that are edited, each with its share in percent.
const SHARES: [(&str, u64); 7] = [
    ("telecom", 38),
    ("address", 22),
    ("contact", 15),
    ("maritalStatus", 8),
    ("communication", 7),
    ("name", 6),
    ("birthDate", 4),
];

/// One edit; it draws again until the value differs from the present one.
pub(super) fn edit(dice: &mut Dice, patient_json: &str) -> Edit {
    let element_name = which(dice);
    let present = element(patient_json, element_name).unwrap_or_default();
    loop {
        let value = value(dice, element_name, &present, patient_json);
        if value != present {
            return Edit { element: element_name, value };
        }
    }
}

fn which(dice: &mut Dice) -> &'static str {
    let mut left = dice.below(100);
    for (name, share) in SHARES {
        if left < share {
            return name;
        }
        left -= share;
    }
    "telecom"
}

fn value(dice: &mut Dice, name: &str, present: &str, patient_json: &str) -> String {
    let family = dice.pick(FAMILIES);
    match name {
        "address" => patient::address(dice),
        "contact" => patient::contact(dice, family),
        "maritalStatus" => patient::marital_status(dice),
        "communication" => patient::communication(dice),
        "birthDate" => corrected_day(dice, present),
        "name" => renamed(dice, present, patient_json),
        _ => renumbered(dice, present),
    }
}

/// The first phone number or mail address replaced by a new phone number; the rest of the value stays.
fn renumbered(dice: &mut Dice, present: &str) -> String {
    let phone = patient::phone(dice);
    replaced(present, "\"value\":\"", &phone)
        .unwrap_or_else(|| format!("[{{\"system\":\"phone\",\"value\":\"{phone}\",\"use\":\"mobile\"}}]"))
}

/// A new family name, as after a marriage.
fn renamed(dice: &mut Dice, present: &str, patient_json: &str) -> String {
    let family = dice.pick(FAMILIES);
    let woman = element(patient_json, "gender").is_some_and(|gender| gender == "\"female\"");
    replaced(present, "\"family\":\"", family).unwrap_or_else(|| patient::name(dice, family, woman))
}

/// The day of the month corrected; 1 to 28 is right in every month.
fn corrected_day(dice: &mut Dice, present: &str) -> String {
    match present.trim_matches('"').rsplit_once('-') {
        Some((month, _)) if month.len() == 7 => format!("\"{month}-{:02}\"", dice.between(1, 28)),
        _ => patient::birth_date(dice),
    }
}

/// `present` with what follows the first `key` up to the next quote replaced.
fn replaced(present: &str, key: &str, value: &str) -> Option<String> {
    let start = present.find(key)? + key.len();
    let end = start + present[start..].find('"')?;
    Some(format!("{}{value}{}", &present[..start], &present[end..]))
}
