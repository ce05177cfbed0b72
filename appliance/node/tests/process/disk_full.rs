//! A full disk: writes are refused with 507, reads go on, and it recovers by itself.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::{Node, eventually};

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

#[test]
fn full_disk_refuses_writes_and_recovers_unaided() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path().join("disk");
    let Some(_disk) = SmallDisk::mount(&at) else { return };
    std::fs::set_permissions(&at, PermissionsExt::from_mode(0o700)).unwrap();
    let mut node = Node::start(&at);
    assert_eq!(node.put("Patient", "before", "").status, 201);
    let ballast = at.join("ballast");
    let mut accepted = Vec::new();
    let mut filler = vec![0u8; 8 << 20];
    while !filler.is_empty() && std::fs::write(&ballast, &filler).is_err() {
        filler.truncate(filler.len() - (64 << 10));
    }
    let mut refused = None;
    for n in 0..2_000 {
        let id = format!("p{n}");
        let answer = node.put("Patient", &id, &format!(",\"gender\":\"{}\"", "x".repeat(2_000)));
        match answer.status {
            201 => accepted.push(id),
            _ => {
                refused = Some(answer);
                break;
            }
        }
    }
    let refused = refused.expect("a full disk refuses");
    assert_eq!(refused.status, 507, "{}", refused.body);
    assert!(refused.body.contains("disk-full"), "{}", refused.body);
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
