//! After which unit of work does the store stand? Exactly one from the last acknowledged to the last begun must fit.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use holdfast_core::id::Entity;
use holdfast_store::sqlite::Sqlite;

use super::own_log::LaneLog;
use super::resources::{Resources, difference};
use super::{Finding, Kind, read};
use crate::crash_images::ledger::{Ledger, Unit};

/// The unit after which the store stands; the earliest, if several say the same.
pub(super) fn settle(
    ledger: &Ledger,
    units: RangeInclusive<usize>,
    found: &Resources,
    log: &[LaneLog; 4],
) -> Result<usize, Finding> {
    let (first, last) = (*units.start(), *units.end());
    let changing = ledger.changed_between(first, last);
    for entity in ledger.entities().filter(|entity| changing.binary_search(entity).is_err()) {
        fits(ledger, entity, first, found)?;
    }
    if let Some(stranger) = found.keys().find(|entity| ledger.current(entity).is_none()) {
        return Err(Finding::new(Kind::Lost, format!("{stranger} is there, and was never saved")));
    }
    let mut why = None;
    for unit in units {
        match stands_after(ledger, unit, &changing, found, log) {
            Ok(()) => return Ok(unit),
            Err(finding) => why = why.or(Some(finding)),
        }
    }
    Err(why.unwrap_or_else(|| Finding::new(Kind::Lost, "no unit of work was looked at")))
}

fn stands_after(
    ledger: &Ledger,
    unit: usize,
    changing: &[&Entity],
    found: &Resources,
    log: &[LaneLog; 4],
) -> Result<(), Finding> {
    changing.iter().try_for_each(|entity| fits(ledger, entity, unit, found))?;
    let (expected, has) = (ledger.unit(unit).last, log.each_ref().map(LaneLog::last));
    if has == expected {
        return Ok(());
    }
    Err(Finding::new(
        Kind::Lost,
        format!("after unit {unit} the lanes reach {expected:?}, they reach {has:?}"),
    ))
}

fn fits(ledger: &Ledger, entity: &Entity, unit: usize, found: &Resources) -> Result<(), Finding> {
    match difference(found.get(entity), ledger.expected(entity, unit)) {
        None => Ok(()),
        Some(text) => Err(Finding::new(Kind::Lost, format!("after unit {unit}, {entity} {text}"))),
    }
}

/// The name under which the number of pages taken is confirmed.
const PAGES: &str = "@pages";

/// The upstream was told that these pages are durable: their positions must still be held, and their number known.
pub(super) fn held(db: &Sqlite, promised: &[Unit]) -> Result<(), Finding> {
    read(db, |sql| {
        let rows = sql.query("SELECT scope, MAX(pos) FROM held GROUP BY scope", &[])?;
        let mut held: BTreeMap<&str, u64> = BTreeMap::new();
        for row in &rows {
            held.insert(row.text(0)?, row.uint(1)?);
        }
        if let Some(row) = sql.query("SELECT value FROM meta WHERE name = 'pages-taken'", &[])?.first() {
            held.insert(PAGES, u64::from_le_bytes(row.array(0)?));
        }
        for (scope, at) in promised.iter().flat_map(|unit| &unit.held) {
            if held.get(scope.as_str()).copied().unwrap_or(0) < *at {
                return Err(Finding::new(
                    Kind::Lost,
                    format!("{scope} was taken in up to {at}, and is not any more"),
                ));
            }
        }
        Ok(())
    })
}
