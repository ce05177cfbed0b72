//! A PNG picture (RFC 2083) of a skin finding, drawn by arithmetic.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::generate::Dice;

const WIDTH: u32 = 240;
const HEIGHT: u32 = 180;

/// Skin with a round sore somewhere near the middle.
pub(super) fn skin(dice: &mut Dice) -> Vec<u8> {
    let center =
        (f64::from(WIDTH) * (0.4 + dice.unit() * 0.2), f64::from(HEIGHT) * (0.4 + dice.unit() * 0.2));
    let radius = 14.0 + dice.unit() * 14.0;
    let mut rows = Vec::new();
    for y in 0..HEIGHT {
        rows.push(0); // no filter
        for x in 0..WIDTH {
            let (dx, dy) = (f64::from(x) - center.0, f64::from(y) - center.1);
            let off = (dx * dx + dy * dy).sqrt() / radius;
            let sore = (1.4 - off).clamp(0.0, 1.0);
            let light = 1.0 - f64::from(y) / f64::from(HEIGHT) * 0.15;
            rows.extend(
                [(222.0, 150.0), (184.0, 42.0), (160.0, 40.0)]
                    .map(|(skin, red)| shade(skin, red, sore, light)),
            );
        }
    }
    let mut head = Vec::new();
    head.extend(WIDTH.to_be_bytes());
    head.extend(HEIGHT.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]); // 8 bits, RGB
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, *b"IHDR", &head);
    chunk(&mut png, *b"IDAT", &packed(&rows));
    chunk(&mut png, *b"IEND", &[]);
    png
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
fn shade(skin: f64, red: f64, sore: f64, light: f64) -> u8 {
    ((skin * (1.0 - sore) + red * sore) * light).clamp(0.0, 255.0) as u8
}

fn packed(rows: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(rows);
    encoder.finish().unwrap_or_default()
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) {
    png.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(body);
    png.extend(kind);
    png.extend(body);
    png.extend(crc.sum().to_be_bytes());
}
