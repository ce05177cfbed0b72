//! The description that the front end's types are made of is that of the routes.

use std::path::Path;

use crate::common::start;

/// Set: the file is written instead of compared (`make openapi`).
const WRITE: &str = "HOLDFAST_WRITE_OPENAPI";

#[tokio::test]
async fn the_committed_description_is_that_of_the_routes() {
    let server = start().await;
    let made = holdfast_api::openapi(holdfast_api::visits::add(holdfast_api::routes(&server.state)).table());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../desktop-app/packages/api/openapi.json");
    if std::env::var_os(WRITE).is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, made).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    let at = committed.lines().zip(made.lines()).position(|(committed, made)| committed != made);
    assert!(
        committed == made,
        "desktop-app/packages/api/openapi.json is not that of the routes (first at line {:?}); run `make openapi` and \
         commit what it writes",
        at.map(|at| at + 1)
    );
}
