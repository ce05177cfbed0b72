//! Every table, once, for both dialects. What a table is for stands beside it.

use crate::sql::Type::{Blob, Int, Text};
use crate::sql::{Table, Type};

/// The version of this schema. A newer database is refused, an older one is migrated forward.
pub const VERSION: i64 = 8;

/// Facts of this database: `name → value`.
pub static META: Table =
    Table { name: "meta", columns: &[("name", Text), ("value", Blob)], key: 1, indexes: &[] };

/// Named counters (SQLite; PostgreSQL has sequences).
pub static COUNTER: Table =
    Table { name: "counter", columns: &[("name", Text), ("next", Int)], key: 1, indexes: &[] };

/// Every actor met: its number here, id, owner (replica), ed25519 key and state (0 ok, 1 revoked).
pub static ACTOR: Table = Table {
    name: "actor",
    columns: &[("no", Int), ("actor", Blob), ("replica", Text), ("public_key", Blob), ("state", Int)],
    key: 1,
    indexes: &[("id", true, "(actor)")],
};

/// How far each log is held without gaps: sealed part only.
pub static LOG_HEAD: Table = Table {
    name: "log_head",
    columns: &[("actor_no", Int), ("lane", Int), ("seq", Int), ("hash", Blob)],
    key: 2,
    indexes: &[],
};

/// Sealed segments, verbatim.
pub static SEGMENT: Table = Table {
    name: "segment",
    columns: &[
        ("actor_no", Int),
        ("lane", Int),
        ("first", Int),
        ("last", Int),
        ("hash", Blob),
        ("bytes", Blob),
    ],
    key: 3,
    indexes: &[],
};

/// This replica's own ops that are not sealed yet.
pub static TAIL: Table = Table {
    name: "tail",
    columns: &[("actor_no", Int), ("lane", Int), ("seq", Int), ("op", Blob)],
    key: 3,
    indexes: &[],
};

/// The materialised resources: what a read returns, and the registers behind it.
pub static RESOURCE: Table = Table {
    name: "resource",
    columns: &[
        ("no", Int),
        ("kind", Text),
        ("id", Text),
        ("json", Text),
        ("state", Blob),
        ("version", Text),
        ("updated", Int),
        ("deleted", Int),
        ("conflicts", Int),
        ("checksum", Int),
    ],
    key: 1,
    indexes: &[
        ("name", true, "(kind, id)"),
        ("conflicts", false, "(no) WHERE conflicts > 0"),
        // A page of a type without further conditions, in the order of the numbers.
        ("kind", false, "(kind, no)"),
        ("updated", false, "(kind, updated)"),
    ],
};

/// The clinic that a resource in a clinic's own scope belongs to; at upstreams of several clinics. See [`crate::home`].
pub static HOME: Table =
    Table { name: "home", columns: &[("resource_no", Int), ("clinic", Text)], key: 1, indexes: &[] };

/// The search index.
pub static SEARCH: Table = Table {
    name: "search",
    columns: &[("param", Int), ("value", Text), ("resource_no", Int)],
    key: 3,
    indexes: &[],
};

/// Scopes met here and how far their feeds reach.
pub static SCOPE: Table = Table {
    name: "scope",
    columns: &[("no", Int), ("name", Text), ("head", Int)],
    key: 1,
    indexes: &[("name", true, "(name)")],
};

/// What happened in a scope, in this replica's order. A row names an op (actor, lane, seq), whose content is in
/// its segment, or in `op` if it came without one; or, with no op, "the whole resource is new here".
pub static FEED: Table = Table {
    name: "feed",
    columns: &[
        ("scope_no", Int),
        ("pos", Int),
        ("resource_no", Int),
        ("arrival", Int),
        ("actor_no", Int),
        ("lane", Int),
        ("seq", Int),
        ("op", Blob),
    ],
    key: 2,
    indexes: &[
        ("history", false, "(resource_no, arrival) WHERE actor_no IS NOT NULL"),
        ("arrival", false, "(arrival)"),
    ],
};

