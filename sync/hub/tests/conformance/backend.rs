//! A database of each kind, and how a list of behaviours is checked on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use holdfast_hub::postgres::{Postgres, PostgresOptions};
use holdfast_store::error::Result;
use holdfast_store::sql::{Database, Sql};
use holdfast_store::sqlite::{Sqlite, SqliteOptions};

/// A behaviour's name and what shows it, on a fresh database.
pub(crate) type Behaviour = (&'static str, fn(&Backend));

/// Lists behaviours by name.
macro_rules! behaviours {
    ($($name:ident),* $(,)?) => {
        pub(crate) fn behaviours() -> Vec<crate::backend::Behaviour> {
            vec![$((stringify!($name), $name as fn(&crate::backend::Backend))),*]
        }
    };
}
pub(crate) use behaviours;

/// A fresh database.
pub(crate) struct Backend {
    open: Box<dyn Fn() -> Arc<dyn Database> + Send + Sync>,
    /// Whether several handles work on it at once, as processes do.
    pub(crate) is_shared: bool,
}

impl Backend {
    pub(crate) fn sqlite_file(path: &Path) -> Self {
        let path = path.to_owned();
        let open =
            move || Arc::new(Sqlite::open(&path, SqliteOptions::default()).unwrap()) as Arc<dyn Database>;
        Self { open: Box::new(open), is_shared: true }
    }

    pub(crate) fn sqlite_memory() -> Self {
        let only: Arc<dyn Database> = Arc::new(Sqlite::in_memory().unwrap());
        Self { open: Box::new(move || only.clone()), is_shared: false }
    }

    pub(crate) fn postgres(url: &str) -> Self {
        let url = url.to_owned();
        let open =
            move || Arc::new(Postgres::open(&url, PostgresOptions::default()).unwrap()) as Arc<dyn Database>;
        Self { open: Box::new(open), is_shared: true }
    }

    /// Another handle on the same database; in memory there is but one.
    pub(crate) fn open(&self) -> Arc<dyn Database> {
        (self.open)()
    }
}

/// Runs `work` in a transaction and hands out what it made.
pub(crate) fn write<T>(db: &dyn Database, mut work: impl FnMut(&mut dyn Sql) -> Result<T>) -> Result<T> {
    let mut out = None;
    db.write(&mut |sql| {
        out = Some(work(sql)?);
        Ok(())
    })?;
    Ok(out.expect("a write that succeeded has run"))
}

/// Runs `work` on one view and hands out what it found.
pub(crate) fn read<T>(db: &dyn Database, mut work: impl FnMut(&mut dyn Sql) -> Result<T>) -> Result<T> {
    let mut out = None;
    db.read(&mut |sql| {
        out = Some(work(sql)?);
        Ok(())
    })?;
    Ok(out.expect("a read that succeeded has run"))
}

/// Checks every behaviour on a database of its own, and names all that are missing.
pub(crate) fn check(behaviours: &[Behaviour], make: impl Fn(&str) -> Backend) {
    let mut missing = Vec::new();
    for (name, behaviour) in behaviours {
        let backend = make(name);
        if catch_unwind(AssertUnwindSafe(|| behaviour(&backend))).is_err() {
            missing.push(*name);
        }
    }
    assert!(missing.is_empty(), "not kept: {missing:?} (the reasons stand above)");
}
