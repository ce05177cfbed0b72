//! Starting, stopping, being killed, and being started twice.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;

use crate::support::{Node, read, run, stderr};

#[test]
fn it_serves_reads_and_writes_and_probes() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(&home.path().join("data"));
    let written = node.put("Patient", "p1", ",\"active\":true");
    assert_eq!(written.status, 201, "{}", written.body);
    let read_back = node.get("/fhir/Patient/p1");
    assert!(read_back.status == 200 && read_back.body.contains("\"active\":true"), "{read_back:?}");
    assert_eq!(node.send_as("wrong", "GET", "/fhir/Patient/p1", "").status, 401);
    assert_eq!((node.get("/livez").status, node.get("/readyz").status), (200, 200));
    assert_eq!(node.get("/").status, 200);
    let mode = std::fs::metadata(node.data.join("dev-token")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    crate::support::eventually("the gauges", || {
        let metrics = node.get("/metrics").body;
        [
            "sync_unsent_ops{lane=\"chart\"}",
            "sync_link_up 0",
            "conflicts_open 0",
            "process_resident_memory_bytes",
        ]
        .iter()
        .all(|part| metrics.contains(part))
    });
    crate::support::eventually("a sample of telemetry", || {
        node.get("/api/telemetry").body.contains("\"linkUp\":false")
    });
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let mut node = Node::start(&data);
    for round in 0..3 {
        for n in 0..20 {
            let id = format!("r{round}-{n}");
            let answer = node.put(
                "Observation",
                &id,
                ",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueInteger\":7",
            );
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        node.kill();
        node = Node::start(&data);
        for (round, n) in (0..=round).flat_map(|round| (0..20).map(move |n| (round, n))) {
            assert_eq!(node.get(&format!("/fhir/Observation/r{round}-{n}")).status, 200, "r{round}-{n}");
        }
    }
    assert!(!read(&node.log).contains("replica-"), "a killed node stays the same replica");
}

#[test]
fn second_node_on_the_folder_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(&home.path().join("data"));
    let data = node.data.to_str().unwrap();
    let second = run(&["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", data]);
    assert_eq!(second.status.code(), Some(12));
    assert!(stderr(&second).contains("another node works on it"), "{}", stderr(&second));
    assert_eq!(node.get("/livez").status, 200);
}

#[test]
fn taken_port_and_unusable_folders_say_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = home.path().join("data");
    let refused = run(&["serve", "--dev", "--listen", &address, "--data-dir", data.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(13));
    assert!(stderr(&refused).contains(&address), "{}", stderr(&refused));

    let refused = run(&["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", "/proc/holdfast"]);
    assert_eq!(refused.status.code(), Some(11), "{}", stderr(&refused));

    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o755)).unwrap();
    let refused = run(&["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(11));
    assert!(stderr(&refused).contains("chmod 700"), "{}", stderr(&refused));
}

#[test]
fn damaged_database_is_told_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let mut node = Node::start(&data);
    assert!(node.stop().success());
    let database = data.join("holdfast.db");
    std::fs::write(&database, vec![9; 20_000]).unwrap();
    let refused = run(&["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(14), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("restore"), "{}", stderr(&refused));
    assert_eq!(std::fs::read(&database).unwrap(), vec![9; 20_000]);
}

#[test]
fn sigterm_finishes_the_request_in_progress() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("data"));
    let authority = node.url.strip_prefix("http://").unwrap().to_owned();
    let body = r#"{"resourceType":"Patient","id":"late"}"#;
    let mut slow = TcpStream::connect(&authority).unwrap();
    let head = format!(
        "PUT /fhir/Patient/late HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/fhir+json\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        node.token(),
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    // Said once the handler waits for the body.
    let goes_on = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut said = vec![0; goes_on.len()];
    slow.read_exact(&mut said).unwrap();
    assert_eq!(String::from_utf8_lossy(&said), goes_on);
    slow.write_all(&body.as_bytes()[..10]).unwrap();
    node.signal(rustix::process::Signal::TERM);
    crate::support::eventually("no new connection", || TcpStream::connect(&authority).is_err());
    slow.write_all(&body.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(node.wait().code(), Some(0));
    let wal = node.data.join("holdfast.db-wal");
    assert!(std::fs::metadata(wal).map_or(0, |found| found.len()) == 0, "the write-ahead log is moved over");
    assert_eq!(Node::start(&node.data).get("/fhir/Patient/late").status, 200);
}

#[test]
fn broken_telemetry_does_not_stop_the_node() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o700)).unwrap();
    std::fs::create_dir(data.join("telemetry")).unwrap();
    std::fs::write(data.join("telemetry/conf"), "garbage").unwrap();
    std::fs::write(data.join("telemetry/db"), vec![0xff; 4096]).unwrap();
    let node = Node::start(&data);
    crate::support::eventually("a sample", || node.get("/api/telemetry").body.contains("atMs"));
}

#[test]
fn encrypted_database_opens_with_its_key_alone() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let config = home.path().join("node.toml");
    let key = home.path().join("key");
    let set_key = |digit: &str| {
        std::fs::write(&key, digit.repeat(64)).unwrap();
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
    };
    set_key("a");
    std::fs::write(&config, format!("[store]\nencryption_key_file = {key:?}\n")).unwrap();
    let flags = ["--dev", "--config", config.to_str().unwrap()];
    let mut node = Node::start_with(&data, &flags);
    assert_eq!(node.put("Patient", "p1", ",\"gender\":\"female\"").status, 201);
    assert!(node.stop().success());
    let bytes = std::fs::read(data.join("holdfast.db")).unwrap();
    assert!(!bytes.windows(7).any(|window| window == b"Patient"), "nothing stands there in plain text");
    let mut node = Node::start_with(&data, &flags);
    assert_eq!(node.get("/fhir/Patient/p1").status, 200);
    assert!(node.stop().success());
    set_key("b");
    let data = data.to_str().unwrap();
    let refused =
        run(&["serve", "--config", config.to_str().unwrap(), "--listen", "127.0.0.1:0", "--data-dir", data]);
    assert_eq!(refused.status.code(), Some(14), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("encryption_key_file"), "{}", stderr(&refused));
}
