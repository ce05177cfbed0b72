//! One running desktop: locked or open, served on a loopback address until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use holdfast_api::listen::Connections;
use holdfast_clinical::people::login_key;
use holdfast_link::keys::{KeyError, read_private, write_private};
use holdfast_store::Surroundings;
use holdfast_uplink::Enrolment;
use tokio::sync::{Mutex, Notify, RwLock, watch};
use zeroize::Zeroizing;

use crate::arrivals;
use crate::data_dir::DataDir;
use crate::device::AnyKeyring;
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use crate::gate::LaunchSecret;
use crate::key::DatabaseKey;
use crate::leavers;
use crate::port;
use crate::replica::Replica;
use crate::settings::Settings;
use crate::update::{self, Stage, Updates};
use crate::vault::{Vault, VaultError};
use crate::web;

/// The window and what it opens; far more than one window needs.
const CONNECTIONS: usize = 128;
/// How long requests may take to finish at the end.
const FINISH_WITHIN: Duration = Duration::from_secs(5);
const DEV_KEY_FILE: &str = "dev-key";

/// How a desktop is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where its data is.
    pub dir: DataDir,
    /// Where the window's address is served: loopback; port 0 picks the one of the last time if that is free, else another.
    pub listen: SocketAddr,
    /// For tests and trials: a ready admin token in the data folder, and the key of the database in the clear.
    pub dev: bool,
    /// The system's keyring.
    pub keyring: AnyKeyring,
    /// Told when somebody wants the program started again, in the version that is installed; `None` where nothing can do that.
    pub restart: Option<Arc<Notify>>,
}

/// What is open.
struct Open {
    replica: Replica,
    key: DatabaseKey,
}

/// A running desktop.
pub struct Desktop {
    dir: DataDir,
    settings: Settings,
    dev_token: Option<String>,
    vault: Arc<Mutex<Vault>>,
    open: RwLock<Option<Open>>,
    updates: Arc<Updates>,
    restart: Option<Arc<Notify>>,
    _lock: FolderLock,
}

impl Desktop {
    /// Takes the data folder. Opens the records if that needs nobody's PIN: because nobody has signed in on this desktop
    /// yet, or because it is started for trials.
    ///
    /// # Errors
    /// [`Failure`]: the folder is in use or cannot be used, or the records cannot be opened.
    pub async fn start(options: &Options, settings: Settings) -> Result<Arc<Self>, Failure> {
        let lock = FolderLock::take(&options.dir)?;
        let (folder, keyring) = (options.dir.vault(), options.keyring.clone());
        let opened = tokio::task::spawn_blocking(move || Vault::open(&folder, &keyring)).await;
        let vault = opened.map_err(|error| cut_off("a step was cut off", &error))??;
        let dev_token = if options.dev { Some(dev_token(&options.dir)?) } else { None };
        let desktop = Arc::new(Self {
            dir: options.dir.clone(),
            settings,
            dev_token,
            vault: Arc::new(Mutex::new(vault)),
            open: RwLock::new(None),
            updates: Arc::default(),
            restart: options.restart.clone(),
            _lock: lock,
        });
        if desktop.clinic().await.is_some() {
            desktop.open_without_pin().await?;
        }
        Ok(desktop)
    }

    /// How a newer version of this program stands.
    pub fn updates(&self) -> &Updates {
        &self.updates
    }

    /// Has the program started again in the version that is installed.
    ///
    /// # Errors
    /// [`Failure::NothingInstalled`] if there is none where this program was started from, or nothing here can start it again.
    pub fn restart(&self) -> Result<(), Failure> {
        match (&self.restart, self.updates.told().stage) {
            (Some(restart), Stage::Installed { .. }) if update::is_replaced() => {
                restart.notify_one();
                Ok(())
            }
            _ => Err(Failure::NothingInstalled),
        }
    }

    /// The clinic that this desktop belongs to; `None` before it is enrolled.
    pub async fn clinic(&self) -> Option<String> {
        let enrolment = Enrolment::load(&self.dir.enrolment()).ok().flatten()?;
        Some(enrolment.enrolled.identity.clinic().to_owned())
    }

    /// The whole API, if the replica is open.
    pub async fn router(&self) -> Option<Router> {
        self.open.read().await.as_ref().map(|open| open.replica.router.clone())
    }

    /// Joins a clinic by a one-time token of its node and takes its first records; the clinic's name.
    ///
    /// # Errors
    /// [`Failure::Enrolled`], [`Failure::Uplink`], [`Failure::Store`].
    pub async fn enrol(&self, node: &str, token: &str) -> Result<String, Failure> {
        if let Some(clinic) = self.clinic().await {
            return Err(Failure::Enrolled(clinic));
        }
        let now_ms = (Surroundings::default().now_ms)();
        let enrolled = Enrolment::enrol(&self.dir.enrolment(), node, token, now_ms).await?;
        tracing::info!(identity = %enrolled.identity, "enrolled");
        self.open_without_pin().await?;
        Ok(enrolled.identity.clinic().to_owned())
    }

