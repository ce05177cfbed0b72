//! The state folder of `make run`.

use anyhow::{Context, Result};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The state folder, `.run` in the workspace.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Opens the folder, or creates it.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn open(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self(path.canonicalize().with_context(|| format!("cannot open {}", path.display()))?))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The socket that cut and heal speak to.
    pub(super) fn socket(&self) -> PathBuf {
        self.0.join("control.sock")
    }

    /// The data folder of `hub` or `node`.
    pub(super) fn data(&self, part: &str) -> PathBuf {
        self.0.join(part)
    }

    /// The admin token that `--dev` writes.
    pub(super) fn dev_token(&self, part: &str) -> String {
        let path = self.data(part).join("dev-token");
        match std::fs::read_to_string(&path) {
            Ok(token) => token.trim().to_owned(),
            Err(_) => format!("(none in {})", path.display()),
        }
    }

    /// The port that the link had in an earlier run.
    pub(super) fn link_port(&self) -> Option<u16> {
        std::fs::read_to_string(self.0.join("link-port")).ok()?.trim().parse().ok()
    }

    pub(super) fn set_link_port(&self, port: u16) -> Result<()> {
        self.write("link-port", &port.to_string())
    }

    pub(super) fn is_enrolled(&self) -> bool {
        self.has("enrolled")
    }

    pub(super) fn set_enrolled(&self) -> Result<()> {
        self.write("enrolled", "")
    }

    /// Whether a mark or file is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    /// Writes a small file whole.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.0.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Writes a small file whole, for its owner's eyes alone.
    pub(super) fn write_private(&self, name: &str, text: &str) -> Result<()> {
        let path = self.0.join(name);
        let mut options = std::fs::OpenOptions::new();
        let opened = options.create(true).truncate(true).write(true).mode(0o600).open(&path);
        opened
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
