//! What a person orders of a hub that serves, from its console: kept beside the records, and carried out by whoever serves.

use holdfast_core::id::ActorId;

use crate::error::{Result, StoreError};
use crate::identity::set_meta;
use crate::records::Records;
use crate::sql::{Database, Value};
use crate::tx::Tx;

/// Before the actors that are said to be gone.
const ORDER: &str = "rights-replace/";

/// The earlier incarnations of a database, the last one at the end; the one that writes now among them.
///
/// # Errors
/// The database.
pub fn incarnations(db: &dyn Database) -> Result<Vec<ActorId>> {
    let mut out = Vec::new();
    db.read(&mut |sql| {
        let rows =
            sql.query("SELECT actor FROM actor WHERE replica = $1 ORDER BY no", &[Value::from("self")])?;
        out = rows.iter().map(|row| row.array(0).map(ActorId)).collect::<Result<_>>()?;
        Ok(())
    })?;
    Ok(out)
}

/// A person says that an earlier incarnation of this hub is gone for good, and that replicas have given back what they held of it.
///
/// # Errors
/// [`StoreError::NotFound`] if it was never this database's; or the database.
pub fn order_replacement(db: &dyn Database, of: ActorId) -> Result<()> {
    if !incarnations(db)?.contains(&of) {
        return Err(StoreError::NotFound(of.to_hex()));
    }
    db.write(&mut |sql| set_meta(sql, &format!("{ORDER}{}", of.to_hex()), Some(&[1])))
}

impl Records {
    /// Who was said to be gone and is not replaced yet.
    ///
    /// # Errors
    /// The database.
    pub fn replacements_ordered(&self) -> Result<Vec<ActorId>> {
        self.read(|view| {
            let beyond = holdfast_core::search::after_prefix(ORDER);
            let text = "SELECT name FROM meta WHERE name >= $1 AND name < $2 ORDER BY name";
            let rows = view.sql.query(text, &[ORDER.into(), beyond.as_str().into()])?;
            let named = rows.iter().map(|row| Ok(ActorId::from_hex(&row.text(0)?[ORDER.len()..])));
            named.filter_map(Result::transpose).collect()
        })
    }
}

impl Tx<'_> {
    /// An order is carried out.
    ///
    /// # Errors
    /// The database.
    pub fn replacement_done(&mut self, of: ActorId) -> Result<()> {
        set_meta(self.sql, &format!("{ORDER}{}", of.to_hex()), None)
    }
}
