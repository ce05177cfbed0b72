//! Whoever holds a scope is told of what comes in it, however many hold it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::replica;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::sql::Database;

/// More than are looked up at once, and as many: the rounds end within a scope and between two.
const HOLDERS: [(&str, i64); 4] = [("p1", 10_000), ("p2", 25_000), ("p3", 1), ("p4", 10_001)];

#[test]
fn more_holders_than_are_looked_up_at_once_are_marked_all() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.sync(&hub);
    let save = |name: &str| {
        let json = |id: &str| format!(r#"{{"resourceType":"Patient","id":"{id}","name":"{name}"}}"#);
        hub.records
            .write(|tx| {
                for (id, _) in HOLDERS {
                    tx.put(&Entity::new("Patient", id), &json(id), &Base::Blind, "nurse")?;
                }
                Ok(())
            })
            .unwrap();
    };
    save("Ann");
    hub.db
        .write(&mut |sql| {
            for (id, holders) in HOLDERS {
                let text = "WITH RECURSIVE n(no) AS (SELECT 100 UNION ALL SELECT no + 1 FROM n WHERE no < 99 + $2) \
                            INSERT INTO subscription (scope_no, replica_no, cursor_pos) \
                            SELECT s.no, n.no, 1 FROM n, scope s WHERE s.name = $1";
                sql.execute(text, &[format!("patient/{id}").into(), holders.into()])?;
            }
            Ok(())
        })
        .unwrap();
    save("Anna");
    let mut marked = Vec::new();
    hub.db
        .read(&mut |sql| {
            let text = "SELECT s.name, COUNT(*) FROM dirty d JOIN scope s ON s.no = d.scope_no GROUP BY s.name ORDER BY 1";
            for row in sql.query(text, &[])? {
                marked.push((row.text(0)?.to_owned(), row.int(1)?));
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(marked, HOLDERS.map(|(id, holders)| (format!("patient/{id}"), holders)));
}
