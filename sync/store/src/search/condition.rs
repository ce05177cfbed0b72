//! Clauses as SQL, the same for every database. A number of a resource is looked for in the set that an index scan gives.

use holdfast_core::search::{Clause, Match, Range, after_prefix};

use super::is_check;
use crate::index::{storable, without_nul};
use crate::sql::Value;

/// Sets that are joined in one go: SQLite takes 500.
const JOINED: usize = 400;

/// The parameters of a statement as they come up in its text.
pub(super) struct Conditions {
    params: Vec<Value>,
    /// Tables named so far, so that each has a name of its own.
    tables: usize,
}

impl Conditions {
    /// The clauses as conditions on `resource r`, each beginning with ` AND `, and the statement's parameters, of which the
    /// first are given.
    pub(super) fn of(clauses: &[Clause], params: Vec<Value>) -> (Vec<Value>, String) {
        let mut conditions = Self { params, tables: 0 };
        let text = conditions.all("r", clauses);
        (conditions.params, text)
    }

    fn all(&mut self, of: &str, clauses: &[Clause]) -> String {
        let indexed = clauses.iter().filter(|clause| !is_check(clause));
        indexed.map(|clause| format!(" AND {}", self.one(of, clause))).collect()
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    fn table(&mut self, prefix: char) -> String {
        self.tables += 1;
        format!("{prefix}{}", self.tables)
    }

    fn one(&mut self, of: &str, clause: &Clause) -> String {
        if let Some(set) = self.set(clause) {
            return format!("{of}.no IN ({set})");
        }
        match clause {
            Clause::Any(any) => {
                let arms: Vec<String> = any.iter().map(|one| self.one(of, one)).collect();
                if arms.is_empty() { "1 = 0".to_owned() } else { format!("({})", arms.join(" OR ")) }
            }
            Clause::Not(inner) => format!("NOT ({})", self.one(of, inner)),
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
                let by = self.all(&other, by);
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

    /// The numbers of the resources that meet the clause, if an index gives them.
    fn set(&mut self, clause: &Clause) -> Option<String> {
        match clause {
            Clause::Param { param, any } => Some(self.rows(*param, any)),
            Clause::Refers { param, kind, to } => {
                let (link, other) = (self.table('s'), self.table('t'));
                let param = self.bind(i64::from(*param));
                let kind = self.bind(kind.as_str());
                let to = self.all(&other, to);
                Some(format!(
                    "SELECT {link}.resource_no FROM resource {other} JOIN search {link} ON {link}.param = {param} \
                     AND {link}.value = {other}.kind || '/' || {other}.id \
                     WHERE {other}.kind = {kind} AND {other}.deleted = 0{to}"
                ))
            }
            Clause::Any(any) if !any.is_empty() && any.iter().all(is_set) => {
                Some(union(any.iter().filter_map(|one| self.set(one)).collect()))
            }
            _ => None,
        }
    }

    fn rows(&mut self, param: u32, any: &[Match]) -> String {
        let arms: Vec<String> = any
            .iter()
            .map(|one| {
                let row = self.table('s');
                let param = self.bind(i64::from(param));
                let test = self.test(&row, one);
                format!("SELECT {row}.resource_no FROM search {row} WHERE {row}.param = {param}{test}")
            })
            .collect();
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
    const BETWEEN: &str = " UNION ";
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

fn is_set(clause: &Clause) -> bool {
    match clause {
        Clause::Param { .. } | Clause::Refers { .. } => true,
        Clause::Any(any) => !any.is_empty() && any.iter().all(is_set),
        _ => false,
    }
}
