//! The hub's configuration, layered as every binary's is ([`holdfast_api::config`]).

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use holdfast_api::access::rate::Rates;
use holdfast_api::config::{FileText, Layers, Problems, Reader, connections, file_bytes, rates};
use holdfast_api::listen::Connections;
use holdfast_link::transport::Endpoint;

use crate::postgres::TlsMode;

/// The commented default.
pub const DEFAULT: &str = include_str!("default.toml");

/// Everything the hub is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where and under which names the hub serves.
    pub hub: HubSection,
    /// Where records are kept.
    pub database: DatabaseSection,
    /// How many clients the API serves at a time, and how it ends.
    pub connections: Connections,
    /// How many requests a user and a device may make.
    pub rates: Rates,
    /// The largest file that is taken, in bytes.
    pub file_bytes: u64,
    /// How the clinics' time is looked after, and how patients book.
    pub booking: BookingSection,
    /// What is logged.
    pub log: LogSection,
}

/// How the clinics' time is looked after, and how patients book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingSection {
    /// From one look at what comes back unsold, and at who follows whom, to the next.
    pub check_every: Duration,
    /// The file to which one-time codes are written, for tests and demonstrations; none: patients cannot book.
    pub code_to: Option<PathBuf>,
}

/// Where and under which names the hub serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubSection {
    /// Holds the CA, the server's key, the sidecar and the embedded database.
    pub data_dir: PathBuf,
    /// The API.
    pub listen: SocketAddr,
    /// Sync and enrolment, TLS.
    pub sync_listen: SocketAddr,
    /// Names and addresses in the server's certificate; at least one.
    pub names: Vec<String>,
    /// URLs under which replicas reach the sync port; empty: made of the first name and the port.
    pub endpoints: Vec<String>,
}

/// Where records are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseSection {
    /// `postgres://…`, or empty for the embedded database.
    pub url: String,
    /// A file that holds the URL, so that a password stands in no configuration; wins over `url`.
    pub url_file: String,
    /// How the connection to PostgreSQL is secured.
    pub sslmode: TlsMode,
    /// The CA of the server's certificate, in PEM.
    pub ca_file: Option<PathBuf>,
}

/// What is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSection {
    /// As `tracing` filters, for example `info,holdfast_store=debug`.
    pub filter: String,
}

/// Reads the default, then `file`, then `HOLDFAST_SECTION__KEY` of `environment`, then flags `(section, key, value)`.
///
/// # Errors
/// [`Problems`]: all of them, each with its fix.
pub fn load(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    flags: &[(&'static str, &'static str, String)],
) -> Result<Config, Problems> {
    let mut layers = Layers::over(DEFAULT);
    if let Some(path) = file {
        layers.add_file(&FileText::read(path));
    }
    layers.add_environment(environment);
    layers.add_flags(flags);
    let mut reader = Reader::new(layers);
    let config = read(&mut reader);
    reader.finish(config)
}

fn read(reader: &mut Reader) -> Option<Config> {
    let (hub, database, connections) = (hub(reader), database(reader), connections(reader));
    let (rates, file_bytes, log) = (rates(reader), file_bytes(reader), log(reader));
    let booking = booking(reader);
    Some(Config {
        hub: hub?,
        database: database?,
        connections: connections?,
        rates: rates?,
        file_bytes: file_bytes?,
        booking: booking?,
        log: log?,
    })
}

fn hub(reader: &mut Reader) -> Option<HubSection> {
    let folder = "a folder, for example \"/var/lib/holdfast-hub\"";
    let data_dir =
        reader.text("hub", "data_dir", folder, |text| (!text.is_empty()).then(|| PathBuf::from(text)));
    let address = "an address and a port, for example \"0.0.0.0:8443\"";
    let listen: Option<SocketAddr> = reader.text("hub", "listen", address, |text| text.parse().ok());
    let sync_listen: Option<SocketAddr> =
        reader.text("hub", "sync_listen", address, |text| text.parse().ok());
    if let (Some(api), Some(sync)) = (listen, sync_listen)
        && api == sync
        && api.port() != 0
    {
        reader.reject_key("hub", "sync_listen", "it is the same as hub.listen", "give it a port of its own");
    }
    let host = "a host name or an address, for example \"hub.example\"";
    let names = reader.list("hub", "names", host, |text| (!text.is_empty()).then(|| text.to_owned()));
    if names.as_ref().is_some_and(Vec::is_empty) {
        reader.reject_key("hub", "names", "it is empty", "name at least the host that replicas connect to");
    }
    let url = "https://host or https://host:port, for example \"https://hub.example:8443\"";
    let endpoints =
        reader.list("hub", "endpoints", url, |text| Endpoint::parse(text).ok().map(|_| text.to_owned()));
    Some(HubSection {
        data_dir: data_dir?,
        listen: listen?,
        sync_listen: sync_listen?,
        names: names?,
        endpoints: endpoints?,
    })
}

