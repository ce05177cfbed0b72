//! What has happened here since somebody looked last, for whoever keeps something that is worked out of records.

use std::collections::BTreeSet;

use holdfast_core::id::Entity;

use crate::error::Result;
use crate::view::View;

/// What has happened after a moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Happened {
    /// To these resources, each once.
    To(Vec<Entity>),
    /// More than was to be looked through: what is kept is to be worked out anew.
    TooMuch,
}

impl View<'_> {
    /// The moment that this view shows: the number of the last entry of all feeds, which only grows.
    ///
    /// # Errors
    /// The database. Cost: one look into the index.
    pub fn moment(&mut self) -> Result<u64> {
        let rows = self.sql.query("SELECT COALESCE(MAX(arrival), 0) FROM feed", &[])?;
        rows.first().map_or(Ok(0), |row| row.uint(0))
    }

    /// What has happened after a moment to resources of these types, whoever did it and whoever may see it: `most` entries of feeds are gone
    /// through. What was put out of this database with a whole scope is not among it, and neither are rows of the index that are made
    /// later.
    ///
    /// # Errors
    /// The database. Cost: the entries gone through.
    pub fn happened_after(&mut self, moment: u64, kinds: &[&str], most: u64) -> Result<Happened> {
        let text = format!(
            "SELECT r.kind, r.id FROM feed f CROSS JOIN resource r WHERE f.arrival > $1 AND r.no = f.resource_no \
             ORDER BY f.arrival LIMIT {}",
            most + 1
        );
        let rows = self.sql.query(&text, &[(moment as i64).into()])?;
        if rows.len() as u64 > most {
            return Ok(Happened::TooMuch);
        }
        let mut found = BTreeSet::new();
        for mut row in rows {
            if kinds.contains(&row.text(0)?) {
                found.insert(Entity::new(row.take_text(0)?, row.take_text(1)?));
            }
        }
        Ok(Happened::To(found.into_iter().collect()))
    }
}
