//! A temporary PostgreSQL cluster of the caller's own, on loopback, gone when it is dropped.
//!
//! Durability is real (`fsync` and `synchronous_commit` are on), because drills kill it. Debian's packages suffice:
//! the newest server under `/usr/lib/postgresql` is used, else what is on the `PATH`. As root it runs as the user
//! `postgres`, or `nobody` when there is none.

mod account;
mod programs;

use account::Account;
use anyhow::{Context, Result, bail};
use programs::Programs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::process::{Process, Spec, children_of, run};

/// The superuser of every temporary cluster; loopback connections need no password.
const USER: &str = "holdfast";
/// `initdb` takes 1 to 3 s on two busy cores.
const INITDB_LIMIT: Duration = Duration::from_secs(120);
/// A start, including recovery after a kill.
const START_LIMIT: Duration = Duration::from_secs(60);
/// A stop in immediate mode, and one statement of psql.
const STEP_LIMIT: Duration = Duration::from_secs(30);
/// Tries to find a port that nobody else takes in the meantime.
const PORT_TRIES: u32 = 5;

/// Server settings in the order `name=value`.
const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "max_connections=50",
    "shared_buffers=256MB",
    "max_wal_size=2GB",
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "timezone=UTC",
];

/// A running cluster. Dropping it stops the server and removes its files.
#[derive(Debug)]
pub struct Cluster {
    server: Option<Process>,
    programs: Programs,
    account: Option<Account>,
    port: u16,
    /// More settings, `name=value`.
    more: Vec<String>,
    folder: tempfile::TempDir,
}

impl Cluster {
    /// Makes and starts a cluster in a temporary folder.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or it does not start; the text quotes its log.
    pub fn start() -> Result<Self> {
        let programs = Programs::find()?;
        let account = Account::for_server()?;
        let folder =
            tempfile::Builder::new().prefix("holdfast-pg-").tempdir().context("cannot make a folder")?;
        if let Some(account) = &account {
            account.give(folder.path())?;
        }
        let mut cluster = Self { server: None, programs, account, port: 0, more: Vec::new(), folder };
        cluster.initialise()?;
        let mut result = Ok(());
        for _ in 0..PORT_TRIES {
            cluster.port = free_port()?;
            result = cluster.restart();
            if result.is_ok() {
                break;
            }
        }
        result.map(|()| cluster)
    }

    /// The address of database `postgres`, as `postgresql://USER@127.0.0.1:PORT/postgres`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The address of a database by name.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        format!("postgresql://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The folder of the unix socket (`.s.PGSQL.PORT`).
    #[must_use]
    pub fn socket_folder(&self) -> &Path {
        self.folder.path()
    }

