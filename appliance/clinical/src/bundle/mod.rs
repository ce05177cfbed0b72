//! Planning batches and transactions: which steps, in which order, on which resources, with every reference
//! resolved. Pure: the caller searches and stores inside its own transaction.
//!
//! ```text
//! text ─▶ Plan::parse ─▶ plan.conditions() ─▶ (caller searches) ─▶ plan.resolve(assign, matches) ─▶ steps
//! ```
//!
//! A batch goes entry by entry: [`Plan::entries`] shows which could be read, [`Plan::entry_conditions`] and
//! [`Plan::resolve_entry`] do one, and an error there concerns that entry alone.
//!
//! * An entry that is POSTed with `fullUrl` `urn:uuid:U` gets the id `U`: UUIDs are globally unique, so a bundle
//!   that is sent twice stores nothing twice, and a Practitioner that recurs in every bundle stays one resource. An id
//!   that stands for something else by then is not taken over.
//! * A reference is resolved to an entry if it equals the entry's `fullUrl`, or is relative to the RESTful base of
//!   the `fullUrl` it stands under. A `urn:` reference to no entry is an error.
//! * A conditional reference that finds nothing stored is tried on what the same transaction writes; a conditional create
//!   or update that would find what another entry creates is refused, for R4 lets no two entries stand for one resource.
//! * Resource texts stay byte-faithful: only the strings that are links change.

mod condition;
mod entry;
mod error;
mod links;
mod narrative;
mod own;
mod resolve;
mod step;

pub use condition::{Condition, Gone, Matches};
pub use entry::{Entry, Method};
pub use error::BundleError;
pub use step::{Action, Ask, IdOrigin, Step};

use serde::Deserialize;
use serde_json::value::RawValue;

/// The most entries of one bundle. The largest Synthea patient has some 10,000.
pub const MAX_ENTRIES: usize = 20_000;

/// The most entries of one bundle that read or search: what each may cost is not bounded by what was sent.
pub const MAX_READS: usize = 500;

/// The same of a transaction that writes too. Its reads see its writes and can still refuse it (R4 http.html#trules), so
/// they are made where it is stored, and hold up every other save meanwhile.
pub const MAX_READS_BESIDE_WRITES: usize = 100;

/// How a bundle is carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Every entry on its own.
    Batch,
    /// All or nothing.
    Transaction,
}

/// A bundle, read but not yet resolved. Borrows the bundle's text.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan<'a> {
    mode: Mode,
    entries: Vec<Result<Entry<'a>, BundleError>>,
}

#[derive(Deserialize)]
struct RawBundle<'a> {
    #[serde(rename = "resourceType")]
    resource_type: String,
    #[serde(rename = "type")]
    bundle_type: Option<String>,
    #[serde(borrow, default)]
    entry: Vec<&'a RawValue>,
}

impl<'a> Plan<'a> {
    /// Reads a batch or a transaction.
    ///
    /// # Errors
    /// [`BundleError`] if the text is no such bundle or, for a transaction, if one of its entries is wrong. A wrong
    /// entry of a batch stays in [`Plan::entries`].
    pub fn parse(text: &'a str) -> Result<Self, BundleError> {
        let raw = read(text)?;
        match raw.bundle_type.as_deref() {
            Some("batch") => Self::of_entries(Mode::Batch, &raw.entry, Entry::read),
            Some("transaction") => Self::of_entries(Mode::Transaction, &raw.entry, Entry::read),
            other => Err(wrong_type(other, "it asks for nothing to be done")),
        }
    }

    /// Reads a bundle to be imported: besides batches and transactions also collections, documents, messages and
    /// search results, whose resources are stored under their own ids, all or nothing.
    ///
    /// # Errors
    /// As [`Plan::parse`].
    pub fn parse_import(text: &'a str) -> Result<Self, BundleError> {
        let raw = read(text)?;
        match raw.bundle_type.as_deref() {
            Some("batch" | "transaction") => Self::parse(text),
            Some("collection" | "document" | "message" | "searchset") => {
                Self::of_entries(Mode::Transaction, &raw.entry, Entry::import)
            }
            other => Err(wrong_type(other, "it carries no resources to import")),
        }
    }

    /// A single resource to be imported under its own id, or under a new one if it has none.
    ///
    /// # Errors
    /// [`BundleError::BadEntry`] if the text is no resource.
    pub fn of_resource(text: &'a str) -> Result<Self, BundleError> {
        let entry = Entry::of_resource(0, None, text)?;
        Ok(Self { mode: Mode::Transaction, entries: vec![Ok(entry)] })
    }

