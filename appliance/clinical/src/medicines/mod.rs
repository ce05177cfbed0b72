//! Warnings about a medicine before it is prescribed: an allergy, an interaction, the same once more. What is known of
//! ingredients comes from a [`RuleSet`]; a small one with its sources is built in ([`starter`]), a clinic's own takes its place.
//!
//! A warning never stops anybody: it says what and why, and the prescriber decides. No warning is no promise either, and
//! whoever shows them says so.

pub mod starter;

use holdfast_core::id::Entity;
use holdfast_core::state::EntityState;

use crate::search::text::normalise;
use crate::tree::Node;

/// The source of what stands in the record itself.
const OF_RECORD: &str = "the patient's record";

/// System of RxNorm's codes.
pub const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

/// A medicine or an allergen as a record names it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Named {
    /// RxNorm codes.
    pub rxcuis: Vec<String>,
    /// Texts and displays, in their normal form.
    pub texts: Vec<String>,
}

/// An ingredient as the rules name it.
pub type Ingredient = String;

/// How grave a warning is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// To be avoided, or only under close watch.
    Severe,
    /// To be watched.
    Moderate,
}

impl Severity {
    /// As it stands in answers and rule sets.
    pub fn code(self) -> &'static str {
        match self {
            Self::Severe => "severe",
            Self::Moderate => "moderate",
        }
    }
}

/// What a rule says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// How grave it is.
    pub severity: Severity,
    /// What may happen, for people.
    pub text: String,
    /// Where that is written.
    pub source: String,
}

/// What is known of ingredients.
pub trait RuleSet: Send + Sync {
    /// The ingredients of a medicine or allergen, sorted and distinct; empty if it is not known.
    fn ingredients(&self, named: &Named) -> Vec<Ingredient>;

    /// What is to be watched if both are taken.
    fn interactions(&self, one: &str, other: &str) -> Vec<Said>;

    /// What speaks against an ingredient for somebody with this allergy, beyond its being the very ingredient.
    fn cross_reactions(&self, allergy: &Named, ingredient: &str) -> Vec<Said>;
}

/// What kind of warning it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// The patient is allergic to it, or to something like it.
    Allergy,
    /// It does not go with another medicine.
    Interaction,
    /// The patient takes it already.
    Duplicate,
}

impl Kind {
    /// As it stands in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Allergy => "allergy",
            Self::Interaction => "interaction",
            Self::Duplicate => "duplicate",
        }
    }
}

/// One warning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// How grave it is.
    pub severity: Severity,
    /// What kind.
    pub kind: Kind,
    /// What and why, for people.
    pub text: String,
    /// Of what it is said: the allergen where it is not the medicine itself, then ingredients; for saying it in another language.
    pub names: Vec<String>,
    /// What the rule says; none: that the record has it says enough.
    pub said: Option<String>,
    /// Where that is written.
    pub source: String,
    /// The record that it follows from.
    pub because: Entity,
}

/// What a patient's record says: a medicine or an allergy, with every value of those in conflict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// The record.
    pub entity: Entity,
    /// How it is named there.
    pub named: Named,
}

/// Warnings about a medicine for somebody with these allergies who takes these medicines; the gravest first.
pub fn warnings(rules: &dyn RuleSet, wanted: &Named, taken: &[Held], allergies: &[Held]) -> Vec<Warning> {
    let ingredients = rules.ingredients(wanted);
    let mut out: Vec<Warning> = Vec::new();
    for allergy in allergies {
        out.extend(of_allergy(rules, wanted, &ingredients, allergy));
    }
    for other in taken {
        let theirs = rules.ingredients(&other.named);
        out.extend(duplicates(wanted, &ingredients, other, &theirs));
        for (one, two) in ingredients.iter().flat_map(|one| theirs.iter().map(move |two| (one, two))) {
            out.extend(rules.interactions(one, two).into_iter().map(|said| Warning {
                severity: said.severity,
                kind: Kind::Interaction,
                text: format!("{one} and {two}: {}", said.text),
                names: vec![one.clone(), two.clone()],
                said: Some(said.text),
                source: said.source,
                because: other.entity.clone(),
            }));
        }
    }
    out.sort_by(|a, b| {
        (a.severity, a.kind, &a.because, &a.text).cmp(&(b.severity, b.kind, &b.because, &b.text))
    });
    out.dedup();
    out
}

