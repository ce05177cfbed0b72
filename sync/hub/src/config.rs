//! The hub's configuration: the commented default, then the file, then the environment; every problem at once.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The commented default.
pub const DEFAULT: &str = include_str!("default.toml");

/// Everything the hub is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where and under which names it serves.
    pub hub: HubSection,
    /// Where records are kept.
    pub database: DatabaseSection,
    /// What is logged.
    pub log: LogSection,
}

/// Where and under which names the hub serves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubSection {
    /// Holds the CA, the server's key, the sidecar and the embedded database.
    pub data_dir: PathBuf,
    /// The API.
    pub listen: SocketAddr,
    /// Sync and enrolment, TLS.
    pub sync_listen: SocketAddr,
    /// Names and addresses in the server's certificate.
    pub names: Vec<String>,
    /// URLs under which replicas reach the sync port; empty: made of the first name and the port.
    pub endpoints: Vec<String>,
}

/// Where records are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSection {
    /// `postgres://…`, or empty for the embedded database.
    pub url: String,
    /// A file that holds the URL, so that a password stands in no configuration; wins over `url`.
    pub url_file: String,
}

/// What is logged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSection {
    /// As `tracing` filters, for example `info,holdfast_store=debug`.
    pub filter: String,
}

/// Everything that is wrong, each with its fix.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be used:\n{}", .0.iter().map(|p| format!("  * {p}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<String>);

/// Reads the default, then `file`, then `HOLDFAST_SECTION__KEY` of `environment`.
///
/// # Errors
/// [`ConfigError`] with every problem found.
pub fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut problems = Vec::new();
    let mut merged: toml::Table = DEFAULT.parse().expect("the default configuration parses");
    if let Some(path) = file {
        match std::fs::read_to_string(path)
            .map_err(|e| e.to_string())
            .and_then(|text| text.parse::<toml::Table>().map_err(|e| e.message().to_owned()))
        {
            Ok(table) => overlay(&mut merged, table, &mut problems),
            Err(error) => {
                problems.push(format!("{}: {error}; correct the file or name another", path.display()))
            }
        }
    }
    for (name, value) in environment {
        if let Some(rest) = name.strip_prefix("HOLDFAST_") {
            overlay_variable(&mut merged, &name, rest, value, &mut problems);
        }
    }
    let config: Option<Config> = toml::Value::Table(merged)
        .try_into()
        .map_err(|e: toml::de::Error| {
            problems.push(format!("{}; see the commented default", e.message()));
        })
        .ok();
    if let Some(config) = &config {
        check(config, &mut problems);
    }
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(ConfigError(problems)),
    }
}

fn overlay(into: &mut toml::Table, from: toml::Table, problems: &mut Vec<String>) {
    for (section, values) in from {
        let toml::Value::Table(values) = values else {
            problems.push(format!("{section}: is not a section; write it as [{section}]"));
            continue;
        };
        let Some(toml::Value::Table(known)) = into.get_mut(&section) else {
            problems.push(format!("[{section}]: no such section; remove it"));
            continue;
        };
        for (key, value) in values {
            match known.get(&key) {
                None => {
                    problems.push(format!("{section}.{key}: no such key; remove it or correct its spelling"))
                }
                Some(old) if !old.same_type(&value) => {
                    problems.push(format!(
                        "{section}.{key}: is {}, must be {}",
                        value.type_str(),
                        old.type_str()
                    ));
                }
                Some(_) => {
                    known.insert(key, value);
                }
            }
        }
    }
}

fn overlay_variable(
    into: &mut toml::Table,
    name: &str,
    rest: &str,
    value: String,
    problems: &mut Vec<String>,
) {
    let Some((section, key)) = rest.split_once("__") else { return };
    let (section, key) = (section.to_lowercase(), key.to_lowercase());
    let Some(old) = into.get(&section).and_then(|s| s.get(&key)) else {
        problems.push(format!("{name}: there is no {section}.{key}; remove the variable"));
        return;
    };
    let value = match old {
        toml::Value::Array(_) => {
            toml::Value::Array(value.split(',').map(|v| toml::Value::String(v.trim().to_owned())).collect())
        }
        _ => toml::Value::String(value),
    };
    if let Some(toml::Value::Table(known)) = into.get_mut(&section) {
        known.insert(key, value);
    }
}

fn check(config: &Config, problems: &mut Vec<String>) {
    if config.hub.names.is_empty() {
        problems.push("hub.names: is empty; name at least the host that replicas connect to".into());
    }
    if config.hub.listen == config.hub.sync_listen && config.hub.listen.port() != 0 {
        problems.push("hub.sync_listen: is the same as hub.listen; give it a port of its own".into());
    }
    for url in &config.hub.endpoints {
        if let Err(error) = holdfast_link::transport::Endpoint::parse(url) {
            problems.push(format!("hub.endpoints: {error}"));
        }
    }
    let url = &config.database.url;
    if !url.is_empty() && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        problems
            .push("database.url: must begin with postgres:// or be empty for the embedded database".into());
    }
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
            "[hub]\nnames = []\nlissen = \"x\"\n[database]\nurl = \"mysql://x\"\n[cloud]\nx = 1\n",
        )
        .unwrap();
        let env = [("HOLDFAST_HUB__NOPE".to_owned(), "1".to_owned())];
        let error = load(Some(&file), env.into_iter()).unwrap_err().to_string();
        for part in ["hub.names", "hub.lissen", "database.url", "[cloud]", "HOLDFAST_HUB__NOPE"] {
            assert!(error.contains(part), "{part} in {error}");
        }
    }

    #[test]
    fn default_is_valid_and_the_environment_wins() {
        let env = [("HOLDFAST_HUB__NAMES".to_owned(), "a.example, b.example".to_owned())];
        let config = load(None, env.into_iter()).unwrap();
        assert_eq!(config.hub.names, ["a.example", "b.example"]);
    }
}
