//! What this database knows of rights and of time that is taken, found by index rows.

use holdfast_core::id::ActorId;
use holdfast_core::rights::rows::{self, Range};
use holdfast_core::rights::span::{Span, Spans};
use holdfast_core::rights::{Act, KIND, Ledger, Owner, Record, Refusal};

use super::heard;
use crate::error::Result;
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
            && (*by == records.actor() || heard::is_settled(sql, records, *of, *by)?)
        {
            ledger.add(&record);
        }
    }
    for (resource, span) in asked {
        for range in rows::pieces(clinic, resource, span) {
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
    for range in rows::booked(resource, span) {
        for row in found(sql, &range, "s.value, r.kind, r.id")? {
            let Some(booked) = rows::read_booked(row.text(0)?) else { continue };
            let one = Taken { span: booked.span, by: format!("{}/{}", row.text(1)?, row.text(2)?) };
            let counts = !booked.is_overbooked && booked.span.overlaps(span) && except != Some(&one.by);
            if counts && !out.contains(&one) {
                out.push(one);
            }
        }
    }
    Ok(out)
}

/// The minutes of [`taken`].
pub(crate) fn taken_spans(sql: &mut dyn Sql, resource: &str, span: Span) -> Result<Spans> {
    Ok(taken(sql, resource, span, None)?.into_iter().map(|one| one.span).collect())
}

/// Whether this database takes nothing new of another's any more, because it has said that it is gone.
pub(crate) fn is_fenced(sql: &mut dyn Sql, records: &Records, of: ActorId) -> Result<bool> {
    let said = records_in(sql, &rows::gone(of))?;
    Ok(said.iter().any(|record| matches!(record.act, Act::Gone { by, .. } if by == records.actor())))
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
    let _ = sql;
    Ok(ledger.may_sell(records.actor(), resource, span, now))
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
        let (me, now) = (self.actor(), self.highest_ms());
        self.read(|view| {
            let ledger = ledger(view.sql, self, clinic, [(resource, span)])?;
            let is_ours = |owner: Owner| match owner {
                Owner::Holder(holder) => holder == me,
                Owner::Taker { taker, sell_until_ms } => taker == me && now < sell_until_ms,
                Owner::Nobody | Owner::Contested => false,
            };
            let parts = ledger.owners(resource, span).into_iter();
            let ours: Spans = parts.filter(|(_, owner)| is_ours(*owner)).map(|(part, _)| part).collect();
            Ok(ours.minus(&taken_spans(view.sql, resource, span)?))
        })
    }
}
