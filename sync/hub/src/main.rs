//! `holdfast-hub`: serve, mint enrolment tokens, migrate the database, tell the status.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use holdfast_hub::config::{self, Config};
use holdfast_hub::enrolment::Enrolment;
use holdfast_hub::{ca::HubCa, serve, storage};
use holdfast_link::identity::{PeerIdentity, PeerKind};
use holdfast_link::server::ServeOptions;

/// The central hub of Holdfast.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration file; the commented default is built in.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Overrides hub.data_dir.
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
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
    /// Revoke a replica: refused from now on, what it still sends is kept for review.
    Revoke {
        /// The replica's name.
        #[arg(long)]
        replica: String,
        /// Its clinic.
        #[arg(long)]
        clinic: String,
        /// Overrides database.url.
        #[arg(long)]
        database: Option<String>,
    },
    /// Bring the database's schema up to date.
    Migrate {
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

fn main() -> std::process::ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("holdfast-hub: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let mut config = config::load(arguments.config.as_deref(), std::env::vars())?;
    if let Some(folder) = arguments.data_dir {
        config.hub.data_dir = folder;
    }
    match arguments.command {
        Command::Serve { listen, sync_listen, database, dev } => {
            config.hub.listen = listen.unwrap_or(config.hub.listen);
            if let Some(address) = sync_listen {
                config.hub.sync_listen = address;
            } else if dev {
                config.hub.sync_listen = SocketAddr::from(([127, 0, 0, 1], 0));
            }
            with_database(&mut config, database);
            serve_until_signal(config, dev)
        }
        Command::EnrolToken { replica, clinic, kind, database } => {
            with_database(&mut config, database);
            enrol_token(&config, &replica, &clinic, &kind)
        }
        Command::Share { patients, clinic, database } => {
            with_database(&mut config, database);
            share(&config, &patients, &clinic)
        }
        Command::Revoke { replica, clinic, database } => {
            with_database(&mut config, database);
            revoke(&config, &replica, &clinic)
        }
        Command::Migrate { database } => {
            with_database(&mut config, database);
            storage::open_database(&config)?;
            say("the database is up to date");
            Ok(())
        }
        Command::Status { database } => {
            with_database(&mut config, database);
            status(&config)
        }
        Command::CheckConfig => {
            say("the configuration is good");
            Ok(())
        }
    }
}

#[expect(clippy::print_stdout, reason = "a command answers on stdout")]
fn say(text: &str) {
    println!("{text}");
}

fn with_database(config: &mut Config, url: Option<String>) {
    if let Some(url) = url {
        config.database.url = url;
        config.database.url_file.clear();
    }
}

fn serve_until_signal(config: Config, dev: bool) -> Result<()> {
    start_logging(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let (stop, shutdown) = tokio::sync::watch::channel(false);
        tokio::spawn(async move {
            let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
                .expect("a signal handler can be set");
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping");
            stop.send_replace(true);
        });
        serve::serve(config, dev, shutdown).await
    })
}

fn start_logging(config: &Config) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log.filter).with_context(|| {
        format!("log.filter: {:?} is not a filter; use for example \"info\"", config.log.filter)
    })?;
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    Ok(())
}

fn enrol_token(config: &Config, replica: &str, clinic: &str, kind: &str) -> Result<()> {
    let kind = match kind {
        "node" => PeerKind::Node,
        "desktop" => PeerKind::Desktop,
        "hub" => PeerKind::Hub,
        other => anyhow::bail!("--kind {other}: no such kind; use node, desktop or hub"),
    };
    let identity = PeerIdentity::new(clinic, kind, replica)?;
    let clock = ServeOptions::default().clock;
    let ca = HubCa::load_or_create(&config.hub.data_dir.join("ca"), clock())?;
    let tokens = std::sync::Arc::new(storage::DatabaseTokens(storage::open_database(config)?));
    let now = clock();
    let enrolment =
        Enrolment { ca: ca.into(), tokens: tokens.clone(), issued: tokens, endpoints: Vec::new(), clock };
    say(&enrolment.mint_token(&identity, now)?.to_text());
    Ok(())
}

fn share(config: &Config, patients: &[String], clinic: &str) -> Result<()> {
    let db = storage::open_database(config)?;
    for patient in patients {
        holdfast_store::upstream::share(&*db, &holdfast_core::id::Scope::patient(patient), clinic)?;
        say(&format!("clinic {clinic} may hold patient {patient} from now on"));
    }
    Ok(())
}

fn revoke(config: &Config, replica: &str, clinic: &str) -> Result<()> {
    let db = storage::open_database(config)?;
    holdfast_store::upstream::revoke(&*db, clinic, replica)?;
    say(&format!("{clinic}/{replica} is revoked; what it still sends is kept for review"));
    Ok(())
}

fn status(config: &Config) -> Result<()> {
    let db = storage::open_database(config)?;
    let mut lines = Vec::new();
    db.read(&mut |sql| {
        for (what, text) in [
            ("resources", "SELECT COUNT(*) FROM resource"),
            ("in conflict", "SELECT COUNT(*) FROM resource WHERE conflicts > 0"),
            ("replicas", "SELECT COUNT(*) FROM replica"),
            ("scopes", "SELECT COUNT(*) FROM scope"),
            ("scopes with news not yet fetched", "SELECT COUNT(*) FROM dirty"),
            ("segments held for review", "SELECT COUNT(*) FROM quarantine"),
        ] {
            let rows = sql.query(text, &[])?;
            lines.push(format!("{:>10}  {what}", rows.first().map_or(Ok(0), |row| row.int(0))?));
        }
        Ok(())
    })?;
    say(&lines.join("\n"));
    Ok(())
}
