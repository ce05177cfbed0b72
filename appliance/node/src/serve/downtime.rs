//! The downtime pack of every hour: written whole or not at all, the newest kept, readable by the node's user alone.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use holdfast_api::ApiState;
use holdfast_core::hlc::Hlc;
use holdfast_core::view::instant;
use tokio::sync::watch;

use super::{blocking, shutdown};
use crate::config::DowntimeConfig;
use crate::failure::Failure;

/// A moment after the start, so that what came in meanwhile is in it.
const FIRST: Duration = Duration::from_secs(10);
/// `downtime-2026-11-27T0900Z.html`; sorted by name they are sorted by time.
const PREFIX: &str = "downtime-";
const ENDING: &str = ".html";

/// Makes one pack after the other until `stop` says so.
pub(super) async fn run(
    state: ApiState,
    config: DowntimeConfig,
    folder: PathBuf,
    mut stop: watch::Receiver<bool>,
) {
    let Some(every) = config.every else { return };
    let mut pause = FIRST;
    while shutdown::sleep(&mut stop, pause).await {
        pause = every;
        match make(&state, &config, &folder).await {
            Ok(bytes) => tracing::info!(bytes, "the downtime pack is made"),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the downtime pack could not be made; the one before stays");
            }
        }
    }
}

async fn make(state: &ApiState, config: &DowntimeConfig, folder: &Path) -> Result<usize, Failure> {
    let made = holdfast_api::patients::downtime_pack(state, &config.language).await;
    let html = made.map_err(|error| Failure::other("downtime-pack", error.to_string()))?;
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = instant(Hlc::new(u64::try_from(since_1970.as_millis()).unwrap_or_default(), 0));
    let name = format!("{PREFIX}{}{}Z{ENDING}", &now[..13], &now[14..16]);
    let (folder, keep) = (folder.to_owned(), config.keep);
    blocking(move || {
        write(&folder, &name, html.as_bytes()).map_err(|error| {
            Failure::other(
                "downtime-pack",
                format!("it cannot be written into {}: {error}", folder.display()),
            )
        })?;
        prune(&folder, keep);
        Ok(html.len())
    })
    .await
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(".unfinished");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(unfinished, folder.join(name))
}

/// Lets the oldest go. One that cannot be removed is tried again with the next.
fn prune(folder: &Path, keep: usize) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_pack = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(PREFIX) && name.ends_with(ENDING)
    };
    let mut packs: Vec<PathBuf> = entries.filter(is_pack).collect();
    packs.sort();
    let surplus = packs.len().saturating_sub(keep);
    for old in &packs[..surplus] {
        if let Err(error) = std::fs::remove_file(old) {
            tracing::warn!(error = %error, "an old downtime pack could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn packs_are_whole_private_and_the_newest() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("packs");
        for hour in 10..15 {
            write(&folder, &format!("downtime-2026-11-27T{hour}00Z.html"), b"<html>").unwrap();
        }
        std::fs::write(folder.join("notes.html"), "somebody's own").unwrap();
        prune(&folder, 2);
        let mut left: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|one| one.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["downtime-2026-11-27T1300Z.html", "downtime-2026-11-27T1400Z.html", "notes.html"]);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(&left[0]))), (0o700, 0o600));
    }
}
