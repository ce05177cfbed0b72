//! Clauses as SQL, the same for every database. A number of a resource is looked for in the set that an index scan gives.

use std::borrow::Cow;
use std::collections::BTreeSet;

use holdfast_core::search::{Clause, Match, Range, after_prefix};

use super::is_check;
use crate::index::{storable, without_nul};
use crate::sql::Value;

/// Sets that are joined in one go: SQLite takes 500.
const JOINED: usize = 400;

/// The parameters of a statement as they come up in its text.
pub(crate) struct Conditions {
    params: Vec<Value>,
    /// Tables named so far, so that each has a name of its own.
    tables: usize,
}

impl Conditions {
    /// The clauses as conditions on `resource r`, each beginning with ` AND `, and the statement's parameters, of which the
    /// first are given.
    pub(crate) fn of(clauses: &[Clause], params: Vec<Value>) -> (Vec<Value>, String) {
        let mut conditions = Self { params, tables: 0 };
        let text = conditions.all("r", "r.no", clauses);
        (conditions.params, text)
    }

    /// Without conditions yet.
    pub(super) fn new(params: Vec<Value>) -> Self {
        Self { params, tables: 0 }
    }

    pub(super) fn into_params(self) -> Vec<Value> {
        self.params
    }

    /// The numbers of the resources that meet a clause which the index answers, and the statement's parameters.
    pub(crate) fn numbers_of(clause: &Clause) -> Option<(Vec<Value>, String)> {
        let mut conditions = Self::new(Vec::new());
        let set = conditions.set(clause)?;
        Some((conditions.params, set))
    }

    /// The index rows of a clause about one look of one parameter, and the statement's parameters.
    pub(super) fn rows_of(clause: &Clause) -> Option<(Vec<Value>, String)> {
        let Clause::Param { param, any } = clause else { return None };
        let [one] = &any[..] else { return None };
        let mut conditions = Self { params: Vec::new(), tables: 0 };
        let row = conditions.row("s", *param, one);
        Some((conditions.params, format!("SELECT 1 FROM search s WHERE {row}")))
    }