/// Replicas below this one.
pub static REPLICA: Table = Table {
    name: "replica",
    columns: &[
        ("no", Int),
        ("name", Text),
        ("clinic", Text),
        ("kind", Text),
        ("actor_no", Int),
        ("state", Int),
        ("seen_ms", Int),
    ],
    key: 1,
    indexes: &[("name", true, "(clinic, name)")],
};

/// The latest opening of each actor of a replica below: two copies of one database do not both fit, even if
/// another incarnation was here in between.
pub static OPENING: Table = Table {
    name: "opening",
    columns: &[("actor_no", Int), ("count", Int), ("nonce", Blob)],
    key: 1,
    indexes: &[],
};

/// Which replica below holds which scope, and how far it has confirmed it.
pub static SUBSCRIPTION: Table = Table {
    name: "subscription",
    columns: &[("scope_no", Int), ("replica_no", Int), ("cursor_pos", Int)],
    key: 2,
    indexes: &[("replica", false, "(replica_no, scope_no)")],
};

/// Scopes whose first send to a replica takes more than one page: feed rows up to `whole_to` belong to it, later ones are
/// news. While nothing of a scope is confirmed (`cursor_pos` 0), all of it belongs to the first send and there is no row.
pub static FIRST_SEND: Table = Table {
    name: "first_send",
    columns: &[("scope_no", Int), ("replica_no", Int), ("whole_to", Int)],
    key: 2,
    indexes: &[],
};

/// Scopes that a replica asked to hold from an earlier position on, by which `Hold`, and how far they have been sent since:
/// what it confirms beyond that it had received before. See [`crate::rewind`].
pub static REWOUND: Table = Table {
    name: "rewound",
    columns: &[("scope_no", Int), ("replica_no", Int), ("hold_no", Int), ("served_to", Int)],
    key: 2,
    indexes: &[],
};

/// Scopes in which something waits for a replica; `rank` 0 goes first.
pub static DIRTY: Table = Table {
    name: "dirty",
    columns: &[("replica_no", Int), ("scope_no", Int), ("rank", Int)],
    key: 2,
    indexes: &[("order", false, "(replica_no, rank, scope_no)")],
};

/// Which clinics may hold a patient's scope.
pub static GRANT: Table =
    Table { name: "scope_grant", columns: &[("scope", Text), ("clinic", Text)], key: 2, indexes: &[] };

/// What each upstream has confirmed as durable of our own log.
pub static ACKED: Table = Table {
    name: "acked",
    columns: &[
        ("endpoint", Text),
        ("upstream", Blob),
        ("actor_no", Int),
        ("lane", Int),
        ("seq", Int),
        ("at_ms", Int),
    ],
    key: 4,
    indexes: &[],
};

/// Scopes this replica holds from an upstream, and how far it has taken in that upstream's feed.
pub static HELD: Table = Table {
    name: "held",
    columns: &[("upstream", Blob), ("scope", Text), ("pos", Int), ("used_ms", Int)],
    key: 2,
    indexes: &[],
};

/// When a patient was last of interest here (see [`crate::visits`]), and how far its feed reached then.
pub static VISITED: Table = Table {
    name: "visited",
    columns: &[("scope", Text), ("used_ms", Int), ("head", Int)],
    key: 1,
    indexes: &[("order", false, "(used_ms, scope)")],
};

/// Resources that were let go and have not come back whole. What is written here of one meanwhile may stand on ops that
/// only an upstream has.
pub static EVICTED: Table =
    Table { name: "evicted", columns: &[("kind", Text), ("id", Text)], key: 2, indexes: &[] };

/// One-time enrolment tokens (hash only).
pub static TOKEN: Table = Table {
    name: "token",
    columns: &[("hash", Blob), ("identity", Text), ("expires_ms", Int), ("used_ms", Int)],
    key: 1,
    indexes: &[],
};

/// Which key used a token, and the certificate it brought, so that a lost answer can be given again.
pub static TOKEN_USE: Table = Table {
    name: "token_use",
    columns: &[("hash", Blob), ("key_sha256", Blob), ("certificate", Text)],
    key: 1,
    indexes: &[],
};

