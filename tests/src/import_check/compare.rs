//! Element by element.

use super::bundle::Targets;
use super::json::Json;

/// Members that may be links to what the bundle carries.
const LINKS: [&str; 4] = ["reference", "url", "valueUri", "valueUrl"];
/// `meta` of the stored resource, and nobody else's business.
const OWN_META: [&str; 2] = ["versionId", "lastUpdated"];

/// What must be known of where a resource came from.
pub(super) struct Origin<'a> {
    pub(super) targets: &'a Targets,
    /// `fullUrl` of its entry.
    pub(super) full_url: Option<&'a str>,
    /// Whether a resource matches a condition `Type?query`.
    pub(super) matches: &'a dyn Fn(&str, &str) -> bool,
    /// The id under which it is stored.
    pub(super) id: &'a str,
}

/// The first difference, as a path and a sentence; `None` if there is none.
pub(super) fn difference(expected: &Json<'_>, actual: &Json<'_>, origin: &Origin<'_>) -> Option<String> {
    let (Json::Object(expected), Json::Object(actual)) = (expected, actual) else {
        return Some("it is no object".to_owned());
    };
    let (expected, actual) = (head(expected), head(actual));
    let id = Json::String(origin.id.into());
    for (key, value) in &expected {
        let wanted = if *key == "id" { &id } else { value };
        match actual.iter().find(|(name, _)| name == key) {
            None => return Some(format!("{key} is missing")),
            Some((_, found)) => {
                if let Some(found) = value_differs(key, wanted, found, origin) {
                    return Some(found);
                }
            }
        }
    }
    let more = actual.iter().find(|(key, _)| *key != "id" && !expected.iter().any(|(name, _)| name == key));
    more.map(|(key, _)| format!("{key} was added"))
}

/// The members, `meta` without what the server writes there.
fn head<'j, 'a>(members: &'j [(std::borrow::Cow<'a, str>, Json<'a>)]) -> Vec<(&'j str, Json<'a>)> {
    members
        .iter()
        .filter_map(|(key, value)| match (key.as_ref(), value) {
            ("meta", Json::Object(meta)) => {
                let rest: Vec<_> =
                    meta.iter().filter(|(key, _)| !OWN_META.contains(&key.as_ref())).cloned().collect();
                (!rest.is_empty()).then_some(("meta", Json::Object(rest)))
            }
            (key, value) => Some((key, value.clone())),
        })
        .collect()
}

fn value_differs(key: &str, expected: &Json<'_>, actual: &Json<'_>, origin: &Origin<'_>) -> Option<String> {
    match (expected, actual) {
        (Json::Object(expected), Json::Object(actual)) => {
            for (name, value) in expected {
                let Some((_, found)) = actual.iter().find(|(other, _)| other == name) else {
                    return Some(format!("{key}.{name} is missing"));
                };
                if let Some(found) = value_differs(name, value, found, origin) {
                    return Some(format!("{key}.{found}"));
                }
            }
            let more = actual.iter().find(|(name, _)| !expected.iter().any(|(other, _)| other == name));
            more.map(|(name, _)| format!("{key}.{name} was added"))
        }
        (Json::Array(expected), Json::Array(actual)) if expected.len() == actual.len() => {
            let pairs = expected.iter().zip(actual).enumerate();
            let mut found = pairs
                .filter_map(|(at, (e, a))| Some(format!("[{at}] {}", value_differs(key, e, a, origin)?)));
            found.next()
        }
        (Json::String(expected), Json::String(actual)) => text_differs(key, expected, actual, origin),
        (expected, actual) if expected == actual => None,
        (expected, actual) => Some(format!("{key} was {} and is {}", shown(expected), shown(actual))),
    }
}

/// A link may be resolved; a link into the bundle must be.
fn text_differs(key: &str, expected: &str, actual: &str, origin: &Origin<'_>) -> Option<String> {
    let target = LINKS.contains(&key).then(|| origin.targets.of(expected, origin.full_url)).flatten();
    let must_be = target.as_deref().filter(|_| key == "reference" && expected.starts_with("urn:"));
    if let Some(target) = must_be {
        return (actual != target)
            .then(|| format!("{key} was {expected:?} and is {actual:?}, not {target:?}"));
    }
    let is_condition = key == "reference"
        && expected.contains('?')
        && !expected.contains("://example")
        && expected.split_once('?').is_some_and(|(kind, _)| kind.bytes().all(|b| b.is_ascii_alphabetic()));
    let fits = (expected == actual && !is_condition)
        || (key == "div" && narrative_fits(expected, actual, origin))
        || target.as_deref() == Some(actual)
        || (is_condition && (origin.matches)(expected, actual));
    (!fits).then(|| format!("{key} was {expected:?} and is {actual:?}"))
}

