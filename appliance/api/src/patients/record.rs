//! A record of a chart: the resource byte for byte, and beside it what is known of it.

use std::collections::BTreeSet;

use holdfast_clinical::search::chart::time_ms;
use holdfast_clinical::tree::Node;
use holdfast_core::json::push_string;
use holdfast_store::StoreError;
use holdfast_store::search::Placed;
use holdfast_store::view::{Stored, View};

use crate::link::Above;

/// Where what a record says is kept for certain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SavedAt {
    /// On this replica, and nowhere else yet.
    Here,
    /// At the clinic's node.
    Node,
    /// At head office.
    HeadOffice,
}

impl SavedAt {
    /// Of a record of which every op of ours has been acknowledged, or has not.
    pub(crate) fn of(is_sent: bool, is_head_office: bool, above: Above) -> Self {
        match (is_sent, above) {
            _ if is_head_office => Self::HeadOffice,
            (false, _) => Self::Here,
            (true, Above::Node) => Self::Node,
            (true, Above::HeadOffice) => Self::HeadOffice,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Node => "node",
            Self::HeadOffice => "head-office",
        }
    }
}

/// One record on its way out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Record {
    pub(super) stored: Stored,
    /// When it was, as texts whose order is that of the times; empty if that is not said.
    pub(super) time: String,
    pub(super) saved_at: SavedAt,
    /// The patient in whose record it stands, if that is not the one who is shown.
    pub(super) of: Option<String>,
    /// Elements in conflict.
    pub(super) conflicts: Vec<String>,
}

impl Record {
    /// A record that was found for a patient's chart.
    ///
    /// # Errors
    /// The store.
    pub(super) fn read(
        view: &mut View<'_>,
        placed: Placed,
        saved_at: SavedAt,
        of: Option<&str>,
    ) -> Result<Self, StoreError> {
        let Placed { stored, value, .. } = placed;
        let conflicts = match stored.conflicts {
            0 => Vec::new(),
            _ => view.conflicts_of(&stored.entity)?.into_iter().map(|conflict| conflict.key).collect(),
        };
        let time = value.rsplit('\u{1f}').next().unwrap_or_default().to_owned();
        Ok(Self { stored, time, saved_at, of: of.map(str::to_owned), conflicts })
    }

    /// Whether it says that it was entered in error.
    pub(super) fn is_in_error(&self) -> bool {
        Node::parse(&self.stored.json).is_ok_and(|node| is_in_error(&node))
    }

    /// Appends it as JSON. The resource goes as it is stored.
    pub(super) fn write(&self, out: &mut String) {
        out.push_str("{\"resource\":");
        out.push_str(&self.stored.json);
        out.push_str(",\"version\":");
        push_string(out, &self.stored.version);
        out.push_str(",\"savedAt\":");
        push_string(out, self.saved_at.code());
        if let Some(of) = &self.of {
            out.push_str(",\"of\":");
            push_string(out, of);
        }
        out.push_str(",\"conflicts\":");
        list(out, &self.conflicts, |out, element| push_string(out, element));
        out.push('}');
    }
}

/// Appends a JSON array.
pub(super) fn list<T>(out: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

/// Appends `,"name":` and an array of records.
pub(super) fn member(out: &mut String, name: &str, records: &[Record]) {
    out.push(',');
    push_string(out, name);
    out.push(':');
    list(out, records, |out, record| record.write(out));
}

/// Puts those of several records of one person together, the newest first, each once.
pub(super) fn newest(mut records: Vec<Record>, most: usize) -> Vec<Record> {
    records.sort_by(|a, b| b.time.cmp(&a.time));
    let mut seen = BTreeSet::new();
    records.retain(|record| seen.insert(record.stored.entity.clone()));
    records.truncate(most);
    records
}

/// How far the clock of whoever measured may be ahead of this one.
const SKEW_MS: u64 = 5 * 60_000;

impl Record {
    /// Whether it says that it will only be.
    pub(super) fn is_ahead(&self, now_ms: u64) -> bool {
        time_ms(&self.time).is_some_and(|time| time > now_ms + SKEW_MS)
    }
}

/// Whether a resource says that it was entered in error.
pub(super) fn is_in_error(node: &Node<'_>) -> bool {
    node.member("status").and_then(Node::as_text) == Some("entered-in-error")
}
