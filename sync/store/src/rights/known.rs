//! What this database knows of rights and of time that is taken, found by index rows.

use holdfast_core::id::{ActorId, Lane};
use holdfast_core::rights::rows::{self, Range};
use holdfast_core::rights::span::{Span, Spans};
use holdfast_core::rights::{Act, KIND, Ledger, Owner, Record, Refusal};

use super::heard;
use crate::error::Result;
use crate::log;
use crate::records::Records;
use crate::sql::{Row, Sql, Value};

/// A stretch that is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Taken {
    /// Which.
    pub(crate) span: Span,
    /// By which record, `Type/id`.
    pub(crate) by: String,
}

fn found(sql: &mut dyn Sql, range: &Range, columns: &str) -> Result<Vec<Row>> {
    let text = format!(
        "SELECT {columns} FROM search s JOIN resource r ON r.no = s.resource_no \
         WHERE s.param = $1 AND s.value >= $2 AND s.value < $3 AND r.deleted = 0 ORDER BY s.value, s.resource_no"
    );
    let params: [Value; 3] =
        [i64::from(range.param).into(), range.from.as_str().into(), range.to.as_str().into()];
    sql.query(&text, &params)
}

/// Records whose rows stand in a range.
pub(crate) fn records_in(sql: &mut dyn Sql, range: &Range) -> Result<Vec<Record>> {
    let rows = found(sql, range, "r.json")?;
    // One that a later version wrote, and this one cannot read, changes nothing here.
    let read = rows.iter().map(|row| Ok(Record::read(row.text(0)?).ok()));
    read.filter_map(Result::transpose).collect()
}

/// Whether anything at all is known of rights here.
pub(crate) fn is_any(sql: &mut dyn Sql) -> Result<bool> {
    Ok(!sql.query("SELECT 1 FROM resource WHERE kind = $1 LIMIT 1", &[KIND.into()])?.is_empty())
}

/// Whether a clinic's calendar has begun.
pub(crate) fn has_begun(sql: &mut dyn Sql, clinic: &str) -> Result<bool> {
    Ok(!found(sql, &rows::heads(clinic, "calendar"), "r.no")?.is_empty())
}

/// What is known of a clinic's calendar, and of who owns these stretches.
pub(crate) fn ledger<'a>(
    sql: &mut dyn Sql,
    records: &Records,
    clinic: &str,
    asked: impl IntoIterator<Item = (&'a str, Span)>,
) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for record in records_in(sql, &rows::heads(clinic, "calendar"))? {
        ledger.add(&record);
    }
    for record in records_in(sql, &rows::heads(clinic, "gone"))? {
        if let Act::Gone { of, by, .. } = &record.act
            && (*by == records.actor()
                || is_former_self(sql, *by)?
                || heard::is_settled(sql, records, *of, *by)?)
        {
            ledger.add(&record);
        }
    }
    for (resource, span) in asked {
        let Some(range) = rows::pieces(clinic, resource, span) else { continue };
        for row in found(sql, &range, "s.value, s.resource_no")? {
            let Some((span, epoch, taker)) = rows::read_piece(row.text(0)?) else { continue };
            #[cfg(feature = "sabotage")]
            let epoch = match records.is_broken(crate::sabotage::Sabotage::NoEpoch) {
                // Whatever came last counts.
                true => row.uint(1)?,
                false => epoch,
            };
            ledger.claim(resource, &[span], epoch, taker);
        }
    }
    Ok(ledger)
}

/// What takes time of a resource on a span, but for what was forced in and `except`.
pub(crate) fn taken(
    sql: &mut dyn Sql,
    resource: &str,
    span: Span,
    except: Option<&str>,
) -> Result<Vec<Taken>> {
    let mut out: Vec<Taken> = Vec::new();
    let Some(range) = rows::booked(resource, span) else { return Ok(out) };
    for row in found(sql, &range, "s.value, r.kind, r.id")? {
        let Some(booked) = rows::read_booked(row.text(0)?) else { continue };
        let one = Taken { span: booked.span, by: format!("{}/{}", row.text(1)?, row.text(2)?) };
        let counts = !booked.is_overbooked && booked.span.overlaps(span) && except != Some(&one.by);
        if counts && !out.contains(&one) {
            out.push(one);
        }
    }
    Ok(out)
}