    /// The clauses as conditions on the resource `of`, whose number is in the column `no`.
    pub(super) fn all(&mut self, of: &str, no: &str, clauses: &[Clause]) -> String {
        let indexed = clauses.iter().filter(|clause| !is_check(clause));
        indexed.map(|clause| format!(" AND {}", self.one(of, no, clause))).collect()
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    fn table(&mut self, prefix: char) -> String {
        self.tables += 1;
        format!("{prefix}{}", self.tables)
    }

    fn one(&mut self, of: &str, no: &str, clause: &Clause) -> String {
        if let Some(probe) = self.probe(no, clause) {
            return probe;
        }
        if let Some(set) = self.set(clause) {
            return format!("{no} IN ({set})");
        }
        match clause {
            Clause::Any(any) => {
                let arms: Vec<String> = any.iter().map(|one| self.one(of, no, one)).collect();
                if arms.is_empty() { "1 = 0".to_owned() } else { format!("({})", arms.join(" OR ")) }
            }
            Clause::Not(inner) => format!("NOT ({})", self.one(of, no, inner)),
            Clause::Id(ids) => {
                let list: Vec<String> = ids.iter().map(|id| self.bind(&*without_nul(id))).collect();
                format!("{of}.id IN ({})", list.join(", "))
            }
            Clause::Updated(from, below) => {
                // A time in the row is a hybrid one: milliseconds, then sixteen bits.
                let hybrid = |ms: u64| i64::try_from(ms.min(u64::MAX >> 17)).unwrap_or(i64::MAX) << 16;
                let from = self.bind(hybrid(*from));
                let below = if *below > u64::MAX >> 17 { i64::MAX } else { hybrid(*below) };
                format!("({of}.updated >= {from} AND {of}.updated < {})", self.bind(below))
            }
            Clause::Conflicted => format!("{of}.conflicts > 0"),
            Clause::ReferredBy { kind, param, by } => {
                let (link, other) = (self.table('s'), self.table('t'));
                let param = self.bind(i64::from(*param));
                let kind = self.bind(kind.as_str());
                let by = self.all(&other, &format!("{other}.no"), by);
                format!(
                    "EXISTS (SELECT 1 FROM search {link} JOIN resource {other} ON {other}.no = {link}.resource_no \
                     WHERE {link}.param = {param} AND {link}.value = {of}.kind || '/' || {of}.id \
                     AND {other}.kind = {kind} AND {other}.deleted = 0{by})"
                )
            }
            // Sets, or checked elsewhere.
            Clause::Param { .. } | Clause::Refers { .. } | Clause::Check { .. } => "1 = 1".to_owned(),
        }
    }

    /// Whether this very resource has one of some values: a look into the index for each, however many rows they have.
    fn probe(&mut self, no: &str, clause: &Clause) -> Option<String> {
        let Clause::Param { param, any } = clause else { return None };
        let values: Option<Vec<&str>> = any.iter().map(exact).collect();
        let values = values.filter(|values| !values.is_empty())?;
        let (row, param) = (self.table('s'), self.bind(i64::from(*param)));
        let list: Vec<String> = values.into_iter().map(|value| self.bind(&*storable(value))).collect();
        Some(format!(
            "EXISTS (SELECT 1 FROM search {row} WHERE {row}.param = {param} AND {row}.value IN ({}) \
             AND {row}.resource_no = {no})",
            list.join(", ")
        ))
    }

    /// A row under a parameter that looks like this.
    pub(super) fn row(&mut self, row: &str, param: u32, one: &Match) -> String {
        let param = self.bind(i64::from(param));
        format!("{row}.param = {param}{}", self.test(row, one))
    }

    /// The numbers of the resources that meet the clause, if an index gives them.
    pub(super) fn set(&mut self, clause: &Clause) -> Option<String> {
        match clause {
            Clause::Param { param, any } => Some(self.rows(*param, any)),
            Clause::Refers { param, kind, to } => {
                let (link, other) = (self.table('s'), self.table('t'));
                let param = self.bind(i64::from(*param));
                let kind = self.bind(kind.as_str());
                let to = self.far_end(&other, &kind, to);
                Some(format!(
                    "SELECT {link}.resource_no FROM resource {other} JOIN search {link} ON {link}.param = {param} \
                     AND {link}.value = {other}.kind || '/' || {other}.id \
                     WHERE {to} AND {other}.deleted = 0"
                ))
            }
            Clause::Any(any) if !any.is_empty() && any.iter().all(Self::is_set) => {
                Some(union(any.iter().filter_map(|one| self.set(one)).collect()))
            }
            _ => None,
        }
    }

    /// Conditions on the other end of a reference, of which the first index set is where the search starts.
    fn far_end(&mut self, of: &str, kind: &str, clauses: &[Clause]) -> String {
        let no = format!("{of}.no");
        let first = clauses.iter().position(Self::is_set);
        let Some((at, set)) = first.and_then(|at| Some((at, self.set(&clauses[at])?))) else {
            return format!("{of}.kind = {kind}{}", self.all(of, &no, clauses));
        };
        // As an expression it is no column by which the search could start from another clause.
        let rest = self.all(of, &format!("+{no}"), &[&clauses[..at], &clauses[at + 1..]].concat());
        format!("{no} IN ({set}) AND {of}.kind || '' = {kind}{rest}")
    }

    /// Whether an index gives the numbers of the resources that meet the clause.
    pub(super) fn is_set(clause: &Clause) -> bool {
        match clause {
            Clause::Param { any, .. } => !any.is_empty(),
            Clause::Refers { .. } => true,
            Clause::Any(any) => !any.is_empty() && any.iter().all(Self::is_set),
            _ => false,
        }
    }

    /// Whether the clause asks for nothing but the number of the resource.
    pub(super) fn is_by_number(clause: &Clause) -> bool {
        match clause {
            Clause::Not(inner) => Self::is_by_number(inner),
            Clause::Any(any) => any.iter().all(Self::is_by_number),
            clause => Self::is_set(clause),
        }
    }

    fn rows(&mut self, param: u32, any: &[Match]) -> String {
        let values: BTreeSet<Cow<'_, str>> = any.iter().filter_map(exact).map(storable).collect();
        let others = any.iter().filter(|one| exact(one).is_none());
        let mut arms = Vec::new();
        if !values.is_empty() {
            // One arm however many they are: each takes SQLite some hundred KB to plan.
            let (row, param) = (self.table('s'), self.bind(i64::from(param)));
            let list: Vec<String> = values.iter().map(|value| self.bind(&**value)).collect();
            let test =
                if let [one] = &list[..] { format!("= {one}") } else { format!("IN ({})", list.join(", ")) };
            arms.push(format!(
                "SELECT {row}.resource_no FROM search {row} WHERE {row}.param = {param} AND {row}.value {test}"
            ));
        }
        for one in others {
            let row = self.table('s');
            let test = self.row(&row, param, one);
            arms.push(format!("SELECT {row}.resource_no FROM search {row} WHERE {test}"));
        }
        union(arms)
    }

    fn test(&mut self, row: &str, one: &Match) -> String {
        match one {
            Match::Exact(value) => format!(" AND {row}.value = {}", self.bind(&*storable(value))),
            Match::Prefix(prefix) => {
                let prefix = storable(prefix);
                let range =
                    Range { from: Some(prefix.to_string()), below: Some(after_prefix(&prefix)), tail: None };
                self.range(&format!("{row}.value"), &range)
            }
            Match::Suffix(suffix) => {
                let suffix = without_nul(suffix);
                let (chars, suffix) = (suffix.chars().count() as i64, self.bind(&*suffix));
                // Of a text shorter than that `substr` gives the whole, which is not equal to it.
                let chars = self.bind(chars);
                format!(" AND substr({row}.value, length({row}.value) - {chars} + 1) = {suffix}")
            }
            Match::Contains(part) => {
                let mut like = String::from("%");
                for c in without_nul(part).chars() {
                    if matches!(c, '%' | '_' | '\\') {
                        like.push('\\');
                    }
                    like.push(c);
                }
                like.push('%');
                format!(" AND {row}.value LIKE {} ESCAPE '\\'", self.bind(like))
            }
            Match::Range(range) => self.range(&format!("{row}.value"), range),
        }
    }

    fn range(&mut self, value: &str, range: &Range) -> String {
        let mut out = String::new();
        let mut bounds = |value: &str, from: &Option<String>, below: &Option<String>| {
            for (bound, sign) in [(from, ">="), (below, "<")] {
                if let Some(bound) = bound {
                    out.push_str(&format!(" AND {value} {sign} {}", self.bind(&*without_nul(bound))));
                }
            }
        };
        bounds(value, &range.from, &range.below);
        if let Some(tail) = &range.tail {
            bounds(&format!("substr({value}, {})", tail.skip + 1), &tail.from, &tail.below);
        }
        out
    }
}

/// All that is in any of these sets of numbers.
fn union(sets: Vec<String>) -> String {
    // Numbers that come twice do no harm in a set, and to have SQLite merge hundreds of arms takes a GB.
    const BETWEEN: &str = " UNION ALL ";
    let parts = |set: &String| set.matches(BETWEEN).count() + 1;
    if sets.iter().map(parts).sum::<usize>() <= JOINED {
        return sets.join(BETWEEN);
    }
    let mut groups: Vec<(usize, Vec<String>)> = Vec::new();
    for set in sets {
        let weight = parts(&set);
        match groups.last_mut() {
            Some((sum, group)) if *sum + weight <= JOINED => {
                *sum += weight;
                group.push(set);
            }
            _ => groups.push((weight, vec![set])),
        }
    }
    let one = |(_, group): (usize, Vec<String>)| {
        format!("SELECT u.resource_no FROM ({}) AS u", group.join(BETWEEN))
    };
    groups.into_iter().map(one).collect::<Vec<_>>().join(BETWEEN)
}

fn exact(one: &Match) -> Option<&str> {
    match one {
        Match::Exact(value) => Some(value),
        _ => None,
    }
}
