//! Pictures and videos as bytes: what kind they are, whether they are whole, and the same without what
//! their maker wrote into them about place, owner and machine.
//!
//! Nothing is decoded. A file that is cut off is not kept: what cannot be read of it cannot be looked
//! through either.

/// A kind of file we keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Jpeg,
    Png,
    Webp,
    Mp4,
}

impl Media {
    /// The kind of bytes that begin as one of ours does, whatever their sender calls them.
    pub(crate) fn of(bytes: &[u8]) -> Option<Media> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Media::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Media::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, rest @ ..] if rest.starts_with(b"WEBP") => {
                Some(Media::Webp)
            }
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Media::Mp4),
            _ => None,
        }
    }

    pub(crate) const fn is_video(self) -> bool {
        matches!(self, Media::Mp4)
    }

    /// The media type.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Media::Jpeg => "image/jpeg",
            Media::Png => "image/png",
            Media::Webp => "image/webp",
            Media::Mp4 => "video/mp4",
        }
    }
}

/// The file as it is kept, and its kind: none when it is cut off, or none of ours.
pub(crate) fn kept(bytes: Vec<u8>) -> Option<(Media, Vec<u8>)> {
    let kind = Media::of(&bytes).filter(|kind| is_whole(*kind, &bytes))?;
    Some((kind, stripped(kind, bytes)))
}

/// Whether the bytes are a file of this kind from beginning to end, as far as its outline shows.
fn is_whole(kind: Media, bytes: &[u8]) -> bool {
    match kind {
        Media::Jpeg => {
            let parts = jpeg_parts(bytes);
            let frame = |part: &Part<'_>| matches!(part.mark, 0xc0..=0xc3 | 0xc5..=0xcf);
            parts.iter().any(frame) && parts.last().is_some_and(|part| part.mark == END)
        }
        Media::Png => {
            let chunks = png_chunks(bytes);
            let is =
                |chunk: Option<&(&[u8], &[u8])>, name: &[u8]| chunk.is_some_and(|c| c.0 == name);
            is(chunks.first(), b"IHDR") && is(chunks.last(), b"IEND")
        }
        Media::Webp => {
            let chunks = webp_chunks(bytes);
            let read: usize = chunks.iter().map(|(_, chunk)| chunk.len()).sum();
            let picture = chunks.iter().any(|(name, _)| name.starts_with(b"VP8"));
            picture && bytes.len() - 12 - read < 8
        }
        Media::Mp4 => {
            let boxes = boxes(bytes, 0, bytes.len());
            let has = |name: &[u8; 4]| boxes.iter().any(|one| one.name == *name);
            let whole = boxes.last().is_some_and(|last| last.end == bytes.len());
            // A picture in a box (HEIC) has no moving part.
            whole && has(b"moov") && (has(b"mdat") || has(b"moof"))
        }
    }
}

/// The same file without what was written into it beside its picture, and without what cannot be read.
fn stripped(kind: Media, bytes: Vec<u8>) -> Vec<u8> {
    match kind {
        Media::Jpeg => jpeg_stripped(&bytes),
        Media::Png => png_stripped(&bytes),
        Media::Webp => webp_stripped(&bytes),
        Media::Mp4 => mp4_stripped(bytes),
    }
}

/// Parts of one file that are looked at: no camera makes nearly as many, and a sender may make millions.
const MOST_PARTS: usize = 65_536;

/// One marker of a JPEG with all bytes until the next one.
struct Part<'a> {
    mark: u8,
    bytes: &'a [u8],
}

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
/// What the whole tail is called that is no marker any more.
const UNREAD: u8 = 0x00;

/// The parts of a JPEG up to its end; what lies behind it is left out.
fn jpeg_parts(bytes: &[u8]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (mark, length) = match rest {
            // Room before a marker: all of it but the byte that begins the marker.
            [0xff, 0xff, ..] => {
                let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
                (0xff, Some(fill - 1))
            }
            [0xff, mark @ (0xd0..=0xd8 | 0x01), ..] => (*mark, Some(2)),
            [0xff, END, ..] => (END, Some(2)),
            [0xff, mark @ 0x02..=0xff, high, low, ..] => {
                let length = 2 + usize::from(u16::from_be_bytes([*high, *low]));
                let more = if *mark == SCAN {
                    coded(rest, length)
                } else {
                    0
                };
                (
                    *mark,
                    Some(length + more).filter(|n| *n >= 4 && *n <= rest.len()),
                )
            }
            _ => (UNREAD, None),
        };
        let Some(length) = length.filter(|_| parts.len() < MOST_PARTS) else {
            let mark = UNREAD;
            parts.push(Part { mark, bytes: rest });
            return parts;
        };
        let bytes = &rest[..length];
        parts.push(Part { mark, bytes });
        if mark == END {
            return parts;
        }
        at += length;
    }
    parts
}

