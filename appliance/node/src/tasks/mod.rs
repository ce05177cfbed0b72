//! Long work on open records, whether a running node or a command does it: backup, restore, scrub, status.

mod audit;
pub mod booking;
mod packages;
mod scrub;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use holdfast_api::link::{LinkState, LinkStatus};
use holdfast_store::backup::{DATABASE_FILE, backup_to, restore_from};

use crate::config::StoreConfig;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::store::{self, Opened};

pub use audit::audit;
pub use packages::packages;
pub use scrub::{ScrubReport, Scrubbed, rebuild, scrub};

/// How often the size of a growing file is told.
const TELL_EVERY: Duration = Duration::from_secs(1);
const MIB: u64 = 1024 * 1024;

/// Writes a verified copy of the records to `to`, a new file, or into `to` if it is a folder. Blocks.
///
/// # Errors
/// [`Failure::Store`]: the file exists, the disk is full, or the copy does not verify.
pub fn backup(opened: &Opened, to: &Path, tell: &mut (dyn FnMut(&str) + Send)) -> Result<String, Failure> {
    let to = if to.is_dir() { to.join(DATABASE_FILE) } else { to.to_owned() };
    let partial = to.with_extension("partial");
    let about = opened.records.read(|view| view.counts()).map_or(0, |(records, _)| records);
    tell(&format!("copying about {about} resources"));
    let done = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| tell_growth(&partial, &done, tell));
        let outcome = backup_to(&opened.records, &opened.db, &to);
        done.store(true, Ordering::Release);
        outcome
    });
    outcome?;
    let bytes = std::fs::metadata(&to).map_or(0, |found| found.len());
    Ok(format!(
        "backed up to {} ({} MiB, verified); keep it as safe as the records themselves",
        to.display(),
        bytes.div_ceil(MIB)
    ))
}

fn tell_growth(partial: &Path, done: &AtomicBool, tell: &mut (dyn FnMut(&str) + Send)) {
    let mut waited = Duration::ZERO;
    const STEP: Duration = Duration::from_millis(20);
    while !done.load(Ordering::Acquire) {
        std::thread::sleep(STEP);
        waited += STEP;
        if waited >= TELL_EVERY {
            waited = Duration::ZERO;
            let bytes = std::fs::metadata(partial).map_or(0, |found| found.len());
            tell(&format!("{} MiB written", bytes / MIB));
        }
    }
}

/// Puts a backup into a data folder on which no node works. Blocks.
///
/// # Errors
/// [`Failure`]: a node runs there, the folder has a database and `replace` is false, or the backup does not verify.
pub fn restore(from: &Path, dir: &DataDir, config: &StoreConfig, replace: bool) -> Result<String, Failure> {
    let _lock = dir.lock()?;
    let from = if from.is_dir() { from.join(DATABASE_FILE) } else { from.to_owned() };
    if dir.database().exists() && !replace {
        let text = format!(
            "cannot restore into {}: it holds a database, and saves in it that the hub has not acknowledged would be \
             lost; back that one up first, then add --replace, or name another folder",
            dir.path().display()
        );
        return Err(Failure::other("database-exists", text));
    }
    restore_from(&from, dir.path(), &store::options(config)?, replace)?;
    Ok(format!(
        "restored {} into {}. When the node next starts, it writes as a new actor (no number of the old one is used \
         twice) and takes back from the hub what it holds; GET /api/continuity shows how far that is.",
        from.display(),
        dir.path().display()
    ))
}

/// How a node does, for people. Blocks.
///
/// # Errors
/// [`Failure::Store`].
pub fn status(
    opened: &Opened,
    link: Option<&LinkStatus>,
    scrubbed: Option<&ScrubReport>,
) -> Result<String, Failure> {
    let own = opened.records.continuity()?;
    let (held, conflicts) = opened.records.read(|view| view.counts())?;
    let mut lines = vec![
        format!("clinic      {}", opened.records.clinic()),
        format!("link        {}", link.map_or("off: this node is not enrolled".to_owned(), link_line)),
        format!("calendar    {}", booking::describe(&opened.records)?),
        format!("records     {held} held, {conflicts} with an open conflict"),
        format!("scopes      {} held from the hub", own.held_scopes),
    ];
    for lane in &own.lanes {
        lines.push(format!(
            "{:<12}{} written, {} not acknowledged by the hub",
            lane.lane.name(),
            lane.written,
            lane.unsent
        ));
    }
    lines.push(format!(
        "damage      {}",
        scrubbed.map_or("not looked for since the start".to_owned(), damage_line)
    ));
    Ok(lines.join("\n"))
}

fn damage_line(scrubbed: &ScrubReport) -> String {
    match &scrubbed.remains {
        Some(remains) => remains.clone(),
        None => format!(
            "none left: {} checked, {} found, {} healed",
            scrubbed.checked, scrubbed.found, scrubbed.healed
        ),
    }
}

fn link_line(link: &LinkStatus) -> String {
    let endpoint = link.endpoint.as_deref().unwrap_or("the hub");
    let why = link.last_error.as_ref().map(|error| format!(": {}", error.message)).unwrap_or_default();
    match link.state {
        LinkState::Connected => {
            format!("connected to {endpoint}, {} scopes still to come", link.waiting_scopes)
        }
        LinkState::Connecting => format!("connecting to {endpoint}{why}"),
        LinkState::Waiting => format!("down{why}; it is tried again by itself"),
        LinkState::Off => "off".to_owned(),
    }
}

/// An absolute path, seen from here: the running node has another working folder.
///
/// # Errors
/// [`Failure::Other`] if the working folder is gone.
pub fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| {
        Failure::other("bad-path", format!("cannot use the path {}: {error}; name another", path.display()))
    })
}
