//! `holdfast-desktop install-update`: root's part. Whoever uses this machine may put anything into the incoming folder, so nothing
//! there is believed: it is copied into a folder that root alone can reach, without following a link, and everything is checked there.

mod depends;
mod dpkg;
mod error;
mod take;

use std::path::{Path, PathBuf};

use clap::Args;
use holdfast_link::keys::ensure_private_dir;
use holdfast_release::{PackageName, ReleaseKeys};

use super::status::{InstallStatus, Outcome};
use dpkg::Dpkg;
pub use error::InstallError;
use take::{Taken, entries, take};

/// What is installed where.
#[derive(Args, Clone, Debug)]
pub struct Install {
    /// The incoming folder; without it, var/lib/holdfast-desktop/incoming below the root.
    #[arg(long, value_name = "DIR")]
    pub incoming: Option<PathBuf>,
    /// The root to install in.
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub root: PathBuf,
    /// The release keys; without it, usr/share/holdfast-desktop/release.pub below the root.
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
}

/// Installs the newest good package of the incoming folder and empties the folder; what was done, for people. It is also written
/// beside the folder. Blocks.
///
/// # Errors
/// [`InstallError`]: the keys cannot be read, the folder not be emptied, or the newest package is not installed.
pub fn install(what: &Install) -> Result<String, InstallError> {
    let below = |path: &str| what.root.join(path);
    let incoming = what.incoming.clone().unwrap_or_else(|| below("var/lib/holdfast-desktop/incoming"));
    let keys = what.keys.clone().unwrap_or_else(|| below("usr/share/holdfast-desktop/release.pub"));
    let private = below("var/lib/holdfast-desktop/installing");
    // What a power cut has left of an earlier run.
    let _was_none = std::fs::remove_dir_all(&private);
    ensure_private_dir(&private).map_err(|error| InstallError::Folder(error.to_string()))?;
    let done = install_from(&incoming, &keys, &private, &Dpkg::at(&what.root));
    // The folder is emptied whatever happened: what stays in it would start this program again at once.
    let swept = sweep(&incoming);
    let _nothing_left = std::fs::remove_dir_all(&private);
    let status = match &done {
        Ok(None) => None,
        Ok(Some(status)) => Some(status.clone()),
        Err(Refusal { package, blake3, error }) => Some(InstallStatus {
            package: package.clone(),
            blake3: blake3.clone(),
            outcome: error.outcome(),
            code: error.code().to_owned(),
            text: error.to_string(),
        }),
    };
    if let Some(status) = status {
        status.write(&incoming).map_err(|error| InstallError::Folder(error.to_string()))?;
    }
    swept?;
    match done {
        Ok(Some(status)) => Ok(status.text),
        Ok(None) => Ok("nothing to install".to_owned()),
        Err(refusal) => Err(refusal.error),
    }
}

/// Why a package is not installed, and which.
struct Refusal {
    package: String,
    blake3: String,
    error: InstallError,
}

impl From<InstallError> for Refusal {
    fn from(error: InstallError) -> Self {
        Self { package: String::new(), blake3: String::new(), error }
    }
}

fn install_from(
    incoming: &Path,
    keys: &Path,
    private: &Path,
    dpkg: &Dpkg,
) -> Result<Option<InstallStatus>, Refusal> {
    let names = entries(incoming)?;
    if names.is_empty() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(keys)
        .map_err(|error| InstallError::Keys { path: keys.to_owned(), why: error.to_string() })?;
    let keys = ReleaseKeys::parse(&text).map_err(InstallError::from)?;
    let (mut best, mut refused): (Option<Taken>, Option<Refusal>) = (None, None);
    for (n, name) in names.iter().enumerate() {
        match take(incoming, name, &private.join(n.to_string()), &keys) {
            Ok(taken) => best = Some(better(best, taken)),
            Err(error) => {
                let package = error.package().unwrap_or_default().to_owned();
                refused = Some(Refusal { package, blake3: String::new(), error });
            }
        }
    }
    // A good package counts, whatever else lies there.
    let Some(taken) = best else { return refused.map_or(Ok(None), Err) };
    let of_it = |error| Refusal { package: taken.name.file_name(), blake3: taken.blake3.clone(), error };
    dpkg.must_be_newer(&taken.path, &taken.name).map_err(of_it)?;
    dpkg.must_have_all_it_needs(&taken.path, &taken.name).map_err(of_it)?;
    dpkg.install(&taken.path).map_err(of_it)?;
    Ok(Some(installed(&taken.name, &taken.blake3)))
}

/// The newer of two. The other's copy goes at once: somebody may hand over as many as they like.
fn better(best: Option<Taken>, taken: Taken) -> Taken {
    let Some(best) = best else { return taken };
    let (better, worse) = if taken.name > best.name { (taken, best) } else { (best, taken) };
    // If it stays, it goes with the folder.
    let _stays = std::fs::remove_file(worse.path);
    better
}

fn installed(name: &PackageName, blake3: &str) -> InstallStatus {
    InstallStatus {
        package: name.file_name(),
        blake3: blake3.to_owned(),
        outcome: Outcome::Installed,
        code: String::new(),
        text: format!("version {} is installed; it starts when Holdfast is opened again", name.version),
    }
}

fn sweep(incoming: &Path) -> Result<(), InstallError> {
    let unswept = |error: std::io::Error| InstallError::Folder(format!("{}: {error}", incoming.display()));
    for entry in std::fs::read_dir(incoming).map_err(unswept)? {
        let entry = entry.map_err(unswept)?;
        let removed = match entry.file_type().map_err(unswept)?.is_dir() {
            true => std::fs::remove_dir_all(entry.path()),
            false => std::fs::remove_file(entry.path()),
        };
        removed.map_err(unswept)?;
    }
    Ok(())
}
