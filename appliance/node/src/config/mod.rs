//! The node's configuration: the commented default, then the file, then `HOLDFAST_SECTION__KEY`, then flags; parsed
//! once into types that are valid, with every problem reported at once.
//!
//! [`Config::parse`] is pure; [`Config::load`] reads the file for it.

mod booking;
mod care;
mod desktops;
mod downtime;
mod relay;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use booking::BookingConfig;
pub use care::{EvictionConfig, ScrubConfig};
pub use desktops::DesktopsConfig;
pub use downtime::DowntimeConfig;
use holdfast_api::access::rate::Rates;
pub use holdfast_api::config::Problems;
use holdfast_api::config::{FileText, Layers, Reader, connections, file_bytes, rates};
use holdfast_api::listen::Connections;
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_link::transport::Endpoint;
pub use relay::{RelayConfig, TurnsConfig, VisitsConfig};

/// The commented default.
pub const DEFAULT: &str = include_str!("default.toml");

/// Everything the node is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What the node is and where it serves.
    pub node: NodeConfig,
    /// The clinic it stands in.
    pub clinic: ClinicConfig,
    /// Where it syncs.
    pub hub: HubConfig,
    /// The port for the clinic's desktops.
    pub desktops: DesktopsConfig,
    /// What it logs.
    pub log: LogConfig,
    /// How records are stored.
    pub store: StoreConfig,
    /// What of the clinic's time head office may sell.
    pub booking: BookingConfig,
    /// Links of visits.
    pub visits: VisitsConfig,
    /// What carries their sound and pictures.
    pub relay: RelayConfig,
    /// How damage is looked for.
    pub scrub: ScrubConfig,
    /// The pages for when no screen works.
    pub downtime: DowntimeConfig,
    /// Which patients are let go.
    pub eviction: EvictionConfig,
    /// Its bounds.
    pub limits: LimitsConfig,
}

/// What the node is and where it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeConfig {
    /// Holds everything the node keeps.
    pub data_dir: PathBuf,
    /// Where the API is served; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The clinic's name; `None`: the enrolment's.
    pub clinic: Option<String>,
    /// How clients reach the node, without a slash at the end.
    pub public_url: Option<String>,
}

/// The clinic the node stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClinicConfig {
    /// As its patients know it; `None`: patients do not book there from outside.
    pub title: Option<String>,
    /// Where somebody answers its patients.
    pub phone: Option<String>,
    /// By whose clock its days begin and its people work.
    pub time_zone: Zone,
}

/// Where the node syncs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubConfig {
    /// In order of preference; empty: those of the enrolment.
    pub endpoints: Vec<Endpoint>,
}

/// What the node logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// A filter that `tracing` understands.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// How records are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// A file with the database's key.
    pub encryption_key_file: Option<PathBuf>,
    /// Whether the database is one machine's: started on another it is known for a copy.
    pub is_bound_to_machine: bool,
}

/// The node's bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitsConfig {
    /// How many clients are served at a time, and how long requests may take to finish when the node is stopped.
    pub connections: Connections,
    /// The most that telemetry takes on disk, in bytes.
    pub telemetry_bytes: u64,
    /// How many requests a user and a device may make.
    pub rates: Rates,
    /// The largest file that is taken, in bytes.
    pub file_bytes: u64,
}

impl Config {
    /// Reads the file, if there is one, and parses everything.
    ///
    /// # Errors
    /// [`Problems`]: all of them.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[(&'static str, &'static str, String)],
    ) -> Result<Self, Problems> {
        Self::parse(file.map(FileText::read), environment, flags)
    }

    /// Parses everything. `flags` are `(section, key, value)` and win over all else.
    ///
    /// # Errors
    /// [`Problems`]: all of them.
    pub fn parse(
        file: Option<FileText>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[(&'static str, &'static str, String)],
    ) -> Result<Self, Problems> {
        let mut layers = Layers::over(DEFAULT);
        if let Some(file) = file {
            layers.add_file(&file);
        }
        layers.add_environment(environment);
        layers.add_flags(flags);
        let mut reader = Reader::new(layers);
        let config = Self::read(&mut reader);
        reader.finish(config)
    }

    /// Reads every key before it gives up, so that every problem is found.
    fn read(reader: &mut Reader) -> Option<Self> {
        let (node, hub, log) = (node(reader), hub(reader), log(reader));
        let clinic = clinic(reader);
        let desktops = desktops::desktops(reader);
        let (store, scrub) = (store(reader), care::scrub(reader));
        let booking = booking::booking(reader);
        let (visits, relay) = (relay::visits(reader), relay::relay(reader));
        let (eviction, limits) = (care::eviction(reader), limits(reader));
        let downtime = downtime::downtime(reader);
        Some(Self {
            node: node?,
            clinic: clinic?,
            hub: hub?,
            desktops: desktops?,
            log: log?,
            store: store?,
            booking: booking?,
            visits: visits?,
            relay: relay?,
            scrub: scrub?,
            downtime: downtime?,
            eviction: eviction?,
            limits: limits?,
        })
    }
}

