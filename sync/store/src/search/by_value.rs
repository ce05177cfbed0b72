//! Along the index: resources in the order of the values under one parameter, and the values themselves.

use std::collections::HashSet;

use holdfast_core::search::{Clause, after_prefix};

use super::{COLUMNS, Conditions, PAGE_BYTES};
use crate::error::Result;
use crate::index::storable;
use crate::sent::Sent;
use crate::sql::{Row, Rows, Value};
use crate::view::{Stored, View, stored};

/// Rows read beyond those wanted, since one resource may have several in a row.
const ROWS_BESIDE: u64 = 16;

/// A stretch of the index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Under this parameter.
    pub param: u32,
    /// Values that begin with this.
    pub prefix: String,
    /// Of these, those at or after this one.
    pub from: Option<String>,
    /// The greatest first.
    pub descending: bool,
}

impl Stretch {
    /// All values that begin with `prefix`, the least first.
    pub fn of(param: u32, prefix: impl Into<String>) -> Self {
        Self { param, prefix: prefix.into(), from: None, descending: false }
    }

    /// The same, the greatest first.
    #[must_use]
    pub fn from_the_end(self) -> Self {
        Self { descending: true, ..self }
    }
}

/// How much of a stretch is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// So many resources at the most.
    pub count: usize,
    /// Together no more bytes of JSON than this, but one resource always.
    pub bytes: usize,
}

impl Room {
    /// So many, as far as a page of a search holds them.
    pub fn for_some(count: usize) -> Self {
        Self { count, bytes: PAGE_BYTES }
    }
}

/// A resource on a stretch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// The resource.
    pub stored: Stored,
    /// The value that it was met under.
    pub value: String,
    /// Whether every op of ours in it is acknowledged by an upstream, if that was asked.
    pub is_sent: Option<bool>,
}

