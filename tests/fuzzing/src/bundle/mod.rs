//! Bundles: what is refused names its entry; what is accepted becomes steps in R4's order, one an entry, with every link
//! resolved and nothing else of the resources changed.

mod links;

use std::collections::{BTreeMap, BTreeSet};

use holdfast_clinical::bundle::{Action, BundleError, Condition, Gone, Matches, Method, Mode, Plan, Step};
use serde_json::value::RawValue;

use links::Stand;

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let entries = entries_of(text);
    let single = Plan::of_resource(text);
    for plan in [Plan::parse(text), Plan::parse_import(text)] {
        match plan {
            Ok(plan) => carried_out(&plan, entries.expect("a plan is of a bundle"), Some(text)),
            Err(error) => refused(&error, entries),
        }
    }
    match single {
        Ok(plan) => carried_out(&plan, 1, None),
        Err(error) => refused(&error, Some(1)),
    }
}

/// How many entries there are, by another reader of JSON; `None` if it is no bundle.
fn entries_of(text: &str) -> Option<usize> {
    let bundle: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    match bundle.get("entry") {
        None => Some(0),
        Some(entry) => serde_json::from_str::<Vec<&RawValue>>(entry.get()).ok().map(|all| all.len()),
    }
}

/// A refusal is about the bundle as a whole, or names an entry that is there.
fn refused(error: &BundleError, entries: Option<usize>) {
    let (entry, first) = match error {
        BundleError::Unreadable { .. }
        | BundleError::WrongType { .. }
        | BundleError::TooManyEntries { .. }
        | BundleError::TooManyReads { .. } => {
            return;
        }
        BundleError::BadEntry { entry, .. }
        | BundleError::BadUrl { entry, .. }
        | BundleError::UnresolvedReference { entry, .. }
        | BundleError::BadCondition { entry, .. }
        | BundleError::NoMatch { entry, .. }
        | BundleError::NoSuchVersion { entry, .. }
        | BundleError::ManyMatches { entry, .. } => (*entry, *entry),
        BundleError::Duplicate { entry, first, .. } => (*entry, *first),
    };
    let entries = entries.expect("what has entries is a bundle");
    assert!(first <= entry && entry < entries, "{error} names no entry of {entries}");
    assert!(error.to_string().contains(&format!("Bundle.entry[{entry}]")), "{error} does not name the entry");
}

/// `bundle`: the text, if it is a bundle's.
fn carried_out(plan: &Plan<'_>, entries: usize, bundle: Option<&str>) {
    assert_eq!(plan.entries().len(), entries, "an entry is lost");
    match plan.mode() {
        Mode::Transaction => transaction(plan, bundle),
        Mode::Batch => (0..entries).for_each(|index| single(plan, index)),
    }
}

fn transaction(plan: &Plan<'_>, bundle: Option<&str>) {
    let size = plan.entries().len();
    let conditions = match plan.conditions() {
        Ok(conditions) => conditions,
        Err(error) => return refused(&error, Some(size)),
    };
    let texts: BTreeSet<&str> = conditions.iter().map(|condition| condition.text.as_str()).collect();
    assert_eq!(texts.len(), conditions.len(), "a condition is searched twice");
    let matches = matches(&conditions);
    let steps = plan.resolve(minting(), &matches);
    assert_eq!(plan.resolve(minting(), &matches), steps, "a plan is not the same twice");
    if let Some(text) = bundle {
        whatever_the_order(text, &matches, &steps);
    }
    let steps = match steps {
        Ok(steps) => steps,
        Err(error) => return refused(&error, Some(size)),
    };
    in_order(&steps, size);
    let mut stand = Stand::default();
    let mut written = BTreeSet::new();
    for step in &steps {
        let entry = plan.entries()[step.entry].as_ref().expect("a transaction's entries are read");
        if let (Some(url), Some(id)) = (&entry.full_url, step.id()) {
            stand.add(url, format!("{}/{id}", step.kind));
        }
        if let (Some(id), false) =
            (step.id(), matches!(step.action, Action::Exists { .. } | Action::Get { .. }))
        {
            assert!(written.insert((&step.kind, id)), "{}/{id} is written twice", step.kind);
        }
    }
    let gone = plan.gone(&matches).expect("what is planned is deleted");
    let matches = without(&gone, &conditions, matches);
    let own: BTreeSet<String> = written.iter().map(|(kind, id)| format!("{kind}/{id}")).collect();
    for step in &steps {
        let entry = plan.entries()[step.entry].as_ref().expect("a transaction's entries are read");
        assert_eq!((entry.method, &entry.url.kind), (step.method, &step.kind));
        assert_eq!(entry.resource.is_some(), step.resource.is_some(), "a resource is lost");
        if let (Some(sent), Some(resolved), false) = (entry.resource, &step.resource, entry.is_read()) {
            let base = entry.full_url.as_deref();
            links::resolved(sent, resolved, base, &stand, &matches, &own);
        }
    }
}

