//! Two hub processes on one PostgreSQL.

use holdfast_tests::postgres::Cluster;

use crate::support::Hub;

#[test]
fn a_second_hub_with_a_folder_of_its_own_does_not_start_and_disturbs_nothing() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.create_database("hub").unwrap();
    let hub = Hub::start_with(&["--dev", "--database", &url]);
    let refused = Hub::fails_to_serve(&["--database", &url]);
    for part in ["another process", "same data folder", "stop the other one"] {
        assert!(refused.contains(part), "{part} in {refused}");
    }
    let begun = "select count(*) from notice where code like 'replica-%'";
    assert_eq!(cluster.psql("hub", begun).unwrap(), "0", "nothing was taken for a copy");
    assert!(!hub.run(&["status", "--database", &url]).contains("restored"));
    drop(hub);
    Hub::start_with(&["--dev", "--database", &url]);
}
