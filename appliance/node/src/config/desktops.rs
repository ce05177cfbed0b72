//! `[desktops]`: the port for the clinic's desktops.

use std::net::SocketAddr;
use std::path::PathBuf;

use holdfast_api::config::Reader;
use holdfast_link::transport::Endpoint;
use holdfast_store::desktops::DesktopHold;

/// How desktops reach this node, and what they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesktopsConfig {
    /// Where desktops sync and enrol; `None`: nowhere. Port 0 picks a free one.
    pub listen: Option<SocketAddr>,
    /// Names and addresses in the server's certificate; at least one.
    pub names: Vec<String>,
    /// Told to desktops at enrolment; empty: made of the first name and the port.
    pub endpoints: Vec<Endpoint>,
    /// Whose records every desktop holds.
    pub hold: DesktopHold,
    /// Where packages of the staff desktop lie; `None`: in the data folder.
    pub packages: Option<PathBuf>,
    /// A file with the keys that releases are signed with; `None`: in the data folder.
    pub release_keys: Option<PathBuf>,
}

pub(super) fn desktops(reader: &mut Reader) -> Option<DesktopsConfig> {
    let address = "an address and a port, for example \"0.0.0.0:8444\"; or empty";
    let listen =
        reader.text("desktops", "listen", address, |text| super::optional(text, |text| text.parse().ok()));
    let host = "a host name or an address, for example \"node.clinic.example\"";
    let names = reader.list("desktops", "names", host, |text| (!text.is_empty()).then(|| text.to_owned()));
    if names.as_ref().is_some_and(Vec::is_empty) {
        reader.reject_key(
            "desktops",
            "names",
            "it is empty",
            "name at least the host that desktops connect to",
        );
    }
    let url = "https://host or https://host:port, for example \"https://node.clinic.example:8444\"";
    let endpoints = reader.list("desktops", "endpoints", url, |text| Endpoint::parse(text).ok());
    let hold = reader.text("desktops", "hold", "\"clinic\" or \"today\"", |text| match text {
        "clinic" => Some(DesktopHold::Clinic),
        "today" => Some(DesktopHold::Today),
        _ => None,
    });
    let mut path = |key, what| {
        reader.text("desktops", key, what, |text| super::optional(text, |text| Some(PathBuf::from(text))))
    };
    let packages = path("packages", "a folder, or empty");
    let release_keys = path("release_keys", "the path of a file, or empty");
    Some(DesktopsConfig {
        listen: listen?,
        names: names?,
        endpoints: endpoints?,
        hold: hold?,
        packages: packages?,
        release_keys: release_keys?,
    })
}
