//! Puts the built front ends into the program, if they are there: `desktop-app/apps/staff/dist` and `…/patient/dist`, as
//! `npm run build` makes them. Without them the program compiles all the same: `/` answers with the status page, and `/book/` with
//! nothing.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Below this a file goes out as it is: packing would save no packet.
const WORTH_BYTES: usize = 1024;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    embed("staff", "staff_app.rs");
    embed("patient", "patient_page.rs");
}

/// Writes a table of an app's files.
fn embed(name: &str, table_name: &str) {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    // Until it is built, its own folder is watched, in which it appears.
    let app = here.join("../../desktop-app/apps").join(name);
    let dist = app.join("dist");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed={}", if dist.exists() { &dist } else { &app }.display());
    let mut files = Vec::new();
    collect(&dist, &mut files);
    files.sort();
    let mut table = String::from("static FILES: &[File] = &[\n");
    for (at, file) in files.iter().enumerate() {
        println!("cargo:rerun-if-changed={}", file.display());
        entry(&mut table, &dist, file, &out.join(format!("{name}-{at}.gz")));
    }
    table.push_str("];\n");
    std::fs::write(out.join(table_name), table).expect("the folder that cargo names can be written");
}

/// Every file in the folder; none if it is not there.
fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => collect(&path, into),
            // Maps are for whoever develops the app.
            false if path.extension().is_some_and(|end| end == "map") => {}
            false => into.push(path),
        }
    }
}

fn entry(table: &mut String, dist: &Path, file: &Path, packed_at: &Path) {
    let bytes = std::fs::read(file).expect("a file that was listed can be read");
    let name = file.strip_prefix(dist).expect("it is in the folder").display().to_string();
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let (media, packs) = media(&name);
    let packed = if packs && bytes.len() >= WORTH_BYTES {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&bytes).expect("memory takes it");
        std::fs::write(packed_at, encoder.finish().expect("memory takes it"))
            .expect("the folder that cargo names can be written");
        format!("Some(include_bytes!({:?}))", packed_at.display().to_string())
    } else {
        "None".to_owned()
    };
    let plain = file.canonicalize().expect("it is there").display().to_string();
    writeln!(
        table,
        "    File {{ path: {:?}, media: {media:?}, tag: {tag:?}, plain: include_bytes!({plain:?}), gzip: {packed} }},",
        format!("/{name}")
    )
    .expect("a text takes it");
}

/// The media type by the name's end, and whether it is worth packing. The page is not packed: a nonce is put into it.
fn media(name: &str) -> (&'static str, bool) {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => ("text/html; charset=utf-8", false),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "json" | "webmanifest" => ("application/json", true),
        "svg" => ("image/svg+xml", true),
        "png" => ("image/png", false),
        "ico" => ("image/x-icon", true),
        "woff2" => ("font/woff2", false),
        "txt" => ("text/plain; charset=utf-8", true),
        _ => ("application/octet-stream", false),
    }
}
