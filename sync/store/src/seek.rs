//! A search on behalf of a replica below: it finds what that replica's clinic may hold and nothing else, few at a time.

use holdfast_core::message::{Response, Search, StateItem, Text};
use holdfast_core::search::{Clause, Match};

use crate::error::{Result, StoreError};
use crate::records::Records;
use crate::upstream::Peer;

/// Resources in one answer: what a person looks through, and what is taken in at once.
pub const MAX_SOUGHT: u32 = 20;
/// Resources looked at for one answer, whoever may hold them; beyond it the search is too wide to be made for somebody else,
/// and the answer says that it was cut.
pub const MAX_LOOKED_AT: usize = 500;
/// By this code a search is refused that names too little.
pub const TOO_WIDE: &str = "search-too-wide";
const PAGE: u32 = 100;
/// A beginning shorter than this finds half a country.
const SHORTEST_PREFIX_CHARS: usize = 2;

impl Records {
    pub(crate) fn seek(&self, peer: &Peer, search: &Search) -> Result<Response> {
        let clauses = clauses(search)?;
        let most = search.limit.min(MAX_SOUGHT) as usize;
        self.read(|view| {
            crate::upstream::refuse_stranger(view.sql, peer)?;
            let (mut out, mut after, mut looked_at) = (Vec::<StateItem>::new(), 0, 0);
            loop {
                let found = view.search(&search.kind, &clauses, after, PAGE)?;
                let entities: Vec<_> = found.resources.into_iter().map(|stored| stored.entity).collect();
                let (seen, looked) = self.visible(view.sql, peer, &entities)?;
                out.extend(seen.into_iter().filter(|item| !item.is_held_back()));
                if out.len() >= most {
                    out.truncate(most);
                    return Ok(Response::States(out));
                }
                looked_at += looked;
                let Some(next) = found.next.filter(|_| looked == entities.len()) else {
                    let is_whole = looked == entities.len();
                    return Ok(if is_whole { Response::States(out) } else { Response::Partly(out) });
                };
                if looked_at >= MAX_LOOKED_AT {
                    return Ok(Response::Partly(out));
                }
                after = next;
            }
        })
    }
}

/// # Errors
/// [`StoreError::Refused`] for a search that names nothing, or next to nothing.
fn clauses(search: &Search) -> Result<Vec<Clause>> {
    let is_short =
        |one: &Text| matches!(one, Text::Prefix(text) if text.chars().count() < SHORTEST_PREFIX_CHARS);
    let is_wide =
        search.all.is_empty() || search.all.iter().any(|condition| condition.any.iter().any(is_short));
    if is_wide || search.all.iter().any(|condition| condition.any.is_empty()) {
        let message =
            "the search is refused: it names too little; give an identifier, or two letters of a name";
        return Err(StoreError::Refused { code: TOO_WIDE, message: message.to_owned() });
    }
    let matching = |one: &Text| match one {
        Text::Exact(text) => Match::Exact(text.clone()),
        Text::Prefix(text) => Match::Prefix(text.clone()),
    };
    let clause = |condition: &holdfast_core::message::Condition| Clause::Param {
        param: condition.param,
        any: condition.any.iter().map(matching).collect(),
    };
    Ok(search.all.iter().map(clause).collect())
}
