//! What of a page a search cannot want, told without making events of its lines: making one, and its index rows, takes a
//! hundred times as long.

use std::cell::RefCell;
use std::collections::HashMap;

use holdfast_clinical::audit::event;
use holdfast_clinical::audit::{Entry, Page};
use holdfast_clinical::search::query::Query;
use holdfast_clinical::search::{BY_END, rows_of_text};
use holdfast_core::id::Scope;
use holdfast_core::rules::IndexRow;
use holdfast_core::search::{Clause, Match, Range, Tail};
use holdfast_store::trail::Wanted;

use super::show::{EVENT, is_about, is_of};

/// Parameters that read nothing but who looked, how, and whether it was refused.
const PLAIN: [&str; 8] = ["action", "agent", "agent-name", "altid", "outcome", "subtype", "type", "source"];

/// The parts of a search that can be told by a line as it stands.
pub(super) struct Sieve {
    /// Conditions on [`PLAIN`] parameters.
    plain: Vec<Clause>,
    /// Conditions on the time.
    times: Vec<Clause>,
    /// The patient that a line must name.
    patient: Option<String>,
    /// The resource that a line must be about.
    what: Option<String>,
}

/// What is known of the lines of one page.
pub(super) struct Sifted {
    /// The patient's number on the page.
    patient: Option<usize>,
    /// `Patient/id`, as a line that is about the patient alone has it.
    own: Option<String>,
    /// Whether lines of a kind meet the plain conditions.
    kinds: RefCell<HashMap<(String, bool, usize), bool>>,
}

impl Sieve {
    pub(super) fn of(query: &Query, wanted: &Wanted) -> Self {
        Self {
            plain: query.clauses.iter().filter(|one| is_plain(one)).cloned().collect(),
            times: query.clauses.iter().filter(|one| is_time(one)).cloned().collect(),
            patient: wanted.scope.as_ref().and_then(Scope::as_patient).map(str::to_owned),
            what: wanted.entity.as_ref().map(ToString::to_string),
        }
    }

    /// Whether the page's time lets it hold what is looked for. Values of times are in the order of the times.
    pub(super) fn may_hold(&self, page: &Page) -> bool {
        let last = page.entries.iter().map(|entry| entry.after).max().unwrap_or_default();
        let (first, last) = (rows_at(page, 0), rows_at(page, last));
        self.times.iter().all(|clause| may_lie_between(clause, &first, &last))
    }
}

impl Sifted {
    pub(super) fn of(sieve: &Sieve, page: &Page) -> Self {
        let patient = sieve.patient.as_ref();
        Self {
            patient: patient.and_then(|id| page.patients.iter().position(|one| one == id)),
            own: patient.map(|id| format!("Patient/{id}")),
            kinds: RefCell::default(),
        }
    }

    /// Whether the line may be what is looked for.
    pub(super) fn passes(&self, sieve: &Sieve, page: &Page, at: usize) -> bool {
        let Some(entry) = page.entries.get(at) else { return false };
        let names_patient = self.patient.is_some_and(|number| entry.patients.contains(&number));
        if self.own.is_some() && !names_patient && entry.what != self.own
            || sieve.what.is_some() && entry.what != sieve.what
        {
            return false;
        }
        if sieve.plain.is_empty() {
            return true;
        }
        let kind = (entry.interaction.clone(), entry.refused.is_some(), entry.agent);
        *self.kinds.borrow_mut().entry(kind).or_insert_with(|| {
            let like = Entry {
                interaction: entry.interaction.clone(),
                agent: entry.agent,
                refused: entry.refused.clone(),
                ..Entry::default()
            };
            let rows = rows_of(page, like);
            sieve.plain.iter().all(|clause| clause.holds(&rows, "", 0))
        })
    }
}

/// Whether [`PLAIN`] parameters alone decide the clause.
fn is_plain(clause: &Clause) -> bool {
    match clause {
        Clause::Not(inner) => is_plain(inner),
        other => is_about(other, &PLAIN),
    }
}

fn rows_at(page: &Page, after: u64) -> Vec<IndexRow> {
    rows_of(page, Entry { after, ..Entry::default() })
}

/// The index rows of a line.
fn rows_of(page: &Page, entry: Entry) -> Vec<IndexRow> {
    let alone = Page { entries: vec![entry], patients: Vec::new(), previous: None, ..page.clone() };
    event::of_entry("", &alone, 0).map(|json| rows_of_text(EVENT, &json)).unwrap_or_default()
}

