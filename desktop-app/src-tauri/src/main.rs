//! Holdfast's staff desktop: a window on the loopback address that [`holdfast_desktop_host`] serves.
//!
//! It holds no record, no key and no rule; closing the window ends the host cleanly.

mod keyring;
mod locale;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use holdfast_desktop_host::cli::{Arguments, runtime, without_window};

/// Merging is made of many small allocations; this allocator takes a fifth less time over them than glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let has_window = !arguments.headless && arguments.command.is_none();
    if has_window {
        locale::ensure();
    }
    let done = runtime().map_err(|error| error.to_string()).and_then(|runtime| {
        if has_window {
            window::open(&arguments.serving, runtime)
        } else {
            let keyring = Some(Arc::new(keyring::SessionKeyring) as _);
            runtime.block_on(without_window(&arguments, keyring)).map_err(|error| error.to_string())
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("holdfast-desktop: {text}");
            ExitCode::FAILURE
        }
    }
}
