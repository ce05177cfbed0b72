//! Records of one person that are joined by links (<https://hl7.org/fhir/R4/patient-definitions.html#Patient.link>): one says
//! `replaced-by`, the other `replaces`. Nothing is copied and nothing deleted, so that taking the links away again leaves both
//! as they were.

use holdfast_core::json::{members, push_string};

use super::person::Link;
use crate::tree::Node;

/// What a record says of one that it stands for.
pub const REPLACES: &str = "replaces";
/// What a record says of the one that stands for it.
pub const REPLACED_BY: &str = "replaced-by";

/// The resource with a link to another patient, byte for byte but for that; `None` if it has that link already or is no object.
pub fn with_link(json: &str, link: &Link) -> Option<String> {
    edit(json, |links| {
        let is_there = links.iter().any(|one| is_link(one, link));
        (!is_there).then(|| {
            let mut text = String::from(r#"{"other":{"reference":"#);
            push_string(&mut text, &format!("Patient/{}", link.other));
            text.push_str(r#"},"type":"#);
            push_string(&mut text, &link.kind);
            text.push('}');
            links.push(text);
        })
    })
}

/// The resource without a link; `None` if it does not have it.
pub fn without_link(json: &str, link: &Link) -> Option<String> {
    edit(json, |links| {
        let before = links.len();
        links.retain(|one| !is_link(one, link));
        (links.len() < before).then_some(())
    })
}

fn edit(json: &str, change: impl FnOnce(&mut Vec<String>) -> Option<()>) -> Option<String> {
    let members = members(json).ok()?;
    let links = members.iter().find(|(name, _)| name == "link").map(|(_, value)| value.as_str());
    let mut links: Vec<String> = match links {
        None => Vec::new(),
        Some(links) => holdfast_core::json::elements(links)?,
    };
    change(&mut links)?;
    let mut out = String::with_capacity(json.len() + 80);
    let link = (!links.is_empty()).then(|| ("link".to_owned(), format!("[{}]", links.join(","))));
    for (name, value) in members.into_iter().filter(|(name, _)| name != "link").chain(link) {
        out.push(if out.is_empty() { '{' } else { ',' });
        push_string(&mut out, &name);
        out.push(':');
        out.push_str(&value);
    }
    out.push('}');
    Some(out)
}

fn is_link(text: &str, link: &Link) -> bool {
    let Ok(node) = Node::parse(text) else { return false };
    let other = node.member("other").and_then(|other| other.member("reference")).and_then(Node::as_text);
    let is_other =
        other.and_then(crate::reference::local).is_some_and(|to| to.kind == "Patient" && to.id == link.other);
    is_other && node.member("type").and_then(Node::as_text) == Some(&link.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_comes_and_goes_and_leaves_the_rest_as_it_was() {
        let link = Link { other: "q".into(), kind: REPLACES.into() };
        let before =
            r#"{"resourceType":"Patient","id":"p","multipleBirthInteger":1.0,"name":[{"family":"A"}]}"#;
        let linked = with_link(before, &link).unwrap();
        assert!(
            linked.ends_with(r#""link":[{"other":{"reference":"Patient/q"},"type":"replaces"}]}"#),
            "{linked}"
        );
        assert_eq!(with_link(&linked, &link), None);
        let other = Link { kind: REPLACED_BY.into(), ..link.clone() };
        assert_eq!(without_link(&linked, &other), None);
        assert_eq!(without_link(&linked, &link).unwrap(), before);
    }

    #[test]
    fn other_links_stay() {
        let json = r#"{"link":[{"other":{"reference":"RelatedPerson/r"},"type":"seealso"}],"id":"p"}"#;
        let link = Link { other: "q".into(), kind: REPLACED_BY.into() };
        let linked = with_link(json, &link).unwrap();
        assert!(linked.contains("RelatedPerson/r") && linked.contains("Patient/q"));
        assert!(without_link(&linked, &link).unwrap().contains("RelatedPerson/r"));
    }
}
