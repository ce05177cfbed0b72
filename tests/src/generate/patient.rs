//! Patients, and the parts of them that edits replace.

use super::words::{CONTACT_ROLES, FAMILIES, LANGUAGES, MARITAL, MEN, PLACES, STREETS, WOMEN};
use super::{Dice, Resource, date};

/// 1930-01-01 and 2023-12-31, in days since 1970: nobody is older than 96 or not born yet.
const BIRTH_DAYS: (i64, i64) = (-14_610, 19_722);

/// One patient.
pub(super) fn patient(dice: &mut Dice) -> Resource {
    let id = dice.uuid();
    let woman = dice.percent(51);
    let family = dice.pick(FAMILIES);
    let birth = birth_date(dice);
    let parts = [
        format!("\"resourceType\":\"Patient\",\"id\":\"{id}\""),
        format!("\"identifier\":{}", identifiers(dice)),
        "\"active\":true".to_owned(),
        format!("\"name\":{}", name(dice, family, woman)),
        format!("\"telecom\":{}", telecom(dice, family)),
        format!("\"gender\":\"{}\",\"birthDate\":{birth}", if woman { "female" } else { "male" }),
        format!("\"address\":{}", address(dice)),
        format!("\"maritalStatus\":{}", marital_status(dice)),
        format!("\"multipleBirthBoolean\":{}", dice.percent(3)),
        format!("\"contact\":{}", contact(dice, family)),
        format!("\"communication\":{}", communication(dice)),
    ];
    Resource { resource_type: "Patient", id, json: format!("{{{}}}", parts.join(",")) }
}

fn identifiers(dice: &mut Dice) -> String {
    let (mrn, ssn) = (dice.digits(8), format!("999-{}-{}", dice.digits(2), dice.digits(4)));
    let one = |code: &str, text: &str, system: &str, value: &str| {
        format!(
            "{{\"type\":{{\"coding\":[{{\"system\":\"http://terminology.hl7.org/CodeSystem/v2-0203\",\
             \"code\":\"{code}\",\"display\":\"{text}\"}}],\"text\":\"{text}\"}},\"system\":\"{system}\",\
             \"value\":\"{value}\"}}"
        )
    };
    let mrn = one("MR", "Medical Record Number", "http://hospital.example.org/mrn", &mrn);
    let ssn = one("SS", "Social Security Number", "http://hl7.org/fhir/sid/us-ssn", &ssn);
    format!("[{mrn},{ssn}]")
}

pub(super) fn name(dice: &mut Dice, family: &str, woman: bool) -> String {
    let (given, prefix) = if woman { (WOMEN, "Mrs.") } else { (MEN, "Mr.") };
    let (first, middle) = (dice.pick(given), dice.pick(given));
    let given = if dice.percent(40) { format!("\"{first}\",\"{middle}\"") } else { format!("\"{first}\"") };
    format!(
        "[{{\"use\":\"official\",\"family\":\"{family}\",\"given\":[{given}],\"prefix\":[\"{prefix}\"]}}]"
    )
}

pub(super) fn telecom(dice: &mut Dice, family: &str) -> String {
    let mailbox: String = family.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    format!(
        "[{{\"system\":\"phone\",\"value\":\"{}\",\"use\":\"mobile\"}},\
         {{\"system\":\"email\",\"value\":\"{mailbox}.{}@example.org\"}}]",
        phone(dice),
        dice.digits(4)
    )
}

pub(super) fn phone(dice: &mut Dice) -> String {
    format!("555-{}-{}", dice.digits(3), dice.digits(4))
}

pub(super) fn address(dice: &mut Dice) -> String {
    let (city, state, postal, country) = dice.pick(PLACES);
    format!(
        "[{{\"use\":\"home\",\"line\":[\"{} {}\"],\"city\":\"{city}\",\"state\":\"{state}\",\
         \"postalCode\":\"{postal}{}\",\"country\":\"{country}\"}}]",
        dice.between(1, 980),
        dice.pick(STREETS),
        dice.digits(2)
    )
}

pub(super) fn marital_status(dice: &mut Dice) -> String {
    let (code, display) = dice.pick(MARITAL);
    format!(
        "{{\"coding\":[{{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus\",\
         \"code\":\"{code}\",\"display\":\"{display}\"}}],\"text\":\"{display}\"}}"
    )
}

pub(super) fn contact(dice: &mut Dice, family: &str) -> String {
    let (code, display) = dice.pick(CONTACT_ROLES);
    let given = if dice.percent(50) { dice.pick(WOMEN) } else { dice.pick(MEN) };
    format!(
        "[{{\"relationship\":[{{\"coding\":[{{\"system\":\"http://terminology.hl7.org/CodeSystem/v2-0131\",\
         \"code\":\"{code}\",\"display\":\"{display}\"}}]}}],\"name\":{{\"family\":\"{family}\",\
         \"given\":[\"{given}\"]}},\"telecom\":[{{\"system\":\"phone\",\"value\":\"{}\",\"use\":\"mobile\"}}]}}]",
        phone(dice)
    )
}

pub(super) fn communication(dice: &mut Dice) -> String {
    let (tag, name) = if dice.percent(60) { LANGUAGES[0] } else { dice.pick(LANGUAGES) };
    format!(
        "[{{\"language\":{{\"coding\":[{{\"system\":\"urn:ietf:bcp:47\",\"code\":\"{tag}\",\
         \"display\":\"{name}\"}}],\"text\":\"{name}\"}}}}]"
    )
}

pub(super) fn birth_date(dice: &mut Dice) -> String {
    format!("\"{}\"", date::day(dice.between(BIRTH_DAYS.0, BIRTH_DAYS.1)))
}
