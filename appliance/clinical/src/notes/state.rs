//! Where a note stands: being written, signed, added to.

use crate::tree::Node;

/// Where a Composition stands as a note.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Not signed (`preliminary`): its author goes on writing.
    Draft,
    /// Signed (`final`, `amended`): what it says does not change any more; what is to be added is an addendum.
    Signed,
    /// Entered in error: kept, and shown struck out.
    Withdrawn,
}

/// Where a note stands; `None` if the resource is no Composition, or says nothing of it.
pub fn standing(note: &Node<'_>) -> Option<Standing> {
    if note.member("resourceType").and_then(Node::as_text) != Some("Composition") {
        return None;
    }
    match note.member("status").and_then(Node::as_text)? {
        "preliminary" => Some(Standing::Draft),
        "final" | "amended" => Some(Standing::Signed),
        "entered-in-error" => Some(Standing::Withdrawn),
        _ => None,
    }
}

impl Standing {
    /// Whether a note that stands so may come to stand so. A signed one may only be withdrawn, a withdrawn one nothing.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Draft => true,
            Self::Signed => matches!(next, Self::Signed | Self::Withdrawn),
            Self::Withdrawn => next == Self::Withdrawn,
        }
    }
}