    fn of_entries(
        mode: Mode,
        raw: &[&'a RawValue],
        read: fn(usize, &'a str) -> Result<Entry<'a>, BundleError>,
    ) -> Result<Self, BundleError> {
        if raw.len() > MAX_ENTRIES {
            return Err(BundleError::TooManyEntries { count: raw.len() });
        }
        let entries: Vec<_> = raw.iter().enumerate().map(|(index, entry)| read(index, entry.get())).collect();
        if mode == Mode::Transaction
            && let Some(error) = entries.iter().find_map(|entry| entry.as_ref().err())
        {
            return Err(error.clone());
        }
        if mode == Mode::Transaction {
            entries.iter().flatten().try_for_each(Entry::check_in_transaction)?;
        }
        check_reads(mode, &entries)?;
        Ok(Self { mode, entries })
    }

    /// Whether the entries stand together or each on its own.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The entries in the order of the bundle; an error is only found here in a batch.
    pub fn entries(&self) -> &[Result<Entry<'a>, BundleError>] {
        &self.entries
    }

    /// Every condition of the bundle, each text once, in the order of the bundle: conditional references,
    /// If-None-Exist, conditional updates, patches and deletes. The caller searches them all before
    /// [`Plan::resolve`].
    ///
    /// # Errors
    /// [`BundleError::BadCondition`] or [`BundleError::BadEntry`] for the first entry at fault.
    pub fn conditions(&self) -> Result<Vec<Condition>, BundleError> {
        let mut all: Vec<Condition> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for entry in self.entries.iter().flatten() {
            for condition in resolve::conditions_of(entry)? {
                if seen.insert(condition.text.clone()) {
                    all.push(condition);
                }
            }
        }
        Ok(all)
    }

    /// The conditions of one entry, as [`Plan::conditions`] gives all.
    ///
    /// # Errors
    /// The entry's own error, or as [`Plan::conditions`].
    ///
    /// # Panics
    /// If there is no such entry.
    pub fn entry_conditions(&self, index: usize) -> Result<Vec<Condition>, BundleError> {
        resolve::conditions_of(self.entries[index].as_ref().map_err(Clone::clone)?)
    }

    /// Conditions of a transaction's deletes: the caller searches them first, to tell [`Plan::gone`].
    pub fn conditions_of_deletes(&self) -> impl Iterator<Item = &Condition> {
        let deletes = self.entries.iter().flatten().filter(|entry| entry.method == Method::Delete);
        deletes.filter_map(|entry| entry.condition.as_ref())
    }

    /// What a transaction deletes, given what [`Plan::conditions_of_deletes`] find. Where other conditions find it, the
    /// caller searches on.
    ///
    /// # Errors
    /// [`BundleError::ManyMatches`].
    pub fn gone(&self, matches: &Matches) -> Result<Gone, BundleError> {
        resolve::gone(&self.entries.iter().flatten().collect::<Vec<_>>(), matches)
    }

    /// The steps of a transaction in the order in which they are carried out: DELETE, POST, PUT and PATCH, GET.
    /// `assign` mints a new id for each create that has no UUID of its own; `matches` says what each condition found.
    ///
    /// # Errors
    /// [`BundleError`] that names the entry, and the reference where it is one.
    pub fn resolve(
        &self,
        assign: impl FnMut() -> String,
        matches: &Matches,
    ) -> Result<Vec<Step>, BundleError> {
        resolve::transaction(&self.entries.iter().flatten().collect::<Vec<_>>(), assign, matches)
    }

    /// The step of one entry of a batch. `urn:uuid` references to other entries of the batch are resolved where
    /// their id is known beforehand.
    ///
    /// # Errors
    /// As [`Plan::resolve`], for this entry alone.
    ///
    /// # Panics
    /// If there is no such entry.
    pub fn resolve_entry(
        &self,
        index: usize,
        assign: impl FnMut() -> String,
        matches: &Matches,
    ) -> Result<Step, BundleError> {
        let entry = self.entries[index].as_ref().map_err(Clone::clone)?;
        resolve::single(entry, &self.known_targets(), assign, matches)
    }
}

fn check_reads(mode: Mode, entries: &[Result<Entry<'_>, BundleError>]) -> Result<(), BundleError> {
    let count = entries.iter().flatten().filter(|entry| entry.is_read()).count();
    let writes_too = mode == Mode::Transaction && count < entries.len();
    let most = if writes_too { MAX_READS_BESIDE_WRITES } else { MAX_READS };
    if count > most { Err(BundleError::TooManyReads { count, most }) } else { Ok(()) }
}

fn read(text: &str) -> Result<RawBundle<'_>, BundleError> {
    let unreadable = |reason: String| BundleError::Unreadable { reason };
    let raw: RawBundle<'_> = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
    if raw.resource_type != "Bundle" {
        return Err(unreadable(format!("it is a {}", raw.resource_type)));
    }
    Ok(raw)
}

fn wrong_type(bundle_type: Option<&str>, reason: &'static str) -> BundleError {
    BundleError::WrongType { bundle_type: bundle_type.unwrap_or("none").to_owned(), reason }
}
