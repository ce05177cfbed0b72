//! A node on which nobody may sign in yet.

use std::os::unix::fs::PermissionsExt;

use crate::support::Node;

#[test]
fn the_first_administrator_is_made_by_the_code_in_the_data_folder_and_survives_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let node = Node::start(&data);
    let file = data.join("setup-code");
    let code = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(&node.log).unwrap().contains(&code), "it stands in the log");
    let body = |code: &str| format!(r#"{{"code":"{code}","login":"ada","name":"Ada","pin":"482913"}}"#);
    let wrong = node.send("POST", "/api/setup", &body("AAAA-AAAA"));
    assert_eq!(wrong.status, 403, "{}", wrong.body);
    let made = node.send("POST", "/api/setup", &body(&code));
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(!file.exists(), "a spent code is gone");
    let sign_in = r#"{"login":"ada","pin":"482913"}"#;
    for pin in ["928374", "918273", "928371"] {
        let wrong = node.send("POST", "/api/session", &sign_in.replace("482913", pin));
        assert_eq!(wrong.status, 401, "{}", wrong.body);
    }
    drop(node);
    // Killed, not stopped: neither the person nor the wrong guesses are forgotten.
    let node = Node::start(&data);
    assert!(!file.exists());
    let slowed = node.send("POST", "/api/session", sign_in);
    assert_eq!(slowed.status, 429, "{}", slowed.body);
    std::thread::sleep(std::time::Duration::from_secs(6));
    let signed = node.send("POST", "/api/session", sign_in);
    assert_eq!(signed.status, 200, "{}", signed.body);
    let again = node.send("POST", "/api/setup", &body(&code));
    assert_eq!(again.status, 409, "{}", again.body);
}
