//! References, fragments and profiles on the way.

use super::reference::{Pointer, read};
use super::walk::Walk;
use crate::outcome::IssueType;
use crate::structure::ElementType;
use crate::tree::Node;
use crate::types::is_resource_type;

/// Profiles named in the issue that they are not checked.
const PROFILES_SHOWN: usize = 5;

impl<'t> Walk<'t> {
    /// A Reference whose elements are in order.
    pub(super) fn reference(&mut self, ty: &ElementType, node: &'t Node<'_>) {
        let text = |name| node.member(name).and_then(Node::as_text);
        if let Some(kind) = text("type").filter(|kind| is_resource_type(kind)) {
            self.target(ty, kind, "type");
        }
        let Some(literal) = text("reference") else { return };
        match read(literal) {
            Err(why) => self.report_at("reference", IssueType::Value, why),
            Ok(Pointer::Contained(id)) => match self.containers.last_mut().and_then(|c| c.use_part(id)) {
                Some(kind) => self.target(ty, kind, "reference"),
                None => {
                    let text =
                        "no contained resource has this id; add it to contained, or correct the reference";
                    self.report_at("reference", IssueType::NotFound, text);
                }
            },
            Ok(Pointer::Container) => self.local("#"),
            Ok(Pointer::Search(_)) if self.transactions == 0 => {
                let text = "a reference by search is for transactions alone; write Type/id";
                self.report_at("reference", IssueType::Value, text);
            }
            Ok(Pointer::Resource(kind) | Pointer::Search(kind)) => self.target(ty, kind, "reference"),
            Ok(Pointer::Elsewhere) => {}
        }
    }

    /// A warning and no more: HL7's own examples and much of what is exported break this rule, and a record that is
    /// refused for it would be lost (decision 16).
    fn target(&mut self, ty: &ElementType, kind: &str, member: &str) {
        if is_resource_type(kind) && !ty.allows_target(kind) {
            let allowed: Vec<&str> = ty.targets().collect();
            let text = format!("R4 has no reference to a {kind} here; refer to {}", allowed.join(", "));
            self.warn_at(member, IssueType::Value, text);
        }
    }

    /// A URI that may be of a contained resource.
    pub(super) fn local(&mut self, uri: &str) {
        let Some(id) = uri.strip_prefix('#') else { return };
        let Some(container) = self.containers.last_mut() else { return };
        if id.is_empty() {
            container.use_inside();
        } else {
            // What it names is not always a resource: a miss is no fault.
            let _ = container.use_part(id);
        }
    }

    /// The profiles that a resource's `meta` claims.
    pub(super) fn profiles(&mut self, meta: &'t Node<'_>) {
        let Some(Node::Array(profiles)) = meta.member("profile") else { return };
        for profile in profiles.iter().filter_map(Node::as_text) {
            if self.profiles.len() <= PROFILES_SHOWN && !self.profiles.contains(&profile) {
                self.profiles.push(profile);
            }
        }
        if self.profiles_at.is_none() {
            self.profiles_at = self.path.expression("profile");
        }
    }

    /// What is said of all profiles.
    pub(super) fn profiles_text(&self) -> Option<String> {
        let shown = &self.profiles[..self.profiles.len().min(PROFILES_SHOWN)];
        match shown {
            [] => None,
            [one] => Some(format!("the profile {one} is not checked here")),
            some if some.len() < self.profiles.len() => {
                Some(format!("the profiles {} and others are not checked here", some.join(", ")))
            }
            all => Some(format!("the profiles {} are not checked here", all.join(", "))),
        }
    }
}