fn of_allergy(
    rules: &dyn RuleSet,
    wanted: &Named,
    ingredients: &[Ingredient],
    allergy: &Held,
) -> Vec<Warning> {
    let theirs = rules.ingredients(&allergy.named);
    let same = ingredients.iter().find(|one| theirs.contains(one)).cloned();
    // Of what the rules do not know, the names themselves are compared.
    let same = same.or_else(|| {
        wanted.is_same(&allergy.named).then(|| wanted.texts.first().cloned().unwrap_or_default())
    });
    if let Some(same) = same {
        return vec![Warning {
            severity: Severity::Severe,
            kind: Kind::Allergy,
            text: format!("allergic to {same}"),
            names: vec![same],
            said: None,
            source: OF_RECORD.to_owned(),
            because: allergy.entity.clone(),
        }];
    }
    let name = allergy.named.texts.first().cloned().unwrap_or_default();
    let reactions = ingredients
        .iter()
        .flat_map(|one| rules.cross_reactions(&allergy.named, one).into_iter().map(move |said| (one, said)));
    reactions
        .map(|(one, said)| Warning {
            severity: said.severity,
            kind: Kind::Allergy,
            text: format!("allergic to {name}; {one}: {}", said.text),
            names: vec![name.clone(), one.clone()],
            said: Some(said.text),
            source: said.source,
            because: allergy.entity.clone(),
        })
        .collect()
}

fn duplicates(
    wanted: &Named,
    ingredients: &[Ingredient],
    other: &Held,
    theirs: &[Ingredient],
) -> Option<Warning> {
    let same = ingredients.iter().find(|one| theirs.contains(one)).cloned();
    let same = same.or_else(|| {
        wanted.is_same(&other.named).then(|| wanted.texts.first().cloned().unwrap_or_default())
    })?;
    Some(Warning {
        severity: Severity::Moderate,
        kind: Kind::Duplicate,
        text: format!("takes {same} already"),
        names: vec![same],
        said: None,
        source: OF_RECORD.to_owned(),
        because: other.entity.clone(),
    })
}

impl Named {
    /// By a code of RxNorm and a text, of which either may be empty.
    pub fn of(rxcui: &str, text: &str) -> Self {
        let said = |text: String| Some(text).filter(|text| !text.is_empty()).into_iter().collect();
        Self { rxcuis: said(rxcui.trim().to_owned()), texts: said(normalise(text)) }
    }

    /// Whether both have a code or a text in common.
    fn is_same(&self, other: &Self) -> bool {
        self.rxcuis.iter().any(|one| other.rxcuis.contains(one))
            || self.texts.iter().any(|one| other.texts.contains(one))
    }

    /// Takes in a CodeableConcept.
    pub fn add(&mut self, concept: &Node<'_>) {
        let mut add_text = |text: Option<&str>| {
            let normal = normalise(text.unwrap_or_default());
            if !normal.is_empty() && !self.texts.contains(&normal) {
                self.texts.push(normal);
            }
        };
        add_text(concept.member("text").and_then(Node::as_text));
        concept.walk(&["coding"], &mut |coding| add_text(coding.member("display").and_then(Node::as_text)));
        concept.walk(&["coding"], &mut |coding| {
            let text = |name: &str| coding.member(name).and_then(Node::as_text);
            if text("system") == Some(RXNORM) {
                self.rxcuis.extend(text("code").map(str::to_owned));
            }
        });
    }

    /// Every value of these elements of a record, of all siblings.
    pub fn of_state(state: &EntityState, elements: &[&str]) -> Self {
        let mut named = Self::default();
        for element in elements {
            crate::search::path::each_node(state, element, &mut |concept| named.add(concept));
        }
        named
    }

    /// Whether it names anything.
    pub fn is_empty(&self) -> bool {
        self.rxcuis.is_empty() && self.texts.is_empty()
    }
}
