//! Databases in memory that are emptied and used again: preparing a hundred statements costs more than a history.

use std::sync::Arc;

use anyhow::Result;
use holdfast_store::schema;
use holdfast_store::sql::{Database, Table, Value};
use holdfast_store::sqlite::Sqlite;

/// A whole database as rows: what a backup, a cloned disk or a rolled-back one holds.
#[derive(Clone, Debug)]
pub struct Image(Vec<(&'static Table, Vec<Vec<Value>>)>);

impl Image {
    /// Takes a consistent image.
    ///
    /// # Errors
    /// The database.
    pub fn of(db: &Sqlite) -> Result<Self> {
        let mut tables = Vec::new();
        db.read(&mut |sql| {
            for table in schema::TABLES {
                let rows = sql.query(&format!("SELECT * FROM {}", table.name), &[])?;
                tables.push((*table, rows.into_iter().map(|row| row.0).collect()));
            }
            Ok(())
        })?;
        Ok(Self(tables))
    }

    fn write_to(&self, db: &Sqlite) -> Result<()> {
        db.write(&mut |sql| {
            for (table, rows) in &self.0 {
                sql.insert_new(table, rows.clone())?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// Empty databases at hand.
#[derive(Default)]
pub struct Pool(Vec<Arc<Sqlite>>);

impl Pool {
    /// An empty database.
    ///
    /// # Errors
    /// The database.
    pub fn empty(&mut self) -> Result<Arc<Sqlite>> {
        let Some(db) = self.0.pop() else { return Ok(Arc::new(Sqlite::in_memory()?)) };
        db.write(&mut |sql| {
            for table in schema::TABLES {
                sql.execute(&format!("DELETE FROM {}", table.name), &[])?;
            }
            Ok(())
        })?;
        Ok(db)
    }

    /// A database that holds what the image holds.
    ///
    /// # Errors
    /// The database.
    pub fn from_image(&mut self, image: &Image) -> Result<Arc<Sqlite>> {
        let db = self.empty()?;
        image.write_to(&db)?;
        Ok(db)
    }

    /// Takes a database back for later use.
    pub fn put_back(&mut self, db: Arc<Sqlite>) {
        self.0.push(db);
    }
}
