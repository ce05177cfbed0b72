//! A resource and what it contains (<https://hl7.org/fhir/R4/references.html#contained>).

use std::borrow::Cow;

use crate::tree::Node;

/// The contained resources of the resource that the walk is in.
#[derive(Default)]
pub(super) struct Container<'t> {
    /// Sorted by id, then by index.
    parts: Vec<Part<'t>>,
    /// By index in `contained`: whether something points at it, or it at its container.
    used: Vec<bool>,
    /// Index in `contained` of the one that the walk is in.
    pub(super) inside: Option<usize>,
}

/// One contained resource that has an id.
struct Part<'t> {
    id: &'t str,
    kind: &'t str,
    /// Its index in `contained`.
    index: usize,
}

impl<'t> Container<'t> {
    /// Of a resource's members. O(n log n) of its contained resources.
    pub(super) fn of(members: &'t [(Cow<'_, str>, Node<'_>)]) -> Self {
        let contained = members.iter().find(|(name, _)| name == "contained").map(|(_, node)| node);
        let Some(Node::Array(items)) = contained else { return Self::default() };
        let text = |node: &'t Node<'_>, name| node.member(name).and_then(Node::as_text);
        let part = |(index, node): (usize, &'t Node<'_>)| {
            let kind = text(node, "resourceType").unwrap_or_default();
            Some(Part { id: text(node, "id")?, kind, index })
        };
        let mut parts: Vec<Part<'t>> = items.iter().enumerate().filter_map(part).collect();
        parts.sort_by_key(|part| (part.id, part.index));
        Self { parts, used: vec![false; items.len()], inside: None }
    }

    /// The type of the contained resource of this id, which counts as used from now on. O(log n).
    pub(super) fn use_part(&mut self, id: &str) -> Option<&'t str> {
        let at = self.parts.partition_point(|part| part.id < id);
        let part = self.parts.get(at).filter(|part| part.id == id)?;
        // What only points at itself is in no use.
        self.used[part.index] |= self.inside != Some(part.index);
        Some(part.kind)
    }

    /// A contained resource that points at its container is in use. O(1).
    pub(super) fn use_inside(&mut self) {
        if let Some(used) = self.inside.and_then(|index| self.used.get_mut(index)) {
            *used = true;
        }
    }

    /// Indexes of those whose id another has before them.
    pub(super) fn repeated(&self) -> Vec<usize> {
        self.parts.windows(2).filter(|pair| pair[0].id == pair[1].id).map(|pair| pair[1].index).collect()
    }

    /// Indexes of those that nothing points at, the first of each id, in order.
    pub(super) fn unused(&self) -> Vec<usize> {
        let is_first = |at: usize| at == 0 || self.parts[at - 1].id != self.parts[at].id;
        let firsts = self.parts.iter().enumerate().filter(|(at, _)| is_first(*at));
        let mut unused: Vec<usize> =
            firsts.map(|(_, part)| part.index).filter(|index| !self.used[*index]).collect();
        unused.sort_unstable();
        unused
    }
}

#[cfg(test)]
mod tests {
    /// A text of megabytes whose parts all look for each other takes no longer than its length asks for.
    #[test]
    fn many_contained_resources_are_no_burden() {
        let parts: Vec<String> = (0..40_000)
        .map(|at| {
            format!(r##"{{"resourceType":"Basic","id":"{at}","code":{{"text":"x"}},"subject":{{"reference":"#"}}}}"##)
        })
        .collect();
        let json = format!(r#"{{"resourceType":"Patient","contained":[{}]}}"#, parts.join(","));
        let start = std::time::Instant::now();
        assert_eq!(crate::validate::validate(&json), []);
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    }
}
