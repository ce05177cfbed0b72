//! One `name=value`: its parameter, modifier, chain and alternatives.
//!
//! Source: <https://hl7.org/fhir/R4/search.html#modifiers>, <https://hl7.org/fhir/R4/search.html#chaining>.

use std::collections::BTreeSet;

use holdfast_core::search::{Clause, Match, Range};

use super::super::check::NARRATIVE;
use super::super::table::{self, Kind, Parameter};
use super::super::values::date::{EPOCH_MS, Span};
use super::super::{IDENTIFIER, OF_TYPE, PRESENT};
use super::conflict;
use super::escape::{split, unescape};
use super::value::{self, Test};
use super::{Asker, MAX_ALL_ALTERNATIVES, MAX_ALTERNATIVES, SearchError, bad, unknown};
use crate::types::is_resource_type;

/// Reads the clauses of one query.
pub(super) struct Reader<'a> {
    now_ms: u64,
    base: Option<&'a str>,
    alternatives: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(asker: Asker<'a>) -> Self {
        Self { now_ms: asker.now_ms + EPOCH_MS, base: asker.base, alternatives: 0 }
    }

    /// A condition on resources of type `kind`.
    pub(super) fn clause(&mut self, kind: &str, name: &str, text: &str) -> Result<Clause, SearchError> {
        match name.strip_prefix("_has:") {
            Some(rest) => self.referred_by(kind, name, rest, text),
            None => match name.split_once('.') {
                Some((reference, inner)) => self.refers(kind, reference, inner, text),
                None => self.plain(kind, name, text, true),
            },
        }
    }

    /// `_has:Observation:patient:code=…`
    fn referred_by(&mut self, kind: &str, name: &str, rest: &str, text: &str) -> Result<Clause, SearchError> {
        let expected =
            "after _has: a type, its parameter that refers here, and one to search it by, with : between";
        let mut parts = rest.splitn(3, ':');
        let (Some(source), Some(reference), Some(inner)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad(name, text, expected));
        };
        if !is_resource_type(source) {
            return Err(SearchError::UnknownType { kind: source.to_owned() });
        }
        let parameter = table::find(source, reference).ok_or_else(|| unknown(source, reference))?;
        if parameter.kind != Kind::Reference || !leads_to(parameter, kind) {
            return Err(bad(name, text, "a reference that can lead to the type that is searched"));
        }
        let by = vec![self.plain(source, inner, text, false)?];
        let one = |slot: &table::SlotUse| Clause::ReferredBy {
            kind: source.to_owned(),
            param: slot.number,
            by: by.clone(),
        };
        Ok(any(parameter.slots.iter().map(one).collect()))
    }

    /// `patient.name=…`, `subject:Patient.name=…`
    fn refers(
        &mut self,
        kind: &str,
        reference: &str,
        inner: &str,
        text: &str,
    ) -> Result<Clause, SearchError> {
        let (plain, to) = reference.split_once(':').map_or((reference, None), |(name, to)| (name, Some(to)));
        let parameter = table::find(kind, plain).ok_or_else(|| unknown(kind, plain))?;
        if parameter.kind != Kind::Reference {
            return Err(bad(plain, inner, "asked of a reference; only those can be followed"));
        }
        if let Some(to) = to.filter(|to| !is_resource_type(to)) {
            return Err(SearchError::UnknownType { kind: to.to_owned() });
        }
        let targets: Vec<&str> = match to {
            Some(to) if leads_to(parameter, to) => vec![to],
            Some(to) => return Err(bad(plain, to, "a type that this reference can lead to")),
            None if parameter.targets.is_empty() => {
                return Err(bad(
                    plain,
                    inner,
                    "clear about the type it leads to; name it, as in subject:Patient.name",
                ));
            }
            None => parameter.targets.to_vec(),
        };
        let name = inner.split(':').next().unwrap_or_default();
        let can_be_asked = |target: &&str| is_built_in(name) || table::find(target, name).is_some();
        let asked: Vec<&str> = targets.iter().copied().filter(can_be_asked).collect();
        if asked.is_empty() {
            return Err(unknown(targets[0], name));
        }
        let mut clauses = Vec::new();
        for target in asked {
            let to = vec![self.plain(target, inner, text, false)?];
            clauses.extend(uses(parameter, Some(target)).map(|param| Clause::Refers {
                param,
                kind: target.to_owned(),
                to: to.clone(),
            }));
        }
        Ok(any(clauses))
    }

    /// A parameter of the type itself. What has to be checked on the resource is asked only at the top.
    fn plain(&mut self, kind: &str, name: &str, text: &str, is_top: bool) -> Result<Clause, SearchError> {
        let (plain, modifier) =
            name.split_once(':').map_or((name, None), |(plain, modifier)| (plain, Some(modifier)));
        let parts = split(text, ',');
        self.alternatives += parts.len();
        if parts.len() > MAX_ALTERNATIVES {
            return Err(SearchError::TooMuch { name: plain.to_owned(), limit: MAX_ALTERNATIVES });
        }
        if self.alternatives > MAX_ALL_ALTERNATIVES {
            return Err(SearchError::TooMuch { name: plain.to_owned(), limit: MAX_ALL_ALTERNATIVES });
        }
        if parts.iter().any(|part| part.is_empty()) {
            return Err(SearchError::EmptyValue { name: plain.to_owned() });
        }
        let unsupported = || SearchError::UnsupportedModifier {
            name: plain.to_owned(),
            modifier: modifier.unwrap_or_default().to_owned(),
        };
        if is_built_in(plain) {
            return match (plain, modifier) {
                (_, Some(_)) => Err(unsupported()),
                ("_id", None) => Ok(Clause::Id(parts.into_iter().map(unescape).collect())),
                ("_lastUpdated", None) => self.updated(plain, &parts),
                _ if !is_top => Err(unsupported()),
                _ => Ok(checks([NARRATIVE], &parts)),
            };
        }
        let parameter = table::find(kind, plain).ok_or_else(|| unknown(kind, plain))?;
        match (parameter.kind, modifier) {
            (_, Some("missing")) => missing(parameter, text),
            (Kind::Token, Some("not")) => {
                Ok(Clause::Not(Box::new(self.matching(parameter, None, &parts, value::read)?)))
            }
            (Kind::Token, Some("text")) if is_top => {
                Ok(checks(parameter.slots.iter().map(|slot| slot.number), &parts))
            }
            (Kind::Token, Some("of-type")) => {
                Ok(beside(self.matching(parameter, None, &parts, value::of_type)?, OF_TYPE))
            }
            (Kind::String, Some("exact")) => self.matching(parameter, None, &parts, value::exact),
            (Kind::String, Some("contains")) => self.matching(parameter, None, &parts, value::contains),
            (Kind::Uri, Some("below")) => self.matching(parameter, None, &parts, value::below),
            (Kind::Reference, Some("identifier")) => {
                Ok(beside(self.matching(parameter, None, &parts, value::token)?, IDENTIFIER))
            }
            (Kind::Reference, Some(to)) if is_resource_type(to) => {
                if !leads_to(parameter, to) {
                    return Err(bad(plain, to, "a type that this reference can lead to"));
                }
                self.matching(parameter, Some(to), &parts, value::read)
            }
            (_, None) => self.matching(parameter, None, &parts, value::read),
            _ => Err(unsupported()),
        }
    }

    /// Any of the values in any of the parameter's slots.
    fn matching(
        &self,
        parameter: &Parameter,
        to: Option<&str>,
        parts: &[&str],
        read: fn(&value::Asked<'_>, &str) -> Result<Test, SearchError>,
    ) -> Result<Clause, SearchError> {
        let mut clauses = Vec::new();
        for slot in &parameter.slots {
            let target = to.or(slot.target);
            let asked =
                value::Asked { parameter, slot: slot.number, target, now_ms: self.now_ms, base: self.base };
            let mut all = Test::default();
            let mut seen = BTreeSet::new();
            // What is asked twice is looked for once: a system may stand for hundreds of codes.
            for part in parts.iter().filter(|part| seen.insert(**part)) {
                match conflict::asked(parameter, part)? {
                    Some(conflict) => {
                        let is_new = !clauses.contains(&Clause::Conflicted);
                        clauses.extend(is_new.then_some(Clause::Conflicted));
                        if conflict.is_other_tag {
                            all.or(read(&asked, part)?);
                        }
                    }
                    None => all.or(read(&asked, part)?),
                }
            }
            clauses.extend(all.into_clauses(slot.number));
        }
        Ok(any(clauses))
    }

    fn updated(&self, name: &str, parts: &[&str]) -> Result<Clause, SearchError> {
        let mut clauses = Vec::new();
        for part in parts {
            let (prefix, span) = value::dated(name, part)?;
            let unix = |ms: u64| if ms == u64::MAX { ms } else { ms.saturating_sub(EPOCH_MS) };
            let Span { from, below } = span;
            let within = |from: u64, below: u64| Clause::Updated(unix(from), unix(below));
            clauses.push(match prefix {
                "eq" => within(from, below),
                "ne" => Clause::Not(Box::new(within(from, below))),
                "gt" | "sa" => within(below, u64::MAX),
                "lt" | "eb" => within(0, from),
                "ge" => within(from, u64::MAX),
                "le" => within(0, below),
                _ => {
                    let wide = value::widened(span, self.now_ms);
                    within(wide.from, wide.below)
                }
            });
        }
        Ok(any(clauses))
    }
}

