//! Before the first sign-in on a new desktop: the clinic's people come from its node, in its first lane, within a second of
//! the enrolment. Until then a right PIN would be called wrong.

use std::time::Duration;

use holdfast_clinical::people::HOLDFAST_USER;
use holdfast_store::StoreError;
use holdfast_store::writer::Writer;

/// As long as somebody waits for a sign-in without wondering.
const AT_MOST: Duration = Duration::from_secs(10);

/// Waits for the first person; whether anybody is here.
///
/// # Errors
/// The store.
pub(crate) async fn people_are_here(writer: &Writer) -> Result<bool, StoreError> {
    let mut commits = writer.commits();
    let arrive = async {
        loop {
            commits.mark_unchanged();
            let found = writer.read(|view| view.search(HOLDFAST_USER, &[], 0, 1)).await?;
            if !found.resources.is_empty() {
                return Ok(true);
            }
            if commits.changed().await.is_err() {
                return Ok(false);
            }
        }
    };
    tokio::time::timeout(AT_MOST, arrive).await.unwrap_or(Ok(false))
}
