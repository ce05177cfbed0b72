//! Our TURN server as a process of its own: see `holdfast_media_tests::turn_server`.

use holdfast_media_tests::heap::Counting;
use holdfast_media_tests::turn_server::{Options, run};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> anyhow::Result<()> {
    run(&Options::parse(std::env::args().skip(1))?)
}
