//! Looking for damage, healing it, and saying what came of it.

use std::path::Path;
use std::time::Duration;

use holdfast_store::salvage::{Salvaged, salvage};
use holdfast_store::scrub::{Findings, Repair, Upstream, repair as heal, scrub as check};
use serde::Serialize;

use crate::config::StoreConfig;
use crate::data_dir::DataDir;
use crate::failure::{EXIT_DAMAGE, Failure};
use crate::store::{self, Opened};

/// Damaged resources named in an answer.
const MAX_NAMED: usize = 20;

/// What a scrub came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scrubbed {
    /// What was found.
    pub findings: Findings,
    /// What was done about it; `None` if it was only looked, or there was nothing to do.
    pub repair: Option<Repair>,
    /// Whether the hub could be asked.
    pub could_ask: bool,
}

/// The same, for machines.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScrubReport {
    /// Unix milliseconds of its end.
    pub at_ms: u64,
    /// Resources and segments looked at.
    pub checked: u64,
    /// What was damaged.
    pub found: u64,
    /// What was made again.
    pub healed: u64,
    /// What is still damaged, in words; absent if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remains: Option<String>,
}

/// Checks every record, and heals what is damaged if `repair`. Rests for `breath` between two steps. Blocks.
///
/// # Errors
/// [`Failure::Store`] if it cannot even be looked for; damage itself is a part of the answer.
pub fn scrub(
    opened: &Opened,
    repair: bool,
    upstream: Option<&dyn Upstream>,
    breath: Duration,
    tell: &mut dyn FnMut(&str),
) -> Result<Scrubbed, Failure> {
    let mut last = 0;
    let findings = check(&opened.records, &opened.db, &mut |done, of| {
        std::thread::sleep(breath);
        let percent = (done * 100).checked_div(of).unwrap_or(100);
        if percent >= last + 10 {
            last = percent;
            tell(&format!("{done} of {of} resources checked"));
        }
    })?;
    let could_ask = upstream.is_some();
    let Some(summary) = findings.summary() else { return Ok(Scrubbed { findings, repair: None, could_ask }) };
    tracing::error!(error.code = "damage-found", summary, "the scrub found damage");
    if !repair {
        return Ok(Scrubbed { findings, repair: None, could_ask });
    }
    tell(&summary);
    let done = heal(&opened.records, &opened.db, &findings, upstream)?;
    let (healed, segments, lost) = (done.healed.len(), done.segments, done.lost.len());
    if done.is_whole() {
        tracing::warn!(healed, segments, "what was damaged is healed");
    } else {
        let structure = done.structure.len();
        tracing::error!(error.code = "damage-remains", healed, segments, lost, structure, "damage remains");
    }
    Ok(Scrubbed { findings, repair: Some(done), could_ask })
}

impl Scrubbed {
    /// For people: what was found and done, or, as a failure, what remains and what to do.
    ///
    /// # Errors
    /// [`Failure::Other`] with [`EXIT_DAMAGE`] if damage remains.
    pub fn verdict(&self) -> Result<String, Failure> {
        let Some(summary) = self.findings.summary() else {
            return Ok(format!("no damage: {} resources and segments verify", self.findings.checked));
        };
        let Some(repair) = &self.repair else {
            let text = format!(
                "{summary}{}; heal what can be healed with `holdfast-node scrub --repair`",
                self.names()
            );
            return Err(Failure::with_exit("damage-found", EXIT_DAMAGE, text));
        };
        match self.remains() {
            None => Ok(healed_line(repair)),
            Some(text) => Err(Failure::with_exit("damage-remains", EXIT_DAMAGE, text)),
        }
    }

    /// What is still damaged and what to do about it; `None` if nothing is.
    pub fn remains(&self) -> Option<String> {
        let Some(repair) = &self.repair else { return self.findings.summary() };
        if repair.is_whole() {
            return None;
        }
        let mut text = healed_line(repair);
        if !repair.lost.is_empty() {
            let named: Vec<&str> = repair.lost.iter().take(MAX_NAMED).map(String::as_str).collect();
            let hub = if self.could_ask {
                "the hub does not have them; restore a backup beside this node to get them back"
            } else {
                "the hub could not be asked: start the node enrolled and with its link up, then try again"
            };
            text.push_str(&format!("; {} could not be ({}): {hub}", repair.lost.len(), named.join(", ")));
        }
        if !repair.structure.is_empty() {
            text.push_str(
                "; pages of the database itself are damaged: stop the node and run `holdfast-node scrub --rebuild`",
            );
        }
        Some(text)
    }

    /// For machines.
    pub fn report(&self, at_ms: u64) -> ScrubReport {
        let found = self.findings.count();
        let left = self.repair.as_ref().map_or(found, |r| (r.lost.len() + r.structure.len()) as u64);
        ScrubReport {
            at_ms,
            checked: self.findings.checked,
            found,
            healed: found.saturating_sub(left),
            remains: self.remains(),
        }
    }

    fn names(&self) -> String {
        let named = self.findings.resources.iter().filter_map(|(_, entity)| entity.as_ref());
        let named: Vec<String> = named.take(MAX_NAMED).map(ToString::to_string).collect();
        if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) }
    }
}

fn healed_line(repair: &Repair) -> String {
    let mut text = format!(
        "healed: {} resources made again, {} segments had again",
        repair.healed.len(),
        repair.segments
    );
    if repair.reindexed {
        text.push_str(", the search index derived again");
    }
    if repair.is_reborn {
        text.push_str(", unsent saves said again under a new actor");
    }
    text
}

/// Copies what still reads of a damaged database into a new one, which takes the rest back from the hub. Blocks.
///
/// # Errors
/// [`Failure`]: a node runs there, nothing at all can be read, or the new database cannot be written.
pub fn rebuild(
    dir: &DataDir,
    config: &StoreConfig,
    clinic: &str,
    tell: &mut dyn FnMut(&str),
) -> Result<String, Failure> {
    let _lock = dir.lock()?;
    let Salvaged { rows, skipped, kept } = salvage(dir.path(), &store::options(config)?, tell)?;
    let opened = store::open(dir, config, clinic)?;
    opened.records.complete_after_salvage()?;
    opened.db.checkpoint()?;
    let gaps = match skipped {
        0 => "everything could be read".to_owned(),
        n => format!("{n} places could not be read"),
    };
    Ok(format!(
        "rebuilt: {rows} rows copied, {gaps}. The damaged database is kept as {}. When the node next starts, it writes \
         as a new actor, says again what the hub has not acknowledged, and takes everything that the hub has of its \
         patients again; GET /api/continuity shows how far that is.",
        display(&kept)
    ))
}

fn display(path: &Path) -> String {
    path.display().to_string()
}