/// Bytes of coded picture behind the header of a scan.
fn coded(rest: &[u8], header: usize) -> usize {
    let body = rest.get(header..).unwrap_or_default();
    let is_mark = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7);
    body.windows(2).position(is_mark).unwrap_or(body.len())
}

fn jpeg_stripped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for part in jpeg_parts(bytes) {
        match part.mark {
            // How it is to be turned is the picture; the rest of what a camera writes is not.
            0xe1 => {
                if let Some(turn) = turn_of(part.bytes).filter(|turn| *turn != 1) {
                    out.extend_from_slice(&turned(turn));
                }
            }
            // Density, colours (ICC, Adobe) stay.
            0xe2 if !part.bytes[4..].starts_with(b"ICC_PROFILE\0") => {}
            0xe3..=0xed | 0xef | 0xfe | UNREAD => {}
            _ => out.extend_from_slice(part.bytes),
        }
    }
    out
}

/// The orientation an Exif part gives, 1 to 8.
fn turn_of(part: &[u8]) -> Option<u16> {
    let tiff = part.get(4..)?.strip_prefix(b"Exif\0\0")?;
    let little = tiff.starts_with(b"II");
    let word = |at: usize| {
        let two = <[u8; 2]>::try_from(tiff.get(at..at + 2)?).ok()?;
        Some(if little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    };
    let long = |at: usize| {
        let four = <[u8; 4]>::try_from(tiff.get(at..at + 4)?).ok()?;
        Some(if little {
            u32::from_le_bytes(four)
        } else {
            u32::from_be_bytes(four)
        })
    };
    let first = usize::try_from(long(4)?).ok()?;
    let rows = usize::from(word(first)?);
    let row = (0..rows).map(|n| first + 2 + 12 * n);
    let turn = row.into_iter().find(|at| word(*at) == Some(0x0112));
    word(turn? + 8).filter(|turn| (1..=8).contains(turn))
}

/// An Exif part that says how to turn the picture, and nothing else.
fn turned(turn: u16) -> Vec<u8> {
    let mut part = vec![0xff, 0xe1, 0x00, 0x22];
    part.extend_from_slice(b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01");
    part.extend_from_slice(&[0x01, 0x12, 0x00, 0x03, 0, 0, 0, 1]);
    part.extend_from_slice(&turn.to_be_bytes());
    part.extend_from_slice(&[0, 0, 0, 0, 0, 0]);
    part
}

/// Name and whole bytes of each chunk of a PNG, up to the last that is whole.
fn png_chunks(bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut chunks = Vec::new();
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((length, _)) = rest.split_first_chunk::<4>() {
        let length = (u32::from_be_bytes(*length) as usize).saturating_add(12);
        let Some(chunk) = rest.get(..length) else {
            break;
        };
        let name = &chunk[4..8];
        chunks.push((name, chunk));
        if name == b"IEND" {
            break;
        }
        rest = &rest[length..];
    }
    chunks
}

fn png_stripped(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes[..8].to_vec();
    for (name, chunk) in png_chunks(bytes) {
        if !matches!(name, b"eXIf" | b"tEXt" | b"zTXt" | b"iTXt" | b"tIME") {
            out.extend_from_slice(chunk);
        }
    }
    out
}

/// Name and whole bytes of each chunk of a WebP, up to the last that is whole.
fn webp_chunks(bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut chunks = Vec::new();
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some(length) = rest
        .get(4..8)
        .and_then(|four| <[u8; 4]>::try_from(four).ok())
    {
        let length = (u32::from_le_bytes(length) as usize).saturating_add(8);
        let length = length.saturating_add(length % 2);
        let Some(chunk) = rest.get(..length) else {
            break;
        };
        chunks.push((&chunk[..4], chunk));
        rest = &rest[length..];
    }
    chunks
}

fn webp_stripped(bytes: &[u8]) -> Vec<u8> {
    const EXIF: u8 = 0b1000;
    const XMP: u8 = 0b0100;
    let mut out = bytes[..12].to_vec();
    for (name, chunk) in webp_chunks(bytes) {
        if matches!(name, b"EXIF" | b"XMP ") {
            continue;
        }
        let start = out.len();
        out.extend_from_slice(chunk);
        if let Some(flags) = out.get_mut(start + 8).filter(|_| name == b"VP8X") {
            *flags &= !(EXIF | XMP);
        }
    }
    let length = u32::try_from(out.len() - 8).unwrap_or(u32::MAX);
    out[4..8].copy_from_slice(&length.to_le_bytes());
    out
}

/// One box of a video: its name, where its content begins, and where it ends.
struct Boxed {
    name: [u8; 4],
    start: usize,
    body: usize,
    end: usize,
}

/// The boxes between two places, up to the first whose length does not hold.
fn boxes(bytes: &[u8], from: usize, to: usize) -> Vec<Boxed> {
    let mut found = Vec::new();
    let mut start = from;
    while let Some(head) = bytes[..to].get(start..start + 8) {
        let short = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let name = [head[4], head[5], head[6], head[7]];
        let (length, body) = match short {
            0 => (Some(to - start), start + 8),
            1 => {
                let long = bytes[..to].get(start + 8..start + 16);
                let long = long.and_then(|eight| <[u8; 8]>::try_from(eight).ok());
                let long = long.and_then(|eight| usize::try_from(u64::from_be_bytes(eight)).ok());
                (long, start + 16)
            }
            short => (Some(short as usize), start + 8),
        };
        let end = length.and_then(|length| start.checked_add(length));
        let fits = |end: &usize| *end >= body && *end <= to && found.len() < MOST_PARTS;
        let Some(end) = end.filter(fits) else {
            break;
        };
        found.push(Boxed {
            name,
            start,
            body,
            end,
        });
        start = end;
    }
    found
}

/// Boxes of places, owners and makers become free room of the same length, so that everything else
/// stays where the file says it is.
fn mp4_stripped(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut within = vec![(0, bytes.len())];
    while let Some((from, to)) = within.pop() {
        for one in boxes(&bytes, from, to) {
            match &one.name {
                b"udta" | b"meta" | b"uuid" => {
                    bytes[one.start + 4..one.start + 8].copy_from_slice(b"free");
                    bytes[one.body..one.end].fill(0);
                }
                b"moov" | b"trak" | b"moof" | b"traf" => within.push((one.body, one.end)),
                _ => {}
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(mark: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len() + 2).expect("short");
        [&[0xff, mark][..], &length.to_be_bytes(), body].concat()
    }

    fn jpeg(middle: &[u8]) -> Vec<u8> {
        let frame = segment(0xc0, b"\x08\0\x10\0\x10\x01\x01\x11\0");
        let scan = [
            &segment(SCAN, b"\x01\x01\0\0\x3f\0")[..],
            b"coded\xff\x00more\xff\xd0end",
        ]
        .concat();
        [b"\xff\xd8", middle, &frame, &scan, b"\xff\xd9"].concat()
    }

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).expect("short");
        [&length.to_be_bytes()[..], name, body, b"crc!"].concat()
    }

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).expect("short");
        [&length.to_be_bytes()[..], name, body].concat()
    }

    fn holds(bytes: &[u8], words: &[u8]) -> bool {
        bytes.windows(words.len()).any(|part| part == words)
    }

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let check = |bytes: &[u8], want| assert_eq!(Media::of(bytes), want, "{bytes:?}");
        check(b"\xff\xd8\xff\xe0rest", Some(Media::Jpeg));
        check(b"\x89PNG\r\n\x1a\nrest", Some(Media::Png));
        check(b"RIFF\0\0\0\0WEBPVP8 ", Some(Media::Webp));
        check(b"\0\0\0\x18ftypmp42", Some(Media::Mp4));
        check(b"<svg onload=alert(1)>", None);
        check(b"", None);
    }

    #[test]
    fn a_photo_loses_its_place_and_keeps_its_turn() {
        let exif = [
            &b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0"[..],
            b"\x0f\x01\x02\0\x04\0\0\0Cam\0",
            b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0",
            b"GPS 29.5 120.9",
        ]
        .concat();
        let private = [segment(0xe1, &exif), segment(0xfe, b"owner")].concat();
        let with = [&jpeg(&private)[..], b"a second picture behind the first"].concat();
        assert!(is_whole(Media::Jpeg, &with));
        let without = stripped(Media::Jpeg, with);
        assert!(is_whole(Media::Jpeg, &without));
        for words in [&b"GPS"[..], b"Cam", b"owner", b"second"] {
            assert!(!holds(&without, words), "{words:?} is still there");
        }
        assert_eq!(without, jpeg(&turned(6)));
        let turn = turned(6);
        assert_eq!(turn_of(&turn), Some(6));
        // One that says nothing stays as it is, byte for byte.
        let plain = jpeg(&segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"));
        assert_eq!(stripped(Media::Jpeg, plain.clone()), plain);
        for broken in [
            &b"\xff\xd8\xff\xe0rest"[..],
            &plain[..plain.len() - 2],
            b"\xff\xd8\xff",
        ] {
            assert_eq!(kept(broken.to_vec()), None, "{broken:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_of_a_file_is_neither_kept_nor_handed_on() {
        let place = b"Exif\0\0GPS 29.5 120.9";
        // Behind a length that does not hold stands whatever stands there.
        let jpeg = [&b"\xff\xd8\xff\xc0\0\x04ab\0\0"[..], &segment(0xe1, place)].concat();
        let part = |name: &[u8; 4], body: &[u8]| {
            let length = u32::try_from(body.len()).expect("short");
            [name, &length.to_le_bytes()[..], body].concat()
        };
        let mut webp = [
            b"RIFF\0\0\0\0WEBP".to_vec(),
            part(b"VP8 ", b"pixels"),
            part(b"EXIF", place),
        ]
        .concat();
        webp.pop();
        let mut png = [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            chunk(b"IHDR", b"size"),
            chunk(b"eXIf", place),
        ]
        .concat();
        png.pop();
        for file in [jpeg, webp, png] {
            let kind = Media::of(&file).expect("it begins as one");
            assert_eq!(kept(file.clone()), None, "{kind:?}");
            assert!(!holds(&stripped(kind, file), b"GPS"), "{kind:?}");
        }
    }

    #[test]
    fn a_png_and_a_webp_lose_what_was_written_into_them() {
        let head = b"\x89PNG\r\n\x1a\n";
        let (ihdr, iend) = (chunk(b"IHDR", b"size"), chunk(b"IEND", b""));
        let text = chunk(b"tEXt", b"Author\0somebody");
        let with = [&head[..], &ihdr, &text, &iend, b"tail"].concat();
        assert!(is_whole(Media::Png, &with));
        let without = [&head[..], &ihdr, &iend].concat();
        assert_eq!(stripped(Media::Png, with), without);
        let broken = b"\x89PNG\r\n\x1a\n a picture of the bridge".to_vec();
        assert_eq!(kept(broken), None);

        let part = |name: &[u8; 4], body: &[u8]| {
            let length = u32::try_from(body.len()).expect("short");
            [name, &length.to_le_bytes()[..], body].concat()
        };
        let riff = |parts: &[Vec<u8>]| {
            let body = [&b"WEBP"[..], &parts.concat()].concat();
            let length = u32::try_from(body.len()).expect("short");
            [&b"RIFF"[..], &length.to_le_bytes(), &body].concat()
        };
        let pixels = part(b"VP8 ", b"pixels");
        let flags = |flags: u8| part(b"VP8X", &[flags, 0, 0, 0, 1, 0, 0, 1, 0, 0]);
        let with = riff(&[flags(0b1100), pixels.clone(), part(b"EXIF", b"GPS!")]);
        assert!(is_whole(Media::Webp, &with));
        assert_eq!(stripped(Media::Webp, with), riff(&[flags(0), pixels]));
    }

    /// One sound file of each kind, with something to take out of it.
    fn samples() -> Vec<Vec<u8>> {
        let part = |name: &[u8; 4], body: &[u8]| {
            let length = u32::try_from(body.len()).expect("short");
            [name, &length.to_le_bytes()[..], body].concat()
        };
        let webp = [
            b"RIFF\0\0\0\0WEBP".to_vec(),
            part(b"VP8X", &[0b1100, 0, 0, 0, 1, 0, 0, 1, 0, 0]),
            part(b"EXIF", b"GPS!"),
        ];
        let moov = boxed(b"moov", &boxed(b"trak", &boxed(b"udta", b"+29.5+120.9/")));
        vec![
            jpeg(&segment(
                0xe1,
                b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0",
            )),
            [
                b"\x89PNG\r\n\x1a\n".to_vec(),
                chunk(b"tEXt", b"a"),
                chunk(b"IEND", b""),
            ]
            .concat(),
            webp.concat(),
            [boxed(b"ftyp", b"mp42"), moov, boxed(b"mdat", b"frames")].concat(),
        ]
    }

    #[test]
    fn a_part_that_is_too_short_for_what_it_says_harms_nobody() {
        // A header of a WebP without its flags: any person with a login could send it.
        let short = b"RIFF\x0c\0\0\0WEBPVP8X\0\0\0\0".to_vec();
        assert_eq!(kept(short.clone()), Some((Media::Webp, short)));
    }

    #[test]
    fn no_file_has_parts_without_end() {
        let fill = [b"\xff\xd8".to_vec(), vec![0xff; 1 << 20]].concat();
        assert!(jpeg_parts(&fill).len() < 8);
        let turns = [b"\xff\xd8".to_vec(), b"\xff\xd0".repeat(1 << 20)].concat();
        assert!(jpeg_parts(&turns).len() <= MOST_PARTS + 1);
        assert!(!is_whole(Media::Jpeg, &turns));
        let empty = [boxed(b"ftyp", b"mp42"), boxed(b"free", b"").repeat(1 << 20)].concat();
        assert!(boxes(&empty, 0, empty.len()).len() <= MOST_PARTS);
        assert!(!is_whole(Media::Mp4, &empty));
    }

    /// Sound files with some bytes changed, for as long as `WATCHFIRE_FUZZ_SECONDS` says; a tenth of a
    /// second when it says nothing. Whatever comes of them, it is no panic and never longer.
    #[test]
    fn fuzz() {
        let word = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
        let most = std::time::Duration::from_millis(
            word("WATCHFIRE_FUZZ_SECONDS").map_or(100, |seconds| seconds * 1000),
        );
        let mut seed = word("WATCHFIRE_SEED").unwrap_or(1);
        let mut below = |n: usize| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            ((mixed ^ (mixed >> 31)) % n as u64) as usize
        };
        let (samples, begun) = (samples(), std::time::Instant::now());
        while begun.elapsed() < most {
            let mut bytes = samples[below(samples.len())].clone();
            for _ in 0..below(6) {
                let place = below(bytes.len());
                bytes[place] = [0, 1, 2, 8, 0x7f, 0xff, below(256) as u8][below(7)];
            }
            bytes.truncate(bytes.len() - below(3) * below(bytes.len()) / 2);
            if let Some(kind) = Media::of(&bytes) {
                let _sound = is_whole(kind, &bytes);
                let length = bytes.len();
                assert!(
                    stripped(kind, bytes).len() <= length + 36,
                    "a turn may be added"
                );
            }
        }
    }

    #[test]
    fn a_video_loses_its_place_and_keeps_its_length() {
        let place = boxed(b"udta", b"+29.5+120.9/");
        let moov = boxed(
            b"moov",
            &[boxed(b"mvhd", b"time"), boxed(b"trak", &place), place].concat(),
        );
        let with = [boxed(b"ftyp", b"mp42"), moov, boxed(b"mdat", b"frames")].concat();
        assert!(is_whole(Media::Mp4, &with));
        let without = stripped(Media::Mp4, with.clone());
        assert!(is_whole(Media::Mp4, &without));
        assert_eq!(without.len(), with.len());
        assert!(
            !holds(&without, b"29.5") && holds(&without, b"frames") && holds(&without, b"mvhd")
        );
        assert!(!is_whole(Media::Mp4, &with[..with.len() - 1]), "cut off");
        assert!(!is_whole(
            Media::Mp4,
            b"\0\0\0\x18ftypmp42 and then nothing of it"
        ));
        assert!(!is_whole(Media::Mp4, &boxed(b"ftyp", b"heic")));
    }
}
