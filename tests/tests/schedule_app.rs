//! The schedule in Chromium at a real node: the share of `make e2e-schedule` that CI can afford.
//!
//! It needs Chromium and the packages of `desktop-app`, as `.ci/setup front` installs them, and the binaries beside it, as
//! `cargo nextest run --workspace` builds them.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use holdfast_tests::schedule_app::run;
use holdfast_tests::staff_app::Options;

#[test]
fn a_morning_at_the_desk_and_a_patient_at_the_hub_on_screens_that_everybody_can_use() {
    let shots = tempfile::tempdir().unwrap();
    // Left to `make e2e-schedule`: what is measured in time, and what another part of these shows too.
    let only = Some("control,keyboard,mouse,geometry-ar,clocks-en,screens-ar,patient".to_owned());
    let figures = run(&Options { shots: shots.path().to_owned(), only }).unwrap();
    assert_eq!((figures.violations, figures.failed), (0, 0));
    assert!(figures.control > 0, "axe sees nothing wrong on a page that was spoilt on purpose");
}