    /// Creates an empty database and returns its address. `name` is letters, digits and `_`.
    ///
    /// # Errors
    /// The name holds anything else, or is taken, or the server is down.
    pub fn create_database(&self, name: &str) -> Result<String> {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            bail!("cannot create the database \"{name}\": use only letters, digits and _");
        }
        self.psql("postgres", &format!("create database \"{name}\""))?;
        Ok(self.url_of(name))
    }

    /// Runs SQL through `psql` and returns what it prints, unaligned and without headers.
    ///
    /// # Errors
    /// The server is down or refuses the statement; the text quotes psql.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String> {
        let spec = Spec::program("psql", &self.programs.path("psql"), self.folder.path())
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql])
            .arg(self.url_of(database));
        Ok(run(&spec, STEP_LIMIT)?.trim_end().to_owned())
    }

    /// The path of one of PostgreSQL's programs, of the server's version: `pg_dump`, `pg_restore`.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.path(name)
    }

    /// SIGKILL to the server and each of its processes, as a power cut would; files stay.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn kill_hard(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        let workers = children_of(server.pid());
        server.kill_hard()?;
        let until = Instant::now() + STEP_LIMIT;
        for pid in workers {
            let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else {
                continue;
            };
            while rustix::process::kill_process(pid, rustix::process::Signal::KILL).is_ok()
                && Instant::now() < until
            {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(())
    }

    /// Starts the server on the same port and files; a running one is stopped first (fast, with a checkpoint).
    ///
    /// # Errors
    /// It does not answer within a minute; the text quotes its log.
    pub fn restart(&mut self) -> Result<()> {
        self.stop(rustix::process::Signal::INT)?;
        let mut server = Process::spawn(&self.server_spec())?;
        let until = Instant::now() + START_LIMIT;
        while let Err(cause) = self.psql("postgres", "select 1") {
            if !server.is_running() || Instant::now() >= until {
                return Err(
                    cause.context(format!("PostgreSQL does not start; its log ends:\n{}", server.log_tail()))
                );
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        self.server = Some(server);
        Ok(())
    }

    /// Starts the server anew with this certificate and key, in PEM, for clients that want TLS.
    ///
    /// # Errors
    /// The files cannot be written, or it does not start with them.
    pub fn offer_tls(&mut self, chain_pem: &str, key_pem: &str) -> Result<()> {
        for (name, text) in [("server.crt", chain_pem), ("server.key", key_pem)] {
            let path = self.folder.path().join(name);
            std::fs::write(&path, text).context("cannot write the server's certificate")?;
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            if let Some(account) = &self.account {
                account.give(&path)?;
            }
        }
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        self.more = vec![
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", path("server.crt")),
            format!("ssl_key_file={}", path("server.key")),
        ];
        self.restart()
    }

    /// CPU time and memory of the server and its processes together.
    ///
    /// # Errors
    /// It does not run.
    pub fn usage(&self) -> Result<crate::process::Usage> {
        let server = self.server.as_ref().context("PostgreSQL does not run")?;
        let mut total = server.usage()?;
        for part in
            children_of(server.pid()).into_iter().filter_map(|pid| crate::process::Usage::of(pid).ok())
        {
            total.cpu_ms += part.cpu_ms;
            total.rss_bytes += part.rss_bytes;
            total.rss_peak_bytes += part.rss_peak_bytes;
        }
        Ok(total)
    }

    fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn initialise(&self) -> Result<()> {
        let spec = Spec::program("initdb", &self.programs.path("initdb"), self.folder.path())
            .args([
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--username",
                USER,
                "-D",
            ])
            .arg(self.data_folder());
        run(&self.as_account(spec), INITDB_LIMIT).context("cannot make a PostgreSQL cluster").map(drop)
    }

    fn server_spec(&self) -> Spec {
        let mut spec = Spec::program("postgres", &self.programs.path("postgres"), self.folder.path())
            .arg("-D")
            .arg(self.data_folder())
            .args(["-p", &self.port.to_string(), "-k"])
            .arg(self.folder.path());
        for setting in SETTINGS.iter().copied().chain(self.more.iter().map(String::as_str)) {
            spec = spec.args(["-c", setting]);
        }
        self.as_account(spec)
    }

    fn as_account(&self, spec: Spec) -> Spec {
        match &self.account {
            Some(account) => spec.identity(account.uid, account.gid),
            None => spec,
        }
    }

    fn stop(&mut self, signal: rustix::process::Signal) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            server.signal(signal)?;
            if server.wait(STEP_LIMIT)?.is_none() {
                self.server = Some(server);
                return self.kill_hard();
            }
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.stop(rustix::process::Signal::QUIT);
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_survives_a_kill_and_leaves_nothing_behind() {
        let mut cluster = Cluster::start().unwrap();
        assert_eq!(cluster.psql("postgres", "select 1").unwrap(), "1");
        assert_eq!(cluster.psql("postgres", "show fsync").unwrap(), "on");
        let url = cluster.create_database("clinic").unwrap();
        assert!(url.starts_with("postgresql://holdfast@127.0.0.1:") && url.ends_with("/clinic"), "{url}");
        cluster.psql("clinic", "create table t (n int); insert into t values (7)").unwrap();
        assert!(cluster.usage().unwrap().rss_bytes > 0);

        cluster.kill_hard().unwrap();
        assert!(cluster.psql("clinic", "select 1").is_err());
        cluster.restart().unwrap();
        assert_eq!(cluster.psql("clinic", "select n from t").unwrap(), "7");
        assert_eq!(cluster.url_of("clinic"), url);
        assert!(cluster.create_database("bad\"name").is_err());

        let folder = cluster.folder.path().to_owned();
        drop(cluster);
        assert!(!folder.exists());
    }
}
