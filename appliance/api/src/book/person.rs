//! Whose appointment it is: the one patient of the clinic of whom name, date of birth and contact are the very same, else a new record
//! for the desk to look at. Asked only once the code has shown that the contact is their own, and nobody is told which it was.

use holdfast_clinical::identity::person::Person;
use holdfast_clinical::identity::query::{birth_dates, phone};
use holdfast_clinical::search::text::normalise;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use serde_json::{Value, json};

use super::who::{Contact, Who};
use crate::error::ApiError;
use crate::schedule::records::{json_of, put};

/// Records compared in one look.
const AT_ONCE: u32 = 200;
/// Records compared at most: of ten million patients some 400 were born on one day.
const MOST: usize = 4_000;
/// On a patient whom nobody at a desk has seen yet.
const TAG_SYSTEM: &str = "urn:holdfast:patient";
const TAG: &str = "self-registered";

/// Who saves what patients ask for, as it stands in histories.
pub(crate) const AUTHOR: &str = "patient-booking";

/// The patient; one is made if there is none.
///
/// # Errors
/// The store.
pub(super) fn of(
    tx: &mut Tx<'_>,
    clinic: &str,
    who: &Who,
    language: &str,
    new_id: &str,
) -> Result<Entity, ApiError> {
    if let Some(known) = known(&mut tx.view()?, clinic, who)? {
        return Ok(known);
    }
    let entity = Entity::new("Patient", new_id);
    if tx.view()?.get(&entity)?.is_some() {
        return Ok(entity);
    }
    put(tx, &entity, &record(&entity.id, who, language).to_string(), &Base::Absent, AUTHOR)?;
    tx.share_with(&entity.id, clinic)?;
    Ok(entity)
}

/// A record of all that is known of them.
fn record(id: &str, who: &Who, language: &str) -> Value {
    let mut telecom = json!({ "system": who.contact.system(), "value": who.contact.text() });
    if matches!(who.contact, Contact::Phone(_)) {
        telecom["use"] = "mobile".into();
    }
    let language = json!({ "coding": [{ "system": "urn:ietf:bcp:47", "code": language }] });
    json!({
        "resourceType": "Patient",
        "id": id,
        "meta": { "tag": [{ "system": TAG_SYSTEM, "code": TAG }] },
        "active": true,
        "name": [{ "text": who.name }],
        "telecom": [telecom],
        "birthDate": who.birth_date.to_string(),
        "communication": [{ "language": language, "preferred": true }],
    })
}

/// The one patient who is the very same; none if there are several, or more than are looked at.
fn known(view: &mut View<'_>, clinic: &str, who: &Who) -> Result<Option<Entity>, StoreError> {
    let Some(born) = birth_dates(&[who.birth_date.to_string()]) else { return Ok(None) };
    let mut clauses = vec![born];
    if let Contact::Phone(number) = &who.contact {
        clauses.extend(phone(number));
    }
    let (mut found, mut next, mut looked) = (Vec::new(), Some(0), 0);
    while let Some(after) = next {
        let page = view.search("Patient", &clauses, after, AT_ONCE)?;
        looked += page.resources.len();
        for stored in page.resources {
            if is_same(&stored, who) && view.is_patient_of(&stored.entity.id, clinic)? {
                found.push(stored.entity);
            }
        }
        next = page.next;
        if found.len() > 1 || next.is_some() && looked >= MOST {
            return Ok(None);
        }
    }
    Ok(found.pop())
}

fn is_same(stored: &Stored, who: &Who) -> bool {
    let person = Person::read(&stored.json);
    let record = json_of(stored);
    let is_in_use = record.get("active").and_then(Value::as_bool) != Some(false)
        && !person.is_deceased
        && person.links.iter().all(|link| link.kind != "replaced-by");
    let name = normalise(&who.name);
    let has_name = person.names.iter().any(|one| normalise(&one.shown()) == name);
    is_in_use
        && has_name
        && person.birth_date.as_deref() == Some(who.birth_date.to_string().as_str())
        && contacts(&record, &person).any(|one| one == who.contact)
}

/// Every way in which a record says that somebody is reached, in the form that is compared.
fn contacts<'r>(record: &'r Value, person: &'r Person) -> impl Iterator<Item = Contact> + 'r {
    let telecom = record.get("telecom").and_then(Value::as_array).into_iter().flatten();
    let mails = telecom
        .filter(|one| one.get("system").and_then(Value::as_str) == Some("email"))
        .filter(|one| one.get("use").and_then(Value::as_str) != Some("old"))
        .filter_map(|one| one.get("value")?.as_str());
    mails.chain(person.phones.iter().map(String::as_str)).filter_map(Contact::read)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn ada(contact: &str) -> Who {
        let contact = Contact::read(contact).unwrap();
        Who { name: "Ada Byron".into(), birth_date: date(1985, 12, 10), contact }
    }

    fn is_ada(elements: &str, contact: &str) -> bool {
        let json = format!(r#"{{"resourceType":"Patient","id":"p",{elements}}}"#);
        let entity = Entity::new("Patient", "p");
        let stored =
            Stored { entity, json, version: String::new(), updated_ms: 0, deleted: false, conflicts: 0 };
        is_same(&stored, &ada(contact))
    }

    #[test]
    fn only_the_very_same_is_the_same() {
        const NAME: &str = r#""name":[{"family":"BYRON","given":["Àda"]}]"#;
        const BORN: &str = r#""birthDate":"1985-12-10""#;
        const PHONE: &str = r#""telecom":[{"system":"phone","value":"06 12 34 56 78"},{"system":"email","value":"Ada@Example.org"}]"#;
        let all = |more: &str| format!("{NAME},{BORN},{PHONE}{more}");
        assert!(is_ada(&all(""), "0612345678"));
        assert!(is_ada(&all(""), "ada@example.org"));
        for (elements, contact) in [
            (all(""), "0612345679"),
            (all(""), "bo@example.org"),
            (format!(r#"{NAME},{BORN}"#), "0612345678"),
            (format!(r#"{NAME},"birthDate":"1985-12",{PHONE}"#), "0612345678"),
            (format!(r#""name":[{{"text":"Ada"}}],{BORN},{PHONE}"#), "0612345678"),
            (all(r#","active":false"#), "0612345678"),
            (all(r#","deceasedBoolean":true"#), "0612345678"),
            (all(r#","link":[{"other":{"reference":"Patient/q"},"type":"replaced-by"}]"#), "0612345678"),
        ] {
            assert!(!is_ada(&elements, contact), "{elements}");
        }
    }

    #[test]
    fn the_new_record_is_lawful_and_holds_what_was_said() {
        let text = record("p", &ada("ada@example.org"), "ar").to_string();
        assert_eq!(
            holdfast_clinical::validate::first_error(holdfast_clinical::validate::validate(&text)),
            None
        );
        let elements = text.trim_start_matches('{').trim_end_matches('}').replace(r#""id":"p","#, "");
        assert!(
            is_ada(&elements.replace(r#""resourceType":"Patient","#, ""), "ada@example.org"),
            "{elements}"
        );
    }
}
