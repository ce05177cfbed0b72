//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use holdfast_node::failure::EXIT_CODES;
use holdfast_node::visits::Roles;

/// The clinic node of Holdfast.
#[derive(Parser, Debug)]
#[command(name = "holdfast-node", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the node and its data are.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Place {
    /// The configuration file; without it, the built-in default and the environment.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Overrides node.data_dir.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// What the node can do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Serve the clinic until SIGTERM or Ctrl-C.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Overrides node.listen; port 0 picks a free one.
        #[arg(long, value_name = "ADDR:PORT")]
        listen: Option<SocketAddr>,
        /// What this process does: clinic (records, API, who is in which visit), relay (sound and pictures of visits), or both. Of two
        /// processes of one node each has one.
        #[arg(long, value_name = "ROLES", default_value = "clinic,relay")]
        roles: Roles,
        /// This machine alone: a ready admin token in DATA_DIR/dev-token, plain HTTP.
        #[arg(long)]
        dev: bool,
    },
    /// Check the configuration and print every problem.
    CheckConfig {
        #[command(flatten)]
        place: Place,
        /// Print the commented default configuration instead.
        #[arg(long)]
        print_default: bool,
    },
    /// Join a clinic by a one-time token of the hub.
    Enrol {
        #[command(flatten)]
        place: Place,
        /// The hub's sync address, for example https://hub.example:8443.
        #[arg(long)]
        hub: String,
        /// The token of `holdfast-hub enrol-token`, good once and for 15 minutes.
        #[arg(long)]
        token: String,
    },
    /// Import FHIR bundles and resources (*.json, *.ndjson, *.ndjson.zst) through a node's API. Appointments come before working
    /// hours: once there are hours, a part of the time is head office's, and an appointment in it is refused.
    Import {
        /// A folder, or one file.
        dir: PathBuf,
        #[command(flatten)]
        place: Place,
        /// The node's address; without it, that of the node which last served the data folder.
        #[arg(long, value_name = "URL")]
        node: Option<String>,
        /// A token with the right to change records; without it, DATA_DIR/dev-token.
        #[arg(long)]
        token: Option<String>,
        /// Write what became of each line to this file, one JSON object a line.
        #[arg(long, value_name = "FILE")]
        receipts: Option<PathBuf>,
    },
    /// Write a verified copy of the records to a new file, while the node runs or not.
    Backup {
        /// The file, or a folder.
        to: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Put a backup into a data folder on which no node works.
    Restore {
        /// The backup, or the folder that holds it.
        from: PathBuf,
        #[command(flatten)]
        place: Place,
        /// Put it in the place of a database that is there.
        #[arg(long)]
        replace: bool,
    },
    /// Check every record for damage.
    Scrub {
        #[command(flatten)]
        place: Place,
        /// Heal what is damaged, from the own log and the hub.
        #[arg(long)]
        repair: bool,
        /// Copy what still reads into a new database, on a data folder on which no node works: for one whose pages are
        /// damaged. The damaged one is kept; what is missing comes back from the hub.
        #[arg(long, conflicts_with = "repair")]
        rebuild: bool,
    },
    /// Check that the trail of who looked at what is whole: no page of it changed, taken out or put in.
    Audit {
        #[command(flatten)]
        place: Place,
    },
    /// After a restore, a copy or new hardware: say that the node which held the clinic's calendar is gone for good, so that this one
    /// holds it once head office has answered. Make sure first that its machine is off and that no copy of it runs.
    Follow {
        /// The actor of the one that is gone, as `holdfast-node status` names it; without it, only tells who holds the calendar.
        #[arg(long, value_name = "ACTOR")]
        former: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Check that visits can be held: makes test calls through the running node's relay, directly and through TURN, and says what came of
    /// them.
    Check {
        #[command(flatten)]
        place: Place,
        /// How long each call is, in seconds.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(2..=300))]
        seconds: u64,
    },
    /// Say how the node does.
    Status {
        #[command(flatten)]
        place: Place,
    },
    /// Code lists: what diagnoses, tests, medicines and vaccines are looked for in.
    Codes {
        #[command(subcommand)]
        order: CodesOrder,
    },
    /// Make a one-time token by which a desktop of this clinic may enrol within 15 minutes.
    EnrolDesktop {
        #[command(flatten)]
        place: Place,
        /// The desktop's name: lower-case letters, digits and hyphens, for example front-desk.
        #[arg(long)]
        name: String,
    },
    /// List the clinic's desktops, or revoke one.
    Desktops {
        #[command(subcommand)]
        order: Option<DesktopOrder>,
        #[command(flatten)]
        place: Place,
    },
    /// Say who may use the API.
    Token {
        #[command(subcommand)]
        order: TokenOrder,
    },
}

/// What can be done with code lists.
#[derive(Subcommand, Debug)]
pub(crate) enum CodesOrder {
    /// Import a list as it is published: icd10cm_order_YYYY.txt, Loinc.csv, RXNCONSO.RRF, cvx.txt.
    Import {
        /// icd10cm, loinc, rxnorm or cvx.
        #[arg(long)]
        system: String,
        /// The file.
        file: PathBuf,
        /// Which release it is; without it, the file's name.
        #[arg(long = "release", value_name = "TEXT")]
        release: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Say which lists there are.
    List {
        #[command(flatten)]
        place: Place,
    },
}

/// What can be done with desktops.
#[derive(Subcommand, Debug)]
pub(crate) enum DesktopOrder {
    /// Revoke a desktop that was stolen or given away: within a second it is given nothing any more, and what it still
    /// sends is kept for review.
    Revoke {
        /// Which.
        name: String,
        /// Why, for the notice that is left.
        #[arg(long, default_value = "no reason given")]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
}

/// What can be done with tokens.
#[derive(Subcommand, Debug)]
pub(crate) enum TokenOrder {
    /// Make a token and print it, once.
    Add {
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
        #[command(flatten)]
        place: Place,
    },
    /// Withdraw a token.
    Remove {
        /// Whose.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// List who has one.
    List {
        #[command(flatten)]
        place: Place,
    },
}