/// Parameters that no row of the index is behind.
fn is_built_in(name: &str) -> bool {
    matches!(name, "_id" | "_lastUpdated" | "_text")
}

fn leads_to(parameter: &Parameter, kind: &str) -> bool {
    parameter.targets.is_empty() || parameter.targets.contains(&kind)
}

/// The slots of a reference in which one to this type may stand.
fn uses(parameter: &Parameter, to: Option<&str>) -> impl Iterator<Item = u32> {
    let fits = move |slot: &&table::SlotUse| slot.target.is_none() || to.is_none() || slot.target == to;
    parameter.slots.iter().filter(fits).map(|slot| slot.number)
}

fn missing(parameter: &Parameter, text: &str) -> Result<Clause, SearchError> {
    let is_missing = match text {
        "true" => true,
        "false" => false,
        _ => return Err(bad(parameter.name, text, "true or false")),
    };
    let rows = |slot: &table::SlotUse| {
        let (values, beside) = match slot.target {
            None => (vec![Match::Range(Range::default())], Match::Range(Range::default())),
            Some(target) => (
                // Here, or on another server.
                vec![Match::Prefix(format!("{target}/")), Match::Contains(format!("/{target}/"))],
                Match::Exact(target.to_owned()),
            ),
        };
        [
            Clause::Param { param: slot.number, any: values },
            Clause::Param { param: slot.number + PRESENT, any: vec![beside] },
        ]
    };
    let computed = conflict::may_be_in(parameter).then_some(Clause::Conflicted);
    let there = any(parameter.slots.iter().flat_map(rows).chain(computed).collect());
    Ok(if is_missing { Clause::Not(Box::new(there)) } else { there })
}

/// Side by side, not one in another: a store looks for them at the top.
fn checks(params: impl IntoIterator<Item = u32>, parts: &[&str]) -> Clause {
    let of = |param| parts.iter().map(move |part| Clause::Check { param, text: unescape(part) });
    any(params.into_iter().flat_map(of).collect())
}

/// The same in the slot beside.
fn beside(clause: Clause, offset: u32) -> Clause {
    match clause {
        Clause::Param { param, any } => Clause::Param { param: param + offset, any },
        Clause::Any(all) => Clause::Any(all.into_iter().map(|one| beside(one, offset)).collect()),
        other => other,
    }
}

fn any(mut clauses: Vec<Clause>) -> Clause {
    if clauses.len() == 1 { clauses.remove(0) } else { Clause::Any(clauses) }
}
