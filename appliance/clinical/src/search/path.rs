//! Where a slot's values stand in a resource.

use holdfast_core::state::EntityState;

use crate::tree::Node;

/// A path of JSON names, as `search.tsv` writes it: `name.family`, `telecom[system=phone]`, `deceasedBoolean?`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    steps: Box<[Step]>,
    /// Whether the element is there and not `false` is asked, not its value.
    pub exists: bool,
}

/// Calls its second argument with every node that stands at a path.
pub(super) type Each<'a> = &'a dyn Fn(&Path, &mut dyn FnMut(&Node<'_>));

#[derive(Clone, PartialEq, Eq, Debug)]
struct Step {
    name: &'static str,
    /// Only where this member has this value.
    filter: Option<(&'static str, &'static str)>,
}

impl Path {
    pub(super) fn read(text: &'static str) -> Self {
        let (text, exists) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
        let step = |text: &'static str| match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
            Some((name, filter)) => Step { name, filter: filter.split_once('=') },
            None => Step { name: text, filter: None },
        };
        Self { steps: text.split('.').map(step).collect(), exists }
    }

    /// The names of its steps.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.steps.iter().map(|step| step.name)
    }

    /// The register it is read off (see [`crate::split`]), and the steps from there.
    fn register(&self) -> (&'static str, &[Step]) {
        match &self.steps[..] {
            [meta, tag, rest @ ..] if meta.name == "meta" && tag.name == "tag" => ("meta.tag", rest),
            [meta, tag, rest @ ..] if meta.name == "meta" && tag.name == "security" => {
                ("meta.security", rest)
            }
            steps => (steps[0].name, &steps[1..]),
        }
    }

    /// Whether what stands here is read off the register of this element.
    pub(super) fn is_in(&self, element: &str) -> bool {
        self.register().0 == element
    }

    /// Calls `found` with every node that stands here, on every sibling of the element.
    pub(super) fn each(&self, state: &EntityState, found: &mut dyn FnMut(&Node<'_>)) {
        let (register, rest) = self.register();
        for json in state.values(register).chain(state.set_members(register)) {
            if let Ok(node) = Node::parse(json) {
                walk(&node, self.steps[0].filter, rest, found);
            }
        }
    }

    /// As [`Path::each`], of one resource as it reads.
    pub(super) fn each_in(&self, resource: &Node<'_>, found: &mut dyn FnMut(&Node<'_>)) {
        walk(resource, None, &self.steps, found);
    }
}

/// Calls `found` with every node at a dotted path, on every sibling of the path's first element.
pub(crate) fn each_node(state: &EntityState, path: &str, found: &mut dyn FnMut(&Node<'_>)) {
    let mut segments = path.split('.');
    let element = segments.next().unwrap_or_default();
    let rest: Vec<&str> = segments.collect();
    for json in state.values(element).chain(state.set_members(element)) {
        if let Ok(node) = Node::parse(json) {
            node.walk(&rest, found);
        }
    }
}

fn walk(node: &Node<'_>, filter: Option<(&str, &str)>, rest: &[Step], found: &mut dyn FnMut(&Node<'_>)) {
    if let Node::Array(items) = node {
        return items.iter().for_each(|item| walk(item, filter, rest, found));
    }
    if filter.is_some_and(|(name, value)| node.member(name).and_then(Node::as_text) != Some(value)) {
        return;
    }
    match rest.split_first() {
        None => found(node),
        Some((step, rest)) => {
            if let Some(next) = node.member(step.name) {
                walk(next, step.filter, rest, found);
            }
        }
    }
}
