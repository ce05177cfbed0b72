//! A newer version: from the node's folder to the machine's installer, over a cable that is pulled; and everything that is no newer
//! version of ours is refused, by the node, by the desktop and by the installer.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use holdfast_desktop_host::update::own_arch;
use minisign::KeyPair;

use crate::support::{Desktop, Node, binary, eventually, stderr};

/// Releases that are made here, and a machine to install them on.
struct Releases {
    home: PathBuf,
    keys: KeyPair,
}

impl Releases {
    fn new(home: &Path) -> Self {
        let keys = KeyPair::generate_unencrypted_keypair().unwrap();
        for folder in
            ["var/incoming", "var/staging", "root/var/lib/dpkg/info", "root/var/lib/dpkg/updates", "made"]
        {
            std::fs::create_dir_all(home.join(folder)).unwrap();
        }
        std::fs::write(home.join("root/var/lib/dpkg/status"), "").unwrap();
        std::fs::write(home.join("release.pub"), keys.pk.to_box().unwrap().to_string()).unwrap();
        Self { home: home.to_owned(), keys }
    }

    fn name(version: &str) -> String {
        format!("holdfast-desktop_{version}_{}.deb", own_arch())
    }

    /// A package of a version, in a file of that version's name.
    fn make(&self, version: &str, payload: &[u8]) -> PathBuf {
        self.make_needing(version, payload, "")
    }

    /// The same, with lines of its own in its control file.
    fn make_needing(&self, version: &str, payload: &[u8], lines: &str) -> PathBuf {
        let tree = self.home.join(format!("tree-{version}"));
        std::fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        std::fs::create_dir_all(tree.join("usr/share/holdfast-desktop")).unwrap();
        let control = format!(
            "Package: holdfast\nVersion: {version}\nArchitecture: {}\nMaintainer: Tests <tests@example.org>\n\
             {lines}Description: a package of a test\n",
            own_arch()
        );
        std::fs::write(tree.join("DEBIAN/control"), control).unwrap();
        std::fs::write(tree.join("usr/share/holdfast-desktop/payload"), payload).unwrap();
        let to = self.home.join("made").join(Self::name(version));
        let mut build = Command::new("dpkg-deb");
        ran(build.args(["--root-owner-group", "-Znone", "-b"]).arg(&tree).arg(&to));
        to
    }

    fn sign(&self, package: &Path) -> String {
        let bytes = std::fs::read(package).unwrap();
        let comment = format!("file:{}", package.file_name().unwrap().to_str().unwrap());
        let signed = minisign::sign(None, &self.keys.sk, Cursor::new(bytes), Some(&comment), None);
        signed.unwrap().into_string()
    }

    /// Puts a package and its signature into a folder, the signature last.
    fn put(&self, package: &Path, folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        let name = package.file_name().unwrap().to_str().unwrap();
        std::fs::copy(package, folder.join(name)).unwrap();
        std::fs::write(folder.join(format!("{name}.minisig")), self.sign(package)).unwrap();
    }

    fn incoming(&self) -> PathBuf {
        self.home.join("var/incoming")
    }

    /// The installer, as systemd runs it, on a root of its own.
    fn install(&self) -> Output {
        let mut install = binary();
        install.arg("install-update").arg("--incoming").arg(self.incoming());
        install.arg("--root").arg(self.home.join("root")).arg("--keys").arg(self.home.join("release.pub"));
        install.output().unwrap()
    }

    fn install_by_hand(&self, package: &Path) {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg("--root").arg(self.home.join("root"));
        ran(dpkg.args(["--force-not-root", "--log=/dev/null", "--install"]).arg(package));
    }

    fn installed(&self) -> String {
        let mut query = Command::new("dpkg-query");
        query.arg("--admindir").arg(self.home.join("root/var/lib/dpkg"));
        ran(query.args(["-W", "-f", "${Version}", "holdfast"]))
    }

    fn status(&self) -> String {
        std::fs::read_to_string(self.home.join("var/installed.json")).unwrap_or_default()
    }

    /// A desktop that looks for its keys and its installer here.
    fn desktop(&self) -> Desktop {
        self.desktop_with(&[])
    }

