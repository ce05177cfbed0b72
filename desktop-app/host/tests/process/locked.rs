//! A desktop that somebody has signed in on opens for a PIN alone.

use holdfast_desktop_host::data_dir::DataDir;
use holdfast_desktop_host::settings::Settings;
use holdfast_desktop_host::{Desktop as Host, Options, Unlock};

use crate::support::{Desktop, Node, eventually};

/// Keeps the key for a person on an enrolled desktop, as a sign-in does that the records have found right.
fn signed_in_before(data: &std::path::Path, login: &str, pin: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listen = "127.0.0.1:0".parse().unwrap();
        let options = Options { dir: DataDir::new(data), listen, dev: false, keyring: None, restart: None };
        let host = Host::start(&options, Settings::parse(None, Vec::new()).unwrap()).await.unwrap();
        assert!(host.router().await.is_some(), "before the first sign-in it is open");
        host.keep(login, pin).await.unwrap();
        host.close().await;
    });
}

#[test]
fn records_open_for_the_pin_and_for_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(home.path());
    let data = home.path().join("data");
    let mut desktop = Desktop::start(&data, &[]);
    let setup = desktop.send("GET", "/api/setup", "").body;
    assert!(setup.contains("\"enrolled\":false") && setup.contains("\"locked\":true"), "{setup}");
    desktop.enrol(&node, "ward-1");
    assert!(desktop.stop());
    signed_in_before(&data, "nurse", "482913");

    let desktop = Desktop::start(&data, &[]);
    let setup = desktop.send("GET", "/api/setup", "").body;
    assert!(setup.contains("\"enrolled\":true") && setup.contains("\"locked\":true"), "{setup}");
    let refused = desktop.send("GET", "/fhir/Patient/p1", "");
    assert!(refused.status == 423 && refused.body.contains("replica-locked"), "{refused:?}");
    assert_eq!(desktop.send("GET", "/api/session", "").status, 401, "nobody is signed in, which is no fault");
    let unlock = |login: &str, pin: &str| {
        let body = format!("{{\"login\":\"{login}\",\"pin\":\"{pin}\"}}");
        desktop.send("POST", "/api/desktop/unlock", &body)
    };
    let wrong = unlock("nurse", "482914");
    assert!(wrong.status == 401 && wrong.body.contains("\"triesLeft\":2"), "{wrong:?}");
    assert_eq!(unlock("stranger", "482913").status, 401);
    assert_eq!(unlock("nurse", "482913").status, 204);
    assert_eq!(desktop.send("GET", "/fhir/Patient/p1", "").status, 401, "open, and who asks has to sign in");
    assert!(desktop.send("GET", "/api/setup", "").body.contains("\"locked\":false"));
}

#[test]
fn nothing_on_the_disk_reads_without_the_key() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(home.path());
    node.put("Patient", "p1", ",\"name\":[{\"family\":\"Rosenkavalier\"}]");
    let data = home.path().join("data");
    let mut desktop = Desktop::start(&data, &["--dev"]);
    desktop.enrol(&node, "ward-1");
    eventually("the patient is here", || desktop.send("GET", "/fhir/Patient/p1", "").status == 200);
    assert!(desktop.stop());
    let mut seen = 0;
    let mut folders = vec![data.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            seen += 1;
            assert!(!bytes.windows(13).any(|part| part == b"Rosenkavalier"), "{}", entry.path().display());
        }
    }
    assert!(seen > 5);
    let plain = rusqlite::Connection::open(DataDir::new(&data).database()).unwrap();
    assert!(plain.query_row("SELECT COUNT(*) FROM resource", [], |row| row.get::<_, i64>(0)).is_err());
}
