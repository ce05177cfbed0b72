//! From entries to steps: ids, conditions, references.

use std::collections::BTreeMap;

use super::Plan;
use super::condition::{Condition, Gone, Matches};
use super::entry::{Entry, Method};
use super::error::BundleError;
use super::links::{Link, Place, find, replace};
use super::narrative;
use super::own::Own;
use super::step::{Action, Ask, IdOrigin, Step};
use crate::tree::Node;

/// `fullUrl` in normal form → `Type/id` that it stands for.
pub(super) type Targets = BTreeMap<String, String>;

impl Plan<'_> {
    /// What the entries stand for whose id is known without searching or assigning.
    pub(super) fn known_targets(&self) -> Targets {
        let known = |entry: &Entry<'_>| {
            let id = match entry.method {
                _ if entry.is_read() && entry.method == Method::Post => return None,
                Method::Post => uuid_of(entry.full_url.as_deref()?)?,
                _ => entry.url.id.clone()?,
            };
            Some((normal_url(entry.full_url.as_deref()?), format!("{}/{id}", entry.url.kind)))
        };
        self.entries.iter().flatten().filter_map(known).collect()
    }
}

/// The conditions of one entry: its own, and those of its references.
pub(super) fn conditions_of(entry: &Entry<'_>) -> Result<Vec<Condition>, BundleError> {
    let mut found: Vec<Condition> = entry.condition.iter().cloned().collect();
    if let Some(resource) = entry.resource.filter(|text| text.contains('?') && !entry.is_read()) {
        let tree = read_tree(entry.index, resource)?;
        for link in find(&tree).iter().filter(|link| is_conditional(link)) {
            found.push(Condition::parse(entry.index, &link.value)?);
        }
    }
    Ok(found)
}

