//! Newer packages of this program: fetched from the clinic's node, verified, and handed to the installer, which is root's and trusts
//! nothing of what it is handed (`update/install/`).
//!
//! ```text
//! node ─offer▶ newer? ─parts▶ data folder ─size, hash, signature▶ staging ─rename▶ incoming ─systemd▶ install-update ─▶ status file
//! ```
//!
//! It needs no records and nobody's PIN: the machine's certificate is enough, so that a desktop is brought up to date while nobody
//! has signed in.

mod download;
mod handover;
pub mod install;
mod state;
mod status;
mod worker;

pub use state::{Stage, Updates};
pub use status::{InstallStatus, Outcome};
pub(crate) use worker::run;

/// The version of this program.
pub const OWN_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether another program lies now where this one was started from. Only then does starting again change anything.
pub(crate) fn is_replaced() -> bool {
    // What Linux appends to the path of a running program that is there no more (proc(5)).
    std::env::current_exe().is_ok_and(|path| path.to_string_lossy().ends_with(" (deleted)"))
}

/// Debian's word for this machine's architecture.
pub fn own_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Else a package would be installed that does not know itself, and be offered again and again.
    #[test]
    fn program_and_package_say_the_same_version() {
        let read = |file: &str| {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri").join(file);
            std::fs::read_to_string(path).unwrap()
        };
        let bundle: serde_json::Value = serde_json::from_str(&read("tauri.conf.json")).unwrap();
        assert_eq!(bundle["version"], OWN_VERSION);
        let manifest = read("Cargo.toml");
        let line = manifest.lines().find(|line| line.starts_with("version =")).unwrap();
        assert_eq!(line, format!("version = {OWN_VERSION:?}"));
        assert!(!is_replaced(), "a program that nobody has replaced");
    }
}
