//! Asks the node which package is the newest, fetches what is newer than this program, and hands it over; at the start and then every
//! hour, sooner again after something that may pass.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use holdfast_link::transport::{Connection, TransportError};
use holdfast_release::{
    OFFER_PATH, Offer, OfferAnswer, OfferRequest, PackageName, ReleaseError, ReleaseKeys,
};
use holdfast_uplink::{Enrolment, UplinkError};
use semver::Version;
use tokio::sync::watch;
use tokio::time::Instant;

use super::download::{Download, forget_all};
use super::handover::hand_over;
use super::state::{Stage, Updates};
use super::status::{InstallStatus, Outcome, StatusPrint};
use super::{OWN_VERSION, own_arch};
use crate::data_dir::DataDir;
use crate::settings::Settings;

/// After what may pass: the first pause, doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause after what may pass: a node that is back is asked soon.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// How often the installer's file is looked at while a package waits for it.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// dpkg may be busy with something else, and slow; longer than that nobody works on it.
const INSTALLER_WITHIN: Duration = Duration::from_secs(15 * 60);

/// Why an update does not go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum UpdateError {
    /// Keys, a name, a signature or bytes.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The node is not reached, or refuses.
    #[error("the clinic's node was not asked for a new version: {0}; it is tried again by itself")]
    Link(#[from] UplinkError),
    /// The connection broke off.
    #[error("the new version is not fetched to its end: {0}; it goes on from there by itself")]
    Cut(#[from] TransportError),
    /// What the node says makes no sense.
    #[error(
        "the new version is not fetched: what the node says of it does not fit what it sends; look at the node's log"
    )]
    Offer,
    /// A disk is full or cannot be written.
    #[error("the new version is not kept in {}: {why}; make room on this computer, it is tried again by itself", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// What room there is belongs to the records.
    #[error(
        "the new version is not fetched: there is too little room in {}, and the records come first; make room on this computer, it \
         is tried again by itself", path.display()
    )]
    Room {
        /// Where.
        path: PathBuf,
    },
    /// The installer has refused it.
    #[error("{0}")]
    NotInstalled(String),
    /// The installer could not, which may pass.
    #[error("{0}")]
    InstalledLater(String),
    /// Nobody takes what was handed over.
    #[error(
        "the new version waits, and this machine's installer does not take it; look at `systemctl status \
         holdfast-desktop-update.path`, or run `holdfast-desktop install-update` as root"
    )]
    NoInstaller,
}

impl UpdateError {
    /// Stable code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Release(error) => error.code(),
            Self::Link(error) => error.code(),
            Self::Cut(_) => "update-cut",
            Self::Offer => "update-offer",
            Self::Disk { .. } => "update-disk",
            Self::Room { .. } => "update-room",
            Self::NotInstalled(_) => "update-not-installed",
            Self::InstalledLater(_) => "update-installed-later",
            Self::NoInstaller => "update-no-installer",
        }
    }

    /// Whether the same may succeed later with nothing mended by hand.
    pub(super) fn is_retryable(&self) -> bool {
        match self {
            Self::Release(error) => error.is_retryable(),
            Self::Link(error) => error.is_retryable(),
            Self::Cut(_) | Self::Disk { .. } | Self::Room { .. } => true,
            Self::InstalledLater(_) | Self::NoInstaller => true,
            Self::Offer | Self::NotInstalled(_) => false,
        }
    }
}

/// Keeps this program up to date until told to stop.
pub(crate) async fn run(
    dir: DataDir,
    settings: Settings,
    updates: Arc<Updates>,
    mut stop: watch::Receiver<bool>,
) {
    let mut pause = FIRST_PAUSE;
    let mut memory = Memory { at_start: InstallStatus::print(&settings.incoming), handed: None };
    loop {
        // Cut off anywhere, it goes on from there at the next start.
        let looked = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            looked = look(&dir, &settings, &updates, &mut memory) => looked,
        };
        let next = match looked {
            Ok(Next::Hourly) => {
                pause = FIRST_PAUSE;
                settings.update_every
            }
            Ok(Next::Soon) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "this program is not brought up to date for now");
                updates.fail(error.to_string());
                let again = if error.is_retryable() { pause } else { settings.update_every };
                pause = (pause * 2).min(LONGEST_PAUSE);
                again
            }
        };
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(next.min(settings.update_every)) => {}
        }
    }
}

/// When to look again.
enum Next {
    Hourly,
    /// A package waits for the installer, or this desktop for its clinic.
    Soon,
}

