//! A full disk: writes are refused with 507, reads go on, and it recovers by itself.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::hub::Hub;
use crate::support::{Answer, Node, eventually, read, run, stderr};

/// A small disk of its own; unmounted when dropped.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// `None`, said aloud, where nothing may be mounted.
    fn mount(at: &'a Path) -> Option<Self> {
        std::fs::create_dir(at).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs"]).arg(at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at));
        }
        eprintln!("SKIPPED: the node on a full disk, because no tmpfs can be mounted here (it takes root)");
        None
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _done = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// Takes what room there is, but for a little.
fn fill(disk: &Path) -> PathBuf {
    let ballast = disk.join("ballast");
    let mut filler = vec![0u8; 8 << 20];
    while !filler.is_empty() && std::fs::write(&ballast, &filler).is_err() {
        filler.truncate(filler.len() - (64 << 10));
    }
    ballast
}

/// Takes all the room there is.
fn fill_up(disk: &Path) -> PathBuf {
    let ballast = disk.join("ballast");
    let mut file = std::fs::File::create(&ballast).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    ballast
}

/// Saves patients until one is refused: the ids of those that were not, and the refusal.
fn write_until_refused(node: &Node) -> (Vec<String>, Answer) {
    let mut accepted = Vec::new();
    for n in 0..2_000 {
        let id = format!("p{n}");
        let answer = node.put("Patient", &id, &format!(",\"name\":[{{\"text\":\"{}\"}}]", "x".repeat(2_000)));
        match answer.status {
            201 => accepted.push(id),
            _ => return (accepted, answer),
        }
    }
    panic!("a full disk refuses");
}

#[test]
fn news_waits_at_the_hub_while_the_disk_is_full_and_comes_unaided() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path().join("disk");
    let Some(_disk) = SmallDisk::mount(&at) else { return };
    std::fs::set_permissions(&at, PermissionsExt::from_mode(0o700)).unwrap();
    let hub = Hub::start(home.path().join("hub"));
    hub.enrol(&at, "n1");
    let node = Node::start(&at);
    assert_eq!(node.put("Patient", "before", "").status, 201);
    node.settles();
    let ballast = fill(&at);
    let (accepted, _) = write_until_refused(&node);
    let large = format!(",\"gender\":\"female\",\"language\":\"{}\"", "x".repeat(300_000));
    hub.put("Patient", "before", &large);
    eventually("the link says why it waits", || node.get("/api/continuity").body.contains("disk-full"));
    assert_eq!(node.get("/fhir/Patient/before").status, 200, "reads go on");
    std::fs::remove_file(&ballast).unwrap();
    eventually("the news is here", || node.get("/fhir/Patient/before").body.contains("female"));
    eventually("what was accepted is at the hub", || {
        accepted.iter().all(|id| hub.holds(&format!("/fhir/Patient/{id}")))
    });
}

#[test]
fn node_that_starts_on_a_full_disk_reads_and_recovers_unaided() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path().join("disk");
    let Some(_disk) = SmallDisk::mount(&at) else { return };
    std::fs::set_permissions(&at, PermissionsExt::from_mode(0o700)).unwrap();
    let hub = Hub::start(home.path().join("hub"));
    hub.enrol(&at, "n1");
    let mut node = Node::start(&at);
    assert_eq!(node.put("Patient", "before", "").status, 201);
    node.settles();
    for ending in ["stopped", "killed"] {
        match ending {
            "stopped" => assert!(node.stop().success()),
            _ => node.kill(),
        }
        let ballast = fill_up(&at);
        node = Node::start(&at);
        assert_eq!(node.get("/fhir/Patient/before").status, 200, "{ending}: reads go on");
        // After a kill the write-ahead log keeps the room that it had, and a few saves still fit into it.
        let (accepted, refused) = write_until_refused(&node);
        assert!(refused.status == 507 && refused.body.contains("disk-full"), "{ending}: {refused:?}");
        if ending == "stopped" {
            assert_eq!(accepted.len(), 0, "nothing fits");
            let told = node.get("/readyz");
            assert!(told.status == 200 && told.body.contains("the disk is full"), "{ending}: {told:?}");
            eventually("the link says why it waits", || {
                node.get("/api/continuity").body.contains("disk-full")
            });
        }
        std::fs::remove_file(&ballast).unwrap();
        eventually("the link is back by itself", || {
            node.get("/api/continuity").body.contains("\"connected\"")
        });
        assert_eq!(node.put("Patient", ending, "").status, 201, "{ending}");
        assert_eq!(node.get("/readyz").body, "ready\n");
        eventually("it is at the hub", || hub.holds(&format!("/fhir/Patient/{ending}")));
    }
    assert!(!read(&node.log).contains("replica-"), "it stays the same replica");
}

#[test]
fn restore_that_finds_no_room_leaves_the_old_database_whole() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path().join("disk");
    let Some(_disk) = SmallDisk::mount(&at) else { return };
    std::fs::set_permissions(&at, PermissionsExt::from_mode(0o700)).unwrap();
    let mut node = Node::start(&at);
    assert_eq!(node.put("Patient", "before", "").status, 201);
    let (copy, data) = (home.path().join("copy.db"), at.to_str().unwrap().to_owned());
    assert!(run(&["backup", copy.to_str().unwrap(), "--data-dir", &data]).status.success());
    let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "a backup is for its owner alone");
    assert_eq!(node.put("Patient", "after", "").status, 201);
    node.kill();
    let ballast = fill_up(&at);
    let restore = || run(&["restore", copy.to_str().unwrap(), "--replace", "--data-dir", &data]);
    let refused = restore();
    assert_eq!(refused.status.code(), Some(16), "{}", stderr(&refused));
    std::fs::remove_file(&ballast).unwrap();
    let mut node = Node::start(&at);
    assert_eq!(node.get("/fhir/Patient/after").status, 200, "nothing was destroyed");
    assert!(node.stop().success());
    assert!(restore().status.success());
    let node = Node::start(&at);
    assert_eq!((node.get("/fhir/Patient/before").status, node.get("/fhir/Patient/after").status), (200, 404));
}

#[test]
fn full_disk_refuses_writes_and_recovers_unaided() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path().join("disk");
    let Some(_disk) = SmallDisk::mount(&at) else { return };
    std::fs::set_permissions(&at, PermissionsExt::from_mode(0o700)).unwrap();
    let mut node = Node::start(&at);
    assert_eq!(node.put("Patient", "before", "").status, 201);
    let ballast = fill(&at);
    let (accepted, refused) = write_until_refused(&node);
    assert_eq!(refused.status, 507, "{}", refused.body);
    for part in ["\"OperationOutcome\"", "disk-full", "no-store", "free some space"] {
        assert!(refused.body.contains(part), "{part} is not in {}", refused.body);
    }
    for id in accepted.iter().chain([&"before".to_owned()]) {
        assert_eq!(
            node.get(&format!("/fhir/Patient/{id}")).status,
            200,
            "{id} is acknowledged and reads go on"
        );
    }
    assert_eq!(node.get("/livez").status, 200);
    std::fs::remove_file(&ballast).unwrap();
    eventually("writes go on by themselves", || node.put("Patient", "after", "").status == 201);
    node.kill();
    let node = Node::start(&at);
    for id in accepted.iter().map(String::as_str).chain(["before", "after"]) {
        assert_eq!(node.get(&format!("/fhir/Patient/{id}")).status, 200, "{id} survives");
    }
}
