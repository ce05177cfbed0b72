//! Whether the trail is whole.

use std::collections::BTreeMap;

use holdfast_clinical::audit::chain::Chain;
use holdfast_clinical::audit::{HOLDFAST_AUDIT, page_id};
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;
use serde::Serialize;

/// What became of following one database's pages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// The database that wrote them, 32 hex digits.
    pub actor: String,
    /// Pages that fit together from the first on.
    pub pages: u64,
    /// Lines on them.
    pub entries: u64,
    /// Looks that could not be kept, as the pages say.
    pub lost: u64,
    /// Whose they were.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lost_of: BTreeMap<String, u64>,
    /// The hash of the last page that fits: it must be the same at head office, or an earlier one of there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// What is wrong after that; absent if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
}

/// Follows the pages of every database that are held here.
///
/// # Errors
/// [`StoreError::OutOfSight`] if the reader may not search AuditEvents, or the database. Cost: every page is read.
pub fn verify(view: &mut View<'_>) -> Result<Vec<Verified>, StoreError> {
    let mut out = Vec::new();
    for (actor, pages) in view.trail_pages(HOLDFAST_AUDIT)? {
        let (mut chain, mut broken) = (Chain::default(), None);
        for number in 1..=pages {
            // A page that is not here is missing once a later one is met.
            let Some(json) = view.trail_page(&Entity::new(HOLDFAST_AUDIT, page_id(&actor, number)))? else {
                continue;
            };
            if let Err(fault) = chain.follow(number, &json) {
                broken = Some(fault.to_string());
                break;
            }
        }
        let Chain { pages, entries, lost, lost_of, head } = chain;
        out.push(Verified { actor, pages, entries, lost, lost_of, head, broken });
    }
    Ok(out)
}

/// What came of following the pages, for people.
pub fn describe(chains: &[Verified]) -> String {
    if chains.is_empty() {
        return "nobody has looked at anything yet: the trail is empty".to_owned();
    }
    let line = |chain: &Verified| {
        let Verified { actor, pages, entries, lost, lost_of, head, broken } = chain;
        let head = head.as_deref().unwrap_or("none");
        let lost = if *lost > 0 {
            format!(", {lost} looks not kept for too many waited{}", whose(lost_of))
        } else {
            String::new()
        };
        match broken {
            None => format!("{actor}: whole, {pages} pages with {entries} lines{lost}; head {head}"),
            Some(why) => format!("{actor}: BROKEN after {pages} pages (head {head}): {why}"),
        }
    };
    let mut lines: Vec<String> = chains.iter().map(line).collect();
    lines.push("compare each head with the one at head office (`holdfast-hub audit`): a trail that was cut off at its end is shorter here".to_owned());
    lines.join("\n")
}

fn whose(lost_of: &BTreeMap<String, u64>) -> String {
    let name = |name: &str| if name.is_empty() { "nobody signed in".to_owned() } else { name.to_owned() };
    let each: Vec<String> = lost_of.iter().map(|(who, count)| format!("{count} of {}", name(who))).collect();
    if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) }
}
