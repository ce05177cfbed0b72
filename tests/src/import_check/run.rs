//! Import, account, read back.

use super::Options;
use super::bundle::Targets;
use super::compare::{Origin, difference};
use super::control::Control;
use super::http::Client;
use super::json::Json;
use super::receipts::{self, Receipt};
use super::refusals::Judge;
use super::report::{Report, Row, say};
use super::sets::{self, Set};
use super::world::{Place, WHOLE, World, is_unpacked, targets};
use crate::data;
use crate::figure;
use crate::process::{Process, Spec};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What the node said of each line of each file.
type Receipts = BTreeMap<(String, u64), Receipt>;

const READY: Duration = Duration::from_secs(60);
const IMPORT: Duration = Duration::from_secs(3600);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const STOP: Duration = Duration::from_secs(30);
/// What `import` exits with when it has refused something.
const INCOMPLETE: i32 = 20;

/// A set that was imported.
struct Imported {
    set: Set,
    receipts: BTreeMap<(String, u64), Receipt>,
}

/// Runs the whole check; whether nothing was lost and every refusal is explained.
///
/// # Errors
/// The node does not start or an import breaks off.
pub fn run(options: &Options) -> Result<bool> {
    let Some(data) = data::folder("import-check") else { return Ok(true) };
    let wanted = |set: &Set| {
        (set.is_small || !options.sample) && options.only.as_ref().is_none_or(|name| set.name.contains(name))
    };
    let sets: Vec<Set> = sets::all(&data)?.into_iter().filter(wanted).collect();
    figure::machine();
    let work = tempfile::tempdir()?;
    let node = Node::start(work.path())?;
    let mut report = Report::default();
    let mut imported = Vec::new();
    for set in sets {
        let (took, receipts) = node.import(&set, "first")?;
        report.rows.push(Row { name: set.name.clone(), took, ..Row::default() });
        imported.push(Imported { set, receipts });
    }
    let world = account(&imported, &Judge::load(&data)?, &mut report)?;
    let mut client = node.client()?;
    read_back(&imported, &world, &mut client, &mut report)?;
    report.expected = (world.owners.len() + world.deleted.len()) as u64;
    report.held = node.held(&mut client, report.expected)?;
    report.again_changes = again(&imported, &node, &mut client)?;
    node.stop()?;
    Ok(report.print(options.verbose))
}

/// Which resources there should be, and whether each refusal was right.
fn account(imported: &[Imported], judge: &Judge, report: &mut Report) -> Result<World> {
    let mut world = World::default();
    let mut number = 0;
    for (at, one) in imported.iter().enumerate() {
        one.each_line(|place, line, receipt| {
            let fate = world.take(number, line, receipt);
            number += 1;
            let lost =
                fate.unaccounted.iter().map(|what| format!("{place}: {what} is neither stored nor refused"));
            report.lost.extend(lost);
            report.rows[at].add(&fate);
            for refused in &receipt.refused {
                report.refused(at, place, refused, judge.explain(refused, line, &world));
            }
            Ok(())
        })?;
    }
    Ok(world)
}

/// Reads every resource and compares it with the line that said it last.
fn read_back(imported: &[Imported], world: &World, client: &mut Client, report: &mut Report) -> Result<()> {
    let mut number = 0;
    let started = Instant::now();
    for (at, one) in imported.iter().enumerate() {
        one.each_line(|place, line, receipt| {
            for what in differences(number, line, receipt, world, client, &mut report.control)? {
                report.rows[at].lost += 1;
                report.lost.push(format!("{place}: {what}"));
            }
            number += 1;
            Ok(())
        })?;
    }
    let seconds = started.elapsed().as_secs_f64();
    say(&format!("read {} resources back and compared them in {seconds:.1} s", world.owners.len()));
    Ok(())
}

/// What became of a line's resources that no later line says anew.
fn differences(
    number: usize,
    line: &Json<'_>,
    receipt: &Receipt,
    world: &World,
    client: &mut Client,
    control: &mut Control,
) -> Result<Vec<String>> {
    let is_unpacked = is_unpacked(line);
    // A bundle that is a record keeps its references as they are.
    let (targets, own) =
        (if is_unpacked { targets(line, receipt) } else { Targets::default() }, Targets::default());
    let matches = |condition: &str, actual: &str| {
        let named = world.named_by(condition);
        named.len() == 1 && named.contains(actual)
    };
    let mut found = Vec::new();
    for (name, place) in
        places(number, receipt).filter(|(name, place)| world.owners.get(*name) == Some(place))
    {
        let entry = line.items_of("entry").get(place.1).filter(|_| is_unpacked);
        let (expected, full_url) = match entry {
            Some(entry) => (entry.get("resource").unwrap_or(&Json::Null), entry.text_of("fullUrl")),
            None => (line, None),
        };
        let targets = if entry.is_some() { &targets } else { &own };
        let id = name.split('/').nth(1).unwrap_or_default();
        let origin = Origin { targets, full_url, matches: &matches, id };
        found
            .extend(differs(name, expected, &origin, client, control)?.map(|what| format!("{name}: {what}")));
    }
    Ok(found)
}

/// Reads one resource; how it differs, if it does.
fn differs(
    name: &str,
    expected: &Json<'_>,
    origin: &Origin<'_>,
    client: &mut Client,
    control: &mut Control,
) -> Result<Option<String>> {
    let (status, body) = client.get(&format!("/fhir/{name}"))?;
    if status != 200 {
        return Ok(Some(format!("it answers {status}")));
    }
    let Ok(actual) = Json::parse(&body) else { return Ok(Some("it is no JSON".to_owned())) };
    let found = difference(expected, &actual, origin);
    if found.is_none() {
        control.try_on(name, expected, &actual, origin);
    }
    Ok(found)
}

