//! What `make run` starts: a hub, the cloud link, and one enrolled clinic node, until Ctrl-C.
//!
//! ```text
//! browser ──► holdfast-node ──► link (proxy; `make cut`, `make heal`) ──► holdfast-hub
//! ```
//!
//! All state is in one folder (`.run`): `hub/` and `node/` (their data), `link-port` (the link keeps its port between
//! runs, because the node remembers it), `enrolled` (a mark that enrolment is done), `control.sock` (cut and heal),
//! `env` (addresses and tokens for a shell), `sign-ins` (logins and PINs), `*.log`. How the two binaries are called is in `supervisor/commands.rs` and
//! nowhere else.

mod address;
mod clinic_data;
mod commands;
mod control;
mod folder;
mod sign_ins;
mod zone;

pub use control::ask;
pub use folder::Folder;

use crate::process::Process;
use crate::proxy::{Proxy, Settings};
use address::Address;
use anyhow::{Context, Result, bail};
use commands::Commands;
use sign_ins::SignIn;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often the two processes are looked after.
const WATCH: Duration = Duration::from_millis(500);
/// A graceful end; what still runs then is killed.
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the state is kept.
    pub folder: Folder,
    /// FHIR bundles to import into the node; without it, a first run gets a generated clinic.
    pub data: Option<PathBuf>,
    /// How many patients the generated clinic has.
    pub patients: u64,
    /// The node's port on 127.0.0.1; another one is taken when it is in use.
    pub node_port: u16,
    /// The clinic's time zone, of the tz database; without it, the machine's.
    pub time_zone: Option<String>,
    /// Of how many days the node shares its time with head office; none: as the node has it by itself.
    pub web_days: Option<u32>,
}

/// Everything that runs. Dropping it kills what has not been stopped.
struct Running {
    link: Proxy,
    node: Process,
    node_url: String,
    hub: Process,
    hub_url: String,
    sign_ins: Vec<SignIn>,
}

/// Starts all, prints addresses and sign-ins, and stops all on Ctrl-C or SIGTERM.
///
/// # Errors
/// A part does not start, enrol or import, or ends by itself; the text quotes its log.
pub async fn supervise(plan: &Plan) -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let control = control::listen(&plan.folder)?;
    let mut running = tokio::select! {
        running = start(plan) => running?,
        _ = interrupt.recv() => return Ok(()),
        _ = terminate.recv() => return Ok(()),
    };
    announce(plan, &running)?;
    let ended = tokio::select! {
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        result = work(plan, &running.node_url) => result,
        result = watch(&mut running.node, &mut running.hub) => result,
        result = control::serve(&control, &running.link) => result,
    };
    say("stopping");
    running.stop();
    ended
}

impl Running {
    fn stop(mut self) {
        for process in [&mut self.node, &mut self.hub] {
            if let Err(error) = process.terminate(STOP_LIMIT) {
                say(&format!("{error:#}; it is killed"));
            }
        }
    }
}

async fn start(plan: &Plan) -> Result<Running> {
    let commands = Commands::find(&plan.folder)?;
    say("starting the hub");
    let (hub, hub_url) = ready(commands.hub_serve()).await?;
    let sync_url = hub.line("sync ").unwrap_or_else(|| hub_url.clone());
    let link = open_link(&plan.folder, &sync_url).await?;
    let through_link = Address::parse(&sync_url)?.with_socket(link.address()).to_string();
    if !plan.folder.is_enrolled() {
        say("enrolling the node");
        let (commands, through_link) = (commands.clone(), through_link.clone());
        blocking(move || commands.enrol(&through_link)).await?;
        plan.folder.set_enrolled()?;
    }
    say("starting the node");
    let time_zone = zone::named(plan.time_zone.as_deref())?;
    let listen = address::free_or_any(plan.node_port);
    let (node, node_url) =
        ready(commands.node_serve(listen, &through_link, time_zone.name(), plan.web_days)).await?;
    let (folder, url) = (plan.folder.clone(), node_url.clone());
    let sign_ins = blocking(move || sign_ins::make_once(&folder, &url)).await?;
    Ok(Running { link, node, node_url, hub, hub_url, sign_ins })
}

