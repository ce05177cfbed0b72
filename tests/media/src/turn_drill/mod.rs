//! `make drill-turn`: our TURN server beside coturn's clients, against forgers and floods.
//!
//! ```text
//! interop    turnutils_stunclient and turnutils_uclient over UDP, TCP and TLS, to peers outside and inside of the server
//! hostile    seeded addresses that are no peers, and credentials that are none: nothing is relayed, and lawful packets pass between them
//! flood      strangers' datagrams, half-open streams, a client that does not read: memory stays flat
//! controls   servers broken on purpose: relaying to anybody, taking any password, remembering strangers: each is caught
//! ```

mod dice;
mod flood;
mod ground;
mod hostile_credentials;
mod hostile_peers;
mod interop;
mod wire;

use anyhow::{Context, Result};

use crate::figure;
use crate::ours::{Ours, loopback};
use dice::Dice;
use ground::Ground;

/// Memory that a flood of datagrams may take, in KiB: what the system rounds to.
const FLAT_KIB: u64 = 512;
/// Memory that half-open streams may take, in KiB: 256 of them, with a handshake's buffers each.
const STREAMS_KIB: u64 = 24 * 1024;
/// Memory that a client may take who does not read, in KiB: its queue, twice.
const SLOW_KIB: u64 = 1024;
/// Tries at a broken server.
const CONTROL: u64 = 400;

/// How much is played.
#[derive(Clone, Debug)]
pub struct Options {
    /// Hostile addresses and credentials in all.
    pub hostile: u64,
    /// Datagrams of strangers.
    pub flood: u64,
    /// Clients of coturn's at once.
    pub clients: u32,
    /// Messages of each.
    pub messages: u32,
    /// What the dice begin with.
    pub seed: u64,
    /// Whether what was granted is told.
    pub is_telling: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hostile: 30_000,
            flood: 1_000_000,
            clients: 4,
            messages: 100,
            seed: 20_261_201,
            is_telling: true,
        }
    }
}

impl Options {
    fn is_broken(&self) -> bool {
        !self.is_telling
    }
}

/// What hostile clients got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Addresses and credentials tried.
    pub tried: u64,
    /// Those that were granted something, or whose packets arrived.
    pub relayed: u64,
    /// Packets that arrived where none may.
    pub arrived: u64,
    /// Lawful packets or clients tried between them.
    pub lawful_tried: u64,
    /// Those that passed.
    pub lawful_passed: u64,
}

impl std::ops::AddAssign for Found {
    fn add_assign(&mut self, other: Self) {
        self.tried += other.tried;
        self.relayed += other.relayed;
        self.arrived += other.arrived;
        self.lawful_tried += other.lawful_tried;
        self.lawful_passed += other.lawful_passed;
    }
}

/// What the drill found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    ways: u32,
    messages: u64,
    tormented: u64,
    found: Found,
    by_anybody: Found,
    by_any_password: Found,
    datagrams: flood::Grown,
    streams: flood::Grown,
    slow: flood::Grown,
    remembering: flood::Grown,
}

/// Plays all of it. Cost: two minutes.
///
/// # Errors
/// coturn is not installed, our server does not start, or a lawful client is not served.
pub fn run(options: &Options) -> Result<Report> {
    let mut dice = Dice::new(options.seed);
    let played =
        interop::play(options.clients, options.messages).context("coturn's clients at our server")?;
    let mut report = Report { ways: played.ways, messages: played.messages, ..Report::default() };
    report.tormented = interop::torment().context("coturn's client as an attacker")?;
    report.found = hostile(options, options.hostile, None, &mut dice)?;
    let quiet = Options { is_telling: false, ..options.clone() };
    report.by_anybody = hostile(&quiet, CONTROL, Some("anybody"), &mut dice)?;
    report.by_any_password = hostile(&quiet, CONTROL, Some("any-password"), &mut dice)?;
    floods(options, &mut report, &mut dice)?;
    Ok(report)
}

/// A third addresses at a server of IPv4, a third at one of IPv6, a third credentials.
fn hostile(options: &Options, count: u64, broken: Option<&str>, dice: &mut Dice) -> Result<Found> {
    let mut found = Found::default();
    for is_v4 in [true, false] {
        let ground = Ground::open(loopback(is_v4))?;
        let ours = start(is_v4, &ground, broken)?;
        found +=
            hostile_peers::play(options, &ours, &ground, count.div_ceil(3), dice).context("hostile peers")?;
        if is_v4 {
            found += hostile_credentials::play(options, ours.udp, count.div_ceil(3), dice)
                .context("hostile credentials")?;
        }
    }
    Ok(found)
}

