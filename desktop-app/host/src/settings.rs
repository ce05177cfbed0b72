//! What can be set by hand on a desktop: the commented default, then `settings.toml` in the data folder, then
//! `HOLDFAST_SECTION__KEY`; every problem is reported at once.

use std::path::PathBuf;
use std::time::Duration;

use holdfast_api::config::{FileText, Layers, Problems, Reader, file_bytes};
use holdfast_link::transport::Endpoint;

use crate::data_dir::DataDir;

/// The commented default.
pub const DEFAULT: &str = include_str!("default.toml");

/// The settings of a desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the node is, in order of preference; empty: as the node said at enrolment.
    pub endpoints: Vec<Endpoint>,
    /// What is logged.
    pub log_filter: String,
    /// The most that one file of the log takes, in bytes; one older file is kept beside it.
    pub log_bytes: u64,
    /// The largest file that is taken into a record, in bytes.
    pub file_bytes: u64,
    /// The keys that releases are signed with; without the file updates are off.
    pub release_keys: PathBuf,
    /// Where a new version is handed to this machine's installer.
    pub incoming: PathBuf,
    /// How often the node is asked for a new version.
    pub update_every: Duration,
}

impl Settings {
    /// The settings of a data folder.
    ///
    /// # Errors
    /// [`Problems`]: all of them.
    pub fn load(
        dir: &DataDir,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let path = dir.settings();
        let file = path.exists().then(|| FileText::read(&path));
        Self::parse(file, environment)
    }

    /// Parses everything.
    ///
    /// # Errors
    /// [`Problems`]: all of them.
    pub fn parse(
        file: Option<FileText>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let mut layers = Layers::over(DEFAULT);
        if let Some(file) = file {
            layers.add_file(&file);
        }
        layers.add_environment(environment);
        let mut reader = Reader::new(layers);
        let read = read(&mut reader);
        reader.finish(read)
    }
}

fn read(reader: &mut Reader) -> Option<Settings> {
    let url = "https://host or https://host:port, for example \"https://node.clinic.example:8444\"";
    let endpoints = reader.list("node", "endpoints", url, |text| Endpoint::parse(text).ok());
    let filter = "levels, for example \"info\" or \"info,holdfast_store=debug\"";
    let log_filter = reader.text("log", "filter", filter, |text| {
        let parsed = tracing_subscriber::EnvFilter::builder().parse(text);
        (!text.is_empty() && parsed.is_ok()).then(|| text.to_owned())
    });
    let log_mib = reader.number("log", "max_mib", 1..=1024);
    let file_bytes = file_bytes(reader);
    let absolute = |text: &str| Some(PathBuf::from(text)).filter(|path| path.is_absolute());
    let file = "a whole path, for example \"/usr/share/holdfast-desktop/release.pub\"";
    let release_keys = reader.text("updates", "release_keys", file, absolute);
    let folder = "a whole path, for example \"/var/lib/holdfast-desktop/incoming\"";
    let incoming = reader.text("updates", "incoming", folder, absolute);
    let every_min = reader.number("updates", "every_min", 1..=10_080);
    Some(Settings {
        endpoints: endpoints?,
        log_filter: log_filter?,
        log_bytes: log_mib? * 1024 * 1024,
        file_bytes: file_bytes?,
        release_keys: release_keys?,
        incoming: incoming?,
        update_every: Duration::from_secs(every_min? * 60),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_is_valid_and_every_problem_is_told() {
        let settings = Settings::parse(None, Vec::new()).unwrap();
        assert!(settings.endpoints.is_empty());
        let text = "[node]\nendpoints = [\"http://plain\"]\n[log]\nmax_mib = 0\nfiltr = \"x\"";
        let file = FileText { name: "settings.toml".to_owned(), text: Ok(text.to_owned()) };
        let error = Settings::parse(Some(file), Vec::new()).unwrap_err().to_string();
        for part in ["node.endpoints", "log.max_mib", "log.filtr"] {
            assert!(error.contains(part), "{part} in {error}");
        }
    }
}