    fn desktop_with(&self, flags: &[&str]) -> Desktop {
        let data = self.home.join("data");
        std::fs::create_dir_all(&data).unwrap();
        std::fs::set_permissions(&data, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let settings = format!(
            "[updates]\nrelease_keys = {:?}\nincoming = {:?}\nevery_min = 1\n",
            self.home.join("release.pub"),
            self.incoming()
        );
        std::fs::write(data.join("settings.toml"), settings).unwrap();
        Desktop::start(&data, flags)
    }

    /// What the desktop has fetched so far, in bytes.
    fn fetched(&self) -> u64 {
        let entries = std::fs::read_dir(self.home.join("data/updates")).into_iter().flatten().flatten();
        entries.map(|entry| entry.metadata().map_or(0, |about| about.len())).sum()
    }
}

fn ran(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", stderr(&done));
    String::from_utf8(done.stdout).unwrap()
}

fn update(desktop: &Desktop) -> String {
    desktop.send("GET", "/api/desktop/update", "").body
}

/// Bytes that no packing makes small, the same each time.
fn payload(size: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..size).map(|_| next()).collect()
}

#[test]
fn newer_version_comes_over_a_cut_cable_and_is_installed() {
    let home = tempfile::tempdir().unwrap();
    let releases = Releases::new(home.path());
    releases.install_by_hand(&releases.make("0.1.0", b"old"));
    let node = Node::start(home.path());
    let packages = home.path().join("node/packages");
    assert!(packages.is_dir(), "whoever brings a package finds the folder");
    std::fs::copy(home.path().join("release.pub"), home.path().join("node/release.pub")).unwrap();
    let new = releases.make("9.0.0", &payload(12 << 20));
    let size = std::fs::metadata(&new).unwrap().len();
    releases.put(&releases.make("8.0.0", b"newer, but not the newest"), &packages);
    releases.put(&new, &packages);
    let desktop = releases.desktop();
    desktop.enrol(&node, "ward-1");
    eventually("a part of it is here", || releases.fetched() > 1 << 20);
    node.cable.pull();
    eventually("the desktop says why it waits", || update(&desktop).contains("\"problem\""));
    let kept = releases.fetched();
    assert!(kept < size, "the cable was pulled too late for this test: {kept} of {size}");
    node.cable.plug_in();
    let mut least = u64::MAX;
    eventually("all of it is here", || {
        let told = update(&desktop);
        if told.contains("\"stage\":\"downloading\"") {
            least = least.min(releases.fetched());
        }
        told.contains("\"stage\":\"ready\"")
    });
    assert!(least >= kept, "it went on from {kept}, and not from {least}");
    let done = releases.install();
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(releases.installed(), "9.0.0");
    assert_eq!(std::fs::read_dir(releases.incoming()).unwrap().count(), 0);
    eventually("the desktop says that it is installed", || {
        update(&desktop).contains("\"stage\":\"installed\",\"version\":\"9.0.0\"")
    });
}

#[test]
fn desktop_that_is_killed_while_it_fetches_goes_on_from_there() {
    let home = tempfile::tempdir().unwrap();
    let releases = Releases::new(home.path());
    let node = Node::start(home.path());
    std::fs::copy(home.path().join("release.pub"), home.path().join("node/release.pub")).unwrap();
    let new = releases.make("9.0.0", &payload(12 << 20));
    releases.put(&new, &home.path().join("node/packages"));
    // One that needs no sign-in after its start.
    let mut desktop = releases.desktop_with(&["--dev"]);
    desktop.enrol(&node, "ward-1");
    eventually("a part of it is here", || releases.fetched() > 1 << 20);
    node.cable.pull();
    desktop.kill();
    let kept = releases.fetched();
    assert!(kept < std::fs::metadata(&new).unwrap().len(), "it was killed too late for this test: {kept}");
    desktop = releases.desktop_with(&["--dev"]);
    assert_eq!(releases.fetched(), kept, "what is here stays");
    let refused = desktop.send("POST", "/api/desktop/restart", "");
    assert!(refused.status == 409 && refused.body.contains("nothing-installed"), "{refused:?}");
    node.cable.plug_in();
    let mut least = u64::MAX;
    eventually("all of it is here", || {
        let told = update(&desktop);
        if told.contains("\"stage\":\"downloading\"") {
            least = least.min(releases.fetched());
        }
        told.contains("\"stage\":\"ready\"")
    });
    assert!(least >= kept, "it went on from {kept}, and not from {least}");
}

