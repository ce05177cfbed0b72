//! Numbers that are given out once, such as those of medical records. They are counted in the same transaction as what they
//! are given to. A database that is a copy of an older self counts on from where the copy stands, so whoever makes a number
//! of these adds what no two databases share ([`crate::Records::actor`]).

use crate::error::Result;
use crate::identity::{meta, set_meta};
use crate::tx::Tx;

/// The counter of numbers given out.
const COUNTER: &str = "number";
/// The counter of blocks of numbers granted.
const BLOCK_COUNTER: &str = "number-block";

impl Tx<'_> {
    /// Takes the next number, from 1 on.
    ///
    /// # Errors
    /// The database.
    pub fn take_number(&mut self) -> Result<u64> {
        self.sql.allocate(COUNTER, 1)
    }

    /// Takes the next block of numbers, which are counted from 1 on too.
    ///
    /// # Errors
    /// The database.
    pub fn take_block(&mut self) -> Result<u64> {
        self.sql.allocate(BLOCK_COUNTER, 1)
    }

    /// Takes the next of a block of `count` numbers that somebody else has granted to this database: its place in the block,
    /// from 0 on; `None` once the block is used up.
    ///
    /// # Errors
    /// The database.
    pub fn take_of_block(&mut self, block: &str, count: u64) -> Result<Option<u64>> {
        let name = format!("block/{block}");
        let taken =
            meta(self.sql, &name)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
        if taken >= count {
            return Ok(None);
        }
        set_meta(self.sql, &name, Some(&(taken + 1).to_le_bytes()))?;
        Ok(Some(taken))
    }

    /// Runs `work` without regard to what the writer may reach: for what the records keep for themselves, never for what is
    /// shown.
    ///
    /// # Errors
    /// What `work` fails with.
    pub fn beyond_sight<T, E>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let sight = self.sight.take();
        let done = work(self);
        self.sight = sight;
        done
    }
}
