//! Whether the store's encryption can be part of the picture at all.

use std::sync::OnceLock;

use anyhow::Result;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};

use crate::crash_images::folder;
use crate::crash_images::log::DATABASE;

/// Whether an encrypted database opens a second time, without any power cut. If not, this is said once, aloud, and
/// encrypted workloads are left out: every one of them would fail for a reason that is not a crash's.
pub(super) fn encryption_works() -> bool {
    static WORKS: OnceLock<bool> = OnceLock::new();
    *WORKS.get_or_init(|| {
        let outcome = open_twice();
        if let Err(error) = &outcome {
            eprintln!("SKIPPED encrypted workloads: an encrypted database does not open again: {error:#}");
        }
        outcome.is_ok()
    })
}

fn open_twice() -> Result<()> {
    let scratch = folder::scratch()?;
    for _ in 0..2 {
        let options = SqliteOptions { key: Some([7; 32]), ..SqliteOptions::default() };
        Sqlite::open(&scratch.path().join(DATABASE), options)?.integrity_findings()?;
    }
    Ok(())
}
