//! Searches: a query string either names the parameter that is wrong with it, or is answered by a real store, with what
//! an evaluation of its own (`oracle`) finds, whole and page by page, in any order of its parameters.

mod date;
mod oracle;
mod paths;
mod value;

use std::collections::BTreeSet;

use holdfast_clinical::search::query::{
    MAX_CLAUSES, MAX_INCLUDES, MAX_SORT_KEYS, Query, SearchError, parse_query_at,
};
use holdfast_clinical::url::parse_pairs;
use holdfast_core::search::Clause;
use holdfast_store::StoreError;
use holdfast_store::search::TOO_MANY_TO_SORT;

use crate::world::{NOW_MS, world};

type Pairs = [(String, String)];

/// More than there are of any type.
const ALL: u32 = 100;
/// Searches of more conditions than this are not taken apart one by one.
const TAKEN_APART: usize = 5;

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (kind, query) = text.split_once('?').unwrap_or((text, ""));
    let Ok(pairs) = parse_pairs(query) else { return };
    match parse_query_at(kind, &pairs, NOW_MS) {
        Ok(query) => answered(&query, &pairs),
        Err(error) => refused(kind, &pairs, &error),
    }
}

/// The refusal names the parameter (or the type) that is at fault, in the first pair that is.
fn refused(kind: &str, pairs: &Pairs, error: &SearchError) {
    let fault = (0..=pairs.len()).collect::<Vec<_>>();
    let at = fault.partition_point(|n| parse_query_at(kind, &pairs[..*n], NOW_MS).is_ok());
    assert_eq!(
        parse_query_at(kind, &pairs[..at], NOW_MS).as_ref(),
        Err(error),
        "not the first fault is told"
    );
    let named = match error {
        SearchError::UnknownType { kind } => kind,
        SearchError::UnknownParameter { name, .. }
        | SearchError::UnsupportedModifier { name, .. }
        | SearchError::EmptyValue { name }
        | SearchError::BadValue { name, .. }
        | SearchError::TooMuch { name, .. } => name,
    };
    let stands = match at.checked_sub(1).map(|last| &pairs[last]) {
        Some((name, value)) => name.contains(named.as_str()) || value.contains(named.as_str()),
        None => kind == named,
    };
    assert!(stands, "{error} does not name what is wrong");
    assert!(error.to_string().contains(named.as_str()) && error.code().starts_with("search-"));
}

fn answered(query: &Query, pairs: &Pairs) {
    assert!(query.clauses.len() <= MAX_CLAUSES && query.includes.len() <= MAX_INCLUDES);
    assert!(query.sort.len() <= MAX_SORT_KEYS);
    let found = find(query, &query.clauses, ALL);
    let by_hand = oracle::find(&query.kind, pairs);
    if by_hand.is_whole {
        assert_eq!(found, by_hand.ids, "the store and the oracle do not find the same");
    } else {
        assert!(found.is_subset(&by_hand.ids), "{found:?} is more than {:?}", by_hand.ids);
    }
    let reversed: Vec<Clause> = query.clauses.iter().rev().cloned().collect();
    assert_eq!(find(query, &reversed, 2), found, "the order of the parameters matters, or the pages do");
    if (2..=TAKEN_APART).contains(&query.clauses.len()) {
        for left_out in 0..query.clauses.len() {
            let mut fewer = query.clauses.clone();
            fewer.remove(left_out);
            assert!(found.is_subset(&find(query, &fewer, ALL)), "a further condition finds more");
        }
    }
    let count = world().read(|view| view.count_found(&query.kind, &query.clauses));
    if let Some(count) = count.expect("what was parsed can be counted") {
        assert_eq!(count, found.len() as u64, "the count is not that of the list");
    }
    if !query.sort.is_empty() {
        sorted(query, &found);
    }
}

/// The ids of those found, by pages of so many.
fn find(query: &Query, clauses: &[Clause], page: u32) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut next = Some(0);
    while let Some(after) = next {
        let found = world().read(|view| view.search(&query.kind, clauses, after, page));
        let found = found.expect("what was parsed can be searched");
        assert!(found.resources.len() <= page as usize && found.next.is_none_or(|next| next > after));
        for one in found.resources {
            assert!(one.entity.kind == query.kind && !one.deleted, "{} is not wanted", one.entity);
            assert!(ids.insert(one.entity.id), "one is on two pages");
        }
        next = found.next;
    }
    ids
}

/// In order, whole and by pages: the same, and as many as without an order.
fn sorted(query: &Query, found: &BTreeSet<String>) {
    let all = |page: u32| {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let one = world().read(|view| {
                view.search_sorted(&query.kind, &query.clauses, &query.sort, after.as_ref(), page)
            })?;
            ids.extend(one.resources.into_iter().map(|stored| stored.entity.id));
            assert!(ids.len() <= found.len(), "a page comes again");
            match one.next {
                None => return Ok(ids),
                next => after = next,
            }
        }
    };
    match (all(ALL), all(2)) {
        (Ok(whole), Ok(paged)) => {
            assert_eq!(whole, paged, "the pages are not the whole in its order");
            assert!(whole.len() == found.len() && whole.iter().all(|id| found.contains(id)));
        }
        (Err(StoreError::Refused { code: TOO_MANY_TO_SORT, .. }), Err(_)) => {}
        (Err(error), _) | (_, Err(error)) => panic!("what was parsed can be put in order: {error}"),
    }
}
