//! `docs/traps.md` promises tests by name: each must be there.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

/// Every Rust source below a folder, in one text.
fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target" && name != "node_modules") {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Names of tests in a table: words in backquotes with at least three underscores.
fn promised(table: &str) -> Vec<&str> {
    table.split('`').skip(1).step_by(2).filter(|word| word.matches('_').count() >= 3).collect()
}

fn missing<'a>(table: &'a str, sources: &str) -> Vec<&'a str> {
    let is_there = |name: &&str| sources.contains(&format!("fn {name}("));
    promised(table).into_iter().filter(|name| !is_there(name)).collect()
}

#[test]
fn traps_table_names_real_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let table = std::fs::read_to_string(root.join("docs/traps.md")).unwrap();
    let mut text = String::new();
    ["sync", "appliance", "tests"].iter().for_each(|folder| sources(&root.join(folder), &mut text));
    assert!(promised(&table).len() > 40, "the table is there");
    assert_eq!(missing(&table, &text), Vec::<&str>::new());
    assert_eq!(missing("`no_such_test_is_here`", "fn another_test_is_here()"), ["no_such_test_is_here"]);
}
