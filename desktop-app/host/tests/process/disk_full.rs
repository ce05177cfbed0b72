//! A full disk: saves are refused in words, reads go on, and with room again everything does, up to the node.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Answer, Desktop, Node, eventually};

/// A small disk of its own; unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, said aloud, where nothing may be mounted.
    fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir(at).unwrap();
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=12m,mode=700", "tmpfs"]).arg(at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_owned()));
        }
        eprintln!(
            "SKIPPED: the desktop on a full disk, because no tmpfs can be mounted here (it takes root)"
        );
        None
    }

    /// Takes what room there is, but for a little.
    fn fill(&self) -> PathBuf {
        let ballast = self.0.join("ballast");
        let mut filler = vec![0_u8; 12 << 20];
        while !filler.is_empty() && std::fs::write(&ballast, &filler).is_err() {
            filler.truncate(filler.len() - (64 << 10));
        }
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _done = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn save(desktop: &Desktop, id: &str, words: &str) -> Answer {
    let body =
        format!("{{\"resourceType\":\"Patient\",\"id\":\"{id}\",\"name\":[{{\"text\":\"{words}\"}}]}}");
    desktop.send("PUT", &format!("/fhir/Patient/{id}"), &body)
}

#[test]
fn full_disk_refuses_saves_in_words_and_everything_goes_on_with_room_again() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path().join("disk");
    let Some(disk) = SmallDisk::mount(&at) else { return };
    let node = Node::start(home.path());
    let desktop = Desktop::start(&at, &["--dev"]);
    desktop.enrol(&node, "ward-1");
    assert_eq!(save(&desktop, "before", "x").status, 201);
    let ballast = disk.fill();
    let words = "x".repeat(2_000);
    let mut accepted = vec!["before".to_owned()];
    let refused = loop {
        let id = format!("p{}", accepted.len());
        let answer = save(&desktop, &id, &words);
        if answer.status != 201 {
            break answer;
        }
        accepted.push(id);
        assert!(accepted.len() < 4_000, "a full disk refuses");
    };
    assert_eq!(refused.status, 507, "{refused:?}");
    for part in ["disk-full", "free some space"] {
        assert!(refused.body.contains(part), "{part} is not in {refused:?}");
    }
    for id in &accepted {
        let read = desktop.send("GET", &format!("/fhir/Patient/{id}"), "");
        assert_eq!(read.status, 200, "{id} is acknowledged and reads go on");
    }
    std::fs::remove_file(ballast).unwrap();
    eventually("saves go on by themselves", || save(&desktop, "after", "x").status == 201);
    eventually("all of it is at the node", || {
        accepted
            .iter()
            .chain([&"after".to_owned()])
            .all(|id| node.get(&format!("/fhir/Patient/{id}")).contains("\"Patient\""))
    });
}
