//! The tables that say who may what, read as they stand.

use anyhow::{Context, Result, ensure};

/// The roles of people, in the order of the table's columns.
pub(super) const ROLES: [&str; 6] = ["front-desk", "nurse", "clinician", "pharmacist", "manager", "admin"];

const RECORDS: &str = include_str!("records.tsv");
const ROUTES: &str = include_str!("routes.tsv");

/// What a role may do with a type of record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum May {
    Nothing,
    Look,
    Keep,
    Delete,
}

/// Who may ask an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Who {
    Public,
    Session,
    Records,
    Roles(Vec<String>),
}

/// Types, each with what the roles may do, by [`ROLES`].
pub(super) fn records() -> Result<Vec<(String, [May; 6])>> {
    let mut lines = RECORDS.lines().filter(|line| !line.starts_with('#'));
    let head: Vec<&str> =
        lines.next().context("the table of records is empty")?.split('\t').skip(1).collect();
    ensure!(head == ROLES, "the table of records has other columns than roles: {head:?}");
    lines.map(row).collect()
}

fn row(line: &str) -> Result<(String, [May; 6])> {
    let mut cells = line.split('\t');
    let kind = cells.next().unwrap_or_default().to_owned();
    let mut out = [May::Nothing; 6];
    for slot in &mut out {
        *slot = match cells.next() {
            Some("-") => May::Nothing,
            Some("r") => May::Look,
            Some("w") => May::Keep,
            Some("d") => May::Delete,
            other => anyhow::bail!("{kind}: {other:?} is none of - r w d"),
        };
    }
    Ok((kind, out))
}

/// What a role may do with a type; nothing with one that is not in the table.
pub(super) fn may(table: &[(String, [May; 6])], role: &str, kind: &str) -> May {
    let at = ROLES.iter().position(|known| *known == role);
    let row = table.iter().find(|(known, _)| known == kind);
    at.zip(row).map_or(May::Nothing, |(at, (_, may))| may[at])
}

/// Who may ask `METHOD /path`; `None` if nobody has written that down.
pub(super) fn who(route: &str) -> Option<Who> {
    let line = ROUTES.lines().find_map(|line| line.split_once('\t').filter(|(known, _)| *known == route))?;
    Some(match line.1 {
        "public" => Who::Public,
        "session" => Who::Session,
        "records" => Who::Records,
        roles => Who::Roles(roles.split(' ').map(str::to_owned).collect()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        let table = records().unwrap();
        assert!(table.len() >= 15);
        assert_eq!(may(&table, "nurse", "MedicationRequest"), May::Look);
        assert_eq!(may(&table, "admin", "Patient"), May::Nothing);
        assert_eq!(may(&table, "nobody", "Patient"), May::Nothing);
        assert_eq!(who("GET /api/people"), Some(Who::Roles(vec!["manager".into(), "admin".into()])));
        assert_eq!((who("GET /livez"), who("GET /nowhere")), (Some(Who::Public), None));
        for line in ROUTES.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.split_once('\t').is_some_and(|(route, _)| who(route).is_some()), "{line}");
        }
    }
}
