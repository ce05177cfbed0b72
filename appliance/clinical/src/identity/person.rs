//! A person as a line on the screen shows one, read off a Patient resource. What has an odd shape is left out: the records
//! of other replicas are not validated here.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::number::MRN_SYSTEM;
use crate::reference::local;
use crate::search::find::is_unspaced;
use crate::tree::Node;

/// One name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Name {
    /// Of the family.
    pub family: String,
    /// Given names, in order.
    pub given: Vec<String>,
    /// The whole as it was written.
    pub text: String,
    /// R4's code: `official`, `usual`, `maiden` …
    pub usage: String,
}

/// One number by which somebody is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Number {
    /// Who gives such numbers.
    pub system: String,
    /// The number.
    pub value: String,
    /// R4's code of its type: `MR`, `SS` …
    pub kind: String,
    /// R4's code: `official`, `old` …
    pub usage: String,
}

/// What one record says of its relation to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Id of the other patient.
    pub other: String,
    /// R4's code: `replaced-by`, `replaces`, `refer`, `seealso`.
    pub kind: String,
}

/// A person.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Person {
    /// All names.
    pub names: Vec<Name>,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// R4's code.
    pub gender: Option<String>,
    /// Telephone numbers as written, those in use first.
    pub phones: Vec<String>,
    /// Numbers.
    pub numbers: Vec<Number>,
    /// Of the first address that has one.
    pub city: Option<String>,
    /// Whether they have died.
    pub is_deceased: bool,
    /// Links to other patients' records.
    pub links: Vec<Link>,
}

impl Name {
    /// As it is shown: as it was written, or given names and family name in the order of the script.
    pub fn shown(&self) -> String {
        if !self.text.is_empty() {
            return self.text.clone();
        }
        let given = self.given.join(" ");
        let is_unspaced_name =
            !self.family.is_empty() && self.family.chars().chain(given.chars()).all(is_unspaced);
        match (given.is_empty(), self.family.is_empty()) {
            (_, true) => given,
            (true, _) => self.family.clone(),
            _ if is_unspaced_name => format!("{}{given}", self.family),
            _ => format!("{given} {}", self.family),
        }
    }

    fn rank(&self) -> u8 {
        match self.usage.as_str() {
            "official" => 0,
            "usual" => 1,
            "" => 2,
            "old" | "maiden" => 4,
            _ => 3,
        }
    }
}

impl Person {
    /// Reads a Patient resource. Cost: one pass over the text.
    pub fn read(json: &str) -> Self {
        let elements: BTreeMap<String, &RawValue> = serde_json::from_str(json).unwrap_or_default();
        let each = |element: &str, found: &mut dyn FnMut(&Node<'_>)| {
            if let Some(Ok(node)) = elements.get(element).map(|raw| Node::parse(raw.get())) {
                node.walk(&[], found);
            }
        };
        let mut person = Self::default();
        each("name", &mut |node| person.names.push(name(node)));
        person.names.retain(|name| !name.shown().is_empty());
        // Stable: of equal ones the first stays first.
        person.names.sort_by_key(Name::rank);
        each("birthDate", &mut |node| person.birth_date = node.as_text().map(str::to_owned));
        each("gender", &mut |node| person.gender = node.as_text().map(str::to_owned));
        let mut phones = Vec::new();
        each("telecom", &mut |node| phones.extend(phone(node)));
        phones.sort_by_key(|(rank, _)| *rank);
        person.phones = phones.into_iter().map(|(_, value)| value).collect();
        each("identifier", &mut |node| person.numbers.extend(number(node)));
        each("address", &mut |node| {
            let city = text(node, "city");
            if person.city.is_none() && !city.is_empty() {
                person.city = Some(city);
            }
        });
        each("deceasedBoolean", &mut |node| person.is_deceased |= matches!(node, Node::Bool(true)));
        each("deceasedDateTime", &mut |_| person.is_deceased = true);
        each("link", &mut |node| person.links.extend(link(node)));
        person
    }

    /// The name that is shown first; empty if there is none.
    pub fn name(&self) -> String {
        self.names.first().map(Name::shown).unwrap_or_default()
    }

    /// The other names, each once.
    pub fn other_names(&self) -> Vec<String> {
        let first = self.name();
        let mut out: Vec<String> = Vec::new();
        for name in self.names.iter().skip(1).map(Name::shown) {
            if name != first && !out.contains(&name) {
                out.push(name);
            }
        }
        out
    }

