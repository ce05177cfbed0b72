use super::*;

const LIMIT: Duration = Duration::from_secs(10);

fn shell(name: &str, script: &str, dir: &Path) -> Spec {
    Spec::program(name, Path::new("/bin/sh"), dir).args(["-c", script])
}

#[test]
fn the_ready_url_and_earlier_lines_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let script = "echo sync https://127.0.0.1:2; echo ready http://127.0.0.1:1; exec sleep 60";
    let mut process = Process::spawn(&shell("server", script, dir.path())).unwrap();
    assert_eq!(process.wait_ready(LIMIT).unwrap(), "http://127.0.0.1:1");
    assert_eq!(process.line("sync ").unwrap(), "https://127.0.0.1:2");
    assert!(process.is_running());
    assert!(process.usage().unwrap().rss_bytes > 0);
    process.kill_hard().unwrap();
    assert!(!process.is_running());
    process.kill_hard().unwrap();
}

#[test]
fn a_child_that_dies_before_it_is_ready_is_reported_with_its_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::spawn(&shell("server", "echo 'port taken' >&2; exit 3", dir.path())).unwrap();
    let message = process.wait_ready(LIMIT).unwrap_err().to_string();
    assert!(message.contains("port taken"), "{message}");
}

#[test]
fn a_child_that_is_never_ready_is_reported_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::spawn(&shell("server", "exec sleep 60", dir.path())).unwrap();
    let message = process.wait_ready(Duration::from_millis(50)).unwrap_err().to_string();
    assert!(message.contains("50 ms passed"), "{message}");
}

#[test]
fn terminate_lets_the_child_end_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let script = "trap 'echo bye >&2; exit 7' TERM; echo ready x; while :; do sleep 0.05; done";
    let mut process = Process::spawn(&shell("server", script, dir.path())).unwrap();
    process.wait_ready(LIMIT).unwrap();
    assert_eq!(process.terminate(LIMIT).unwrap().code(), Some(7));
    assert!(process.log_tail().contains("bye"));
}

#[test]
fn dropping_kills() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::spawn(&shell("server", "echo ready x; exec sleep 60", dir.path())).unwrap();
    process.wait_ready(LIMIT).unwrap();
    let pid = process.pid();
    drop(process);
    assert!(Usage::of(pid).is_err());
}

#[test]
fn run_returns_stdout_or_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run(&shell("ok", "echo a; echo b", dir.path()), LIMIT).unwrap(), "a\nb\n");
    let message = run(&shell("bad", "echo why >&2; exit 1", dir.path()), LIMIT).unwrap_err().to_string();
    assert!(message.contains("why"), "{message}");
    let message =
        run(&shell("slow", "exec sleep 60", dir.path()), Duration::from_millis(50)).unwrap_err().to_string();
    assert!(message.contains("50 ms"), "{message}");
}
