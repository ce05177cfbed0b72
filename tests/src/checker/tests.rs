use super::*;
use std::collections::BTreeMap;
use std::io::Write;

fn acked(i: u32) -> Acked {
    let entity = format!("Patient/{}", i % 10);
    Acked { entity, element: "telecom".into(), marker: format!("555-{i:04}"), etag: format!("W/\"{i}\"") }
}

/// A replica that keeps every write, each as a version of its history.
fn replica(writes: &[Acked]) -> BTreeMap<String, Vec<String>> {
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for write in writes {
        held.entry(write.entity.clone()).or_default().push(format!(
            "{{\"resourceType\":\"Patient\",\"telecom\":[{{\"value\":\"{}\"}}]}}",
            write.marker
        ));
    }
    held
}

fn check(writes: &[Acked], held: &BTreeMap<String, Vec<String>>) -> Verdict {
    verify(writes, |entity| Ok(held.get(entity).cloned().unwrap_or_default())).unwrap()
}

#[test]
fn a_replica_that_keeps_all_has_lost_nothing() {
    let writes: Vec<Acked> = (0..100).map(acked).collect();
    let verdict = check(&writes, &replica(&writes));
    assert_eq!((verdict.checked, verdict.lost.len()), (100, 0));
}

#[test]
fn must_fail_control_one_dropped_write_is_counted() {
    let writes: Vec<Acked> = (0..100).map(acked).collect();
    let mut held = replica(&writes);
    let dropped = held.get_mut("Patient/7").unwrap().remove(3);
    assert!(dropped.contains("555-0037"));
    assert_eq!(check(&writes, &held).lost, [acked(37)]);
    held.remove("Patient/4");
    assert_eq!(check(&writes, &held).lost.len(), 11, "an unknown resource has lost all of its writes");
}

#[test]
fn must_fail_control_a_marker_in_another_element_is_no_find() {
    let write = acked(1);
    let elsewhere = format!("{{\"resourceType\":\"Patient\",\"id\":\"{}\",\"telecom\":[]}}", write.marker);
    let verdict = verify(std::slice::from_ref(&write), |_| Ok(vec![elsewhere.clone()])).unwrap();
    assert_eq!(verdict.lost, [write]);
}

#[test]
fn a_bare_sibling_value_is_a_find() {
    let write = acked(1);
    let sibling = format!("[{{\"value\":\"{}\"}}]", write.marker);
    assert!(verify(&[write], |_| Ok(vec![sibling.clone()])).unwrap().lost.is_empty());
}

#[test]
fn a_reader_that_fails_is_an_error_and_not_a_loss() {
    assert!(verify(&[acked(1)], |_| anyhow::bail!("the hub is down")).is_err());
    assert!(verify(&[acked(1)], |_| Ok(vec!["<html>".into()])).is_err());
}

#[test]
fn the_ledger_survives_its_writer_and_a_torn_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("acked.ndjson");
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(ledger.record(&acked(0)).unwrap(), 1);
    assert_eq!(ledger.record_all(&[acked(1), acked(2)]).unwrap(), 3);
    drop(ledger);
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"entity\":\"Patient/9\",\"el").unwrap();
    assert_eq!(read(&path).unwrap().len(), 3);
    let again = Ledger::open(&path).unwrap();
    assert_eq!((again.counted(), again.record(&acked(3)).unwrap()), (3, 4));
    assert_eq!(read(&path).unwrap(), (0..4).map(acked).collect::<Vec<_>>());
}

#[test]
fn a_damaged_ledger_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("acked.ndjson");
    std::fs::write(&path, "{\"entity\":1}\n").unwrap();
    assert!(read(&path).unwrap_err().to_string().contains("line 1"));
}
