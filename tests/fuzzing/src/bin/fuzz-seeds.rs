//! Writes the first inputs of every target into a folder: `fuzz-seeds DIR` makes `DIR/TARGET/seed-NN`.

use std::path::PathBuf;
use std::process::ExitCode;

use holdfast_fuzzing::{TARGETS, seeds};

fn write(folder: PathBuf) -> std::io::Result<()> {
    for target in TARGETS {
        let folder = folder.join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds::of(target.name) {
            std::fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("fuzz-seeds: name the folder to write to: fuzz-seeds DIR");
        return ExitCode::FAILURE;
    };
    match write(folder.into()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fuzz-seeds: cannot write the inputs: {error}; check the folder, then repeat");
            ExitCode::FAILURE
        }
    }
}