#[test]
fn desktop_takes_nothing_that_its_own_keys_have_not_signed() {
    let home = tempfile::tempdir().unwrap();
    let releases = Releases::new(home.path());
    let node = Node::start(home.path());
    // A node that believes another key: its packages are nothing to this desktop.
    let others = KeyPair::generate_unencrypted_keypair().unwrap();
    std::fs::write(home.path().join("node/release.pub"), others.pk.to_box().unwrap().to_string()).unwrap();
    let theirs = Releases { home: home.path().to_owned(), keys: others };
    theirs.put(&theirs.make("9.0.0", b"of others"), &home.path().join("node/packages"));
    let desktop = releases.desktop();
    desktop.enrol(&node, "ward-1");
    eventually("it says why", || update(&desktop).contains("none of the release keys here has signed it"));
    assert_eq!(releases.fetched(), 0, "it is deleted");
    assert_eq!(std::fs::read_dir(releases.incoming()).unwrap().count(), 0);
}

#[test]
fn installer_believes_nothing_that_it_is_handed() {
    let home = tempfile::tempdir().unwrap();
    let releases = Releases::new(home.path());
    releases.install_by_hand(&releases.make("2.0.0", b"installed"));
    let newer = releases.make("3.0.0", b"newer");
    let name = Releases::name("3.0.0");
    let bundle = releases.incoming().join("bundle");
    let refuse = |what: &str, code: &str, prepare: &dyn Fn()| {
        prepare();
        let done = releases.install();
        assert!(!done.status.success(), "{what}");
        let status = releases.status();
        assert!(status.contains(&format!("\"code\":\"{code}\"")), "{what}: {status} {}", stderr(&done));
        assert_eq!(releases.installed(), "2.0.0", "{what}");
        let left = std::fs::read_dir(releases.incoming()).unwrap().count();
        assert_eq!(left, 0, "{what}: the folder would start the installer again");
    };
    refuse("tampered", "package-tampered", &|| {
        releases.put(&newer, &bundle);
        let mut bytes = std::fs::read(&newer).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(bundle.join(&name), bytes).unwrap();
    });
    refuse("truncated", "package-tampered", &|| {
        releases.put(&newer, &bundle);
        let bytes = std::fs::read(&newer).unwrap();
        std::fs::write(bundle.join(&name), &bytes[..bytes.len() / 2]).unwrap();
    });
    refuse("unsigned", "install-shape", &|| {
        releases.put(&newer, &bundle);
        std::fs::remove_file(bundle.join(format!("{name}.minisig"))).unwrap();
    });
    refuse("older", "install-not-newer", &|| releases.put(&releases.make("1.0.0", b"older"), &bundle));
    refuse("the same", "install-not-newer", &|| releases.put(&releases.make("2.0.0", b"same"), &bundle));
    refuse("an older one under a newer name", "install-inside", &|| {
        let old = releases.make("1.0.0", b"older");
        let renamed = releases.home.join("made").join(Releases::name("7.0.0"));
        std::fs::rename(old, &renamed).unwrap();
        releases.put(&renamed, &bundle);
    });
    refuse("a link to a package", "install-shape", &|| {
        releases.put(&newer, &bundle);
        std::fs::remove_file(bundle.join(&name)).unwrap();
        std::os::unix::fs::symlink(&newer, bundle.join(&name)).unwrap();
    });
    refuse("a link to a folder", "install-shape", &|| {
        let elsewhere = releases.home.join("elsewhere");
        releases.put(&newer, &elsewhere);
        std::os::unix::fs::symlink(&elsewhere, &bundle).unwrap();
    });
    assert!(releases.home.join("elsewhere").join(&name).exists(), "what a link leads to is left alone");
    refuse("a file", "install-shape", &|| std::fs::write(&bundle, "hello").unwrap());
    refuse("one that needs what is not here", "install-needs", &|| {
        let needing = releases.make_needing(
            "4.0.0",
            b"needing",
            "Depends: holdfast (>= 1), libmissing (>= 2) | libnone\n",
        );
        releases.put(&needing, &bundle);
    });
    assert!(releases.status().contains("needs libmissing (>= 2) | libnone"), "{}", releases.status());
    // What others put there does not keep a good one out.
    releases.put(&newer, &bundle);
    std::fs::write(releases.incoming().join("a"), "hello").unwrap();
    let done = releases.install();
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(releases.installed(), "3.0.0");
    assert!(releases.status().contains("\"outcome\":\"installed\""), "{}", releases.status());
    let nothing = releases.install();
    assert!(nothing.status.success(), "an empty folder is no fault: {}", stderr(&nothing));
}
