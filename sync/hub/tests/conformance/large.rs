//! Sets of more members than an op might once name.

use std::sync::Arc;

use holdfast_clinical::FhirRules;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;

use crate::backend::{Backend, behaviours};
use crate::fleet::{Node, json, put, records_by};

behaviours![group_of_many_members_is_filled_and_emptied_everywhere];

fn node(name: &str) -> Node {
    let db = Arc::new(Sqlite::in_memory().unwrap());
    let records = records_by(Arc::new(FhirRules), db, "north", Arc::<MemorySidecar>::default());
    Node { records, peer: Peer { replica: name.into(), clinic: "north".into(), kind: "node".into() } }
}

fn group_of_many_members_is_filled_and_emptied_everywhere(backend: &Backend) {
    let hub = records_by(Arc::new(FhirRules), backend.open(), "", Arc::<MemorySidecar>::default());
    let (writer, reader) = (node("n1"), node("n2"));
    reader.sync(&hub);
    let members: Vec<String> =
        (0..9_000).map(|n| format!(r#"{{"entity":{{"reference":"Patient/p{n}"}}}}"#)).collect();
    let kept = r#""type":"person","actual":true"#;
    for body in [format!(r#"{kept},"member":[{}]"#, members.join(",")), kept.to_owned()] {
        put(&writer.records, "Group", "g", &body).unwrap();
        put(&writer.records, "Group", "after", &format!(r#"{kept},"quantity":{}"#, body.len())).unwrap();
        writer.sync(&hub);
        reader.sync(&hub);
        for id in ["g", "after"] {
            let written = json(&writer.records, "Group", id);
            assert!(json(&hub, "Group", id) == written, "{id} at the hub");
            assert!(json(&reader.records, "Group", id) == written, "{id} at the other node");
        }
        assert_eq!(json(&hub, "Group", "g").matches("Patient/p").count(), body.matches("Patient/p").count());
    }
}
