//! The clients, and what each must show.

/// What runs the script of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runtime {
    Python,
    Node,
}

/// A client and its script in `tests/clients`.
#[derive(Debug)]
pub(super) struct Peer {
    /// Its name in its registry.
    pub(super) name: &'static str,
    pub(super) runtime: Runtime,
    pub(super) script: &'static str,
    /// Steps that not every client's library offers.
    more: &'static [&'static str],
}

pub(super) const PEERS: [Peer; 4] = [
    Peer { name: "fhirclient", runtime: Runtime::Python, script: "with_fhirclient.py", more: &[] },
    Peer { name: "fhirpy", runtime: Runtime::Python, script: "with_fhirpy.py", more: &[] },
    Peer {
        name: "fhir-kit-client",
        runtime: Runtime::Node,
        script: "with-fhir-kit-client.mjs",
        more: &["patch"],
    },
    Peer { name: "@medplum/core", runtime: Runtime::Node, script: "with-medplum.mjs", more: &["patch"] },
];

/// The step that needs no token.
pub(super) const PUBLIC: &str = "metadata";
/// The steps that count what a search finds.
pub(super) const COUNTING: [&str; 3] = ["search", "paging", "paging-sorted"];
/// The steps of every client.
const STEPS: [&str; 12] = [
    PUBLIC,
    "create",
    "read",
    "search",
    "update",
    "if-match",
    "conditional-create",
    "history",
    "transaction",
    "delete",
    "paging",
    "paging-sorted",
];

impl Peer {
    /// Every step that its script must report.
    pub(super) fn steps(&self) -> impl Iterator<Item = &'static str> {
        STEPS.into_iter().chain(self.more.iter().copied())
    }
}
