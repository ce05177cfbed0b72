//! The Patient itself, and whom to call.

use serde_json::{Value, json};

use super::fhir::{hl7_named, to_named, with};
use super::moment::day_text;
use super::people::Person;
use super::team::{MRN, Team, made};
use crate::generate::{Dice, Resource};

/// The patient, and the people who are related.
pub(super) fn resources(
    seed: u64,
    person: &Person,
    all: &[Person],
    team: &Team,
    today: i64,
) -> Vec<Resource> {
    let mut dice = Dice::new(seed, "patient", person.number);
    let mut resources = vec![patient(&mut dice, person, all, team, today)];
    if let Some(parent) = related(person.parent, all) {
        resources.push(parent_of(&mut dice, person, parent));
    }
    resources
}

/// A person by number, if the front desk knows them as a patient of their own.
pub(super) fn related(number: Option<u64>, all: &[Person]) -> Option<&Person> {
    let found = all.get(usize::try_from(number?).ok()?)?;
    found.twice.is_none().then_some(found)
}

fn patient(dice: &mut Dice, person: &Person, all: &[Person], team: &Team, today: i64) -> Resource {
    let age = person.age(today);
    let members = json!({
        "identifier": identifiers(dice, person),
        "active": person.died.is_none(),
        "name": names(person),
        "telecom": telecom(dice, person, age),
        "gender": if person.is_woman { "female" } else { "male" },
        "birthDate": day_text(person.born),
        "address": [{
            "use": "home",
            "line": [person.household.street],
            "city": person.household.town,
            "postalCode": person.household.post_code,
        }],
        "communication": [language(person)],
        "managingOrganization": team.clinic(),
        "generalPractitioner": [team.members[usize::from(person.number % 2 == 1)].reference()],
    });
    let rare = json!({
        "deceasedDateTime": person.died.map(day_text),
        "maritalStatus": (age >= 18).then(|| marital(dice, person, all)),
        "contact": contact(dice, person, all),
        "extension": needs(dice, person, age),
    });
    made("Patient", &person.id, with(members, rare))
}

fn identifiers(dice: &mut Dice, person: &Person) -> Value {
    let mrn = json!({
        "use": "official",
        "type": hl7_named("v2-0203", "MR", "Medical record number"),
        "system": MRN,
        "value": record_number(person.number),
    });
    let mut all = vec![mrn];
    // The second registration of a person is one because nobody asked for the card.
    if person.twice.is_none() && dice.percent(80) {
        all.push(json!({
            "use": "official",
            "type": hl7_named("v2-0203", "NI", "National unique individual identifier"),
            "system": "urn:holdfast:national-id",
            "value": format!("{}-{}-{}", dice.digits(3), dice.digits(3), dice.digits(4)),
        }));
    }
    json!(all)
}

/// The clinic's number of a record made before the clinic had a node: its own letter, six digits and a check digit (mod 10).
pub(super) fn record_number(number: u64) -> String {
    let digits = format!("{:06}", number + 100_117);
    let sum: u64 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u64::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("Q{digits}{}", (10 - sum % 10) % 10)
}

fn names(person: &Person) -> Value {
    let name = &person.name;
    let official = with(
        json!({ "use": "official", "text": person.said(), "given": name.given }),
        json!({ "family": name.family }),
    );
    let mut all = vec![official];
    if let Some((given, family)) = &name.latin {
        let text = format!("{given} {}", family.as_deref().unwrap_or_default());
        all.push(with(
            json!({ "use": "usual", "text": text.trim(), "given": [given] }),
            json!({ "family": family }),
        ));
    }
    json!(all)
}

fn telecom(dice: &mut Dice, person: &Person, age: i64) -> Value {
    let mut all = vec![json!({ "system": "phone", "value": person.household.phone, "use": "home" })];
    if (16..80).contains(&age) {
        let mobile = format!("+1-555-7{}-{}", dice.digits(2), dice.digits(4));
        all.push(json!({ "system": "phone", "value": mobile, "use": "mobile", "rank": 1 }));
    }
    if (18..70).contains(&age) && dice.percent(55) {
        let mail = format!("{}@mail.example", record_number(person.number).to_lowercase());
        all.push(json!({ "system": "email", "value": mail, "use": "home" }));
    }
    json!(all)
}

fn language(person: &Person) -> Value {
    let (code, display) = person.culture.language;
    json!({
        "language": { "coding": [{ "system": "urn:ietf:bcp:47", "code": code, "display": display }], "text": display },
        "preferred": true,
    })
}

fn marital(dice: &mut Dice, person: &Person, all: &[Person]) -> Value {
    let (code, display) = if related(person.partner, all).is_some() {
        ("M", "Married")
    } else {
        dice.pick(&[("S", "Never Married"), ("D", "Divorced"), ("W", "Widowed")])
    };
    hl7_named("v3-MaritalStatus", code, display)
}

/// Next of kin: the parent, else the partner, else sometimes a neighbour.
fn contact(dice: &mut Dice, person: &Person, all: &[Person]) -> Value {
    let kin = related(person.parent, all).map(|kin| (kin, "PRN", "parent"));
    let kin = kin.or(related(person.partner, all).map(|kin| (kin, "SPS", "spouse")));
    if let Some((kin, code, display)) = kin {
        return json!([{
            "relationship": [hl7_named("v3-RoleCode", code, display)],
            "name": { "text": kin.said() },
            "telecom": [{ "system": "phone", "value": kin.household.phone, "use": "home" }],
        }]);
    }
    if dice.percent(60) {
        return json!([{
            "relationship": [hl7_named("v3-RoleCode", "NBOR", "neighbor")],
            "name": { "text": dice.pick(&["Mrs. Ashworth", "Joan Pryce", "Raúl Peña", "Nour Khoury"]) },
            "telecom": [{ "system": "phone", "value": format!("+1-555-8{}-{}", dice.digits(2), dice.digits(4)) }],
        }]);
    }
    Value::Null
}

/// What somebody needs to be received well.
fn needs(dice: &mut Dice, person: &Person, age: i64) -> Value {
    let mut all = Vec::new();
    if person.culture.language.0 != "en" && dice.percent(35) {
        all.push(json!({
            "url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
            "valueBoolean": true,
        }));
    }
    if age > 74 && dice.percent(40) {
        let need = dice.pick(&["Hard of hearing", "Wheelchair", "Poor sight: large print"]);
        all.push(json!({
            "url": "http://hl7.org/fhir/StructureDefinition/patient-disability",
            "valueCodeableConcept": { "text": need },
        }));
    }
    if all.is_empty() { Value::Null } else { json!(all) }
}

/// The parent of a child, as the one who answers for it.
fn parent_of(dice: &mut Dice, child: &Person, parent: &Person) -> Resource {
    let (code, display) = if parent.is_woman { ("MTH", "mother") } else { ("FTH", "father") };
    let name = with(
        json!({ "text": parent.said(), "given": parent.name.given }),
        json!({ "family": parent.name.family }),
    );
    made(
        "RelatedPerson",
        &dice.uuid(),
        json!({
            "active": true,
            "patient": to_named(&format!("Patient/{}", child.id), &child.said()),
            "relationship": [hl7_named("v3-RoleCode", code, display)],
            "name": [name],
            "telecom": [{ "system": "phone", "value": parent.household.phone, "use": "home" }],
            "gender": if parent.is_woman { "female" } else { "male" },
            "birthDate": day_text(parent.born),
        }),
    )
}
