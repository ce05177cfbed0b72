//! `holdfast-node`: reads the command line, runs one command, tells how it ended.

mod cli;

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use cli::{Arguments, CodesOrder, Command, DesktopOrder, Place, TokenOrder};
use holdfast_api::access::tokens::Rights;
use holdfast_node::config::{self, Config};
use holdfast_node::control::{Order, ask};
use holdfast_node::data_dir::DataDir;
use holdfast_node::enrolment::{self, clinic, enrol_node};
use holdfast_node::failure::{EXIT_NOT_RUNNING, Failure};
use holdfast_node::import::{self, Target};
use holdfast_node::say::{note, say};
use holdfast_node::{codes, desktops, logging, serve, store, tasks, tokens};

/// Merging is made of many small allocations; this allocator takes a fifth less time over them than glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    use_small_pages();
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("holdfast-node: {}", error.full_text()));
            ExitCode::from(error.exit_code())
        }
    }
}

/// The allocator asks for pages of 2 MB. A thread that needs a little memory would then hold that much, and wait until the
/// kernel has cleared it: an idle node would take three times the memory. A kernel that knows no such pages needs no asking.
fn use_small_pages() {
    let _refused = rustix::thread::disable_transparent_huge_pages(true);
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve { place, listen, dev, roles } => {
            let listen = listen.map(|address| ("node", "listen", address.to_string()));
            let config = load(&place, listen)?;
            logging::start(&config.log)?;
            on_runtime(serve::serve(config, dev, roles))
        }
        Command::CheckConfig { print_default: true, .. } => {
            say(config::DEFAULT.trim_end());
            Ok(())
        }
        Command::CheckConfig { place, .. } => {
            load(&place, None)?;
            say("the configuration is good");
            Ok(())
        }
        Command::Enrol { place, hub, token } => enrol(&place, &hub, &token),
        Command::Import { dir, place, node, token, receipts } => {
            let config = load(&place, None)?;
            let target = Target::find(&DataDir::new(&config.node.data_dir), config.node.listen, node, token)?;
            on_runtime(import::run(&dir, target, receipts.as_deref()))
        }
        Command::Backup { to, place } => {
            let to = tasks::absolute(&to)?;
            order(&place, &Order::Backup { to: to.clone() }, |opened, tell| tasks::backup(opened, &to, tell))
        }
        Command::Restore { from, place, replace } => {
            let config = load(&place, None)?;
            say(&tasks::restore(&from, &DataDir::new(&config.node.data_dir), &config.store, replace)?);
            Ok(())
        }
        Command::Scrub { place, rebuild: true, .. } => rebuild(&place),
        Command::Scrub { place, repair, .. } => order(&place, &Order::Scrub { repair }, |opened, tell| {
            tasks::scrub(opened, repair, None, Duration::ZERO, tell)?.verdict()
        }),
        Command::Audit { place } => order(&place, &Order::Audit, |opened, _| tasks::audit(&opened.records)),
        Command::Follow { former, place } => {
            order(&place, &Order::Follow { former: former.clone() }, |opened, _| {
                tasks::booking::follow(&opened.records, former.as_deref())
            })
        }
        Command::Check { place, seconds } => {
            let config = load(&place, None)?;
            let dir = DataDir::new(&config.node.data_dir);
            let answer = ask(&dir, &Order::CheckVisits { seconds }, &mut |text| note(text))?;
            say(&answer.ok_or_else(not_running)?);
            Ok(())
        }
        Command::Status { place } => status(&place),
        Command::Codes { order } => code_lists(order),
        Command::EnrolDesktop { place, name } => enrol_desktop(&place, &name),
        Command::Desktops { place, order: None } => {
            order(&place, &Order::Desktops, |opened, _| desktops::list(opened))
        }
        Command::Desktops { order: Some(DesktopOrder::Revoke { name, reason, place }), .. } => {
            let told = Order::RevokeDesktop { name: name.clone(), reason: reason.clone() };
            order(&place, &told, |opened, _| desktops::revoke(opened, &name, &reason))
        }
        Command::Token { order } => token(order),
    }
}

fn load(place: &Place, flag: Option<(&'static str, &'static str, String)>) -> Result<Config, Failure> {
    let folder = place.data_dir.as_ref().map(|path| ("node", "data_dir", path.display().to_string()));
    let flags: Vec<_> = folder.into_iter().chain(flag).collect();
    Ok(Config::load(place.config.as_deref(), std::env::vars(), &flags)?)
}

fn on_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // A second provider is refused, and the first one is this.
    let _is_set = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::other(
            "no-threads",
            format!("cannot start: the system gives no threads ({error}); raise its limits"),
        )
    })?;
    runtime.block_on(work)
}

