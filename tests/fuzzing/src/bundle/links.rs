//! What became of the links of a resource: told by comparing it with what was sent.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_clinical::bundle::Matches;
use holdfast_clinical::tree::Node;
use holdfast_clinical::types::is_resource_type;

/// What each `fullUrl` stands for.
#[derive(Default)]
pub(super) struct Stand(BTreeMap<String, String>);

impl Stand {
    pub(super) fn add(&mut self, full_url: &str, target: String) {
        assert!(self.0.insert(compared(full_url), target).is_none(), "{full_url} stands for two");
    }

    fn get(&self, url: &str) -> Option<&str> {
        self.0.get(&compared(url)).map(String::as_str)
    }
}

/// `urn:` URLs are compared without regard to case.
fn compared(url: &str) -> String {
    if is_urn(url) { url.to_ascii_lowercase() } else { url.to_owned() }
}

fn is_urn(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    url.starts_with("urn:uuid:") || url.starts_with("urn:oid:")
}

fn is_conditional(url: &str) -> bool {
    url.split_once('?').is_some_and(|(kind, _)| is_resource_type(kind))
}

/// What a link should have become.
struct Expected<'a> {
    stand: &'a Stand,
    matches: &'a Matches,
    /// `Type/id` of what the bundle writes, which a condition may find too.
    own: &'a BTreeSet<String>,
    /// The RESTful base of the entry's own address.
    base: Option<String>,
}

/// Checks that the links of a resource became what they stand for, and that nothing else changed.
pub(super) fn resolved(
    sent: &str,
    resolved: &str,
    full_url: Option<&str>,
    stand: &Stand,
    matches: &Matches,
    own: &BTreeSet<String>,
) {
    let before = Node::parse(sent).expect("what was resolved was read");
    let after = Node::parse(resolved).expect("what was resolved can be read");
    // A base is what stands before `/Type/id` of an absolute address.
    let base = full_url.and_then(|url| {
        let url = url.split_once("/_history/").map_or(url, |(url, _)| url);
        let mut parts = url.rsplitn(3, '/');
        let (id, kind, base) = (parts.next()?, parts.next()?, parts.next()?);
        let is_plain = !id.is_empty() && is_resource_type(kind) && base.starts_with("http");
        is_plain.then(|| base.to_owned())
    });
    compare("", &before, &after, &Expected { stand, matches, own, base });
    none_is_left(resolved);
    // Without the links, the texts are the same byte for byte.
    assert_eq!(without_strings(sent), without_strings(resolved), "more than texts changed");
}

fn compare(name: &str, before: &Node<'_>, after: &Node<'_>, expected: &Expected<'_>) {
    match (before, after) {
        (Node::Array(before), Node::Array(after)) => {
            assert_eq!(before.len(), after.len());
            before.iter().zip(after).for_each(|(before, after)| compare(name, before, after, expected));
        }
        (Node::Object(members), Node::Object(after)) => {
            assert_eq!(members.len(), after.len());
            // The references of a bundle in a bundle are its own.
            let (stand, matches, own) = (Stand::default(), Matches::new(), BTreeSet::new());
            let none = Expected { stand: &stand, matches: &matches, own: &own, base: None };
            let expected = if is_bundle(before) { &none } else { expected };
            for ((name, before), (other, after)) in members.iter().zip(after) {
                assert_eq!(name, other);
                compare(name, before, after, expected);
            }
        }
        (Node::String(before), Node::String(after)) if before.value == after.value => {
            let target = expected.stand.get(&before.value).filter(|_| name == "reference");
            assert!(target.is_none_or(|target| target == after.value), "{} is not resolved", before.value);
        }
        (Node::String(before), Node::String(_)) if name == "div" => {
            let has_links = before.value.contains("href") || before.value.contains("src");
            assert!(has_links, "a narrative without links changed");
        }
        (Node::String(before), Node::String(after)) => {
            let link: &str = &before.value;
            let found = expected
                .matches
                .get(link)
                .and_then(|ids| ids.first())
                .and_then(|id| Some(format!("{}/{id}", link.split_once('?')?.0)));
            let of_own = || expected.own.get(after.value.as_ref()).cloned();
            let found = found.or_else(|| of_own().filter(|_| is_conditional(link)));
            let below_base =
                expected.base.as_ref().and_then(|base| expected.stand.get(&format!("{base}/{link}")));
            let stands_for = expected.stand.get(link).map(str::to_owned).or(found);
            let wanted = stands_for.or(below_base.map(str::to_owned));
            assert_eq!(Some(after.value.as_ref()), wanted.as_deref(), "{link} became another");
        }
        (before, after) => assert!(same(before, after), "{name} changed"),
    }
}

fn same(one: &Node<'_>, other: &Node<'_>) -> bool {
    match (one, other) {
        (Node::Number(one), Node::Number(other)) => one == other,
        (Node::Bool(one), Node::Bool(other)) => one == other,
        (Node::Null, Node::Null) => true,
        _ => false,
    }
}

fn is_bundle(node: &Node<'_>) -> bool {
    node.member("resourceType").and_then(Node::as_text) == Some("Bundle")
}

/// No reference of a resource is one that only a bundle can resolve.
pub(super) fn none_is_left(resource: &str) {
    let read = Node::parse(resource).expect("what was resolved can be read");
    look(&read);
}

fn look(node: &Node<'_>) {
    match node {
        Node::Array(items) => items.iter().for_each(look),
        Node::Object(_) if is_bundle(node) => {}
        Node::Object(members) => {
            for (name, value) in members {
                let text = value.as_text().filter(|_| name == "reference");
                text.into_iter().for_each(|text| {
                    assert!(!is_urn(text) && !is_conditional(text), "{text} is left unresolved");
                });
                look(value);
            }
        }
        _ => {}
    }
}

/// A JSON text with every string emptied.
fn without_strings(json: &str) -> String {
    let (mut out, mut is_in, mut is_escaped) = (String::new(), false, false);
    for c in json.chars() {
        match (is_in, c) {
            (true, _) if is_escaped => is_escaped = false,
            (true, '\\') => is_escaped = true,
            (_, '"') => {
                is_in = !is_in;
                out.push(c);
            }
            (true, _) => {}
            (false, _) => out.push(c),
        }
    }
    out
}
