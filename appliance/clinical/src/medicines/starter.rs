//! The rule set that is built in: `definitions/medicines.tsv`, where its sources stand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::{Ingredient, Named, RuleSet, Said, Severity};
use crate::search::text::normalise;

const TEXT: &str = include_str!("../../definitions/medicines.tsv");

/// A rule set in the form of `definitions/medicines.tsv`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    by_code: BTreeMap<String, Ingredient>,
    /// Names in their normal form, with the ingredients.
    by_name: BTreeMap<String, Vec<Ingredient>>,
    groups: BTreeMap<Ingredient, BTreeSet<String>>,
    interactions: Vec<(String, String, Said)>,
    cross_reactions: Vec<(String, String, Said)>,
    /// Names of groups in their normal form.
    group_names: BTreeMap<String, String>,
}

/// A rule set that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot read the rules about medicines: line {line} {reason}; correct it")]
pub struct RuleError {
    line: usize,
    reason: String,
}

impl RuleError {
    /// Stable name of the error, for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        "medicine-rules"
    }
}

static STARTER: LazyLock<Table> =
    LazyLock::new(|| Table::read(TEXT).expect("the rules that are built in can be read"));

/// The rules that are built in.
pub fn starter() -> &'static Table {
    &STARTER
}

impl Table {
    /// Reads a rule set.
    ///
    /// # Errors
    /// [`RuleError`] that names the first line that is none.
    pub fn read(text: &str) -> Result<Self, RuleError> {
        let mut table = Self::default();
        for (at, line) in
            text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        {
            table.take(line).map_err(|reason| RuleError { line: at + 1, reason })?;
        }
        table.check()?;
        Ok(table)
    }

    fn take(&mut self, line: &str) -> Result<(), String> {
        let cells: Vec<&str> = line.split('\t').collect();
        match cells[..] {
            ["I", code, name, others, groups] => {
                self.by_code.insert(code.to_owned(), name.to_owned());
                for one in std::iter::once(name).chain(parts(others)) {
                    self.by_name.entry(normalise(one)).or_default().push(name.to_owned());
                }
                self.groups.insert(name.to_owned(), parts(groups).map(str::to_owned).collect());
            }
            ["X", one, other, severity, text, source] => {
                self.interactions.push((one.to_owned(), other.to_owned(), said(severity, text, source)?));
            }
            ["A", allergy, medicine, severity, text, source] => {
                self.cross_reactions.push((
                    allergy.to_owned(),
                    medicine.to_owned(),
                    said(severity, text, source)?,
                ));
            }
            ["N", group, names] => {
                self.group_names.extend(parts(names).map(|name| (normalise(name), group.to_owned())));
            }
            _ => return Err("is no rule".to_owned()),
        }
        Ok(())
    }

    /// Refuses rules about what is not there: they would never warn anybody.
    fn check(&self) -> Result<(), RuleError> {
        let known_groups: BTreeSet<String> =
            self.groups.values().flatten().map(|group| format!("@{group}")).collect();
        let rules = self.interactions.iter().chain(&self.cross_reactions);
        let named = rules.flat_map(|(one, other, _)| [one, other]).chain(self.group_names.values());
        for name in named {
            if !known_groups.contains(name) && !self.groups.contains_key(name) {
                return Err(RuleError {
                    line: 0,
                    reason: format!("names \"{name}\", which has no ingredient"),
                });
            }
        }
        Ok(())
    }