/// DELETE, POST, PUT and PATCH, GET (<https://hl7.org/fhir/R4/http.html#trules>), otherwise as sent; each entry once.
fn in_order(steps: &[Step], size: usize) {
    let place = |step: &Step| {
        let rank = match step.method {
            Method::Delete => 0,
            Method::Post => 1,
            Method::Put | Method::Patch => 2,
            Method::Get | Method::Head => 3,
        };
        (rank, step.entry)
    };
    assert!(steps.is_sorted_by(|a, b| place(a) < place(b)), "the steps are out of order");
    let entries: BTreeSet<usize> = steps.iter().map(|step| step.entry).collect();
    assert!(entries.iter().copied().eq(0..size) && steps.len() == size, "not one step an entry");
}

/// What comes of a transaction does not depend on the order of its entries.
fn whatever_the_order(text: &str, matches: &Matches, steps: &Result<Vec<Step>, BundleError>) {
    let Ok(mut bundle) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(text) else { return };
    let Some(Ok(mut entries)) =
        bundle.get("entry").map(|all| serde_json::from_str::<Vec<Box<RawValue>>>(all.get()))
    else {
        return;
    };
    entries.reverse();
    let reversed = serde_json::value::to_raw_value(&entries).expect("raw JSON is written");
    bundle.insert("entry".to_owned(), reversed);
    let text = serde_json::to_string(&bundle).expect("raw JSON is written");
    let plan = Plan::parse_import(&text).expect("entries are read one by one");
    let other = plan.resolve(minting(), matches);
    assert_eq!(other.is_ok(), steps.is_ok(), "the order of the entries decides: {other:?}");
    let kinds = |steps: &[Step]| {
        let mut all: Vec<(String, u8)> =
            steps.iter().map(|step| (step.kind.clone(), step.method.rank())).collect();
        all.sort_unstable();
        all
    };
    if let (Ok(steps), Ok(other)) = (steps, &other) {
        assert_eq!(kinds(steps), kinds(other));
    }
}

/// One entry of a batch: its fault is its own.
fn single(plan: &Plan<'_>, index: usize) {
    let refused = |error: &BundleError| {
        refused(error, Some(plan.entries().len()));
        assert!(
            error.to_string().contains(&format!("Bundle.entry[{index}]")),
            "{error} is about another entry"
        );
    };
    let conditions = match plan.entry_conditions(index) {
        Ok(conditions) => conditions,
        Err(error) => return refused(&error),
    };
    match plan.resolve_entry(index, minting(), &matches(&conditions)) {
        Ok(step) => {
            assert_eq!(step.entry, index);
            let stored = step.resource.filter(|_| !matches!(step.action, Action::Get { .. }));
            stored.iter().for_each(|resource| links::none_is_left(resource));
        }
        Err(error) => refused(&error),
    }
}

/// What the conditions find: none, one or two, by their text.
fn matches(conditions: &[Condition]) -> Matches {
    let found =
        |text: &str| match text.bytes().fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % 8 {
            0 => vec![],
            1 => vec!["one".to_owned(), "two".to_owned()],
            n => vec![format!("found-{n}")],
        };
    conditions.iter().map(|condition| (condition.text.clone(), found(&condition.text))).collect()
}

/// What conditions find beside what is deleted.
fn without(gone: &Gone, conditions: &[Condition], mut matches: Matches) -> Matches {
    for condition in conditions {
        let kind = &condition.query.kind;
        let found = matches.get_mut(&condition.text).expect("each condition was searched");
        found.retain(|id| !gone.contains(&format!("{kind}/{id}")));
    }
    matches
}

fn minting() -> impl FnMut() -> String {
    let mut minted = 0;
    move || {
        minted += 1;
        // No client can send an id with an underscore.
        format!("minted_{minted}")
    }
}
