//! From where a search starts: the index rows of one clause, so that its cost grows with what that clause finds and never
//! with the number of resources held.

use holdfast_core::search::{Clause, Match};

use super::condition::Conditions;
use crate::error::Result;
use crate::sql::Value;
use crate::view::View;

/// Index rows counted of a clause to find out which finds least.
const COUNTED: usize = 500;

/// The parts of a statement over `resource r`.
pub(super) struct Narrowed {
    pub(super) params: Vec<Value>,
    /// What stands behind `FROM`.
    pub(super) tables: &'static str,
    /// What stands behind `WHERE`.
    pub(super) conditions: String,
    /// The column by which the numbers of the resources come in order without being sorted.
    pub(super) no: &'static str,
}

impl Narrowed {
    /// Resources of a type that are there and meet the clauses.
    ///
    /// The rows of one value under one parameter are in the order of the resources' numbers, so that a page of them reads no
    /// more than it shows. `CROSS JOIN` and the type as an expression keep SQLite, which knows nothing of how many rows
    /// there are, from going through all resources of the type instead.
    pub(super) fn of(kind: &str, clauses: &[Clause]) -> Self {
        let params = vec![kind.into()];
        let Some(at) = clauses.iter().position(Conditions::is_set) else {
            return Self::of_type(clauses, params);
        };
        // What can be told by the number alone is, before the resource is looked up.
        let others = clauses[..at].iter().chain(&clauses[at + 1..]).cloned();
        let (by_number, rest): (Vec<_>, Vec<_>) = others.partition(Conditions::is_by_number);
        let mut all = Conditions::new(params);
        let rest = all.all("r", "r.no", &rest);
        let resource = format!("r.kind || '' = $1 AND r.deleted = 0{rest}");
        if let Some((param, value)) = one_look(&clauses[at]) {
            let row = all.row("d", param, value);
            let others = all.all("r", "d.resource_no", &by_number);
            if matches!(value, Match::Exact(_)) {
                let text = format!("{row}{others} AND r.no = d.resource_no AND {resource}");
                let tables = "search d CROSS JOIN resource r";
                return Self::over(tables, "d.resource_no", all.into_params(), text);
            }
            let set = format!("SELECT d.resource_no FROM search d WHERE {row}{others}");
            return Self::over(
                "resource r",
                "r.no",
                all.into_params(),
                format!("r.no IN ({set}) AND {resource}"),
            );
        }
        let set = all.set(&clauses[at]).unwrap_or_default();
        // As an expression it is no column by which the search could start from another clause.
        let others = all.all("r", "+r.no", &by_number);
        let text = format!("r.no IN ({set}) AND {resource}{others}");
        Self::over("resource r", "r.no", all.into_params(), text)
    }

    /// Without a clause that the index answers: those of the type, by number, or those of a time.
    fn of_type(clauses: &[Clause], params: Vec<Value>) -> Self {
        let Some(at) = clauses.iter().position(|clause| matches!(clause, Clause::Updated(..))) else {
            let (params, rest) = Conditions::of(clauses, params);
            return Self::over("resource r", "r.no", params, format!("r.kind = $1 AND r.deleted = 0{rest}"));
        };
        let mut all = Conditions::new(params);
        let time = all.all("u", "u.no", &clauses[at..=at]);
        let rest = all.all("r", "+r.no", &[&clauses[..at], &clauses[at + 1..]].concat());
        let set = format!("SELECT u.no FROM resource u WHERE u.kind = $1{time}");
        let text = format!("r.no IN ({set}) AND r.kind || '' = $1 AND r.deleted = 0{rest}");
        Self::over("resource r", "r.no", all.into_params(), text)
    }

    fn over(tables: &'static str, no: &'static str, params: Vec<Value>, conditions: String) -> Self {
        Self { params, tables, conditions, no }
    }

    /// Binds a further parameter.
    pub(super) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }
}

/// What the clause is about, if that is one look of one parameter.
fn one_look(clause: &Clause) -> Option<(u32, &Match)> {
    match clause {
        Clause::Param { param, any } => match &any[..] {
            [one] => Some((*param, one)),
            _ => None,
        },
        _ => None,
    }
}

