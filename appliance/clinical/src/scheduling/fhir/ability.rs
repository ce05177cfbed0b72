//! What a practitioner can do and which languages they speak, as a clinic enters them: elements of `Practitioner`.

use serde_json::{Map, Value, json};

/// The system of skills that a clinic has named itself.
pub const SKILL_SYSTEM: &str = "urn:holdfast:skill";
/// Languages as BCP 47 writes them.
const LANGUAGES: &str = "urn:ietf:bcp:47";

/// The skills of a `Practitioner` that the clinic has named, in the order in which they were entered. Qualifications by other systems are
/// not among them.
pub fn own_skills(practitioner: &Value) -> Vec<String> {
    let all = list(practitioner, "qualification").iter().filter_map(own_skill);
    all.map(ToOwned::to_owned).collect()
}

fn own_skill(qualification: &Value) -> Option<&str> {
    let codings = qualification.pointer("/code/coding")?.as_array()?;
    let own =
        codings.iter().find(|coding| coding.get("system").and_then(Value::as_str) == Some(SKILL_SYSTEM))?;
    own.get("code")?.as_str()
}

/// The elements of a `Practitioner` with these skills and languages in place of those that it has. Qualifications by other systems, and
/// languages that were told in words alone, stay.
pub fn abilities(practitioner: &Value, skills: &[String], languages: &[String]) -> Map<String, Value> {
    let others = list(practitioner, "qualification").iter().filter(|one| own_skill(one).is_none()).cloned();
    let skill = |code: &String| json!({ "code": { "coding": [{ "system": SKILL_SYSTEM, "code": code }], "text": code } });
    let qualifications: Vec<Value> = others.chain(skills.iter().map(skill)).collect();
    let code = |one: &Value| one.pointer("/coding/0/code").and_then(Value::as_str).map(ToOwned::to_owned);
    let known = list(practitioner, "communication");
    let is_kept = |one: &&Value| code(one).is_none_or(|code| languages.contains(&code));
    let kept: Vec<Value> = known.iter().filter(is_kept).cloned().collect();
    let is_new = |language: &&String| !kept.iter().any(|one| code(one).as_ref() == Some(language));
    let new = languages.iter().filter(is_new);
    let new = new
        .map(|language| json!({ "coding": [{ "system": LANGUAGES, "code": language }] }))
        .collect::<Vec<_>>();
    let element = |all: Vec<Value>| if all.is_empty() { Value::Null } else { all.into() };
    Map::from_iter([
        ("qualification".to_owned(), element(qualifications)),
        ("communication".to_owned(), element(kept.into_iter().chain(new).collect())),
    ])
}

fn list<'v>(of: &'v Value, element: &str) -> &'v [Value] {
    of.get(element).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::fhir::{resource_of, saved};

    #[test]
    fn what_is_entered_is_found_by_and_what_others_wrote_stays() {
        let degree = json!({ "code": { "coding": [{ "system": "http://x", "code": "MD" }] }, "issuer": { "display": "x" } });
        let before = json!({ "resourceType": "Practitioner", "id": "a", "qualification": [degree],
            "communication": [{ "text": "signs" }, { "coding": [{ "code": "es" }], "text": "Spanish" }, { "coding": [{ "code": "de" }] }] });
        let words = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let elements = abilities(&before, &words(&["wound care", "ECG"]), &words(&["es", "fr"]));
        let text = saved(&before.to_string(), &elements).unwrap();
        assert_eq!(crate::validate::first_error(crate::validate::validate(&text)), None);
        let after: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(own_skills(&after), ["wound care", "ECG"]);
        let resource = resource_of(&after, &[]).unwrap();
        assert_eq!(
            (resource.skills, resource.languages),
            (words(&["MD", "wound care", "ECG"]), words(&["es", "fr"]))
        );
        assert_eq!(after["communication"][0]["text"], "signs");
        assert_eq!(after["communication"][1]["text"], "Spanish");
        assert_eq!(after["qualification"][0], before["qualification"][0]);
        let bare = json!({ "resourceType": "Practitioner", "id": "a" });
        assert_eq!(abilities(&bare, &[], &[]).values().collect::<Vec<_>>(), [&Value::Null, &Value::Null]);
    }
}
