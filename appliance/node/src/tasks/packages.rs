//! Which packages a node offers to its desktops, for people.

use crate::packages::Packages;

/// Lines to add to the status: what is offered, and what is not and why. Blocks.
pub fn packages(packages: &Packages) -> String {
    let looked = packages.look();
    let mut lines: Vec<String> = looked.offered.keys().rev().map(|name| name.file_name()).collect();
    if lines.is_empty() {
        lines.push(format!("none is offered; put them into {}", packages.folder().display()));
    }
    lines.extend(looked.refused.iter().map(ToString::to_string));
    lines.iter().map(|line| format!("\npackage     {line}")).collect()
}