/// What is known from one look to the next.
struct Memory {
    /// What the installer had said when this program began: whatever it installed before then, this program is of it, or somebody
    /// has gone back by hand.
    at_start: Option<StatusPrint>,
    /// What waits for the installer.
    handed: Option<Handed>,
}

/// A package that waits for the installer.
struct Handed {
    /// What it is called.
    package: String,
    version: String,
    /// What the installer had said before, which is of an earlier one.
    before: Option<StatusPrint>,
    at: Instant,
}

impl Handed {
    /// What the installer has said of it; `None` while it waits.
    fn decided(&mut self, incoming: &Path) -> Result<Option<InstallStatus>, UpdateError> {
        let now = InstallStatus::print(incoming);
        if now != self.before {
            self.before = now;
            match InstallStatus::read(incoming) {
                Some(status) if status.package == self.package => return Ok(Some(status)),
                // Something else lay there, and the folder is empty now: whether this one was seen is not known.
                Some(status) if status.package.is_empty() => {
                    return Err(UpdateError::InstalledLater(status.text));
                }
                // Of somebody else who uses this machine.
                _ => {}
            }
        }
        if self.at.elapsed() > INSTALLER_WITHIN { Err(UpdateError::NoInstaller) } else { Ok(None) }
    }
}

/// Looks once.
async fn look(
    dir: &DataDir,
    settings: &Settings,
    updates: &Updates,
    memory: &mut Memory,
) -> Result<Next, UpdateError> {
    let Some(keys) = keys(&settings.release_keys)? else {
        updates.reach(Stage::Off);
        return Ok(Next::Hourly);
    };
    let Some(enrolment) = Enrolment::load(&dir.enrolment())? else { return Ok(Next::Soon) };
    // A package that waits is not asked about anew every two seconds.
    if let Some(mut waiting) = memory.handed.take() {
        match waiting.decided(&settings.incoming)? {
            None => {
                memory.handed = Some(waiting);
                return Ok(Next::Soon);
            }
            Some(status) => match status.outcome {
                Outcome::Installed => return Ok(installed(dir, updates, waiting.version)),
                Outcome::Refused => return Err(UpdateError::NotInstalled(status.text)),
                Outcome::Later => return Err(UpdateError::InstalledLater(status.text)),
            },
        }
    }
    let connection = connect(&enrolment, settings).await?;
    let asked = serde_json::to_vec(&OfferRequest { arch: own_arch().to_owned() });
    let answer = connection.request(OFFER_PATH, asked.map_err(|_| UpdateError::Offer)?.into()).await?;
    let answer: OfferAnswer = serde_json::from_slice(&answer).map_err(|_| UpdateError::Offer)?;
    let Some((name, offer)) = answer.package.map(newer).transpose()?.flatten() else {
        forget_all(&dir.updates());
        updates.reach(Stage::Current);
        return Ok(Next::Hourly);
    };
    // Before it is handed over: the installer may be quicker than this program.
    let before = InstallStatus::print(&settings.incoming);
    if before != memory.at_start && is_installed(&settings.incoming, &name) {
        return Ok(installed(dir, updates, offer.version));
    }
    let next = bring(&connection, dir, settings, &keys, &name, &offer, updates).await?;
    if matches!(next, Next::Soon) {
        let (package, version) = (name.file_name(), offer.version);
        memory.handed = Some(Handed { package, version, before, at: Instant::now() });
    }
    Ok(next)
}

fn installed(dir: &DataDir, updates: &Updates, version: String) -> Next {
    forget_all(&dir.updates());
    tracing::info!(
        version,
        "a new version of this program is installed; it starts when this one is opened again"
    );
    updates.reach(Stage::Installed { version });
    Next::Hourly
}

/// Fetches, verifies and hands over a newer package, unless the installer has decided about it.
async fn bring(
    connection: &Connection,
    dir: &DataDir,
    settings: &Settings,
    keys: &ReleaseKeys,
    name: &PackageName,
    offer: &Offer,
    updates: &Updates,
) -> Result<Next, UpdateError> {
    let download = Download::of(&dir.updates(), offer)?;
    let version = offer.version.clone();
    if let Some(status) = InstallStatus::read(&settings.incoming)
        && status.outcome == Outcome::Refused
        && status.blake3 == offer.blake3
    {
        download.forget();
        return Err(UpdateError::NotInstalled(status.text));
    }
    if download.done() != offer.size {
        download.fetch(connection, offer, updates).await?;
    }
    let (incoming, name, offer, keys) =
        (settings.incoming.clone(), name.clone(), offer.clone(), keys.clone());
    let offered = name.file_name();
    let handed = tokio::task::spawn_blocking(move || {
        download.verify(&name, &offer, &keys)?;
        hand_over(&incoming, &name, download.path(), &offer.signature, &offer.blake3)
            .map_err(|error| UpdateError::Disk { path: incoming.clone(), why: error.to_string() })
    });
    let is_new = handed.await.map_err(|_| UpdateError::Offer)??;
    let ready = Stage::Ready { version };
    // One that waits still is as ready as before, and what is wrong with it is still wrong.
    if is_new || updates.told().stage != ready {
        tracing::info!(
            package = offered,
            "a new version of this program is here and waits for the installer"
        );
        updates.reach(ready);
    }
    Ok(Next::Soon)
}

