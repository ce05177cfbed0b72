//! The unprivileged user that a server runs as: PostgreSQL refuses to run as root.

use anyhow::{Context, Result, bail};
use std::path::Path;

/// A user by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// Whom to become: `postgres`, else `nobody`, when this process is root; else nobody else (`None`).
    pub(super) fn for_server() -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let users = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        match ["postgres", "nobody"].iter().find_map(|name| find(&users, name)) {
            Some(account) => Ok(Some(account)),
            None => bail!("cannot run PostgreSQL as root: add a user named postgres (or nobody)"),
        }
    }

    /// Makes a folder this user's own.
    pub(super) fn give(&self, folder: &Path) -> Result<()> {
        std::os::unix::fs::chown(folder, Some(self.uid), Some(self.gid))
            .with_context(|| format!("cannot give {} to user {}", folder.display(), self.uid))
    }
}

fn find(users: &str, name: &str) -> Option<Account> {
    let fields: Vec<&str> =
        users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|f| f[0] == name)?;
    Some(Account { uid: fields.get(2)?.parse().ok()?, gid: fields.get(3)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users = "root:x:0:0::/root:/bin/sh\npostgres2:x:9:9::/:/\npostgres:x:101:104::/:/bin/sh\n";
        assert_eq!(find(users, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(find(users, "nobody"), None);
    }
}
