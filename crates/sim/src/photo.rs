//! A small picture that stands for a photo: dark water, a bank, rain; different for every task.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::noise::{mix, unit};

/// Size of the picture in pixels.
const WIDTH: u32 = 160;
const HEIGHT: u32 = 120;

/// A PNG, the same for the same number.
pub fn png(number: u64) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(WIDTH.to_be_bytes());
    header.extend(HEIGHT.to_be_bytes());
    // Eight bits a channel, red green blue, no interlace.
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &header);
    chunk(&mut out, b"IDAT", &packed(number));
    chunk(&mut out, b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    out.extend((content.len() as u32).to_be_bytes());
    let mut hash = crc32fast::Hasher::new();
    hash.update(kind);
    hash.update(content);
    out.extend(kind);
    out.extend(content);
    out.extend(hash.finalize().to_be_bytes());
}

fn packed(number: u64) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..HEIGHT {
        rows.push(0);
        rows.extend((0..WIDTH).flat_map(|x| pixel(number, x, y)));
    }
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&rows)
        .and_then(|()| zlib.finish())
        .expect("writing to memory does not fail")
}

fn pixel(number: u64, x: u32, y: u32) -> [u8; 3] {
    let bank = 40 + (mix(number, &[1]) % 30) as u32 + x / 12;
    let grain = (unit(mix(number, &[2, u64::from(x / 2), u64::from(y / 3)])) * 18.0) as u8;
    let rain = mix(number, &[3, u64::from(x), u64::from(y / 9)]).is_multiple_of(41);
    let base = if y < bank {
        [38, 44, 50]
    } else if y < bank + 9 {
        [52, 58, 44]
    } else {
        [84, 70, 50]
    };
    base.map(|channel: u8| channel + grain + if rain { 60 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_as_a_png_differs_by_task_and_is_small() {
        let (one, two) = (png(1), png(2));
        assert!(one.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert_ne!(one, two);
        assert_eq!(one, png(1));
        assert!(one.len() < 60_000, "{}", one.len());
    }
}
