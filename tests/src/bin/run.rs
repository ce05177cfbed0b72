//! `make run`, `make cut` and `make heal`.
//!
//! ```text
//! holdfast-run [--dir DIR] [--data DIR | --patients N] [--port PORT] [--time-zone ZONE] [--web-days N]   start all, until Ctrl-C
//! holdfast-run [--dir DIR] cut | freeze | heal | status   speak to what runs
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::supervisor::{Folder, Plan, ask, supervise};
use std::path::PathBuf;
use std::process::ExitCode;

struct Arguments {
    dir: PathBuf,
    data: Option<PathBuf>,
    patients: u64,
    port: u16,
    time_zone: Option<String>,
    web_days: Option<u32>,
    order: Option<String>,
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
    let dir = PathBuf::from(".run");
    let mut parsed = Arguments {
        dir,
        data: None,
        patients: 400,
        port: 8080,
        time_zone: None,
        web_days: None,
        order: None,
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--dir" => parsed.dir = PathBuf::from(value()?),
            "--data" => parsed.data = Some(PathBuf::from(value()?)),
            "--patients" => parsed.patients = value()?.parse().context("--patients needs a number")?,
            "--port" => parsed.port = value()?.parse().context("--port needs a number from 0 to 65535")?,
            "--time-zone" => parsed.time_zone = Some(value()?),
            "--web-days" => {
                parsed.web_days = Some(value()?.parse().context("--web-days needs a number of days")?)
            }
            "cut" | "freeze" | "heal" | "status" => parsed.order = Some(word),
            other => {
                bail!(
                    "no such argument: {other}; use --dir, --data, --patients, --port, --time-zone, --web-days, cut, freeze, heal or status"
                )
            }
        }
    }
    Ok(parsed)
}

fn run() -> Result<()> {
    let arguments = parse(std::env::args().skip(1))?;
    let folder = Folder::open(&arguments.dir)?;
    if let Some(order) = arguments.order {
        use std::io::Write;
        let answer = ask(&folder, &order)?;
        return Ok(writeln!(std::io::stdout(), "{answer}")?);
    }
    let Arguments { data, patients, port: node_port, time_zone, web_days, .. } = arguments;
    let plan = Plan { folder, data, patients, node_port, time_zone, web_days };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(supervise(&plan))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("holdfast-run: {error:#}");
            ExitCode::FAILURE
        }
    }
}
