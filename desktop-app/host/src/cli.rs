//! The command line, the same with a window and without one.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::data_dir::DataDir;
use crate::device::AnyKeyring;
use crate::failure::Failure;
use crate::logging;
use crate::run::{self, Options};
use crate::settings::Settings;
use crate::update::install::{self, Install};

/// Holdfast's staff desktop.
#[derive(Parser, Clone, Debug)]
#[command(name = "holdfast-desktop", version)]
pub struct Arguments {
    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Serve without a window until SIGTERM or Ctrl-C; prints `ready URL`, the address that a window would open first.
    #[arg(long)]
    pub headless: bool,
    /// How to serve.
    #[command(flatten)]
    pub serving: Serving,
}

/// How to serve.
#[derive(Args, Clone, Debug)]
pub struct Serving {
    /// The data folder; without it, that of this user.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// A loopback address; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// For trials: a ready admin token in DATA_DIR/dev-token, and the key of the records in the clear.
    #[arg(long)]
    pub dev: bool,
}

/// What can be done without the window.
#[derive(Subcommand, Clone, Debug)]
pub enum Command {
    /// Join a clinic by a one-time token of its node.
    Enrol {
        /// The data folder; without it, that of this user.
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
        /// The node's address for desktops, for example https://node.clinic.example:8444.
        #[arg(long)]
        node: String,
        /// The token of `holdfast-node enrol-desktop`, good once and for 15 minutes.
        #[arg(long)]
        token: String,
    },
    /// Install what was handed over, as root: run by holdfast-desktop-update.service, not by hand.
    InstallUpdate(Install),
}

impl Serving {
    /// How the desktop is started, with the keyring that this program can reach.
    ///
    /// # Errors
    /// [`Failure::NoHome`].
    pub fn options(&self, keyring: AnyKeyring) -> Result<Options, Failure> {
        let dir = folder(self.data_dir.clone())?;
        Ok(Options { dir, listen: self.listen, dev: self.dev, keyring, restart: None })
    }
}

fn folder(named: Option<PathBuf>) -> Result<DataDir, Failure> {
    let of = |name| std::env::var_os(name).map(PathBuf::from);
    match named {
        Some(path) => Ok(DataDir::new(path)),
        None => DataDir::of_user(of("XDG_DATA_HOME"), of("HOME")),
    }
}

/// Does what needs no window, to its end.
///
/// # Errors
/// [`Failure`].
pub async fn without_window(arguments: &Arguments, keyring: AnyKeyring) -> Result<(), Failure> {
    match &arguments.command {
        Some(Command::Enrol { data_dir, node, token }) => {
            let clinic = run::enrol_only(&folder(data_dir.clone())?, node, token).await?;
            say(&format!("enrolled; this desktop belongs to clinic \"{clinic}\""));
            Ok(())
        }
        Some(Command::InstallUpdate(what)) => {
            say(&install::install(what)?);
            Ok(())
        }
        None => {
            let options = arguments.serving.options(keyring)?;
            let settings = Settings::load(&options.dir, std::env::vars())?;
            logging::start(&options.dir.logs(), &settings)?;
            let stop = run::on_signal()?;
            let served = run::serve(&options, settings, stop).await?;
            say(&format!("ready {}", served.first_address));
            served.ended().await;
            Ok(())
        }
    }
}

/// A runtime for the desktop.
///
/// # Errors
/// [`Failure::System`] if the system gives no threads.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let made = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    made.map_err(|error| Failure::System { what: "there are no threads", why: error.to_string() })
}

#[expect(clippy::print_stdout, reason = "what is told to whoever started it; everything else is in the log")]
fn say(text: &str) {
    println!("{text}");
}
