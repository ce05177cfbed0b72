//! A configuration that cannot be used is refused with everything that is wrong with it.

use crate::support::{binary, run, stderr, stdout};

#[test]
fn every_problem_is_told_at_once_and_nothing_starts() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("node.toml");
    std::fs::write(&file, "[node]\nlisten = \"x\"\nlissen = 1\n[log]\nformat = \"xml\"\n[cloud]\n").unwrap();
    for command in ["check-config", "serve"] {
        let mut node = binary();
        node.arg(command).arg("--config").arg(&file).env("HOLDFAST_LIMITS__SHUTDOWN_S", "0");
        let refused = node.output().unwrap();
        assert_eq!(refused.status.code(), Some(10), "{command}");
        let text = stderr(&refused);
        for part in [
            "node.listen",
            "node.lissen",
            "log.format",
            "[cloud]",
            "HOLDFAST_LIMITS__SHUTDOWN_S",
            "5 problems",
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
    }
}

#[test]
fn default_configuration_is_printed_and_good() {
    let home = tempfile::tempdir().unwrap();
    let printed = stdout(&run(&["check-config", "--print-default"]));
    let file = home.path().join("node.toml");
    std::fs::write(&file, &printed).unwrap();
    let good = run(&["check-config", "--config", file.to_str().unwrap()]);
    assert!(good.status.success() && printed.contains("# Holds the records"), "{}", stderr(&good));
}

#[test]
fn dev_is_for_this_machine_alone() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let refused = run(&["serve", "--dev", "--listen", "0.0.0.0:0", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(10));
    assert!(stderr(&refused).contains("--dev"), "{}", stderr(&refused));
    assert!(!data.exists(), "nothing is begun");
}
