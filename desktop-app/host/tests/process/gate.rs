//! Nobody but the window of this launch reaches anything.

use crate::support::{Desktop, binary, send, send_to_host, stderr};

#[test]
fn only_the_window_of_this_launch_gets_in() {
    let home = tempfile::tempdir().unwrap();
    let desktop = Desktop::start(&home.path().join("data"), &[]);
    let at = &*desktop.authority;
    for path in ["/", "/api/setup", "/fhir/metadata", "/status"] {
        let refused = send(at, &[], "GET", path, "");
        assert!(refused.status == 403 && refused.body.contains("launch-missing"), "{path}: {refused:?}");
    }
    assert_eq!(send(at, &["cookie: holdfast_launch=guess"], "GET", "/api/setup", "").status, 403);
    assert_eq!(send(at, &[], "GET", "/launch/guess", "").status, 403);
    let first = send(at, &[], "GET", &format!("/launch/{}", desktop.secret), "");
    assert_eq!(first.status, 303);
    assert!(
        first.head.contains("location: /") && first.head.contains("httponly; samesite=strict"),
        "{first:?}"
    );
    assert_eq!(desktop.send("GET", "/api/setup", "").status, 200);
    let cookie = format!("cookie: holdfast_launch={}", desktop.secret);
    let rebound = send_to_host(at, "clinic.attacker.example", &[&cookie], "GET", "/api/setup", "");
    assert!(rebound.status == 403 && rebound.body.contains("another-host"), "{rebound:?}");
}

#[test]
fn second_program_on_a_folder_and_an_open_address_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let _first = Desktop::start(&data, &[]);
    let second = binary().args(["--headless", "--data-dir"]).arg(&data).output().unwrap();
    assert!(!second.status.success() && stderr(&second).contains("runs already"), "{}", stderr(&second));
    let mut open = binary();
    open.args(["--headless", "--listen", "0.0.0.0:0", "--data-dir"]).arg(home.path().join("b"));
    let open = open.output().unwrap();
    assert!(!open.status.success() && stderr(&open).contains("127.0.0.1"), "{}", stderr(&open));
}
