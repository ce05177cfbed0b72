//! `[downtime]`: the pages for when no screen works.

use std::path::PathBuf;
use std::time::Duration;

use holdfast_api::config::Reader;

/// When and where the downtime pack is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DowntimeConfig {
    /// From one pack to the next; `None`: only when somebody prints it.
    pub every: Option<Duration>,
    /// Where the packs lie; `None`: in the data folder.
    pub folder: Option<PathBuf>,
    /// How many are kept.
    pub keep: usize,
    /// Tag of its language: `en`, `es`, `fr` or `ar`.
    pub language: String,
}

pub(super) fn downtime(reader: &mut Reader) -> Option<DowntimeConfig> {
    let every_min = reader.number("downtime", "every_min", 0..=1_440);
    let folder = reader.text("downtime", "folder", "a folder, or empty", |text| {
        super::optional(text, |text| Some(PathBuf::from(text)))
    });
    let keep = reader.number("downtime", "keep", 1..=1_000);
    let language = reader.text("downtime", "language", "\"en\", \"es\", \"fr\" or \"ar\"", |text| {
        ["en", "es", "fr", "ar"].contains(&text).then(|| text.to_owned())
    });
    let every =
        Some(every_min?).filter(|minutes| *minutes > 0).map(|minutes| Duration::from_secs(minutes * 60));
    Some(DowntimeConfig { every, folder: folder?, keep: usize::try_from(keep?).ok()?, language: language? })
}
