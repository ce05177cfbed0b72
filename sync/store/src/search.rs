//! Search over the index: every clause narrows, alternatives within a clause widen.

use crate::error::Result;
use crate::index::{storable, without_nul};
use crate::sql::Value;
use crate::view::{Stored, View, stored};

/// How one alternative matches an index value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Match {
    /// Equal to it.
    Exact(String),
    /// Beginning with it.
    Prefix(String),
}

/// One condition: any of the alternatives under one parameter, or any of these ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clause {
    /// By search parameter number (see `appliance/clinical`).
    Param {
        /// The parameter.
        param: u32,
        /// Any of these.
        any: Vec<Match>,
    },
    /// By logical id.
    Id(Vec<String>),
}

/// A page of results.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The resources, in order of their number here.
    pub resources: Vec<Stored>,
    /// Where to go on; `None` at the end.
    pub next: Option<i64>,
}

/// The first string greater than every string with this prefix, by code point order.
fn after_prefix(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

impl View<'_> {
    /// Resources of a type that meet every clause, deleted ones left out.
    ///
    /// # Errors
    /// The database. Cost: the rows of the first clause, and one index probe a row for each further one.
    pub fn search(&mut self, kind: &str, clauses: &[Clause], after: i64, count: u32) -> Result<Found> {
        let mut params: Vec<Value> = vec![kind.into(), after.into()];
        let mut conditions = String::new();
        for clause in clauses {
            conditions.push_str(" AND ");
            conditions.push_str(&condition(clause, &mut params));
        }
        let text = format!(
            "SELECT r.kind, r.id, r.json, r.version, r.updated, r.deleted, r.conflicts, r.no FROM resource r \
             WHERE r.kind = $1 AND r.no > $2 AND r.deleted = 0{conditions} ORDER BY r.no LIMIT {}",
            u64::from(count) + 1
        );
        let rows = self.sql.query(&text, &params)?;
        let more = rows.len() as u64 > u64::from(count);
        let mut next = None;
        let mut resources = Vec::with_capacity(rows.len());
        for row in rows.into_iter().take(count as usize) {
            next = Some(row.int(7)?);
            resources.push(stored(row)?);
        }
        Ok(Found { resources, next: next.filter(|_| more) })
    }
}

fn condition(clause: &Clause, params: &mut Vec<Value>) -> String {
    let mut bind = |value: Value| {
        params.push(value);
        format!("${}", params.len())
    };
    match clause {
        Clause::Id(ids) => {
            let list: Vec<String> = ids.iter().map(|id| bind((&*without_nul(id)).into())).collect();
            format!("r.id IN ({})", list.join(", "))
        }
        Clause::Param { param, any } => {
            let arms: Vec<String> = any
                .iter()
                .map(|one| {
                    let number = bind(i64::from(*param).into());
                    let test = match one {
                        Match::Exact(value) => format!("s.value = {}", bind((&*storable(value)).into())),
                        Match::Prefix(prefix) => {
                            let prefix = &*storable(prefix);
                            let from = bind(prefix.into());
                            format!("s.value >= {from} AND s.value < {}", bind(after_prefix(prefix).into()))
                        }
                    };
                    format!("SELECT s.resource_no FROM search s WHERE s.param = {number} AND {test}")
                })
                .collect();
            format!("r.no IN ({})", arms.join(" UNION "))
        }
    }
}