fn enrol(place: &Place, hub: &str, token: &str) -> Result<(), Failure> {
    let config = load(place, None)?;
    let dir = DataDir::new(&config.node.data_dir);
    let now_ms = (holdfast_store::Surroundings::default().now_ms)();
    let enrolled = on_runtime(enrol_node(&dir, hub, token, now_ms))?;
    let endpoints: Vec<String> = enrolled.endpoints.iter().map(ToString::to_string).collect();
    say(&format!("enrolled as {}; the node syncs with {}", enrolled.identity.to_uri(), endpoints.join(", ")));
    Ok(())
}

fn enrol_desktop(place: &Place, name: &str) -> Result<(), Failure> {
    let config = load(place, None)?;
    let dir = DataDir::new(&config.node.data_dir);
    order(place, &Order::EnrolDesktop { name: name.to_owned() }, |opened, _| {
        desktops::enrol(opened, &dir, desktops::endpoints(&config.desktops, None)?, name)
    })
}

/// Has the running node carry out an order, or does it here if none runs.
fn order(
    place: &Place,
    order: &Order,
    here: impl FnOnce(&store::Opened, &mut (dyn FnMut(&str) + Send)) -> Result<String, Failure>,
) -> Result<(), Failure> {
    let config = load(place, None)?;
    let dir = DataDir::new(&config.node.data_dir);
    let mut tell = |text: &str| note(text);
    if let Some(answer) = ask(&dir, order, &mut tell)? {
        say(&answer);
        return Ok(());
    }
    if !dir.database().exists() {
        let text =
            format!("cannot find records in {}; name the data folder with --data-dir", dir.path().display());
        return Err(Failure::other("no-records", text));
    }
    let _lock = dir.lock()?;
    let clinic = clinic(&config, enrolment::load(&dir)?.as_ref())?;
    let opened = store::open(&dir, &config.store, &clinic)?;
    say(&here(&opened, &mut tell)?);
    Ok(opened.db.checkpoint()?)
}

fn rebuild(place: &Place) -> Result<(), Failure> {
    let config = load(place, None)?;
    let dir = DataDir::new(&config.node.data_dir);
    let clinic = clinic(&config, enrolment::load(&dir)?.as_ref())?;
    say(&tasks::rebuild(&dir, &config.store, &clinic, &mut |text| note(text))?);
    Ok(())
}

fn status(place: &Place) -> Result<(), Failure> {
    let config = load(place, None)?;
    let dir = DataDir::new(&config.node.data_dir);
    let enrolled = match enrolment::load(&dir)? {
        None => "no: run `holdfast-node enrol` to join a clinic".to_owned(),
        Some(enrolment) => enrolment.enrolled.identity.to_uri(),
    };
    say(&format!("data folder {}\nenrolled    {enrolled}", dir.path().display()));
    match ask(&dir, &Order::Status, &mut |_| {})? {
        Some(answer) => {
            say(&answer);
            Ok(())
        }
        None => Err(not_running()),
    }
}

fn not_running() -> Failure {
    let text = "no node runs on this data folder; start it with `holdfast-node serve`";
    Failure::with_exit("not-running", EXIT_NOT_RUNNING, text)
}

fn code_lists(order: CodesOrder) -> Result<(), Failure> {
    let dir = |place: &Place| load(place, None).map(|config| DataDir::new(&config.node.data_dir));
    match order {
        CodesOrder::Import { system, file, release, place } => {
            say(&codes::import(&dir(&place)?, &system, &file, release.as_deref())?);
        }
        CodesOrder::List { place } => say(&codes::list(&dir(&place)?)),
    }
    Ok(())
}

fn token(order: TokenOrder) -> Result<(), Failure> {
    let dir = |place: &Place| load(place, None).map(|config| DataDir::new(&config.node.data_dir));
    match order {
        TokenOrder::Add { name, roles, scopes, patient, place } => {
            let rights = Rights::read(&roles, &scopes, patient.as_deref())?;
            say(&tokens::add(&dir(&place)?, &name, rights)?);
            note("this is the only time that the token is shown; it works within two seconds");
        }
        TokenOrder::Remove { name, place } => {
            let there = tokens::remove(&dir(&place)?, &name)?;
            say(if there {
                "withdrawn; it stops working within two seconds"
            } else {
                "there was no such token"
            });
        }
        TokenOrder::List { place } => {
            for token in tokens::load(&dir(&place)?)? {
                say(&format!("{}  {}", token.name, token.rights.describe()));
            }
        }
    }
    Ok(())
}
