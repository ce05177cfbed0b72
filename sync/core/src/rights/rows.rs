//! Index rows of rights and of what takes time, for [`crate::rules::Rules::index`]: so that a store finds both, on every database, in the
//! transaction that changes them. What overlaps a stretch is found by the days it touches.

use super::act::{Act, KIND, Record, check_name, check_span};
use super::counted;
use super::ledger::Granted;
use super::span::{DAY_MIN, Span};
use super::takes::Takes;
use crate::id::ActorId;
use crate::rules::IndexRow;

/// Numbers that no search parameter has; see `appliance/clinical`.
const BOOKED: u32 = 910_001;
const PIECE: u32 = 910_002;
const HEAD: u32 = 910_003;

/// Between the parts of a value (ASCII unit separator).
const SEPARATOR: char = '\u{1f}';

/// Days for which a grant of numbers is looked at after it is sold no more: their own "minutes" say nothing of when they are over.
const POOL_DAYS: i64 = 62;

/// The elements that rows of a right are made of.
pub const ELEMENTS: [&str; 10] =
    ["act", "clinic", "holder", "of", "by", "taker", "successor", "epoch", "sellUntilMs", "pieces"];

/// Whether such rows stand under this number.
pub fn is_row(param: u32) -> bool {
    matches!(param, BOOKED | PIECE | HEAD)
}

/// Whether resources of this type have rows of a right.
pub fn has_rows(kind: &str) -> bool {
    kind == KIND
}

/// The days that a span touches, counted from 1970-01-01.
pub(super) fn days(span: Span) -> impl Iterator<Item = i64> {
    let last = if span.is_empty() { span.from } else { span.to - 1 };
    let (first, last) = (span.from.div_euclid(DAY_MIN), last.div_euclid(DAY_MIN));
    first..=if span.is_empty() { first - 1 } else { last }
}

/// The rows of what takes time. Of what was forced in there is one too: it is shown. What no index can hold has none, and is refused
/// before it is saved.
pub fn of_takes(takes: &Takes) -> Vec<IndexRow> {
    let mut out = Vec::new();
    let lawful = |(name, span): &&(String, Span)| check_name(name).is_ok() && check_span(*span).is_ok();
    for (resource, span) in takes.bundle.iter().filter(|_| takes.is_taken).filter(lawful) {
        for day in days(*span) {
            let forced = i64::from(takes.is_overbooked);
            let value = joined(&[
                resource,
                &padded(day),
                &span.from.to_string(),
                &span.to.to_string(),
                &forced.to_string(),
            ]);
            out.push(IndexRow { param: BOOKED, value });
        }
    }
    sorted(out)
}

/// The rows of a right, by its JSON; none if it is not one.
pub fn of_record(json: &str) -> Vec<IndexRow> {
    let Ok(record) = Record::read(json) else { return Vec::new() };
    let mut out = Vec::new();
    let (epoch, taker) = match &record.act {
        Act::Calendar { .. } => return vec![head(&[&record.clinic, "calendar"])],
        Act::Ask { .. } => return vec![head(&[&record.clinic, "ask"])],
        Act::Gone { of, .. } => {
            return sorted(vec![head(&[&record.clinic, "gone"]), head(&["", "gone", &of.to_hex()])]);
        }
        Act::Grant { giver, taker, epoch, sell_until_ms, after, .. } => {
            out.push(head(&[&record.clinic, "grant", &padded(over_at(&record.act, *sell_until_ms))]));
            let (until, after) = (sell_until_ms.to_string(), after.to_string());
            (*epoch, joined(&[&taker.to_hex(), &until, &giver.to_hex(), &after]))
        }
        Act::Return { epoch, .. } | Act::TakeBack { epoch, .. } => (*epoch, String::new()),
    };
    for piece in record.act.pieces() {
        for span in &piece.spans {
            for day in days(*span) {
                let (from, to) = (span.from.to_string(), span.to.to_string());
                let parts = [
                    record.clinic.as_str(),
                    &piece.resource,
                    &padded(day),
                    &from,
                    &to,
                    &epoch.to_string(),
                    &taker,
                ];
                out.push(IndexRow { param: PIECE, value: joined(&parts) });
            }
        }
    }
    sorted(out)
}

