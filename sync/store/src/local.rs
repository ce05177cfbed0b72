//! Facts that this database keeps for the program that has it open, and that no other replica learns: wrong guesses at a PIN,
//! the highest time ever seen.

use crate::error::Result;
use crate::identity;
use crate::schema;
use crate::tx::Tx;
use crate::view::View;

/// Before the names of facts of the program, so that none is one of the store's own.
const PREFIX: &str = "local/";

impl View<'_> {
    /// A fact by its name.
    ///
    /// # Errors
    /// The database.
    pub fn local(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        identity::meta(self.sql, &format!("{PREFIX}{name}"))
    }

    /// The facts whose names begin so, by the rest of their names.
    ///
    /// # Errors
    /// The database. Cost: all of them.
    pub fn locals(&mut self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>> {
        let prefix = format!("{PREFIX}{prefix}");
        let text = "SELECT name, value FROM meta WHERE name >= $1 AND name < $2 ORDER BY name";
        let beyond = holdfast_core::search::after_prefix(&prefix);
        let rows = self.sql.query(text, &[prefix.as_str().into(), beyond.as_str().into()])?;
        rows.iter().map(|row| Ok((row.text(0)?[prefix.len()..].to_owned(), row.blob(1)?.to_vec()))).collect()
    }
}

impl Tx<'_> {
    /// Keeps a fact; `None` forgets it.
    ///
    /// # Errors
    /// The database.
    pub fn set_local(&mut self, name: &str, value: Option<&[u8]>) -> Result<()> {
        identity::set_meta(self.sql, &format!("{PREFIX}{name}"), value)
    }

    /// Forgets facts by their names.
    ///
    /// # Errors
    /// The database.
    pub fn forget_locals(&mut self, names: &[String]) -> Result<()> {
        let keys = names.iter().map(|name| vec![format!("{PREFIX}{name}").as_str().into()]).collect();
        self.sql.delete(&schema::META, keys).map(|_| ())
    }
}