/// The minutes of [`taken`].
pub(crate) fn taken_spans(sql: &mut dyn Sql, resource: &str, span: Span) -> Result<Spans> {
    Ok(taken(sql, resource, span, None)?.into_iter().map(|one| one.span).collect())
}

/// Whether it is an earlier incarnation of this database: what it said holds.
fn is_former_self(sql: &mut dyn Sql, actor: ActorId) -> Result<bool> {
    let text = "SELECT 1 FROM actor WHERE actor = $1 AND replica = $2";
    Ok(!sql.query(text, &[actor.0.to_vec().into(), "self".into()])?.is_empty())
}

/// Whether this database takes nothing new of another's any more, because it has said that it is gone.
pub(crate) fn is_fenced(sql: &mut dyn Sql, records: &Records, of: ActorId) -> Result<bool> {
    let said = records_in(sql, &rows::gone(of))?;
    for record in said {
        let Act::Gone { by, .. } = record.act else { continue };
        if by == records.actor() || is_former_self(sql, by)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether this database may sell a span now.
pub(crate) fn may_sell(
    sql: &mut dyn Sql,
    records: &Records,
    ledger: &Ledger,
    (resource, span): (&str, Span),
) -> Result<Result<(), Refusal>> {
    let now = records.highest_ms();
    #[cfg(feature = "sabotage")]
    if records.is_broken(crate::sabotage::Sabotage::NoFence) {
        let selves = sql.query("SELECT actor FROM actor WHERE replica = $1", &[Value::from("self")])?;
        for row in selves {
            if ledger.may_sell(ActorId(row.array(0)?), resource, span, now).is_ok() {
                return Ok(Ok(()));
            }
        }
    }
    let lawful = ledger.may_sell(records.actor(), resource, span, now);
    if lawful.is_ok()
        && let Some(giver) = unheard(sql, records, ledger, (resource, span))?
    {
        return Ok(Err(Refusal::NotHeard { resource: resource.to_owned(), giver }));
    }
    Ok(lawful)
}

/// Who has granted this database a part of a span, and saved before what is not here yet.
fn unheard(
    sql: &mut dyn Sql,
    records: &Records,
    ledger: &Ledger,
    (resource, span): (&str, Span),
) -> Result<Option<ActorId>> {
    for (giver, after) in ledger.awaited(records.actor(), resource, span) {
        let rows = sql.query("SELECT no FROM actor WHERE actor = $1", &[giver.0.to_vec().into()])?;
        let held = match rows.first() {
            Some(row) => log::head(sql, row.int(0)?, Lane::OPERATIONS)?.0,
            None => 0,
        };
        if held < after {
            return Ok(Some(giver));
        }
    }
    Ok(None)
}

impl Records {
    /// Who owns which part of a resource's time, for whoever asks why a booking was refused. Minutes of UTC, or numbers of a pool.
    ///
    /// # Errors
    /// The database. Cost: the records that name the resource on those days.
    pub fn owners(&self, clinic: &str, resource: &str, span: Span) -> Result<Vec<(Span, Owner)>> {
        self.read(|view| Ok(ledger(view.sql, self, clinic, [(resource, span)])?.owners(resource, span)))
    }

    /// What of a resource's time this database would confirm now: owned, not over, not taken.
    ///
    /// # Errors
    /// The database. Cost as [`Records::owners`], and what is booked on those days.
    pub fn sellable(&self, clinic: &str, resource: &str, span: Span) -> Result<Spans> {
        self.read(|view| {
            let ledger = ledger(view.sql, self, clinic, [(resource, span)])?;
            let mut ours = Vec::new();
            for (part, _) in ledger.owners(resource, span) {
                if may_sell(view.sql, self, &ledger, (resource, part))?.is_ok() {
                    ours.push(part);
                }
            }
            Ok(Spans::new(ours).minus(&taken_spans(view.sql, resource, span)?))
        })
    }
}