/// The minute at which nothing of a grant lies ahead any more.
fn over_at(act: &Act, sell_until_ms: u64) -> i64 {
    let sold = i64::try_from(sell_until_ms / 60_000).unwrap_or(i64::MAX);
    let over = act.pieces().iter().flat_map(|piece| {
        let is_pool = counted::is_pool(&piece.resource);
        let beyond = sold.saturating_add(POOL_DAYS * DAY_MIN);
        piece.spans.iter().map(move |span| if is_pool { beyond } else { span.to })
    });
    over.max().unwrap_or_default()
}

/// What a store looks for: rows under a number whose values lie in `[from, to)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Range {
    /// The rows' number.
    pub param: u32,
    /// The first value.
    pub from: String,
    /// The value past the last.
    pub to: String,
}

fn range(param: u32, parts: &[&str]) -> Range {
    let from = format!("{}{SEPARATOR}", joined(parts));
    Range { param, to: crate::search::after_prefix(&from), from }
}

/// Where what takes time of a resource on the days of a span stands; nowhere, if the span is empty.
pub fn booked(resource: &str, span: Span) -> Option<Range> {
    on_days(BOOKED, &[resource], span)
}

/// Where what is said of a resource on the days of a span stands; nowhere, if the span is empty.
pub fn pieces(clinic: &str, resource: &str, span: Span) -> Option<Range> {
    on_days(PIECE, &[clinic, resource], span)
}

/// Days follow one another, so that one range is all of them.
fn on_days(param: u32, parts: &[&str], span: Span) -> Option<Range> {
    let (first, last) = (days(span).next()?, days(span).last()?);
    let of = |day: i64| {
        let day = padded(day);
        range(param, &[parts, &[day.as_str()]].concat())
    };
    Some(Range { to: of(last).to, ..of(first) })
}

/// Where a clinic's records of a kind (`calendar`, `ask`, `gone`) stand.
pub fn heads(clinic: &str, kind: &str) -> Range {
    range(HEAD, &[clinic, kind])
}

/// Where it stands that a database is gone, of any clinic.
pub fn gone(of: ActorId) -> Range {
    range(HEAD, &["", "gone", &of.to_hex()])
}

/// Where a clinic's grants stand of which something lies ahead of a minute.
pub fn grants_after(clinic: &str, minute: i64) -> Range {
    let all = range(HEAD, &[clinic, "grant"]);
    Range { from: joined(&[clinic, "grant", &padded(minute)]), ..all }
}

/// What a row says of time that is taken.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct BookedRow {
    /// The stretch, whole.
    pub span: Span,
    /// Whether it was forced in.
    pub is_overbooked: bool,
}

/// Reads a row found under [`booked`]; `None` if it is damaged.
pub fn read_booked(value: &str) -> Option<BookedRow> {
    let mut parts = value.split(SEPARATOR).skip(2);
    let span = Span::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(BookedRow { span, is_overbooked: parts.next()? == "1" })
}

/// What a row says of who owns a stretch: the stretch, the epoch, to whom it is granted, or none: the calendar's.
pub type PieceRow = (Span, u64, Option<Granted>);

/// Reads a row found under [`pieces`]; `None` if it is damaged.
pub fn read_piece(value: &str) -> Option<PieceRow> {
    let mut parts = value.split(SEPARATOR).skip(3);
    let span = Span::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let epoch = parts.next()?.parse().ok()?;
    let taker = match parts.next()? {
        "" => None,
        actor => Some(Granted {
            taker: ActorId::from_hex(actor)?,
            sell_until_ms: parts.next()?.parse().ok()?,
            giver: ActorId::from_hex(parts.next()?)?,
            after: parts.next()?.parse().ok()?,
        }),
    };
    Some((span, epoch, taker))
}

fn head(parts: &[&str]) -> IndexRow {
    IndexRow { param: HEAD, value: format!("{}{SEPARATOR}", joined(parts)) }
}

fn joined(parts: &[&str]) -> String {
    parts.join(&SEPARATOR.to_string())
}

/// Numbers whose order is that of their texts.
fn padded(number: i64) -> String {
    format!("{:012}", number.max(0))
}

fn sorted(mut rows: Vec<IndexRow>) -> Vec<IndexRow> {
    rows.sort_unstable();
    rows.dedup();
    rows
}