/// Whether a value between those of the two may meet the clause. A line has a value under every parameter under which any
/// line has one.
fn may_lie_between(clause: &Clause, first: &[IndexRow], last: &[IndexRow]) -> bool {
    match clause {
        Clause::Any(any) => any.iter().any(|one| may_lie_between(one, first, last)),
        Clause::Param { param, any } => {
            let of =
                |rows: &[IndexRow]| rows.iter().find(|row| row.param == *param).map(|row| row.value.clone());
            let Some((first, last)) = of(first).zip(of(last)) else { return false };
            any.iter().any(|one| match one {
                Match::Range(Range { from, below, tail }) => {
                    let tail = tail.as_ref();
                    overlaps((from, below), &first, &last)
                        && tail.is_none_or(|Tail { skip, from, below }| {
                            let rest = |text: &str| text.chars().skip(*skip as usize).collect::<String>();
                            overlaps((from, below), &rest(&first), &rest(&last))
                        })
                }
                _ => true,
            })
        }
        _ => true,
    }
}

fn overlaps((from, below): (&Option<String>, &Option<String>), first: &str, last: &str) -> bool {
    from.as_deref().is_none_or(|from| last >= from) && below.as_deref().is_none_or(|below| first < below)
}

/// Whether the clause asks for nothing but the time: for its beginning, or for its end where it is a long one.
fn is_time(clause: &Clause) -> bool {
    match clause {
        Clause::Param { param, .. } => {
            is_of(*param, "date") || param.checked_sub(BY_END).is_some_and(|of| is_of(of, "date"))
        }
        Clause::Any(any) => any.iter().all(is_time),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use holdfast_clinical::audit::NOT_KEPT;
    use holdfast_clinical::search::query::parse_query;

    use super::super::show::wanted;
    use super::*;

    fn page() -> Page {
        let entry = |after, interaction: &str, agent, what: &str, patients: &[usize]| Entry {
            after,
            interaction: interaction.into(),
            agent,
            what: Some(what.into()),
            patients: patients.to_vec(),
            ..Entry::default()
        };
        let refused = Some("forbidden".to_owned());
        Page {
            number: 1,
            previous: None,
            // 2025-11-24T16:00:00Z
            began: 1_764_000_000_000,
            lost: 0,
            agents: vec!["Practitioner/anna".into(), "kiosk".into(), String::new()],
            patients: vec!["p".into(), "q".into()],
            entries: vec![
                entry(0, "read", 0, "Observation/o", &[0]),
                entry(10, "read", 1, "Patient/q", &[]),
                entry(20, "search-type", 0, "Patient", &[0, 1]),
                Entry { refused, ..entry(900, "vread", 2, "Observation/o", &[1]) },
                Entry { times: Some(3), ..entry(60_000, NOT_KEPT, 1, "Patient", &[]) },
            ],
        }
    }

    /// Which lines are made events of, and which of those are found.
    fn sift(asked: &[(&str, &str)]) -> (Vec<usize>, Vec<usize>) {
        let pairs: Vec<(String, String)> =
            asked.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let query = parse_query(EVENT, &pairs).unwrap();
        let (page, sieve) = (page(), Sieve::of(&query, &wanted(&query)));
        let found = |at: &usize| {
            let rows = rows_of_text(EVENT, &event::of_entry("00ff-1", &page, *at).unwrap());
            query.clauses.iter().all(|clause| clause.holds(&rows, "", 0))
        };
        let sifted = Sifted::of(&sieve, &page);
        let all = 0..page.entries.len();
        let passed = all.clone().filter(|at| sieve.may_hold(&page) && sifted.passes(&sieve, &page, *at));
        (passed.collect(), all.filter(found).collect())
    }

    #[test]
    fn nothing_that_is_looked_for_is_held_back_and_little_else_goes_through() {
        for (asked, passed) in [
            (&[][..], &[0, 1, 2, 3, 4][..]),
            (&[("action", "R")], &[0, 1, 3]),
            (&[("action:not", "R")], &[2, 4]),
            (&[("outcome", "8")], &[3, 4]),
            (&[("subtype", "vread,search-type")], &[2, 3]),
            (&[("agent", "Practitioner/anna")], &[0, 2]),
            (&[("agent-name", "kiosk")], &[1, 4]),
            (&[("altid", "kiosk"), ("action", "R")], &[1]),
            (&[("patient", "p")], &[0, 2]),
            (&[("patient", "q"), ("action", "R")], &[1, 3]),
            (&[("entity", "Observation/o")], &[0, 3]),
            (&[("entity", "Patient/q")], &[1, 2, 3]),
            (&[("date", "lt2025-11-24")], &[]),
            (&[("date", "gt2025-11-25")], &[]),
        ] {
            assert_eq!(sift(asked), (passed.to_vec(), passed.to_vec()), "{asked:?}");
        }
        // A page is taken or left as a whole: its lines are tried one by one.
        let (passed, found) = sift(&[("date", "ge2025-11-24T16:01:00Z")]);
        assert_eq!((passed.len(), &found[..]), (5, &[4][..]));
    }
}