    fn is_in(&self, ingredient: &str, rule: &str) -> bool {
        match rule.strip_prefix('@') {
            Some(group) => self.groups.get(ingredient).is_some_and(|groups| groups.contains(group)),
            None => ingredient == rule,
        }
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn said(severity: &str, text: &str, source: &str) -> Result<Said, String> {
    let severity = match severity {
        "severe" => Severity::Severe,
        "moderate" => Severity::Moderate,
        other => return Err(format!("has the severity \"{other}\", which is neither severe nor moderate")),
    };
    if source.is_empty() {
        return Err("names no source".to_owned());
    }
    Ok(Said { severity, text: text.to_owned(), source: source.to_owned() })
}

impl RuleSet for Table {
    fn ingredients(&self, named: &Named) -> Vec<Ingredient> {
        let mut out: BTreeSet<Ingredient> =
            named.rxcuis.iter().filter_map(|code| self.by_code.get(code)).cloned().collect();
        for text in &named.texts {
            // "lisinopril 10 mg oral tablet" has the ingredient as words of it.
            let padded = format!(" {text} ");
            let found = self.by_name.iter().filter(|(name, _)| padded.contains(&format!(" {name} ")));
            out.extend(found.flat_map(|(_, ingredients)| ingredients.clone()));
        }
        out.into_iter().collect()
    }

    fn interactions(&self, one: &str, other: &str) -> Vec<Said> {
        if one == other {
            return Vec::new();
        }
        let meets = |a: &str, b: &str| {
            self.is_in(one, a) && self.is_in(other, b) || self.is_in(one, b) && self.is_in(other, a)
        };
        self.interactions.iter().filter(|(a, b, _)| meets(a, b)).map(|(_, _, said)| said.clone()).collect()
    }

    fn cross_reactions(&self, allergy: &Named, ingredient: &str) -> Vec<Said> {
        let ingredients = self.ingredients(allergy);
        let has_name = |group: &str| {
            let named = |text: &String| {
                let padded = format!(" {text} ");
                self.group_names.iter().any(|(name, of)| of == group && padded.contains(&format!(" {name} ")))
            };
            allergy.texts.iter().any(named)
        };
        let is_allergic =
            |group: &str| has_name(group) || ingredients.iter().any(|one| self.is_in(one, group));
        let meets = |(of, to, _): &&(String, String, Said)| is_allergic(of) && self.is_in(ingredient, to);
        self.cross_reactions.iter().filter(meets).map(|(_, _, said)| said.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::id::Entity;

    use super::super::{Held, Kind, warnings};
    use super::*;

    fn held(kind: &str, text: &str) -> Held {
        Held { entity: Entity::new(kind, text.replace(' ', "-")), named: Named::of("", text) }
    }

    fn warned(wanted: &str, taken: &[&str], allergies: &[&str]) -> Vec<String> {
        let taken: Vec<Held> = taken.iter().map(|text| held("MedicationRequest", text)).collect();
        let allergies: Vec<Held> = allergies.iter().map(|text| held("AllergyIntolerance", text)).collect();
        let wanted = Named::of("", wanted);
        let found = warnings(starter(), &wanted, &taken, &allergies);
        found
            .into_iter()
            .map(|one| format!("{} {} {}", one.severity.code(), one.kind.code(), one.because.id))
            .collect()
    }

    #[test]
    fn warnings_name_what_they_follow_from() {
        for (wanted, taken, allergies, expected) in [
            (
                "Ibuprofen 400 MG Oral Tablet",
                &["Warfarin 5 MG"][..],
                &[][..],
                &["severe interaction Warfarin-5-MG"][..],
            ),
            ("warfarin", &["Advil"], &[], &["severe interaction Advil"]),
            ("Amoxicillin 500 MG", &[], &["Penicillins"], &["severe allergy Penicillins"]),
            ("Cephalexin", &[], &["Penicillin"], &["moderate allergy Penicillin"]),
            ("Amoxicillin", &[], &["amoxicillin"], &["severe allergy amoxicillin"]),
            ("Paracetamol", &["Tylenol"], &[], &["moderate duplicate Tylenol"]),
            ("Sildenafil", &["Nitroglycerin 0.4 MG"], &[], &["severe interaction Nitroglycerin-0.4-MG"]),
            (
                "Unheard-of",
                &["Unheard of"],
                &["unheard OF"],
                &["severe allergy unheard-OF", "moderate duplicate Unheard-of"],
            ),
            ("Metformin", &["Lisinopril"], &["Peanuts"], &[]),
            ("Bactrim", &["Lisinopril"], &[], &["moderate interaction Lisinopril"]),
            ("Aspirin", &["Aspirin"], &[], &["moderate duplicate Aspirin"]),
        ] {
            assert_eq!(warned(wanted, taken, allergies), expected, "{wanted} {taken:?} {allergies:?}");
        }
    }

    #[test]
    fn codes_count_as_names_do() {
        let taken = [Held { entity: Entity::new("MedicationRequest", "m"), named: Named::of("11289", "") }];
        let found = warnings(starter(), &Named::of("5640", ""), &taken, &[]);
        assert_eq!((found.len(), found[0].kind), (1, Kind::Interaction));
        assert!(
            found[0].text.contains("ibuprofen")
                && found[0].text.contains("warfarin")
                && !found[0].source.is_empty()
        );
    }

    #[test]
    fn interactions_hold_either_way_round() {
        let table = starter();
        for one in table.groups.keys() {
            for other in table.groups.keys() {
                assert_eq!(table.interactions(one, other), table.interactions(other, one), "{one} {other}");
            }
        }
    }

    #[test]
    fn rules_that_cannot_warn_are_refused() {
        for (text, line) in [
            ("X\ta\tb\tsevere\tx\ty", 0),
            ("# x\nI\t1\ta\t\t\nX\ta\ta\tmild\tx\ty", 3),
            ("I\t1\ta\t\t\nX\ta\ta\tsevere\tx\t", 2),
            ("what", 1),
        ] {
            assert_eq!(Table::read(text).map_err(|error| error.line), Err(line), "{text}");
        }
        let own = Table::read("I\t1\ta\t\tg\nI\t2\tb\t\tg\nX\t@g\t@g\tsevere\tx\ty").unwrap();
        assert_eq!(own.interactions("a", "b").len(), 1);
    }
}
