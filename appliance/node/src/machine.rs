//! A mark of this machine that is not on its disks, so that a copy of all of them, started elsewhere, is known for one at once
//! (`Identity::on_machine`).

use std::path::Path;

/// Where firmware says which machine this is: the UUID of SMBIOS (readable by root alone), or the serial number of a board without one
/// (<https://www.kernel.org/doc/Documentation/ABI/testing/sysfs-firmware-ofw>).
const MARKS: [&str; 2] = ["sys/class/dmi/id/product_uuid", "sys/firmware/devicetree/base/serial-number"];

/// What a maker leaves where there should be a number.
const NONE: [&str; 4] = ["", "0", "none", "notspecified"];

/// The machine's fingerprint; none if firmware names no number that can be read here.
pub(crate) fn fingerprint() -> Option<[u8; 32]> {
    of(Path::new("/"))
}

fn of(root: &Path) -> Option<[u8; 32]> {
    let read = |mark: &&str| std::fs::read_to_string(root.join(mark)).ok();
    let plain = |text: String| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let is_number = |text: &String| !NONE.contains(&text.as_str()) && !is_one_digit(text);
    let found = MARKS.iter().filter_map(read).map(plain).find(is_number)?;
    Some(
        *blake3::Hasher::new_derive_key("holdfast 2026-11-28 machine")
            .update(found.as_bytes())
            .finalize()
            .as_bytes(),
    )
}

/// `ffffffff-ffff-…`, `00000000-0000-…`.
fn is_one_digit(text: &str) -> bool {
    text.chars().all(|c| text.starts_with(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_told_by_what_its_firmware_says() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(of(root.path()), None);
        let write = |mark: &str, text: &str| {
            let path = root.path().join(mark);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        for nothing in
            ["\n", "None\n", "Not Specified", "00000000-0000-0000-0000-000000000000\n", "FFFFFFFF-FFFF"]
        {
            write(MARKS[0], nothing);
            assert_eq!(of(root.path()), None, "{nothing:?}");
        }
        write(MARKS[1], "100000003d1d1c36\0");
        let board = of(root.path());
        write(MARKS[0], "4C4C4544-0042-3510-8051-B4C04F4E3332\n");
        let pc = of(root.path());
        assert!(board.is_some() && pc.is_some() && board != pc);
        write(MARKS[0], "4c4c4544-0042-3510-8051-b4c04f4e3332");
        assert_eq!(of(root.path()), pc);
    }
}
