use std::time::Duration;

use super::*;

fn file(text: &str) -> Option<FileText> {
    Some(FileText { name: "node.toml".to_owned(), text: Ok(text.to_owned()) })
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn default_alone_is_a_configuration() {
    let config = Config::parse(None, Vec::new(), &[]).unwrap();
    assert_eq!(config.node.listen, "127.0.0.1:8080".parse::<std::net::SocketAddr>().unwrap());
    assert_eq!((config.node.clinic, config.store.encryption_key_file), (None, None));
    assert!(config.hub.endpoints.is_empty());
    assert_eq!(config.limits.telemetry_bytes, 16 * 1024 * 1024);
}

#[test]
fn later_layers_win() {
    let text = "[node]\nlisten = \"127.0.0.1:1\"\nclinic = \"a\"\ndata_dir = \"/file\"";
    let environment = variables(&[
        ("HOLDFAST_NODE__LISTEN", "127.0.0.1:2"),
        ("HOLDFAST_HUB__ENDPOINTS", "https://a.example, https://b.example:8443"),
        ("HOLDFAST_LIMITS__SHUTDOWN_S", "3"),
        ("HOLDFAST_DATA", "not ours"),
        ("PATH", "/bin"),
    ]);
    let flags = [("node", "data_dir", "/flag".to_owned())];
    let config = Config::parse(file(text), environment, &flags).unwrap();
    assert_eq!(config.node.listen.port(), 2);
    assert_eq!(config.node.clinic.as_deref(), Some("a"));
    assert_eq!(config.node.data_dir, PathBuf::from("/flag"));
    assert_eq!(config.hub.endpoints.len(), 2);
    assert_eq!(config.limits.connections.finish_within, Duration::from_secs(3));
}

#[test]
fn every_problem_is_reported_at_once_with_its_fix() {
    let text = r#"
        top = 1
        [node]
        listen = "everywhere"
        clinic = "Big Clinic"
        data_dri = "/x"
        [hub]
        endpoints = ["http://plain.example", "https://fine.example", "https://u@x"]
        [log]
        filter = "a=b=c"
        format = "xml"
        [limits]
        max_connections = 0
        shutdown_s = "ten"
        [cloud]
        x = 1
    "#;
    let environment = variables(&[("HOLDFAST_NODE__PUBLIC_URL", "ftp://x"), ("HOLDFAST_NODE__NOPE", "1")]);
    let problems = Config::parse(file(text), environment, &[]).unwrap_err();
    let expected = r#"cannot start with this configuration: it has 13 problems; correct them all:
  - cannot use [cloud] in node.toml: there is no such section; remove it, or use one of [booking], [clinic], [desktops], [downtime], [eviction], [hub], [limits], [log], [node], [scrub], [store]
  - cannot use limits.shutdown_s from node.toml: it is a text in quotes; write a whole number
  - cannot use node.data_dri from node.toml: there is no such key; write node.data_dir, or remove it
  - cannot use [top] in node.toml: there is no such section; remove it, or use one of [booking], [clinic], [desktops], [downtime], [eviction], [hub], [limits], [log], [node], [scrub], [store]
  - cannot use node.nope from the environment's HOLDFAST_NODE__NOPE: there is no such key; remove it
  - cannot use node.listen from node.toml: "everywhere" is not what it must be; write an address and a port, for example "127.0.0.1:8080"
  - cannot use node.clinic from node.toml: "Big Clinic" is not what it must be; write lower-case letters, digits and hyphens, at most 64, for example "riverside"; or empty
  - cannot use node.public_url from the environment's HOLDFAST_NODE__PUBLIC_URL: "ftp://x" is not what it must be; write http:// or https://, a host and perhaps a port, without a path; or empty
  - cannot use hub.endpoints from node.toml: "http://plain.example" is not what it must be; write https://host or https://host:port, for example "https://hub.example:8443"
  - cannot use hub.endpoints from node.toml: "https://u@x" is not what it must be; write https://host or https://host:port, for example "https://hub.example:8443"
  - cannot use log.filter from node.toml: "a=b=c" is not what it must be; write levels, for example "info" or "info,holdfast_store=debug"
  - cannot use log.format from node.toml: "xml" is not what it must be; write "json" or "text"
  - cannot use limits.max_connections from node.toml: 0 is not what it must be; write a whole number from 8 to 65536"#;
    assert_eq!(problems.to_string(), expected);
}

#[test]
fn file_that_is_no_toml_or_not_there_says_so() {
    let problems = Config::parse(file("[node\n"), Vec::new(), &[]).unwrap_err().to_string();
    assert!(
        problems.contains("node.toml: it is not TOML") && problems.contains("correct that line"),
        "{problems}"
    );
    let missing = FileText { name: "gone.toml".to_owned(), text: Err("No such file".to_owned()) };
    let problems = Config::parse(Some(missing), Vec::new(), &[]).unwrap_err().to_string();
    assert!(problems.contains("cannot use gone.toml: No such file; name a file"), "{problems}");
}

#[test]
fn flag_with_a_bad_value_names_the_flag() {
    let flags = [("node", "listen", "nowhere".to_owned())];
    let problems = Config::parse(None, Vec::new(), &flags).unwrap_err().to_string();
    assert!(problems.contains("from the flag --listen"), "{problems}");
}
