//! Paging cursors: opaque, bound to the list and to who asked for it. What is none of ours is refused; and since a cursor
//! is no secret, whatever place a forged one names, the store answers with a part of the list.

use holdfast_api::RequestError;
use holdfast_api::cursors::{Asking, sorted};
use holdfast_clinical::search::query::parse_query;
use holdfast_clinical::url::parse_pairs;
use holdfast_core::id::Scope;
use holdfast_store::compartment::Part;
use holdfast_store::search::Place;
use holdfast_store::timeline::Wanted;

use crate::source::Source;
use crate::world::world;

const ADDRESSES: [&str; 5] =
    ["Patient", "Observation", "Patient/_history", "Patient/p1/_history", "Patient/p1/$everything"];
const SEARCHES: [(&str, &str); 6] = [
    ("Patient", "_sort=family,-birthdate"),
    ("Patient", "_sort=-name"),
    ("Observation", "_sort=-date"),
    ("Observation", "_sort=_lastUpdated"),
    ("Observation", "_sort=-_lastUpdated&status=final"),
    ("Encounter", "_sort=_id,_lastUpdated,status"),
];
/// More than there are of any type.
const ALL: u32 = 100;

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte() % 5 {
        0 => foreign(&mut source),
        1 | 2 => sealed(&mut source),
        3 => forged(source.far(), source.below(8) as u32 + 1),
        _ => forged_in_order(&mut source),
    }
}

/// Reads who asks, and hands it on.
fn asking<T>(source: &mut Source<'_>, work: impl FnOnce(&mut Source<'_>, &Asking<'_>) -> T) -> T {
    let (caller, address) = (source.text(), ADDRESSES[source.below(ADDRESSES.len())]);
    let query = String::from_utf8_lossy(source.chunk()).into_owned();
    work(source, &Asking { caller: &caller, address, query: &query })
}

/// A text of anybody's: refused, or what we would have written ourselves.
fn foreign(source: &mut Source<'_>) {
    asking(source, |source, asking| {
        let text = String::from_utf8_lossy(source.rest());
        match asking.open(&text) {
            Ok(place) => assert_eq!(asking.seal(&place).as_deref(), Ok(&*text), "a cursor is not ours"),
            Err(error) => assert!(is_refusal(&error), "{error}"),
        }
        let (number, place) = (asking.open_number(&text), asking.open_sorted(&text));
        assert!(number.as_ref().err().is_none_or(is_refusal) && place.as_ref().err().is_none_or(is_refusal));
    });
}

fn is_refusal(error: &RequestError) -> bool {
    matches!(error, RequestError::BadCursor | RequestError::BadQuery { .. })
}

/// What we seal opens to itself, for the same caller and list alone, and unchanged alone.
fn sealed(source: &mut Source<'_>) {
    asking(source, |source, mine| {
        asking(source, |source, other| {
            let (at, by) = (source.byte(), source.byte());
            let place = source.rest();
            let Ok(cursor) = mine.seal(place) else { return };
            assert_eq!(mine.open(&cursor).as_deref(), Ok(place));
            let number = <[u8; 8]>::try_from(place).map(i64::from_le_bytes);
            assert_eq!(mine.open_number(&cursor).ok(), number.ok());
            if let Ok(there) = mine.open_sorted(&cursor) {
                assert_eq!(mine.seal(&sorted(&there)).and_then(|again| mine.open_sorted(&again)), Ok(there));
            }
            match other.open(&cursor) {
                Ok(place_there) => {
                    assert!(is_same(mine, other), "{mine:?} and {other:?} share a cursor");
                    assert_eq!(place_there, place);
                }
                Err(_) => assert!(!is_same(mine, other), "a cursor does not open for who got it"),
            }
            changed(mine, &cursor, usize::from(at), by);
        });
    });
}

fn changed(mine: &Asking<'_>, cursor: &str, at: usize, by: u8) {
    let at = at % cursor.len();
    let mut bytes = cursor.as_bytes().to_vec();
    bytes[at] = by;
    let other =
        [String::from_utf8_lossy(&bytes).into_owned(), cursor[at..].to_owned(), format!("{cursor}{cursor}")];
    for text in other.iter().filter(|text| *text != cursor) {
        assert_eq!(mine.open(text), Err(RequestError::BadCursor), "{text} was not sealed");
    }
}

/// Whether two ask for the same list: whatever the size of the page, and in which form.
fn is_same(one: &Asking<'_>, other: &Asking<'_>) -> bool {
    let about_form = ["_count", "_cursor", "_format", "_pretty", "-everywhere"];
    let pairs = |of: &Asking<'_>| {
        let mut pairs = parse_pairs(of.query).ok()?;
        pairs.retain(|(name, _)| !about_form.contains(&name.as_str()));
        Some(pairs)
    };
    one.caller == other.caller
        && one.address == other.address
        && pairs(one).is_some_and(|pairs_one| pairs(other) == Some(pairs_one))
}

/// A number that no page ended with.
fn forged(after: i64, count: u32) {
    let read = world().read(|view| {
        let all = view.search("Observation", &[], 0, ALL)?.resources;
        let found = view.search("Observation", &[], after, count)?;
        assert!(
            found.resources.len() <= count as usize && found.resources.iter().all(|one| all.contains(one))
        );
        assert!(found.next.is_none_or(|next| next > after));
        let everything = view.in_scope(&Scope::patient("p1"), &Part::default(), after, count)?;
        assert!(everything.resources.len() <= count as usize);
        assert!(everything.next.is_none_or(|next| next > after));
        let wanted = Wanted { kind: Some("Patient".into()), ..Wanted::default() };
        let timeline = view.timeline(&wanted, Some(after), count)?;
        assert!(timeline.events.len() <= count as usize && timeline.next.is_none_or(|next| next < after));
        assert!(timeline.events.iter().all(|event| event.entity.kind == "Patient"));
        view.conflicted(after, count)
    });
    let (conflicted, _) = read.expect("any number is a place");
    assert!(conflicted.iter().all(|entity| entity.id == "p4"));
}

/// Keys that no page ended with.
fn forged_in_order(source: &mut Source<'_>) {
    let (kind, query) = SEARCHES[source.below(SEARCHES.len())];
    let count = source.below(8) as u32 + 1;
    let keys =
        (0..source.below(5)).map(|_| (!source.byte().is_multiple_of(4)).then(|| source.text())).collect();
    let after = Place { keys, no: source.far() };
    let pairs = parse_pairs(query).expect("the searches are written well");
    let query = parse_query(kind, &pairs).expect("the searches are written well");
    let page = |after: Option<&Place>, count| {
        let found = world().read(|view| view.search_sorted(kind, &query.clauses, &query.sort, after, count));
        found.expect("any keys are a place").resources
    };
    let (all, found) = (page(None, ALL), page(Some(&after), count));
    assert!(found.len() <= count as usize);
    let mut rest = all.iter();
    assert!(
        found.iter().all(|one| rest.any(|other| other == one)),
        "{found:?} is not of the list, in its order"
    );
}
