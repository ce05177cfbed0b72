//! Everything of one scope that is held here: a patient's record as a whole.

use holdfast_core::id::Scope;
use holdfast_core::sight::{Kinds, May};
use holdfast_core::view;

use crate::error::Result;
use crate::search::{Found, PAGE_BYTES};
use crate::sql::{Rows, Value};
use crate::timeline::{at_or_after, kinds_condition};
use crate::view::{Stored, View, stored};

/// Which part of a scope is wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Part {
    /// Of these resource types; empty: of all.
    pub kinds: Vec<String>,
    /// Changed at this time or later, in Unix milliseconds.
    pub since_ms: Option<u64>,
}

impl View<'_> {
    /// Resources in a scope and in sight, deleted ones left out, in order of their number here.
    ///
    /// # Errors
    /// The database. Cost: the scope's feed, and the registers of each resource on the page.
    pub fn in_scope(&mut self, scope: &Scope, part: &Part, after: i64, count: u32) -> Result<Found> {
        let mut found = Found { resources: Vec::new(), next: Some(after) };
        let mut room = PAGE_BYTES;
        while let Some(from) = found.next.filter(|_| found.resources.len() < count as usize && room > 0) {
            let wanted = count - found.resources.len() as u32;
            let before = found.resources.len();
            found.next = self.take(scope, part, from, wanted, room, &mut found.resources)?;
            let taken = found.resources[before..].iter().map(|one| one.json.len()).sum();
            room = room.saturating_sub(taken);
        }
        Ok(found)
    }

    /// Takes up to `count` into `out`; where to go on.
    fn take(
        &mut self,
        scope: &Scope,
        part: &Part,
        after: i64,
        count: u32,
        bytes: usize,
        out: &mut Vec<Stored>,
    ) -> Result<Option<i64>> {
        self.settle_sight()?;
        let is_kept = self.sight.as_ref().is_some_and(|sight| sight.reader.is_some());
        let mut params: Vec<Value> = vec![scope.0.as_str().into(), after.into()];
        let mut conditions = String::new();
        if let Some(since_ms) = part.since_ms {
            params.push(at_or_after(since_ms));
            conditions.push_str(&format!(" AND r.updated >= ${}", params.len()));
        }
        if !part.kinds.is_empty() {
            conditions.push_str(&kinds_condition(&Kinds::Only(part.kinds.clone()), &mut params));
        }
        if let Some(sight) = &self.sight {
            if sight.patient.as_ref().is_some_and(|patient| *scope != Scope::patient(patient)) {
                return Ok(None);
            }
            conditions.push_str(&kinds_condition(&sight.kinds(May::READ), &mut params));
        }
        let text = format!(
            "SELECT r.kind, r.id, r.json, r.version, r.updated, r.deleted, r.conflicts, r.no, r.state FROM resource r \
             WHERE r.no > $2 AND r.deleted = 0{conditions} AND r.no IN (SELECT f.resource_no FROM feed f \
             JOIN scope s ON s.no = f.scope_no WHERE s.name = $1) ORDER BY r.no LIMIT {}",
            u64::from(count) + 1
        );
        let Rows { rows, is_cut } = self.sql.query_within(&text, &params, bytes)?;
        let has_more = is_cut || rows.len() > count as usize;
        let mut next = None;
        for row in rows.into_iter().take(count as usize) {
            next = Some(row.int(7)?);
            let bytes = row.blob(8)?.to_vec();
            let one = stored(row)?;
            if is_kept && !self.is_in_sight(&one.entity, May::READ)? {
                continue;
            }
            // A feed keeps what has left the scope since: who reads is shown what is in it now.
            let state = view::decode(one.entity.clone(), &one.json, &bytes)?;
            if self.rules.scopes(&state, "").contains(scope) {
                out.push(one);
            }
        }
        Ok(next.filter(|_| has_more))
    }
}