    /// Before anybody has signed in there is nothing here that somebody wrote: the key is a new one, and what an earlier
    /// start had fetched under a key that nobody kept is fetched again.
    async fn open_without_pin(&self) -> Result<(), Failure> {
        if let Some(key) = self.dev_key()? {
            return self.open_with(key).await;
        }
        if !self.vault.lock().await.is_empty() {
            return Ok(());
        }
        let records = self.dir.records();
        if records.exists() {
            std::fs::remove_dir_all(&records).map_err(|error| Failure::DataDir {
                path: records,
                why: format!("what nobody can read any more cannot be removed: {error}"),
            })?;
        }
        self.open_with(new_key()?).await
    }

    fn dev_key(&self) -> Result<Option<DatabaseKey>, Failure> {
        if self.dev_token.is_none() {
            return Ok(None);
        }
        let path = self.dir.path().join(DEV_KEY_FILE);
        match read_private(&path) {
            Ok(bytes) => {
                let bytes = bytes.try_into().map_err(|_| KeyError::Damaged { path })?;
                Ok(Some(DatabaseKey::from_bytes(bytes)))
            }
            Err(KeyError::Missing { .. }) if !self.dir.database().exists() => {
                let key = new_key()?;
                write_private(self.dir.path(), DEV_KEY_FILE, key.bytes())?;
                Ok(Some(key))
            }
            Err(KeyError::Missing { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn open_with(&self, key: DatabaseKey) -> Result<(), Failure> {
        let mut open = self.open.write().await;
        if open.is_none() {
            let dev_token = self.dev_token.as_deref();
            let mut replica = Replica::open(&self.dir, &self.settings, &key, dev_token).await?;
            let (writer, vault) = (replica.writer().clone(), self.vault.clone());
            replica.work(|stopped| leavers::run(writer, vault, stopped));
            *open = Some(Open { replica, key });
        }
        Ok(())
    }

    /// Whether anybody of the clinic could sign in. On a new desktop that is waited for.
    ///
    /// # Errors
    /// [`Failure::Store`].
    pub async fn has_people(&self) -> Result<bool, Failure> {
        let writer = self.open.read().await.as_ref().map(|open| open.replica.writer().clone());
        match writer {
            Some(writer) => Ok(arrivals::people_are_here(&writer).await?),
            None => Ok(false),
        }
    }

    /// Stops serving streams, so that requests can finish.
    pub async fn close_streams(&self) {
        if let Some(open) = self.open.read().await.as_ref() {
            open.replica.close_streams();
        }
    }

    /// Closes the replica if it is open; it is locked again then.
    pub async fn close(&self) {
        if let Some(open) = self.open.write().await.take() {
            open.replica.close().await;
        }
    }
}

/// By this a sign-in opens the replica. Who may sign in is decided by the records themselves, once they are open; this
/// only says who can open them.
pub trait Unlock {
    /// Opens the replica with the key that was wrapped for this person; if it is open already, the PIN is only checked.
    ///
    /// # Errors
    /// [`Failure::Vault`]: the PIN is wrong, or has to wait; [`Failure::Store`].
    fn unlock(&self, login: &str, pin: &str) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Wraps the key for a person whose PIN the records have just found right; durable when it returns.
    ///
    /// # Errors
    /// [`Failure::Vault`]; the sign-in must not be answered then. [`Failure::NotEnrolled`] if nothing is open.
    fn keep(&self, login: &str, pin: &str) -> impl Future<Output = Result<(), Failure>> + Send;
}

impl Unlock for Desktop {
    async fn unlock(&self, login: &str, pin: &str) -> Result<(), Failure> {
        if self.clinic().await.is_none() {
            return Err(Failure::NotEnrolled);
        }
        let now_ms = (Surroundings::default().now_ms)();
        let (login, pin) = (login_key(login), Zeroizing::new(pin.to_owned()));
        let key = self.with_vault(move |vault| vault.unlock(&login, &pin, now_ms)).await?;
        self.open_with(key).await
    }

    async fn keep(&self, login: &str, pin: &str) -> Result<(), Failure> {
        let key = self.open.read().await.as_ref().map(|open| open.key.clone()).ok_or(Failure::NotEnrolled)?;
        let (login, pin) = (login_key(login), Zeroizing::new(pin.to_owned()));
        self.with_vault(move |vault| match vault.fits(&login, &pin)? {
            true => Ok(()),
            false => vault.keep(&login, &pin, &key),
        })
        .await
    }
}

impl Desktop {
    /// One try after the other, off the async threads: each takes memory and time.
    async fn with_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, Failure> {
        let mut vault = self.vault.clone().lock_owned().await;
        let done = tokio::task::spawn_blocking(move || work(&mut vault)).await;
        Ok(done.map_err(|error| cut_off("the check of a PIN was cut off", &error))??)
    }
}

fn cut_off(what: &'static str, error: &tokio::task::JoinError) -> Failure {
    Failure::System { what, why: error.to_string() }
}

fn new_key() -> Result<DatabaseKey, Failure> {
    DatabaseKey::random().ok_or_else(random_failed)
}

fn random_failed() -> Failure {
    Failure::System { what: "a key cannot be made", why: "the random source failed".to_owned() }
}

fn dev_token(dir: &DataDir) -> Result<String, Failure> {
    use holdfast_api::access::tokens::{DEV_TOKEN_FILE, random_token, whole_token};
    let path = dir.path().join(DEV_TOKEN_FILE);
    let known = read_private(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(token) = known.as_deref().and_then(whole_token) {
        return Ok(token.to_owned());
    }
    let token = random_token()?;
    write_private(dir.path(), DEV_TOKEN_FILE, token.as_bytes())?;
    Ok(token)
}

/// A desktop that is served.
pub struct Served {
    /// What is served.
    pub desktop: Arc<Desktop>,
    /// Where, without the secret.
    pub base: String,
    /// The address that the window opens first; it brings the secret of this launch.
    pub first_address: String,
    task: tokio::task::JoinHandle<()>,
}

/// Starts a desktop and serves it until `stop` turns true.
///
/// # Errors
/// [`Failure`] if it cannot start.
pub async fn serve(
    options: &Options,
    settings: Settings,
    stop: watch::Receiver<bool>,
) -> Result<Served, Failure> {
    if !options.listen.ip().is_loopback() {
        return Err(Failure::NotLoopback(options.listen));
    }
    // A second provider is refused, and the first one is this.
    let _is_set = rustls::crypto::ring::default_provider().install_default();
    let desktop = Desktop::start(options, settings).await?;
    let unusable = |why: std::io::Error| Failure::Port { address: options.listen, why: why.to_string() };
    let listener = port::bind(&options.dir, options.listen).await.map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    let secret = LaunchSecret::random().ok_or_else(random_failed)?;
    let base = format!("http://{address}");
    let first_address = secret.first_address(&base);
    let app = web::router(desktop.clone(), secret);
    let limits = Connections { most: CONNECTIONS, finish_within: FINISH_WITHIN };
    let task = tokio::spawn({
        let desktop = desktop.clone();
        let (mut told, until) = (stop.clone(), stop.clone());
        async move {
            let closing = async {
                // A sender that is gone means that the program ends.
                let _gone = told.wait_for(|stop| *stop).await.is_ok();
                desktop.close_streams().await;
            };
            let updating =
                update::run(desktop.dir.clone(), desktop.settings.clone(), desktop.updates.clone(), until);
            tokio::join!(holdfast_api::listen::serve(listener, app, limits, stop), closing, updating);
            desktop.close().await;
        }
    });
    tracing::info!(url = base, "ready");
    Ok(Served { desktop, base, first_address, task })
}

impl Served {
    /// Returns once everything is closed.
    pub async fn ended(self) {
        if let Err(error) = self.task.await {
            tracing::error!(error = %error, "serving ended on a defect of the program");
        }
    }
}

/// Joins a clinic while no window runs on the folder; the clinic's name.
///
/// # Errors
/// [`Failure::Running`], [`Failure::Enrolled`], [`Failure::Uplink`].
pub async fn enrol_only(dir: &DataDir, node: &str, token: &str) -> Result<String, Failure> {
    let _lock = FolderLock::take(dir)?;
    let _is_set = rustls::crypto::ring::default_provider().install_default();
    if let Some(enrolment) = Enrolment::load(&dir.enrolment())? {
        return Err(Failure::Enrolled(enrolment.enrolled.identity.clinic().to_owned()));
    }
    let now_ms = (Surroundings::default().now_ms)();
    let enrolled = Enrolment::enrol(&dir.enrolment(), node, token, now_ms).await?;
    Ok(enrolled.identity.clinic().to_owned())
}

/// Turns true at SIGTERM or SIGINT.
///
/// # Errors
/// [`Failure::System`] if the system lets no handler be set.
pub fn on_signal() -> Result<watch::Receiver<bool>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let set = |kind| {
        signal(kind)
            .map_err(|error| Failure::System { what: "no signal handler can be set", why: error.to_string() })
    };
    let (mut terminate, mut interrupt) = (set(SignalKind::terminate())?, set(SignalKind::interrupt())?);
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        tell.send_replace(true);
        // Kept until the process ends: a receiver without a sender would take that for another order.
        std::future::pending::<()>().await;
    });
    Ok(told)
}
