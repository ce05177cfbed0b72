//! The node's enrolment at a hub, and the clinic that it says.

use holdfast_link::enrol::Enrolled;
use holdfast_uplink::Enrolment;

use crate::config::Config;
use crate::data_dir::DataDir;
use crate::failure::Failure;

/// The name of a clinic that nobody has named.
const UNNAMED_CLINIC: &str = "clinic";

/// The enrolment of a data folder; `None` if the node is not enrolled.
///
/// # Errors
/// [`Failure`] if it is there but cannot be used.
pub fn load(dir: &DataDir) -> Result<Option<Enrolment>, Failure> {
    Ok(Enrolment::load(&dir.enrolment())?)
}

/// The clinic of this node: the enrolment's, which the configuration may repeat but not contradict.
///
/// # Errors
/// [`Failure::Other`] if the two differ.
pub fn clinic(config: &Config, enrolment: Option<&Enrolment>) -> Result<String, Failure> {
    let enrolled = enrolment.map(|enrolment| enrolment.enrolled.identity.clinic());
    match (config.node.clinic.as_deref(), enrolled) {
        (Some(said), Some(known)) if said != known => Err(Failure::with_exit(
            "clinic-differs",
            10,
            format!(
                "cannot start as clinic \"{said}\": this node is enrolled for clinic \"{known}\"; set node.clinic to \
                 that or leave it empty, or enrol a new data folder"
            ),
        )),
        (said, known) => Ok(known.or(said).unwrap_or(UNNAMED_CLINIC).to_owned()),
    }
}

/// `holdfast-node enrol`: makes the key, has it certified, and keeps what the hub said.
///
/// # Errors
/// [`Failure`]: the folder is in use, the token or the hub's address cannot be used, or the hub refuses.
pub async fn enrol_node(dir: &DataDir, hub: &str, token: &str, now_ms: u64) -> Result<Enrolled, Failure> {
    let _lock = dir.lock()?;
    Ok(Enrolment::enrol(&dir.enrolment(), hub, token, now_ms).await?)
}
