//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// The central hub of Holdfast.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// The configuration file; the commented default is built in.
    #[arg(long, global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Overrides hub.data_dir.
    #[arg(long, global = true)]
    pub(crate) data_dir: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve replicas and people.
    Serve {
        /// Overrides hub.listen; port 0 picks a free one.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Overrides hub.sync_listen; port 0 picks a free one.
        #[arg(long)]
        sync_listen: Option<SocketAddr>,
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
        /// Loopback only, plain HTTP, a ready admin token in DATA_DIR/dev-token.
        #[arg(long)]
        dev: bool,
    },
    /// Print a one-time token by which a replica may enrol within 15 minutes.
    EnrolToken {
        /// The replica's name: lower-case letters, digits, hyphens.
        #[arg(long)]
        replica: String,
        /// Its clinic.
        #[arg(long)]
        clinic: String,
        /// node, desktop or hub.
        #[arg(long, default_value = "node")]
        kind: String,
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// Let a clinic hold patients' records.
    Share {
        /// A patient's id; may be given several times.
        #[arg(long = "patient", required = true)]
        patients: Vec<String>,
        /// The clinic.
        #[arg(long)]
        clinic: String,
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// Revoke a replica, or one certificate, within a second and on connections that stand: a replica's requests are
    /// refused and what it still sends is kept for review; who shows a revoked certificate is not let in at all.
    Revoke {
        /// The replica's name.
        #[arg(long, requires = "clinic", required_unless_present = "serial")]
        replica: Option<String>,
        /// Its clinic.
        #[arg(long)]
        clinic: Option<String>,
        /// The certificate's number, as `holdfast-hub certificates` lists it.
        #[arg(long, conflicts_with_all = ["replica", "clinic"])]
        serial: Option<String>,
        /// Why, for the notice that is left.
        #[arg(long, default_value = "no reason given")]
        reason: String,
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// List the certificates given out: number, whom it names, its end, whether it is revoked.
    Certificates {
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// Decide on what is held for review: saves of revoked replicas, and saves that would hand a record to a clinic that
    /// may not hold it.
    Quarantine {
        #[command(subcommand)]
        decision: Decision,
        /// Overrides database.url.
        #[arg(long, global = true)]
        database: Option<String>,
    },
    /// After the database was restored from a backup, and the replicas have been here: take back no more of what this
    /// hub had written after the backup.
    EndRestore {
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// After this hub was restored, and its replicas have been here: say that the database it was before is gone for good, and that no
    /// copy of it runs. What clinics had granted to it goes back to them, and they grant to this one.
    Follow {
        /// The actor of the one that is gone; without it, only tells which this hub has been.
        #[arg(long, value_name = "ACTOR")]
        former: Option<String>,
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// Say who may use the hub's API.
    Token {
        #[command(subcommand)]
        order: TokenOrder,
    },
    /// Bring the database's schema up to date.
    Migrate {
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// Check that the trails of who looked at what, of every clinic, are whole: no page changed, taken out or put in.
    Audit {
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// Tell how many records, conflicts and replicas there are.
    Status {
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// Check the configuration and print every problem.
    CheckConfig,
}

#[derive(Subcommand)]
pub(crate) enum Decision {
    /// List what is held: number, when it came, whose it is, why it is held, what it is.
    List,
    /// Print what one of them says; it may name patients.
    Show {
        /// Its number in the list.
        number: u64,
    },
    /// Merge one as if it had come in order. Nothing else changes: the replica stays revoked.
    Accept {
        /// Its number in the list.
        number: u64,
    },
    /// Forget one for good.
    Drop {
        /// Its number in the list.
        number: u64,
    },
}

#[derive(Subcommand)]
pub(crate) enum TokenOrder {
    /// Make a token and print it, once.
    Create {
        /// Whose it is; it stands as the author of what is saved with it.
        name: String,
        /// admin, clinician, front-desk, manager, nurse, pharmacist or system; may be given several times.
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
        /// What narrows the roles, as SMART writes it: user/Observation.rs, patient/*.read; may be given several times.
        #[arg(long = "scope")]
        scopes: Vec<String>,
        /// The id of the one patient whose record it opens.
        #[arg(long)]
        patient: Option<String>,
    },
    /// List who has one.
    List,
    /// Withdraw a token.
    Revoke {
        /// Whose.
        name: String,
    },
}
