//! Checking the trail of who looked at what.

use holdfast_api::audit::{describe, verify};
use holdfast_store::Records;

use crate::failure::{EXIT_DAMAGE, Failure};

/// Follows the pages of every database whose trail is held here; what came of it, for people. Blocks.
///
/// # Errors
/// [`Failure`] that says which page does not fit, or that the records cannot be read.
pub fn audit(records: &Records) -> Result<String, Failure> {
    let chains = records.read(verify)?;
    let text = describe(&chains);
    if chains.iter().any(|chain| chain.broken.is_some()) {
        return Err(Failure::with_exit("audit-broken", EXIT_DAMAGE, text));
    }
    Ok(text)
}
