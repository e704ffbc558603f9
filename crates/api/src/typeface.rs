//! The typeface that a PDF is set in: one with the letters of both languages, as the machine's own packages
//! bring it (Debian: `fonts-noto-cjk`). It is read when it is needed; only the letters used go into a file.

use std::path::Path;

use report::Typeface;

use crate::error::{Answered, Fault, store_fault};

/// Where systems keep it.
const PLACES: [&str; 4] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
];

/// Where it lies on this machine.
pub(crate) fn place() -> Answered<&'static Path> {
    let mut places = PLACES.into_iter().map(Path::new);
    places
        .find(|place| place.is_file())
        .ok_or(Fault::NoTypeface)
}

/// Reads it; blocks while it does.
pub(crate) fn read() -> Answered<Typeface> {
    let read = std::fs::read(place()?).and_then(Typeface::read);
    read.map_err(|cause| store_fault("read the typeface", &cause))
}