fn is_one_value(clause: &Clause) -> bool {
    matches!(one_look(clause), Some((_, Match::Exact(_))))
}

impl View<'_> {
    /// The clauses with that one first from which a search had best start.
    ///
    /// # Errors
    /// The database.
    pub(super) fn fewest_first(&mut self, clauses: &[Clause]) -> Result<Vec<Clause>> {
        let mut ordered = clauses.to_vec();
        if clauses.iter().filter(|clause| Conditions::is_set(clause)).count() < 2 {
            return Ok(ordered);
        }
        // Where none finds few, a page of one value's rows is the cheapest.
        let mut best = (COUNTED, clauses.iter().position(is_one_value).unwrap_or(0));
        for (at, clause) in clauses.iter().enumerate() {
            let Some((params, rows)) = Conditions::rows_of(clause) else { continue };
            let text = format!("SELECT COUNT(*) FROM ({rows} LIMIT {COUNTED}) AS found");
            let found = self.sql.query(&text, &params)?;
            let found = found.first().map_or(Ok(0), |row| row.uint(0))? as usize;
            if found < best.0 {
                best = (found, at);
            }
        }
        ordered[..=best.1].rotate_right(1);
        Ok(ordered)
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::search::Range;

    use super::*;
    use crate::sql::Database;
    use crate::sqlite::Sqlite;

    /// How SQLite goes about a page of such a search.
    fn plan(clauses: &[Clause]) -> String {
        let Narrowed { params, tables, conditions, no } = Narrowed::of("Observation", clauses);
        let text = format!(
            "EXPLAIN QUERY PLAN SELECT r.json FROM {tables} WHERE {conditions} AND {no} > 7 ORDER BY {no}"
        );
        let mut plan = String::new();
        let db = Sqlite::in_memory().unwrap();
        db.read(&mut |sql| {
            for row in sql.query(&text, &params)? {
                plan.push_str(&format!("{}\n", row.text(3)?));
            }
            Ok(())
        })
        .unwrap();
        plan
    }

    #[test]
    fn nothing_is_gone_through_that_grows_with_what_is_held() {
        let one = |param, any| Clause::Param { param, any: vec![any] };
        let (patient, code) = (one(1, Match::Exact("Patient/1".into())), one(2, Match::Exact("s|c".into())));
        let name = one(3, Match::Prefix("smi".into()));
        let date = one(4, Match::Range(Range { from: Some("2026".into()), ..Range::default() }));
        let either = Clause::Any(vec![patient.clone(), one(5, Match::Exact("Patient/1".into()))]);
        let given = one(6, Match::Prefix("jo".into()));
        let far = Clause::Refers { param: 1, kind: "Patient".into(), to: vec![name.clone()] };
        for (clauses, starts) in [
            (vec![patient.clone()], "SEARCH d USING PRIMARY KEY (param=? AND value=? AND resource_no>?)"),
            (
                vec![patient.clone(), code.clone(), date.clone()],
                "SEARCH d USING PRIMARY KEY (param=? AND value=?",
            ),
            (vec![Clause::Not(Box::new(code)), patient], "SEARCH d USING PRIMARY KEY (param=? AND value=?"),
            (
                vec![name.clone(), given, Clause::Id(vec!["p".into()])],
                "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)",
            ),
            (vec![name], "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)"),
            (vec![either], "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)"),
            (vec![far], "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)"),
            (vec![], "SEARCH r USING INDEX resource_kind (kind=? AND no>?)"),
            (vec![Clause::Conflicted], "SEARCH r USING INDEX resource_kind (kind=? AND no>?)"),
            (vec![Clause::Updated(1, 9)], "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)"),
        ] {
            let plan = plan(&clauses);
            assert!(plan.starts_with(starts), "{clauses:?}\n{plan}");
            for bad in ["SCAN r", "SCAN s", "resource_name (kind=?)", "FOR ORDER BY"] {
                assert!(!plan.contains(bad), "{clauses:?}\n{plan}");
            }
        }
    }
}