fn start(is_v4: bool, ground: &Ground, broken: Option<&str>) -> Result<Ours> {
    let mut args = vec!["--peer".to_owned(), ground.peer.to_string()];
    args.extend(["--strangers".to_owned(), "1000000".to_owned()]);
    // Nothing is dropped but what is hostile, or not read.
    args.extend(["--rate".to_owned(), "1000000000".to_owned()]);
    args.extend(["--stranger-ms".to_owned(), flood::STRANGER_MS.to_string()]);
    args.extend(broken.into_iter().flat_map(|how| ["--broken".to_owned(), how.to_owned()]));
    Ours::start(loopback(is_v4), &args)
}

fn floods(options: &Options, report: &mut Report, dice: &mut Dice) -> Result<()> {
    let ground = Ground::open(loopback(true))?;
    let mut ours = start(true, &ground, None)?;
    report.datagrams = flood::datagrams(&ours, options.flood, dice).context("a flood of datagrams")?;
    report.streams = flood::streams(&mut ours, &ground, dice).context("half-open streams")?;
    report.slow = flood::slow_reader(&mut ours, &ground).context("a client that does not read")?;
    let broken = start(true, &ground, Some("remembers"))?;
    report.remembering =
        flood::datagrams(&broken, options.flood, dice).context("a flood at a broken server")?;
    Ok(())
}

impl Report {
    /// Prints the figures; says whether all is as it must be.
    #[must_use]
    pub fn print(&self) -> bool {
        let figures: [(&str, u64, &str); 17] = [
            ("turn_interop_ways", self.ways.into(), "count"),
            ("turn_interop_messages", self.messages, "count"),
            ("turn_coturn_negative_refused", self.tormented, "count"),
            ("turn_hostile_tried", self.found.tried, "count"),
            ("turn_hostile_relayed", self.found.relayed, "count"),
            ("turn_lawful_tried", self.found.lawful_tried, "count"),
            ("turn_lawful_relayed", self.found.lawful_passed, "count"),
            ("turn_control_anybody_relayed", self.by_anybody.relayed, "count"),
            ("turn_control_anybody_arrived", self.by_anybody.arrived, "packets"),
            ("turn_control_any_password_relayed", self.by_any_password.relayed, "count"),
            ("turn_flood_requests", self.datagrams.tried, "count"),
            ("turn_flood_rss_growth_kib", self.datagrams.kib, "KiB"),
            ("turn_flood_control_rss_growth_kib", self.remembering.kib, "KiB"),
            ("turn_half_open_streams", self.streams.tried, "count"),
            ("turn_half_open_rss_growth_kib", self.streams.kib, "KiB"),
            ("turn_slow_reader_packets", self.slow.tried, "count"),
            ("turn_slow_reader_rss_growth_kib", self.slow.kib, "KiB"),
        ];
        figures.iter().for_each(|(name, value, unit)| figure::print(name, value, unit));
        figure::machine();
        let faults = self.faults();
        faults.iter().for_each(|fault| figure::say(&format!("fault: {fault}")));
        faults.is_empty()
    }

    /// What is not as it must be.
    #[must_use]
    pub fn faults(&self) -> Vec<&'static str> {
        let checks = [
            (self.ways > 0 && self.messages > 0, "coturn's clients were not served"),
            (self.tormented > 0, "coturn's client as an attacker was refused nothing: it did not attack"),
            (self.found.tried > 0 && self.found.relayed == 0, "something hostile was relayed"),
            (
                self.found.lawful_tried > 0 && self.found.lawful_passed == self.found.lawful_tried,
                "something lawful was not relayed",
            ),
            (
                self.by_anybody.relayed > 0 && self.by_anybody.arrived > 0,
                "a server that relays to anybody was not caught",
            ),
            (self.by_any_password.relayed > 0, "a server that takes any password was not caught"),
            (self.datagrams.kib <= FLAT_KIB, "memory grew with a flood of datagrams"),
            (self.remembering.kib > FLAT_KIB, "a server that remembers strangers was not caught"),
            (self.streams.kib <= STREAMS_KIB, "memory grew too much with half-open streams"),
            (self.slow.kib <= SLOW_KIB, "memory grew with a client that does not read"),
        ];
        checks.iter().filter(|(is_good, _)| !is_good).map(|(_, fault)| *fault).collect()
    }
}