pub(super) fn transaction(
    entries: &[&Entry<'_>],
    mut assign: impl FnMut() -> String,
    matches: &Matches,
) -> Result<Vec<Step>, BundleError> {
    let gone = gone(entries, matches)?;
    let found = Found { matches, gone: &gone, own: None };
    let mut steps = Vec::with_capacity(entries.len());
    for entry in entries {
        steps.push(plan_step(entry, &mut assign, found)?);
    }
    refuse_duplicate_writes(&steps)?;
    let targets = targets_of(entries, &steps)?;
    let own = Own::of(entries, &steps);
    refuse_duplicate_creates(entries, &steps, &own)?;
    let found = Found { own: Some(&own), ..found };
    let resolved = entries.iter().map(|entry| resolve_links(entry, &targets, found));
    let resolved: Vec<_> = resolved.collect::<Result<_, _>>()?;
    for (step, resource) in steps.iter_mut().zip(resolved) {
        step.resource = resource;
    }
    steps.sort_by_key(|step| step.method.rank());
    Ok(steps)
}

pub(super) fn single(
    entry: &Entry<'_>,
    targets: &Targets,
    mut assign: impl FnMut() -> String,
    matches: &Matches,
) -> Result<Step, BundleError> {
    let found = Found { matches, gone: &Gone::new(), own: None };
    let mut step = plan_step(entry, &mut assign, found)?;
    step.resource = resolve_links(entry, targets, found)?;
    Ok(step)
}

/// What the deletes of a transaction delete.
pub(super) fn gone(entries: &[&Entry<'_>], matches: &Matches) -> Result<Gone, BundleError> {
    let mut gone = Gone::new();
    for entry in entries.iter().filter(|entry| entry.method == Method::Delete) {
        let by_condition = entry.condition.as_ref().map(|one| one.single(entry.index, matches, &Gone::new()));
        let id = entry.url.id.as_deref().or(by_condition.transpose()?.flatten());
        gone.extend(id.map(|id| format!("{}/{id}", entry.url.kind)));
    }
    Ok(gone)
}

/// What conditions find.
#[derive(Clone, Copy)]
struct Found<'m> {
    matches: &'m Matches,
    /// What they do not find any more.
    gone: &'m Gone,
    /// What they find besides, once everything has its id.
    own: Option<&'m Own<'m>>,
}

fn plan_step(
    entry: &Entry<'_>,
    assign: &mut impl FnMut() -> String,
    found: Found<'_>,
) -> Result<Step, BundleError> {
    let none = Gone::new();
    let gone = if entry.method == Method::Delete { &none } else { found.gone };
    let found = match &entry.condition {
        Some(condition) => condition.single(entry.index, found.matches, gone)?.map(str::to_owned),
        None => None,
    };
    let action = match entry.method {
        _ if entry.is_read() => Action::Get(ask(entry)),
        Method::Post => create(entry, found, assign),
        Method::Put => update(entry, found, assign)?,
        Method::Patch => patch(entry, found)?,
        Method::Delete => delete(entry, found)?,
        Method::Get | Method::Head => Action::Get(ask(entry)),
    };
    Ok(Step {
        entry: entry.index,
        method: entry.method,
        kind: entry.url.kind.clone(),
        action,
        resource: None,
    })
}

fn ask(entry: &Entry<'_>) -> Ask {
    Ask {
        url: entry.url.clone(),
        if_none_match: entry.if_none_match.clone(),
        if_modified_since: entry.if_modified_since.clone(),
    }
}

fn create(entry: &Entry<'_>, found: Option<String>, assign: &mut impl FnMut() -> String) -> Action {
    if let Some(id) = found {
        return Action::Exists { id };
    }
    match entry.full_url.as_deref().and_then(uuid_of) {
        Some(id) => Action::Create { id, origin: IdOrigin::FullUrl },
        None => Action::Create { id: assign(), origin: IdOrigin::Assigned },
    }
}

/// A conditional update that finds nothing creates: under the client's id if the resource has one. One that finds a
/// resource of another id than the client's is refused.
///
/// Source: <https://hl7.org/fhir/R4/http.html#cond-update>.
fn update(
    entry: &Entry<'_>,
    found: Option<String>,
    assign: &mut impl FnMut() -> String,
) -> Result<Action, BundleError> {
    match (entry.url.id.clone().or(found), &entry.resource_id) {
        (Some(found), Some(id)) if found != *id => {
            let reason =
                format!("its resource's id ({id}) is not that of what its condition finds ({found})");
            Err(BundleError::BadEntry { entry: entry.index, reason })
        }
        (Some(id), _) => {
            Ok(Action::Update { id, if_match: entry.if_match.clone(), must_be_new: entry.must_be_new() })
        }
        (None, _) if entry.if_match.is_some() => Err(nothing_of_that_version(entry)),
        (None, Some(id)) => Ok(Action::Create { id: id.clone(), origin: IdOrigin::Resource }),
        (None, None) => Ok(create(entry, None, assign)),
    }
}

/// A conditional delete that finds nothing is a success, unless it was to find one version.
fn delete(entry: &Entry<'_>, found: Option<String>) -> Result<Action, BundleError> {
    let id = entry.url.id.clone().or(found);
    if id.is_none() && entry.if_match.is_some() {
        return Err(nothing_of_that_version(entry));
    }
    Ok(Action::Delete { id, if_match: entry.if_match.clone() })
}

fn nothing_of_that_version(entry: &Entry<'_>) -> BundleError {
    BundleError::NoSuchVersion { entry: entry.index, condition: entry.url.text.clone() }
}

fn patch(entry: &Entry<'_>, found: Option<String>) -> Result<Action, BundleError> {
    let id = entry
        .url
        .id
        .clone()
        .or(found)
        .ok_or_else(|| BundleError::NoMatch { entry: entry.index, condition: entry.url.text.clone() })?;
    Ok(Action::Patch { id, if_match: entry.if_match.clone() })
}

fn refuse_duplicate_writes(steps: &[Step]) -> Result<(), BundleError> {
    let mut first_by_target: BTreeMap<String, usize> = BTreeMap::new();
    for step in steps {
        let Some(target) = step.writes() else { continue };
        if let Some(first) = first_by_target.insert(target.clone(), step.entry) {
            return Err(BundleError::Duplicate { entry: step.entry, first, target });
        }
    }
    Ok(())
}

/// Two entries that would each find what the other creates, were it there already: they stand for one resource, and
/// whichever came second would create it twice.
fn refuse_duplicate_creates(
    entries: &[&Entry<'_>],
    steps: &[Step],
    own: &Own<'_>,
) -> Result<(), BundleError> {
    let mut first_by_text: BTreeMap<&str, usize> = BTreeMap::new();
    for (entry, step) in entries.iter().zip(steps) {
        let Some(condition) = entry.condition.as_ref().filter(|_| step.creates()) else { continue };
        let same = first_by_text.insert(&condition.text, entry.index);
        if let Some(other) = same.or_else(|| own.another(entry, condition)) {
            let (first, entry) = (other.min(entry.index), other.max(entry.index));
            return Err(BundleError::Duplicate { entry, first, target: condition.text.clone() });
        }
    }
    Ok(())
}

fn targets_of(entries: &[&Entry<'_>], steps: &[Step]) -> Result<Targets, BundleError> {
    let mut targets = Targets::new();
    let mut first_by_url: BTreeMap<String, usize> = BTreeMap::new();
    for (entry, step) in entries.iter().zip(steps) {
        let (Some(full_url), Some(id)) = (entry.full_url.as_deref(), step.id()) else { continue };
        let url = normal_url(full_url);
        if let Some(first) = first_by_url.insert(url.clone(), entry.index) {
            return Err(BundleError::Duplicate { entry: entry.index, first, target: full_url.to_owned() });
        }
        targets.insert(url, format!("{}/{id}", step.kind));
    }
    Ok(targets)
}

fn resolve_links(
    entry: &Entry<'_>,
    targets: &Targets,
    found: Found<'_>,
) -> Result<Option<String>, BundleError> {
    let Some(resource) = entry.resource else { return Ok(None) };
    if entry.is_read() {
        return Ok(Some(resource.to_owned()));
    }
    let tree = read_tree(entry.index, resource)?;
    let base = entry.full_url.as_deref().and_then(crate::reference::base);
    let mut replacements = Vec::new();
    for link in find(&tree) {
        if let Some(new) = resolve_link(entry.index, &link, base, targets, found)? {
            replacements.push((link.start, link.end, new));
        }
    }
    Ok(Some(replace(resource, &replacements)))
}

/// What a link becomes; `None` leaves it as it is.
fn resolve_link(
    entry: usize,
    link: &Link<'_>,
    base: Option<&str>,
    targets: &Targets,
    found: Found<'_>,
) -> Result<Option<String>, BundleError> {
    let target_of = |url: &str| targets.get(&normal_url(url)).cloned();
    match link.place {
        Place::Narrative => return Ok(narrative::rewrite(&link.value, &target_of)),
        Place::Name if !is_urn(&link.value) => return Ok(None),
        _ => {}
    }
    if let Some(target) = target_of(&link.value) {
        return Ok(Some(target));
    }
    if link.place != Place::Reference {
        return Ok(None);
    }
    if is_conditional(link) {
        let condition = Condition::parse(entry, &link.value)?;
        let kind = condition.query.kind.clone();
        let id = match condition.single(entry, found.matches, found.gone)? {
            Some(id) => Some(id),
            None => found.own.map(|own| single_of(own, entry, &condition)).transpose()?.flatten(),
        };
        let target = id.map(|id| format!("{kind}/{id}"));
        return target.map(Some).ok_or(BundleError::NoMatch { entry, condition: condition.text });
    }
    if is_urn(&link.value) {
        return Err(BundleError::UnresolvedReference { entry, reference: link.value.to_string() });
    }
    let absolute =
        base.filter(|_| !crate::reference::is_http(&link.value)).map(|base| format!("{base}/{}", link.value));
    Ok(absolute.and_then(|url| targets.get(&url).cloned()).filter(|target| *target != link.value))
}

/// The one resource of the bundle that meets a condition.
fn single_of<'o>(
    own: &'o Own<'_>,
    entry: usize,
    condition: &Condition,
) -> Result<Option<&'o str>, BundleError> {
    match own.find(condition)[..] {
        [] => Ok(None),
        [one] => Ok(Some(one.id)),
        ref many => {
            Err(BundleError::ManyMatches { entry, condition: condition.text.clone(), count: many.len() })
        }
    }
}

fn is_conditional(link: &Link<'_>) -> bool {
    link.place == Place::Reference && Condition::is_written_in(&link.value)
}

fn read_tree(entry: usize, resource: &str) -> Result<Node<'_>, BundleError> {
    Node::parse(resource).map_err(|error| BundleError::BadEntry { entry, reason: error.to_string() })
}

fn is_urn(text: &str) -> bool {
    let starts =
        |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    starts("urn:uuid:") || starts("urn:oid:")
}

/// `urn:` URLs compare without regard to case (RFC 4122 §3), others byte for byte.
fn normal_url(url: &str) -> String {
    if is_urn(url) { url.to_ascii_lowercase() } else { url.to_owned() }
}

/// The UUID of `urn:uuid:U`, in lower case; `None` if it is no UUID (RFC 4122).
fn uuid_of(full_url: &str) -> Option<String> {
    let url = normal_url(full_url);
    let uuid = url.strip_prefix("urn:uuid:")?;
    let is_hex_group = |group: &str, len| group.len() == len && group.bytes().all(|b| b.is_ascii_hexdigit());
    let groups: Vec<&str> = uuid.split('-').collect();
    let fits =
        groups.len() == 5 && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, len)| is_hex_group(group, len));
    fits.then(|| uuid.to_owned())
}