    /// The number of the medical record: one of our own, or else one that says it is one.
    pub fn mrn(&self) -> Option<&str> {
        let current = || self.numbers.iter().filter(|number| number.usage != "old");
        let ours = current().find(|number| number.system == MRN_SYSTEM);
        ours.or_else(|| current().find(|number| number.kind == "MR")).map(|number| number.value.as_str())
    }

    /// The records that this one says are replaced by it, or that it is replaced by.
    pub fn linked<'p>(&'p self, kind: &'p str) -> impl Iterator<Item = &'p str> {
        self.links.iter().filter(move |link| link.kind == kind).map(|link| link.other.as_str())
    }
}

fn text(node: &Node<'_>, name: &str) -> String {
    node.member(name).and_then(Node::as_text).unwrap_or_default().trim().to_owned()
}

fn name(node: &Node<'_>) -> Name {
    let mut given = Vec::new();
    node.walk(&["given"], &mut |leaf| given.extend(leaf.as_text().map(|text| text.trim().to_owned())));
    given.retain(|text| !text.is_empty());
    Name { family: text(node, "family"), given, text: text(node, "text"), usage: text(node, "use") }
}

fn phone(node: &Node<'_>) -> Option<(u8, String)> {
    let value = text(node, "value");
    let is_phone = matches!(text(node, "system").as_str(), "phone" | "sms");
    let rank = match text(node, "use").as_str() {
        "mobile" => 0,
        "old" => 3,
        "home" => 1,
        _ => 2,
    };
    (is_phone && !value.is_empty()).then_some((rank, value))
}

fn number(node: &Node<'_>) -> Option<Number> {
    let value = text(node, "value");
    let mut kind = String::new();
    node.walk(&["type", "coding"], &mut |coding| {
        if kind.is_empty() {
            kind = text(coding, "code");
        }
    });
    let number = Number { system: text(node, "system"), kind, usage: text(node, "use"), value };
    (!number.value.is_empty()).then_some(number)
}

fn link(node: &Node<'_>) -> Option<Link> {
    let other = node.member("other")?.member("reference")?.as_text().and_then(local)?;
    (other.kind == "Patient").then(|| Link { other: other.id.to_owned(), kind: text(node, "type") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_off_a_record() {
        let person = Person::read(
            r#"{"resourceType":"Patient","id":"p","name":[{"use":"maiden","family":"Ruiz"},
                {"use":"official","family":"García","given":["Ana","María"]},{"use":"usual","text":"Anita"}],
                "birthDate":"1974-03-12","gender":"female","deceasedBoolean":false,
                "telecom":[{"system":"email","value":"a@b"},{"system":"phone","use":"home","value":"1"},{"system":"phone","use":"mobile","value":"2"}],
                "identifier":[{"value":"7"},{"type":{"coding":[{"code":"MR"}]},"value":"8"},{"system":"urn:holdfast:mrn","value":"9"}],
                "address":[{"line":["x"]},{"city":"León"}],"photo":[{"data":"AAAA"}],
                "link":[{"other":{"reference":"Patient/q"},"type":"replaces"},{"other":{"reference":"RelatedPerson/r"},"type":"refer"}]}"#,
        );
        assert_eq!(person.name(), "Ana María García");
        assert_eq!(person.other_names(), ["Anita", "Ruiz"]);
        assert_eq!((person.mrn(), person.phones.join(" ")), (Some("9"), "2 1".into()));
        assert_eq!((person.city.as_deref(), person.is_deceased), (Some("León"), false));
        assert_eq!(person.linked("replaces").collect::<Vec<_>>(), ["q"]);
    }

    #[test]
    fn names_are_shown_in_the_order_of_their_script() {
        let shown = |name: &str| Person::read(&format!(r#"{{"name":[{name}]}}"#)).name();
        assert_eq!(shown(r#"{"family":"田中","given":["太郎"]}"#), "田中太郎");
        assert_eq!(shown(r#"{"family":"حداد","given":["ليلى"]}"#), "ليلى حداد");
        assert_eq!(shown(r#"{"given":["Cher"]}"#), "Cher");
        assert_eq!(shown("{}"), "");
    }

    #[test]
    fn odd_shapes_are_left_out() {
        for odd in
            ["", "[]", r#"{"name":7,"telecom":[[{}]],"identifier":"x","link":{"other":1},"birthDate":{}}"#]
        {
            assert_eq!(Person::read(odd), Person::default(), "{odd}");
        }
    }
}