fn database(reader: &mut Reader) -> Option<DatabaseSection> {
    let expected = "postgres://user@host/name, or nothing for the embedded database";
    let url = reader.text("database", "url", expected, |text| {
        let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
        (text.is_empty() || is_postgres).then(|| text.to_owned())
    });
    let url_file =
        reader.text("database", "url_file", "the path of a file, or nothing", |text| Some(text.to_owned()));
    let modes = "\"disable\", \"require\", \"verify-full\", or nothing";
    let sslmode = reader.text("database", "sslmode", modes, TlsMode::parse);
    let ca_file = reader.text("database", "ca_file", "the path of a file, or nothing", |text| {
        Some((!text.is_empty()).then(|| PathBuf::from(text)))
    });
    if (sslmode, &ca_file) == (Some(TlsMode::VerifyFull), &Some(None)) {
        let fix = "name the file with the CA of the database server's certificate";
        reader.reject_key("database", "ca_file", "it is empty, and database.sslmode is \"verify-full\"", fix);
    }
    Some(DatabaseSection { url: url?, url_file: url_file?, sslmode: sslmode?, ca_file: ca_file? })
}

fn booking(reader: &mut Reader) -> Option<BookingSection> {
    let check_every_s = reader.number("booking", "check_every_s", 1..=3_600);
    let code_to = reader.text("booking", "code_to", "the path of a file, or nothing", |text| {
        Some((!text.is_empty()).then(|| PathBuf::from(text)))
    });
    Some(BookingSection { check_every: Duration::from_secs(check_every_s?), code_to: code_to? })
}

fn log(reader: &mut Reader) -> Option<LogSection> {
    let expected = "levels, for example \"info\" or \"info,holdfast_store=debug\"";
    let filter = reader.text("log", "filter", expected, |text| {
        let parsed = tracing_subscriber::EnvFilter::builder().parse(text);
        (!text.is_empty() && parsed.is_ok()).then(|| text.to_owned())
    });
    Some(LogSection { filter: filter? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_reported_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hub.toml");
        std::fs::write(
            &file,
            "[hub]\nnames = []\nlissen = \"x\"\nlisten = \"127.0.0.1:1\"\nsync_listen = \"127.0.0.1:1\"\n\
             endpoints = [\"http://x\"]\n[database]\nurl = \"mysql://x\"\nsslmode = \"verify-full\"\n[cloud]\nx = 1\n[log]\nfilter = \"a=b=c\"\n",
        )
        .unwrap();
        let env = [("HOLDFAST_HUB__NOPE".to_owned(), "1".to_owned())];
        let error = load(Some(&file), env, &[]).unwrap_err().to_string();
        for part in [
            "9 problems",
            "database.ca_file",
            "hub.names",
            "hub.lissen from",
            "write hub.listen",
            "hub.sync_listen",
            "hub.endpoints",
            "database.url",
            "[cloud]",
            "HOLDFAST_HUB__NOPE",
            "log.filter",
        ] {
            assert!(error.contains(part), "{part} in {error}");
        }
    }

    #[test]
    fn default_is_valid_and_the_environment_and_flags_win() {
        let env = [("HOLDFAST_HUB__NAMES".to_owned(), "a.example, b.example".to_owned())];
        let flags = [("hub", "data_dir", "/flag".to_owned())];
        let config = load(None, env, &flags).unwrap();
        assert_eq!(config.hub.names, ["a.example", "b.example"]);
        assert_eq!(config.hub.data_dir, PathBuf::from("/flag"));
    }
}