fn node(reader: &mut Reader) -> Option<NodeConfig> {
    let data_dir = reader.text("node", "data_dir", "a folder, for example \"/var/lib/holdfast\"", |text| {
        (!text.is_empty()).then(|| PathBuf::from(text))
    });
    let listen =
        reader.text("node", "listen", "an address and a port, for example \"127.0.0.1:8080\"", |text| {
            text.parse().ok()
        });
    let fix = "lower-case letters, digits and hyphens, at most 64, for example \"riverside\"; or empty";
    let clinic = reader
        .text("node", "clinic", fix, |text| optional(text, |text| is_name(text).then(|| text.to_owned())));
    let fix = "http:// or https://, a host and perhaps a port, without a path; or empty";
    let public_url = reader.text("node", "public_url", fix, |text| optional(text, public_url));
    Some(NodeConfig { data_dir: data_dir?, listen: listen?, clinic: clinic?, public_url: public_url? })
}

fn clinic(reader: &mut Reader) -> Option<ClinicConfig> {
    let fix = "a name of the tz database, for example \"Europe/Berlin\"";
    let time_zone = reader.text("clinic", "time_zone", fix, |text| Zone::named(text).ok());
    let line = |most: usize| {
        move |text: &str| {
            let is_one = text.chars().count() <= most && !text.chars().any(char::is_control);
            optional(text.trim(), |text| is_one.then(|| text.to_owned()))
        }
    };
    let title = reader.text("clinic", "title", "a line of 100 characters at the most, or nothing", line(100));
    let fix = "a telephone number, for example \"+33 1 23 45 67 89\", or nothing";
    let phone = reader.text("clinic", "phone", fix, line(40));
    Some(ClinicConfig { title: title?, phone: phone?, time_zone: time_zone? })
}

fn hub(reader: &mut Reader) -> Option<HubConfig> {
    let fix = "https://host or https://host:port, for example \"https://hub.example:8443\"";
    Some(HubConfig { endpoints: reader.list("hub", "endpoints", fix, |text| Endpoint::parse(text).ok())? })
}

fn log(reader: &mut Reader) -> Option<LogConfig> {
    let filter = reader.text(
        "log",
        "filter",
        "levels, for example \"info\" or \"info,holdfast_store=debug\"",
        |text| {
            let parsed = tracing_subscriber::EnvFilter::builder().parse(text);
            (!text.is_empty() && parsed.is_ok()).then(|| text.to_owned())
        },
    );
    let format = reader.text("log", "format", "\"json\" or \"text\"", |text| match text {
        "json" => Some(LogFormat::Json),
        "text" => Some(LogFormat::Text),
        _ => None,
    });
    Some(LogConfig { filter: filter?, format: format? })
}

fn store(reader: &mut Reader) -> Option<StoreConfig> {
    let key = reader.text("store", "encryption_key_file", "the path of a file, or empty", |text| {
        optional(text, |text| Some(PathBuf::from(text)))
    });
    let bound = reader.text("store", "bound_to_machine", "\"yes\" or \"no\"", |text| match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    });
    Some(StoreConfig { encryption_key_file: key?, is_bound_to_machine: bound? })
}

fn limits(reader: &mut Reader) -> Option<LimitsConfig> {
    let connections = connections(reader);
    let telemetry_mib = reader.number("limits", "telemetry_mib", 1..=1024);
    let (rates, file_bytes) = (rates(reader), file_bytes(reader));
    Some(LimitsConfig {
        connections: connections?,
        telemetry_bytes: telemetry_mib? * 1024 * 1024,
        rates: rates?,
        file_bytes: file_bytes?,
    })
}

/// Empty is none.
fn optional<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { parse(text).map(Some) }
}

fn is_name(text: &str) -> bool {
    text.len() <= holdfast_link::identity::MAX_NAME_CHARS
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn public_url(text: &str) -> Option<String> {
    let host = text.strip_prefix("https://").or(text.strip_prefix("http://"))?.trim_end_matches('/');
    let is_host = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
    (!host.is_empty() && host.bytes().all(is_host)).then(|| text.trim_end_matches('/').to_owned())
}
