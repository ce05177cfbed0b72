//! What is to be done, one resource at a time.

use super::entry::Method;
use crate::url::RequestUrl;

/// Where the id of a created resource comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IdOrigin {
    /// It was minted for this create: no such resource exists.
    Assigned,
    /// It is the UUID of the `fullUrl`: if a resource of that id reads as this one, the bundle was sent before, and nothing
    /// is to be done. Any other, or one that was deleted, is not what was sent.
    FullUrl,
    /// It stands in the resource of a conditional update that finds nothing. A resource that has the id is not what was
    /// searched for, and is not replaced.
    Resource,
}

/// What a step does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Create the resource.
    Create {
        /// Its id.
        id: String,
        /// Where the id comes from.
        origin: IdOrigin,
    },
    /// If-None-Exist found the resource: nothing is written, the answer is 200.
    Exists {
        /// Its id.
        id: String,
    },
    /// Replace the resource; create it if it does not exist.
    Update {
        /// Its id.
        id: String,
        /// The version it must have, as written.
        if_match: Option<String>,
        /// `ifNoneMatch` is `*`: the resource must not exist.
        must_be_new: bool,
    },
    /// Patch the resource.
    Patch {
        /// Its id.
        id: String,
        /// The version it must have, as written.
        if_match: Option<String>,
    },
    /// Delete the resource.
    Delete {
        /// Its id; `None` if the condition found nothing, which is a success.
        id: Option<String>,
        /// The version it must have, as written.
        if_match: Option<String>,
    },
    /// Read, search or ask.
    Get(Ask),
}

/// What is to be read, searched or asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// Of what.
    pub url: RequestUrl,
    /// The version the client has, as written.
    pub if_none_match: Option<String>,
    /// When the client read it, as written.
    pub if_modified_since: Option<String>,
}

/// One thing to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The entry it comes from, from 0: where its answer goes.
    pub entry: usize,
    /// What the entry asked for.
    pub method: Method,
    /// The resource type.
    pub kind: String,
    /// What to do.
    pub action: Action,
    /// The resource's text with its references resolved, otherwise byte for byte. Its own `id` stands as the client
    /// wrote it; the one in `action` counts. What an operation is asked about stands as sent. `None` without one.
    pub resource: Option<String>,
}

impl Step {
    /// The id of the one resource that the step is about.
    pub fn id(&self) -> Option<&str> {
        match &self.action {
            Action::Create { id, .. }
            | Action::Exists { id }
            | Action::Update { id, .. }
            | Action::Patch { id, .. } => Some(id),
            Action::Delete { id, .. } => id.as_deref(),
            Action::Get(ask) => ask.url.id.as_deref(),
        }
    }

    /// Whether the step adds a resource that was not found.
    pub(super) fn creates(&self) -> bool {
        matches!(self.action, Action::Create { .. })
    }

    /// `Type/id` of the resource that the step writes.
    pub(super) fn writes(&self) -> Option<String> {
        let is_write = !matches!(self.action, Action::Exists { .. } | Action::Get { .. });
        self.id().filter(|_| is_write).map(|id| format!("{}/{id}", self.kind))
    }
}