/// Certificates given out.
pub static ISSUED: Table = Table {
    name: "issued",
    columns: &[
        ("serial", Blob),
        ("identity", Text),
        ("key_sha256", Blob),
        ("not_after_ms", Int),
        ("state", Int),
    ],
    key: 1,
    indexes: &[],
};

/// Segments of revoked replicas, and single ops, that arrived but may not be merged: kept for review.
pub static QUARANTINE: Table = Table {
    name: "quarantine",
    columns: &[("no", Int), ("at_ms", Int), ("replica", Text), ("code", Text), ("bytes", Blob)],
    key: 1,
    indexes: &[],
};

/// Ops put aside, by log and resource: while one waits, its author's later ops on the resource wait with it. `no` is
/// the number in [`QUARANTINE`].
pub static ASIDE: Table = Table {
    name: "aside",
    columns: &[("actor_no", Int), ("lane", Int), ("kind", Text), ("id", Text), ("seq", Int), ("no", Int)],
    key: 5,
    indexes: &[],
};

/// Saves of which the search index lacks rows yet, in packs ([`crate::unindexed`]).
pub static UNINDEXED: Table = Table {
    name: "unindexed",
    columns: &[("no", Int), ("resources", Int), ("pack", Blob)],
    key: 1,
    indexes: &[],
};

/// Things an operator should know: future clocks, forks, repairs.
pub static NOTICE: Table = Table {
    name: "notice",
    columns: &[("no", Int), ("at_ms", Int), ("code", Text), ("detail", Text)],
    key: 1,
    indexes: &[],
};

/// Every table, in the order to create them.
pub static TABLES: &[&Table] = &[
    &META,
    &COUNTER,
    &ACTOR,
    &LOG_HEAD,
    &SEGMENT,
    &TAIL,
    &RESOURCE,
    &HOME,
    &SEARCH,
    &SCOPE,
    &FEED,
    &REPLICA,
    &OPENING,
    &SUBSCRIPTION,
    &FIRST_SEND,
    &REWOUND,
    &DIRTY,
    &GRANT,
    &ACKED,
    &HELD,
    &VISITED,
    &EVICTED,
    &TOKEN,
    &TOKEN_USE,
    &ISSUED,
    &QUARANTINE,
    &ASIDE,
    &UNINDEXED,
    &NOTICE,
];

/// Tables best clustered by their key in SQLite: all but those with an integer key (they are anyhow) and
/// those with large values (a clustered tree of large rows is slow to search).
fn clustered(table: &Table) -> bool {
    table.name != SEGMENT.name && (table.key > 1 || table.columns[0].1 != Type::Int)
}

/// The statements that create one table in SQLite.
pub fn sqlite_ddl(table: &Table) -> Vec<String> {
    ddl(table, |ty| match ty {
        Int => "INTEGER",
        Text => "TEXT",
        Blob => "BLOB",
    })
}

/// The statements that create one table in PostgreSQL.
pub fn postgres_ddl(table: &Table) -> Vec<String> {
    ddl(table, |ty| match ty {
        Int => "BIGINT",
        Text => "TEXT COLLATE \"C\"",
        Blob => "BYTEA",
    })
    .into_iter()
    .map(|sql| sql.replace(" WITHOUT ROWID", ""))
    .collect()
}

fn ddl(table: &Table, name_of: impl Fn(Type) -> &'static str) -> Vec<String> {
    let columns: Vec<String> =
        table.columns.iter().map(|(name, ty)| format!("{name} {}", name_of(*ty))).collect();
    let key: Vec<&str> = table.key_columns().collect();
    let without = if clustered(table) { " WITHOUT ROWID" } else { "" };
    let mut out = vec![format!(
        "CREATE TABLE IF NOT EXISTS {} ({}, PRIMARY KEY ({})){without}",
        table.name,
        columns.join(", "),
        key.join(", "),
    )];
    for (suffix, unique, on) in table.indexes {
        let unique = if *unique { "UNIQUE " } else { "" };
        out.push(format!(
            "CREATE {unique}INDEX IF NOT EXISTS {}_{suffix} ON {} {on}",
            table.name, table.name
        ));
    }
    out
}