/// Whether the installer's last word is that this package is installed.
fn is_installed(incoming: &Path, name: &PackageName) -> bool {
    InstallStatus::read(incoming)
        .is_some_and(|status| status.outcome == Outcome::Installed && status.package == name.file_name())
}

/// The keys of the file; `None` if there is no file or no key in it, which turns updates off.
fn keys(path: &Path) -> Result<Option<ReleaseKeys>, UpdateError> {
    match std::fs::read_to_string(path) {
        Ok(text) => match ReleaseKeys::parse(&text) {
            // The package ships the file, with a key only if its build had one.
            Err(ReleaseError::NoKeys) => Ok(None),
            parsed => Ok(Some(parsed?)),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(UpdateError::Disk { path: path.to_owned(), why: error.to_string() }),
    }
}

/// What is offered, if it is for this machine and newer than this program.
fn newer(offer: Offer) -> Result<Option<(PackageName, Offer)>, UpdateError> {
    let name = PackageName::of(&offer.version, &offer.arch)?;
    let own = Version::parse(OWN_VERSION).map_err(|_| UpdateError::Offer)?;
    Ok((name.arch == own_arch() && name.version > own).then_some((name, offer)))
}

async fn connect(enrolment: &Enrolment, settings: &Settings) -> Result<Connection, UpdateError> {
    let (tls, named) = (enrolment.tls()?, &settings.endpoints);
    let endpoints = if named.is_empty() { &enrolment.enrolled.endpoints } else { named };
    let mut last = UplinkError::NoEndpoint;
    for endpoint in endpoints {
        match Connection::open(endpoint, tls.clone()).await {
            Ok(connection) => return Ok(connection),
            Err(error) => last = UplinkError::Unreachable(error),
        }
    }
    Err(last.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(version: &str, arch: &str) -> Offer {
        let (version, arch) = (version.to_owned(), arch.to_owned());
        Offer { version, arch, size: 1, blake3: "0".repeat(64), signature: String::new() }
    }

    #[test]
    fn only_a_newer_version_for_this_machine_is_taken() {
        for (version, arch, is_taken) in [
            ("99.0.0", own_arch(), true),
            (OWN_VERSION, own_arch(), false),
            ("0.0.1", own_arch(), false),
            ("99.0.0", "other", false),
        ] {
            assert_eq!(newer(offer(version, arch)).unwrap().is_some(), is_taken, "{version} {arch}");
        }
        assert_eq!(newer(offer("../../x", own_arch())).unwrap_err().code(), "package-name");
    }

    #[test]
    fn installer_is_believed_of_what_was_handed_over_and_of_nothing_before() {
        let home = tempfile::tempdir().unwrap();
        let incoming = home.path().join("incoming");
        let say = |package: &str, outcome| {
            let (package, blake3, code) = (package.to_owned(), String::new(), String::new());
            InstallStatus { package, blake3, outcome, code, text: "said".to_owned() }
                .write(&incoming)
                .unwrap();
        };
        say("ours", Outcome::Refused);
        let before = InstallStatus::print(&incoming);
        let mut handed =
            Handed { package: "ours".to_owned(), version: String::new(), before, at: Instant::now() };
        assert!(handed.decided(&incoming).unwrap().is_none(), "that was of an earlier one");
        say("another's", Outcome::Installed);
        assert!(handed.decided(&incoming).unwrap().is_none());
        say("ours", Outcome::Installed);
        assert_eq!(handed.decided(&incoming).unwrap().unwrap().outcome, Outcome::Installed);
        say("", Outcome::Refused);
        assert_eq!(handed.decided(&incoming).unwrap_err().code(), "update-installed-later");
    }

    #[test]
    fn without_a_file_of_keys_updates_are_off_and_a_bad_one_is_told() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("release.pub");
        assert!(keys(&path).unwrap().is_none());
        std::fs::write(&path, "# none yet\n").unwrap();
        assert!(keys(&path).unwrap().is_none());
        std::fs::write(&path, "nonsense").unwrap();
        assert_eq!(keys(&path).unwrap_err().code(), "release-keys");
    }
}