/// Whether nothing differs in a narrative but where its links lead, which is to the entries they named
/// (<https://hl7.org/fhir/R4/http.html#trules>).
fn narrative_fits(expected: &str, actual: &str, origin: &Origin<'_>) -> bool {
    let pieces = |text: &str| text.split(['"', '\'']).map(str::to_owned).collect::<Vec<_>>();
    let (expected, actual) = (pieces(expected), pieces(actual));
    let mut before = "";
    expected.len() == actual.len()
        && expected.iter().zip(&actual).all(|(expected, actual)| {
            let is_link = before.ends_with("href=") || before.ends_with("src=");
            before = expected;
            expected == actual
                || is_link && origin.targets.of(expected, origin.full_url).as_ref() == Some(actual)
        })
}

fn shown(value: &Json<'_>) -> String {
    match value {
        Json::Array(items) => format!("an array of {}", items.len()),
        Json::Object(members) => format!("an object of {}", members.len()),
        other => format!("{other:?}").chars().take(120).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(expected: &str, actual: &str) -> Option<String> {
        let mut targets = Targets::default();
        targets.add("urn:uuid:a", "Patient/a");
        let matches =
            |condition: &str, actual: &str| condition == "Patient?identifier=x" && actual == "Patient/p";
        let origin = Origin { targets: &targets, full_url: None, matches: &matches, id: "1" };
        difference(&Json::parse(expected).unwrap(), &Json::parse(actual).unwrap(), &origin)
    }

    #[test]
    fn what_the_server_may_do_is_no_difference() {
        for (expected, actual) in [
            (r#"{"a":1.50,"b":2}"#, r#"{"b":2,"a":1.50,"id":"1"}"#),
            (r#"{"id":"old"}"#, r#"{"id":"1","meta":{"versionId":"3","lastUpdated":"x"}}"#),
            (r#"{"meta":{"lastUpdated":"y","tag":[1]}}"#, r#"{"id":"1","meta":{"tag":[1],"versionId":"2"}}"#),
            (r#"{"s":{"reference":"urn:uuid:a"}}"#, r#"{"s":{"reference":"Patient/a"}}"#),
            (r#"{"s":{"reference":"Patient?identifier=x"}}"#, r#"{"s":{"reference":"Patient/p"}}"#),
            (r#"{"div":"<a href='urn:uuid:a'>x</a>"}"#, r#"{"div":"<a href='Patient/a'>x</a>"}"#),
        ] {
            assert_eq!(diff(expected, actual), None, "{expected}");
        }
    }

    #[test]
    fn every_loss_is_found() {
        for (expected, actual) in [
            (r#"{"a":1.50}"#, r#"{"a":1.5}"#),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
            (r#"{"a":[1,2]}"#, r#"{"a":[1]}"#),
            (r#"{"a":{"b":1}}"#, r#"{"a":{}}"#),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a":"x"}"#, r#"{"a":"y"}"#),
            (r#"{"a":null}"#, r#"{}"#),
            (r#"{"a":1}"#, r#"{"a":1,"meta":{"tag":[{"code":"conflict"}]}}"#),
            (r#"{"id":"1"}"#, r#"{"id":"2"}"#),
            (r#"{"s":{"reference":"urn:uuid:a"}}"#, r#"{"s":{"reference":"urn:uuid:a"}}"#),
            (r#"{"s":{"reference":"urn:uuid:a"}}"#, r#"{"s":{"reference":"Patient/b"}}"#),
            (r#"{"s":{"reference":"Patient?identifier=x"}}"#, r#"{"s":{"reference":"Patient/q"}}"#),
            (r#"{"s":{"display":"urn:uuid:a"}}"#, r#"{"s":{"display":"Patient/a"}}"#),
            (r#"{"div":"<a href='urn:uuid:a'>x</a>"}"#, r#"{"div":"<a href='Patient/b'>x</a>"}"#),
            (r#"{"div":"<a id='urn:uuid:a'>x</a>"}"#, r#"{"div":"<a id='Patient/a'>x</a>"}"#),
            (r#"{"div":"<a href='urn:uuid:a'>x</a>"}"#, r#"{"div":"<a href='Patient/a'>y</a>"}"#),
        ] {
            assert!(diff(expected, actual).is_some(), "{expected} {actual}");
        }
    }
}
