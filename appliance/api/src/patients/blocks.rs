//! Record numbers: which one a new patient gets here, and blocks of them that a node grants to its desktops ahead of time. A
//! block is a record of the log, written once by the database whose series it is of, and held by one other; so a desktop whose
//! node is away gives out numbers of its clinic's series, and nobody else does.

use holdfast_clinical::identity::number::{BLOCK, Series, first_of_block, own};
use holdfast_clinical::search::find::{NUMBER, plain};
use holdfast_clinical::types::HOLDFAST_NUMBERS;
use holdfast_core::id::{ActorId, Entity};
use holdfast_store::author::Base;
use holdfast_store::search::Stretch;
use holdfast_store::{Records, StoreError, Tx};
use serde::{Deserialize, Serialize};

/// Numbers passed over because somebody has them already: an import may bring some that were given by another system.
const MOST_PASSED_OVER: usize = 1_000;
/// Blocks read at a time.
const PAGE: u32 = 200;

/// A block of numbers, as it stands in the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Block {
    resource_type: String,
    id: String,
    /// What stands before the numbers.
    series: String,
    first: u64,
    count: u64,
    /// The database that gives them out, 32 hex digits.
    holder: String,
}

/// Takes the number of a new patient's record: of a block that this database holds, else of its own series. A number that
/// somebody has already is passed over.
///
/// # Errors
/// [`StoreError`] of the database.
pub(super) fn take(tx: &mut Tx<'_>, records: &Records) -> Result<String, StoreError> {
    tx.beyond_sight(|tx| {
        for _ in 0..MOST_PASSED_OVER {
            let number = next(tx, records)?;
            if tx.view()?.count_along(&Stretch::of(NUMBER, plain(&number)), 1)? == 0 {
                return Ok(number);
            }
        }
        let message =
            "too many record numbers of this series are taken by others; tell the administrator".to_owned();
        Err(StoreError::Refused { code: "numbers-taken", message })
    })
}

fn next(tx: &mut Tx<'_>, records: &Records) -> Result<String, StoreError> {
    for block in held_by(tx, records.actor())? {
        let Some(series) = Series::granted(&block.series) else { continue };
        if let Some(place) = tx.take_of_block(&block.id, block.count)? {
            return Ok(series.number(block.first + place));
        }
    }
    let n = tx.take_number()?;
    Ok(Series::of(records.clinic(), records.actor()).number(own(n)))
}

/// The blocks that a database holds, in the order in which they were granted.
fn held_by(tx: &mut Tx<'_>, holder: ActorId) -> Result<Vec<Block>, StoreError> {
    let (mut out, mut after, holder) = (Vec::new(), Some(0), holder.to_hex());
    while let Some(from) = after {
        let page = tx.view()?.search(HOLDFAST_NUMBERS, &[], from, PAGE)?;
        let blocks = page.resources.iter().filter_map(|one| serde_json::from_str::<Block>(&one.json).ok());
        out.extend(blocks.filter(|block| block.holder == holder));
        after = page.next;
    }
    Ok(out)
}

/// Sees to it that each of these databases, those of the desktops below, holds a block of which fewer than half of the numbers
/// are in use as far as is known here. Takes no input but what is held, so that it may run at any time and again; how many
/// blocks it has granted.
///
/// # Errors
/// [`StoreError`] of the database.
pub fn keep_granted(records: &Records, holders: &[ActorId]) -> Result<usize, StoreError> {
    records.write(|tx| {
        let mut granted = 0;
        for holder in holders {
            let newest = held_by(tx, *holder)?.pop();
            let is_enough = match newest {
                Some(block) => used(tx, &block)? * 2 < block.count,
                None => false,
            };
            if !is_enough {
                grant(tx, records, *holder)?;
                granted += 1;
            }
        }
        Ok(granted)
    })
}

/// How many numbers of a block somebody has, as far as is known here.
fn used(tx: &mut Tx<'_>, block: &Block) -> Result<u64, StoreError> {
    let mut used = 0;
    for n in block.first..block.first + block.count {
        let number = Series::granted(&block.series).map(|series| series.number(n)).unwrap_or_default();
        used += tx.view()?.count_along(&Stretch::of(NUMBER, plain(&number)), 1)?;
    }
    Ok(used)
}

fn grant(tx: &mut Tx<'_>, records: &Records, holder: ActorId) -> Result<(), StoreError> {
    let n = tx.take_block()?;
    let first = first_of_block(n).ok_or_else(|| StoreError::Refused {
        code: "numbers-used-up",
        message: "this database has granted all blocks of its series; tell the administrator".to_owned(),
    })?;
    let series = Series::of(records.clinic(), records.actor()).as_str().to_owned();
    let id = format!("{series}.{first}");
    let block = Block {
        resource_type: HOLDFAST_NUMBERS.to_owned(),
        id: id.clone(),
        series,
        first,
        count: BLOCK,
        holder: holder.to_hex(),
    };
    let text = serde_json::to_string(&block).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    tx.put(&Entity::new(HOLDFAST_NUMBERS, id), &text, &Base::Absent, "")?;
    Ok(())
}