/// What the line says is stored, with its places.
fn places(number: usize, receipt: &Receipt) -> impl Iterator<Item = (&String, Place)> {
    let entries =
        receipt.stored.iter().enumerate().filter_map(move |(at, name)| Some((name.as_ref()?, (number, at))));
    entries.chain(receipt.whole.iter().map(move |name| (name, (number, WHOLE))))
}

/// Imports the sets again that should change nothing; how many saves that made.
fn again(imported: &[Imported], node: &Node, client: &mut Client) -> Result<u64> {
    let stable: Vec<&Imported> = imported.iter().filter(|one| one.set.is_stable).collect();
    // Sets that share ids with later ones are brought back to what they say, and then they must rest.
    for one in &stable {
        node.import(&one.set, "again")?;
    }
    let before = node.saves(client)?;
    for one in &stable {
        node.import(&one.set, "once-more")?;
    }
    Ok(node.saves(client)? - before)
}

impl Imported {
    /// Every line with its receipt, in the order of the import.
    fn each_line(&self, mut each: impl FnMut(&str, &Json<'_>, &Receipt) -> Result<()>) -> Result<()> {
        for path in &self.set.files {
            let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            for (at, text) in data::lines(path)?.enumerate() {
                let number = at as u64 + 1;
                let text = text?;
                let place = format!("{file} line {number}");
                let line = Json::parse(&text).with_context(|| format!("{place} is no JSON"))?;
                let receipt = self.receipts.get(&(file.clone(), number));
                each(&place, &line, receipt.with_context(|| format!("{place} has no receipt"))?)?;
            }
        }
        Ok(())
    }
}

/// The node under test.
struct Node {
    process: Process,
    url: String,
    work: PathBuf,
}

impl Node {
    fn start(work: &Path) -> Result<Self> {
        let spec = Spec::binary("holdfast-node", work)?;
        let spec =
            spec.args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir"]).arg(work.join("data"));
        let mut process = Process::spawn(&spec)?;
        let url = process.wait_ready(READY)?;
        Ok(Self { process, url, work: work.to_owned() })
    }

    fn client(&self) -> Result<Client> {
        let token = std::fs::read_to_string(self.work.join("data/dev-token"))
            .context("the node wrote no dev-token")?;
        Client::new(&self.url, token.trim())
    }

    fn import(&self, set: &Set, run: &str) -> Result<(Duration, Receipts)> {
        let folder = self.work.join("sets").join(&set.name);
        let folder = if folder.exists() { folder } else { sets::folder(set, &self.work)? };
        let receipts = self.work.join(format!("{}-{run}.receipts", set.name));
        let spec = Spec::binary("holdfast-node", &self.work)?.named(&format!("import-{}-{run}", set.name));
        let spec = spec.arg("import").arg(folder).args(["--node", &self.url, "--receipts"]).arg(&receipts);
        let spec = spec.arg("--data-dir").arg(self.work.join("data"));
        let started = Instant::now();
        let mut import = Process::spawn(&spec)?;
        let status = import.wait(IMPORT)?.context("the import did not end in an hour")?;
        let took = started.elapsed();
        if !matches!(status.code(), Some(0 | INCOMPLETE)) {
            bail!("importing {} ended with {status}:\n{}", set.name, import.log_tail());
        }
        if let Some(line) = import.line("imported ") {
            say(&format!("{}: imported {line}", set.name));
        }
        Ok((took, receipts::read(&receipts)?))
    }

    /// Records held, once the node counts as many as it should hold, or the last count after ten seconds: it counts them
    /// every few seconds.
    fn held(&self, client: &mut Client, expected: u64) -> Result<u64> {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let body = fresh_report(client)?;
            let report = Json::parse(&body)?;
            let Some(Json::Number(digits)) = report.get("recordsHeld") else {
                bail!("the continuity report has no recordsHeld")
            };
            let held = digits.parse()?;
            if held == expected || Instant::now() > until {
                return Ok(held);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Saves that the node has written, ever, but for the trail of what its clients looked at.
    fn saves(&self, client: &mut Client) -> Result<u64> {
        let body = fresh_report(client)?;
        let report = Json::parse(&body)?;
        let is_trail =
            |lane: &&Json<'_>| matches!(lane.get("lane"), Some(Json::String(name)) if *name == "audit");
        let lanes = report.items_of("lanes").iter().filter(|lane| !is_trail(lane));
        let written = lanes.filter_map(|lane| match lane.get("written") {
            Some(Json::Number(digits)) => digits.parse::<u64>().ok(),
            _ => None,
        });
        Ok(written.sum())
    }

    fn stop(mut self) -> Result<()> {
        self.process.terminate(STOP).map(drop)
    }
}

/// A continuity report that was made after it was asked for: for a moment the node gives everybody the same one.
fn fresh_report(client: &mut Client) -> Result<String> {
    let asked_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let until = Instant::now() + READY;
    loop {
        let (_, body) = client.get("/api/continuity")?;
        let made_ms: u128 = match Json::parse(&body)?.get("nowMs") {
            Some(Json::Number(digits)) => digits.parse()?,
            _ => bail!("the continuity report has no nowMs: {body}"),
        };
        if made_ms >= asked_ms {
            return Ok(body);
        }
        if Instant::now() > until {
            bail!("the node makes no new continuity report: {body}");
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}
