//! Where a judge and the node disagree, and who is right.
//!
//! `explained.tsv` holds what was looked up, a line for each sort of disagreement: who finds fault (`fhirkit`, `fhir` or
//! `node`), by which kind of mutation, at which element, with which words, and why the other side is right by the text
//! of R4. `*` stands for anything. A disagreement is explained if every finding behind it has a line.

use super::judge::Finding;
use super::tally::say;
use super::trial::Trial;
use std::collections::BTreeMap;

const EXPLAINED: &str = include_str!("explained.tsv");
/// Disagreements shown of one sort, unless all are asked for.
const SHOWN: usize = 3;

/// One line of `explained.tsv`.
struct Line {
    who: &'static str,
    mutation: &'static str,
    at: &'static str,
    says: &'static str,
    why: &'static str,
}

/// What the trial came to.
#[derive(Debug, Default)]
pub(super) struct Disputes {
    pub(super) examples: u64,
    pub(super) mutated: u64,
    /// Refused by a judge, and by the node.
    pub(super) agreed: u64,
    /// A judge refuses, the node takes it.
    pub(super) accepted: u64,
    pub(super) accepted_unexplained: u64,
    /// The node refuses, no judge does.
    pub(super) rejected: u64,
    pub(super) rejected_unexplained: u64,
    /// `$validate` and PUT say different things.
    pub(super) inconsistent: u64,
    /// Sort of disagreement → those of it.
    sorts: BTreeMap<String, Vec<String>>,
}

/// Compares all verdicts.
pub(super) fn disputes(trial: &Trial) -> Disputes {
    let lines = lines();
    let mut all = Disputes::default();
    for (exhibit, verdict) in &trial.exhibits {
        let count = if exhibit.mutation == "none" { &mut all.examples } else { &mut all.mutated };
        *count += 1;
        let is_refused = verdict.put >= 400;
        let shown = |finding: &Finding| {
            format!("{} ({}): {} {}", exhibit.name, exhibit.mutation, finding.at, finding.says)
        };
        if is_refused == verdict.ours.is_empty() {
            all.inconsistent += 1;
            let text =
                format!("{} ({}): PUT {}, {:?}", exhibit.name, exhibit.mutation, verdict.put, verdict.ours);
            all.sorts.entry("UNEXPLAINED: $validate and PUT differ".to_owned()).or_default().push(text);
        }
        let is_theirs = verdict.theirs.iter().any(|findings| !findings.is_empty());
        let findings: Vec<(&str, &Finding)> = match (is_theirs, is_refused) {
            (true, false) => trial
                .judges
                .iter()
                .zip(&verdict.theirs)
                .flat_map(|(judge, findings)| findings.iter().map(move |finding| (*judge, finding)))
                .collect(),
            (false, true) => verdict.ours.iter().map(|finding| ("node", finding)).collect(),
            (is_both, _) => {
                all.agreed += u64::from(is_both);
                if is_both && exhibit.mutation == "none" {
                    let sort = "official examples that both sides refuse as they are".to_owned();
                    all.sorts.entry(sort).or_default().extend(verdict.ours.first().map(shown));
                }
                continue;
            }
        };
        let reasons: Vec<Option<&Line>> = findings
            .iter()
            .map(|(who, finding)| explanation(&lines, who, exhibit.mutation, finding))
            .collect();
        let unexplained = u64::from(reasons.is_empty() || reasons.iter().any(Option::is_none));
        if is_refused {
            all.rejected += 1;
            all.rejected_unexplained += unexplained;
        } else {
            all.accepted += 1;
            all.accepted_unexplained += unexplained;
        }
        for ((who, finding), reason) in findings.iter().zip(reasons) {
            let side = if is_refused { "the node alone refuses" } else { "accepted, though refused by" };
            let sort = match reason {
                Some(line) => {
                    format!("explained: {side} {who}: {} {}\n      {}", line.at, line.says, line.why)
                }
                None => format!("UNEXPLAINED: {side} {who}: {} by {}", plain(&finding.at), exhibit.mutation),
            };
            all.sorts.entry(sort).or_default().push(shown(finding));
        }
    }
    all
}

impl Disputes {
    pub(super) fn is_clean(&self) -> bool {
        self.mutated > 0
            && self.agreed > 0
            && self.accepted_unexplained + self.rejected_unexplained + self.inconsistent == 0
    }

    pub(super) fn print(&self, all: bool) {
        for (sort, those) in &self.sorts {
            say(&format!("{:>5} {sort}", those.len()));
            let shown = if all { those.len() } else { SHOWN };
            for one in those.iter().take(shown) {
                say(&format!("        {one}"));
            }
        }
        say(&format!(
            "examples {}, mutated {}: refused by both sides {}, accepted against a judge {}, refused against both judges {}",
            self.examples, self.mutated, self.agreed, self.accepted, self.rejected
        ));
    }
}

fn explanation<'l>(lines: &'l [Line], who: &str, mutation: &str, finding: &Finding) -> Option<&'l Line> {
    lines.iter().find(|line| {
        line.who == who
            && line.mutation.split(' ').any(|one| is_like(one, mutation))
            && is_like(line.at, &plain(&finding.at))
            && is_like(line.says, &finding.says)
    })
}

/// Without indexes: `Patient.name.family`.
fn plain(at: &str) -> String {
    let mut is_inside = false;
    let kept = at.chars().filter(|c| {
        is_inside = (is_inside || *c == '[') && *c != ']';
        !is_inside && *c != ']'
    });
    kept.collect()
}

/// Whether a text is as a pattern with `*` says.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn lines() -> Vec<Line> {
    let rows = EXPLAINED.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let of = |row: &'static str| {
        let mut cells = row.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        Line { who: cell(), mutation: cell(), at: cell(), says: cell(), why: cell() }
    };
    rows.map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_elements() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c*e", "abcde", true),
            ("a", "ab", false),
            ("a*b", "ac", false),
            ("*b*b", "ab", false),
        ] {
            assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
        }
        assert_eq!(plain("Patient.name[0].given[12]"), "Patient.name.given");
    }

    #[test]
    fn every_line_names_a_side_a_kind_and_a_reason() {
        for line in lines() {
            assert!(["fhirkit", "fhir", "node"].contains(&line.who), "{}", line.who);
            assert!(
                line.why.len() > 40 && !line.says.is_empty() && !line.at.is_empty(),
                "{} {}",
                line.at,
                line.says
            );
        }
    }
}
