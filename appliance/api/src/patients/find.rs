//! Finding people by what was typed, step by step: as it stands first, then as the beginnings of words, then with slips, until
//! there are enough.

use std::collections::BTreeMap;

use holdfast_clinical::identity::near::Near;
use holdfast_clinical::identity::person::Person;
use holdfast_clinical::identity::query::{self, Typed};
use holdfast_clinical::search::find::WORD;
use holdfast_clinical::search::text::{normalise, words};
use holdfast_core::search::{Clause, Match};
use holdfast_store::StoreError;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::{Stored, View};

/// Records looked at for one step: enough to put the best of them first.
const CANDIDATES: u32 = 100;
/// A word that so many people have is no place to start from.
const RARE: u64 = 2_000;
/// Words of the index looked at for what is near to one word: an index of 100,000 people takes some hundred.
const MAX_LOOKS: usize = 1_500;
/// Words that are near to one.
const MAX_NEAR: usize = 64;

/// Records of people that fit what was typed, by id, the most `wanted` looked for in each step.
pub(super) fn find(
    view: &mut View<'_>,
    typed: &Typed,
    today: &str,
    wanted: usize,
) -> Result<BTreeMap<String, Stored>, StoreError> {
    let mut found = BTreeMap::new();
    let mut readings = typed.readings(today);
    if readings.is_empty() && !typed.words.is_empty() {
        // A number that means nothing yet is still being typed.
        readings.push(Vec::new());
    }
    for step in [as_typed, as_beginnings, with_slips] {
        for reading in &readings {
            for one in step(view, &typed.words, reading)? {
                found.insert(one.entity.id.clone(), one);
            }
        }
        if typed.words.is_empty() || found.len() >= wanted {
            break;
        }
    }
    Ok(found)
}

/// Whole words, but for the last one, which may be a beginning.
fn as_typed(view: &mut View<'_>, words: &[String], reading: &[Clause]) -> Result<Vec<Stored>, StoreError> {
    let Some((last, others)) = words.split_last() else { return of(view, reading) };
    let whole: Vec<Clause> =
        others.iter().map(|word| query::word(word)).chain(reading.iter().cloned()).collect();
    let mut fewest = RARE;
    for clause in &whole {
        fewest = fewest.min(count(view, clause)?);
    }
    if fewest < RARE {
        return of(view, &[&whole[..], &[query::beginning(last)]].concat());
    }
    // Along the last word, in its order, so that a letter or two show no more than a page of many.
    let along =
        view.along("Patient", &Stretch::of(WORD, last), &whole, Room::for_some(CANDIDATES as usize), None)?;
    Ok(along.into_iter().map(|placed| placed.stored).collect())
}

/// How many rows a clause starts from; many, if that is not told by one stretch.
fn count(view: &mut View<'_>, clause: &Clause) -> Result<u64, StoreError> {
    let Clause::Param { param, any } = clause else { return Ok(RARE / 2) };
    match &any[..] {
        [Match::Exact(text) | Match::Prefix(text)] => view.count_along(&Stretch::of(*param, text), RARE),
        _ => Ok(RARE / 2),
    }
}

/// Each word as a beginning.
fn as_beginnings(
    view: &mut View<'_>,
    words: &[String],
    reading: &[Clause],
) -> Result<Vec<Stored>, StoreError> {
    if words.len() < 2 {
        return Ok(Vec::new());
    }
    let beginnings = words.iter().map(|word| query::beginning(word));
    of(view, &beginnings.chain(reading.iter().cloned()).collect::<Vec<_>>())
}

/// Words that are near to those typed.
fn with_slips(view: &mut View<'_>, words: &[String], reading: &[Clause]) -> Result<Vec<Stored>, StoreError> {
    let Some(last) = words.len().checked_sub(1) else { return Ok(Vec::new()) };
    let mut clauses = Vec::new();
    let mut has_near = false;
    for (at, word) in words.iter().enumerate() {
        let near = near(view, word, at == last)?;
        has_near |= !near.is_empty();
        let mut any: Vec<Match> = near.into_iter().map(Match::Exact).collect();
        any.push(Match::Prefix(word.clone()));
        clauses.push(Clause::Param { param: WORD, any });
    }
    if !has_near {
        return Ok(Vec::new());
    }
    clauses.extend(reading.iter().cloned());
    of(view, &clauses)
}

/// Words of the index that differ from one by a slip, or begin with what does.
///
/// # Errors
/// The store. Cost: [`MAX_LOOKS`] looks into the index at the most.
pub(super) fn near(view: &mut View<'_>, word: &str, is_beginning: bool) -> Result<Vec<String>, StoreError> {
    let Some(near) = Near::to(word, is_beginning) else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    let mut from = Some(String::new());
    for _ in 0..MAX_LOOKS {
        let Some(start) = from.take() else { break };
        let Some(met) = view.value_at_or_after(WORD, &start)? else { break };
        let meeting = near.meet(&met);
        if meeting.slips.is_some() {
            out.push(met);
        }
        if out.len() == MAX_NEAR {
            break;
        }
        from = meeting.next;
    }
    Ok(out)
}

fn of(view: &mut View<'_>, clauses: &[Clause]) -> Result<Vec<Stored>, StoreError> {
    if clauses.is_empty() {
        return Ok(Vec::new());
    }
    Ok(view.search("Patient", clauses, 0, CANDIDATES)?.resources)
}

/// How far a person's names are from the words typed: 0 for the very words in any order.
pub(super) fn distance<'p>(typed: &Typed, people: impl Iterator<Item = &'p Person>) -> usize {
    let of_person = |person: &Person| {
        let of_name = |text: String| {
            let normal = normalise(&text);
            let theirs: Vec<&str> = words(&normal).collect();
            typed.words.iter().map(|word| word_distance(word, &theirs)).sum::<usize>()
        };
        let mut names: Vec<String> = person
            .names
            .iter()
            .map(|name| format!("{} {} {}", name.given.join(" "), name.family, name.text))
            .collect();
        // Part of a person's names may be typed from one, part from another.
        names.push(names.join(" "));
        names.into_iter().map(of_name).min().unwrap_or(0)
    };
    people.map(of_person).min().unwrap_or(0)
}

fn word_distance(word: &str, theirs: &[&str]) -> usize {
    const OF_BEGINNING: usize = 1;
    const OF_SLIP: usize = 4;
    let one = |other: &&str| match other {
        other if *other == word => 0,
        other if other.starts_with(word) => OF_BEGINNING,
        other if query::is_of_unspaced(word) && other.contains(word) => OF_BEGINNING,
        _ => OF_SLIP,
    };
    theirs.iter().map(one).min().unwrap_or(OF_SLIP)
}