impl View<'_> {
    /// The first resources of a type along a stretch that meet every clause, each once, deleted ones left out.
    ///
    /// # Errors
    /// [`crate::error::StoreError::OutOfSight`], or the database. Cost: the rows gone past, an index probe for each further clause of
    /// them.
    pub fn along(
        &mut self,
        kind: &str,
        stretch: &Stretch,
        clauses: &[Clause],
        Room { count, bytes }: Room,
        sent: Option<&Sent>,
    ) -> Result<Vec<Placed>> {
        let clauses = self.narrowed(kind, clauses)?.into_owned();
        let (mut out, mut seen, mut room) = (Vec::new(), HashSet::new(), bytes);
        let mut place: Option<(String, i64)> = None;
        while out.len() < count && room > 0 {
            let wanted = (count - out.len()) as u64 + ROWS_BESIDE;
            let Rows { rows, is_cut } =
                self.rows_along(kind, stretch, &clauses, place.take(), wanted, room)?;
            let has_more = is_cut || rows.len() as u64 == wanted;
            for row in rows {
                let no = row.int(7)?;
                let value = row.text(9)?.to_owned();
                place = has_more.then(|| (value.clone(), no));
                if out.len() == count || !seen.insert(no) {
                    continue;
                }
                let one = placed(row, value, sent)?;
                room = room.saturating_sub(one.stored.json.len());
                out.push(one);
            }
            if place.is_none() {
                break;
            }
        }
        Ok(out)
    }

    fn rows_along(
        &mut self,
        kind: &str,
        stretch: &Stretch,
        clauses: &[Clause],
        place: Option<(String, i64)>,
        limit: u64,
        bytes: usize,
    ) -> Result<Rows> {
        let prefix = storable(&stretch.prefix).into_owned();
        let from = stretch.from.as_deref().filter(|from| **from > *prefix).unwrap_or(&prefix).to_owned();
        let below = after_prefix(&prefix);
        let mut params: Vec<Value> =
            vec![kind.into(), i64::from(stretch.param).into(), from.into(), below.into()];
        let (order, beyond) = if stretch.descending { ("DESC", "<") } else { ("ASC", ">") };
        let mut behind = String::new();
        if let Some((value, no)) = place {
            params.extend([value.into(), no.into()]);
            // Said once more as a range, from which an index can go on.
            behind =
                format!(" AND d.value {beyond}= $5 AND (d.value {beyond} $5 OR d.resource_no {beyond} $6)");
        }
        let mut conditions = Conditions::new(params);
        let rest = conditions.all("r", "d.resource_no", clauses);
        // `CROSS JOIN` and the type as an expression keep SQLite on the index of values.
        let text = format!(
            "SELECT {COLUMNS}, r.state, d.value FROM search d CROSS JOIN resource r WHERE d.param = $2 \
             AND d.value >= $3 AND d.value < $4{behind}{rest} AND r.no = d.resource_no AND r.kind || '' = $1 \
             AND r.deleted = 0 ORDER BY d.value {order}, d.resource_no {order} LIMIT {limit}"
        );
        self.sql.query_within(&text, &conditions.into_params(), bytes)
    }

    /// How many resources of a type stand along a stretch and are in sight, deleted ones left out; counted no further than
    /// `most`.
    ///
    /// # Errors
    /// [`crate::error::StoreError::OutOfSight`], or the database. Cost: a look for each that is counted.
    pub fn count_held(&mut self, kind: &str, stretch: &Stretch, most: u64) -> Result<u64> {
        let clauses = self.narrowed(kind, &[])?.into_owned();
        let prefix = storable(&stretch.prefix).into_owned();
        let below = after_prefix(&prefix);
        let params = vec![kind.into(), i64::from(stretch.param).into(), prefix.into(), below.into()];
        let mut conditions = Conditions::new(params);
        let rest = conditions.all("r", "d.resource_no", &clauses);
        let text = format!(
            "SELECT COUNT(*) FROM (SELECT DISTINCT d.resource_no FROM search d CROSS JOIN resource r WHERE d.param = $2 \
             AND d.value >= $3 AND d.value < $4{rest} AND r.no = d.resource_no AND r.kind || '' = $1 \
             AND r.deleted = 0 LIMIT {most}) AS found"
        );
        self.sql.query(&text, &conditions.into_params())?.first().map_or(Ok(0), |row| row.uint(0))
    }

    /// How many rows stand along a stretch, whosever they are; counted no further than `most`. It tells from where a search
    /// had best start, and must not be shown.
    ///
    /// # Errors
    /// The database. Cost: the rows counted.
    pub fn count_along(&mut self, stretch: &Stretch, most: u64) -> Result<u64> {
        let prefix = storable(&stretch.prefix).into_owned();
        let below = after_prefix(&prefix);
        let params: [Value; 3] = [i64::from(stretch.param).into(), prefix.into(), below.into()];
        let text = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM search WHERE param = $1 AND value >= $2 AND value < $3 \
             LIMIT {most}) AS found"
        );
        self.sql.query(&text, &params)?.first().map_or(Ok(0), |row| row.uint(0))
    }

    /// The ids of resources of a type that are there, each with its values under a parameter from one value to before another, in the
    /// order of the values; `most` of them. Whosever they are: it tells what is taken, and must not be shown.
    ///
    /// # Errors
    /// The database. Cost: the rows gone past, and a look for each.
    pub fn values_between(
        &mut self,
        kind: &str,
        param: u32,
        (from, below): (&str, &str),
        most: u64,
    ) -> Result<Vec<(String, String)>> {
        let params: [Value; 4] =
            [kind.into(), i64::from(param).into(), (&*storable(from)).into(), (&*storable(below)).into()];
        let text = format!(
            "SELECT r.id, d.value FROM search d CROSS JOIN resource r WHERE d.param = $2 AND d.value >= $3 \
             AND d.value < $4 AND r.no = d.resource_no AND r.kind || '' = $1 AND r.deleted = 0 \
             ORDER BY d.value, d.resource_no LIMIT {most}"
        );
        let rows = self.sql.query(&text, &params)?;
        rows.into_iter().map(|mut row| Ok((row.take_text(0)?, row.take_text(1)?))).collect()
    }

    /// The first value under a parameter at or after `from`, whoever's it is: it tells what may be looked for, and must not
    /// be shown.
    ///
    /// # Errors
    /// The database. Cost: one look into the index.
    pub fn value_at_or_after(&mut self, param: u32, from: &str) -> Result<Option<String>> {
        let params: [Value; 2] = [i64::from(param).into(), (&*storable(from)).into()];
        let text = "SELECT value FROM search WHERE param = $1 AND value >= $2 ORDER BY value LIMIT 1";
        self.sql.query(text, &params)?.into_iter().next().map(|mut row| row.take_text(0)).transpose()
    }
}

fn placed(row: Row, value: String, sent: Option<&Sent>) -> Result<Placed> {
    let is_sent = sent.map(|sent| sent.includes(row.blob(8)?)).transpose()?;
    Ok(Placed { stored: stored(row)?, value, is_sent })
}
