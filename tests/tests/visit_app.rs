//! Visits in Chromium at a real node and a real relay: the share of `make e2e-visit` and `make drill-visit` that CI can afford.
//!
//! They need Chromium and the packages of `desktop-app`, as `.ci/setup front` installs them, and the binaries beside them, as
//! `cargo nextest run --workspace` builds them.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use holdfast_tests::staff_app::Options;
use holdfast_tests::visit_app::{drill, run_sized};

#[test]
fn a_patient_and_a_clinician_meet_on_screens_that_everybody_can_use() {
    let shots = tempfile::tempdir().unwrap();
    let only = Some("control,links-ar-small,staff-en-large".to_owned());
    let figures = run_sized(&Options { shots: shots.path().to_owned(), only }, &[]).unwrap();
    assert_eq!((figures.violations, figures.failed), (0, 0));
    assert!(figures.control > 0, "axe sees nothing wrong on a page that was spoilt on purpose");
}

#[test]
fn a_relay_that_is_killed_ends_no_visit() {
    let shots = tempfile::tempdir().unwrap();
    // Left to `make drill-visit`: the thin line, the loss and the network that changes, which are measured in time, and the cloud.
    let only = Some("control,kill,sessions".to_owned());
    let sizes = [("KILLS", "1"), ("SESSIONS", "10"), ("SLACK", "3")];
    let drilled = drill(&Options { shots: shots.path().to_owned(), only }, &sizes).unwrap();
    assert_eq!(drilled.failed, 0);
    assert!(drilled.control > 0, "no freeze was counted on a path that freezes");
}