/// The cloud link, on the port that the node knows from its enrolment.
async fn open_link(folder: &Folder, sync_url: &str) -> Result<Proxy> {
    let target = Address::parse(sync_url)?.socket()?;
    let known = folder.link_port();
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], known.unwrap_or(0)));
    let link = Proxy::start_on(listen, target, Settings::default()).await.with_context(|| {
        format!(
            "the cloud link needs port {}; free it, or `rm -r {}` to start afresh",
            listen.port(),
            folder.path().display()
        )
    })?;
    folder.set_link_port(link.address().port())?;
    Ok(link)
}

/// Spawns a server and waits until it serves.
async fn ready(spec: crate::process::Spec) -> Result<(Process, String)> {
    blocking(move || {
        let mut process = Process::spawn(&spec)?;
        let url = process.wait_ready(commands::READY_LIMIT)?;
        Ok((process, url))
    })
    .await
}

/// The import, if there is one to do; then nothing, for ever.
async fn work(plan: &Plan, node_url: &str) -> Result<()> {
    let data = match &plan.data {
        Some(data) => {
            Some(data.canonicalize().with_context(|| format!("cannot find DATA={}", data.display()))?)
        }
        None => generated(plan).await?,
    };
    if let Some(data) = data {
        say(&format!("importing {}", data.display()));
        let (commands, node_url) = (Commands::find(&plan.folder)?, node_url.to_owned());
        let last = Mutex::new(String::new());
        let tell = move |line: &str| {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if !line.is_empty() && *last != line {
                line.clone_into(&mut last);
                say(line);
            }
        };
        let printed = blocking(move || commands.import(&data, &node_url, tell)).await?;
        say(&printed);
        clinic_data::done(&plan.folder)?;
    }
    std::future::pending().await
}

/// The generated clinic, if this is the first run.
async fn generated(plan: &Plan) -> Result<Option<PathBuf>> {
    let (folder, patients) = (plan.folder.clone(), plan.patients);
    let now = zone::now(&zone::named(plan.time_zone.as_deref())?)?;
    let written = blocking(move || clinic_data::write_once(&folder, now, patients)).await?;
    Ok(written.map(|(dir, told)| {
        say(&told);
        dir
    }))
}

async fn watch(node: &mut Process, hub: &mut Process) -> Result<()> {
    loop {
        for (name, process) in [("node", &mut *node), ("hub", &mut *hub)] {
            if !process.is_running() {
                bail!(
                    "the {name} ended by itself; its log {} ends with:\n{}",
                    process.log_path().display(),
                    process.log_tail()
                );
            }
        }
        tokio::time::sleep(WATCH).await;
    }
}

/// Says where everything is, and writes it to `env` for the README's `curl` lines.
fn announce(plan: &Plan, running: &Running) -> Result<()> {
    let [node, hub] = ["node", "hub"].map(|data| plan.folder.dev_token(data));
    let (node_url, hub_url) = (&running.node_url, &running.hub_url);
    say(&format!("clinic node   {node_url}   sign-in token: {node}"));
    say(&format!("its page      {node_url}/status#token={node}"));
    say(&format!("central hub   {hub_url}   sign-in token: {hub}"));
    let codes = plan.folder.path().join(commands::CODES);
    say(&format!("patients book {hub_url}/book/   their codes come to {}", codes.display()));
    say(&format!("cloud link    {}   `make cut` cuts it, `make heal` restores it", running.link.address()));
    say(
        "a desktop     `holdfast-node enrol-desktop --name NAME --data-dir $NODE_DATA` says what to type there",
    );
    let this = std::env::current_exe().context("cannot find out where this program is")?;
    let programs = this.parent().unwrap_or(&this);
    let (node_data, hub_data) = (plan.folder.data("node"), plan.folder.data("hub"));
    let env = format!(
        "NODE={node_url}\nHUB={hub_url}\nCODES='{}'\nNODE_TOKEN={node}\nHUB_TOKEN={hub}\nNODE_DATA='{}'\nHUB_DATA='{}'\nPATH='{}':\"$PATH\"\n",
        codes.display(),
        node_data.display(),
        hub_data.display(),
        programs.display(),
    );
    plan.folder.write_private("env", &env)?;
    for one in &running.sign_ins {
        say(&format!("sign in as    {:11} {:8} PIN {}   {}", one.role, one.login, one.pin, one.name));
    }
    say(&format!("all of it     source {}", plan.folder.path().join("env").display()));
    say("Ctrl-C stops all");
    Ok(())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.context("a step of the start was broken off")?
}

/// One line to the person at the terminal.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
