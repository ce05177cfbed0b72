//! The schedule in Chromium at a real node: the share of `make e2e-schedule` that CI can afford.
//!
//! It needs Chromium and the packages of `desktop-app`, as `.ci/setup front` installs them, and the binaries beside it, as
//! `cargo nextest run --workspace` builds them.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use holdfast_tests::schedule_app::run;
use holdfast_tests::staff_app::Options;

#[test]
fn every_screen_of_the_schedule_is_accessible_and_true_to_the_minute() {
    let shots = tempfile::tempdir().unwrap();
    // What the parts at the desk find free depends on the day that it is.
    let only = Some("control,geometry-ar,clocks-en,screens-ar".to_owned());
    let figures = run(&Options { shots: shots.path().to_owned(), only }).unwrap();
    assert_eq!((figures.violations, figures.failed), (0, 0));
    assert!(figures.control > 0, "axe sees nothing wrong on a page that was spoilt on purpose");
}
