//! The typeface of a PDF: which letters were used, how wide they are, and the part of the file that holds
//! them.

use std::collections::BTreeMap;
use std::io::{Error, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, RawFace, Tag, name_id};

const SYSTEM: SystemInfo<'_> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// What a document calls its typeface.
const NAME: Name<'_> = Name(b"WATCHF+Report");

/// A file of a typeface, and which face of it is meant.
#[derive(Clone, Debug)]
pub struct Typeface {
    bytes: Vec<u8>,
    face: u32,
}

impl Typeface {
    /// The face of simplified Chinese, where a file holds several; else the first.
    ///
    /// # Errors
    /// When it is no typeface.
    pub fn read(bytes: Vec<u8>) -> std::io::Result<Typeface> {
        let faces = ttf_parser::fonts_in_collection(&bytes).unwrap_or(1);
        let simplified = (0..faces).find(|face| is_simplified(&bytes, *face));
        let face = simplified.unwrap_or(0);
        Face::parse(&bytes, face).map_err(Error::other)?;
        Ok(Typeface { bytes, face })
    }
}

fn is_simplified(bytes: &[u8], face: u32) -> bool {
    let Ok(face) = Face::parse(bytes, face) else {
        return false;
    };
    let names = face.names().into_iter();
    let mut families = names.filter(|name| name.name_id == name_id::FAMILY);
    families.any(|name| name.to_string().is_some_and(|name| name.ends_with(" SC")))
}

/// A typeface while a document is written with it.
pub(super) struct Type<'t> {
    typeface: &'t Typeface,
    face: Face<'t>,
    known: BTreeMap<char, (u16, f32)>,
    used: GlyphRemapper,
    /// By the numbers in the document: the width of each letter and what it says.
    letters: BTreeMap<u16, (f32, char)>,
}

impl<'t> Type<'t> {
    pub(super) fn new(typeface: &'t Typeface) -> std::io::Result<Type<'t>> {
        let face = Face::parse(&typeface.bytes, typeface.face).map_err(Error::other)?;
        Ok(Type {
            typeface,
            face,
            known: BTreeMap::new(),
            used: GlyphRemapper::new(),
            letters: BTreeMap::new(),
        })
    }

    fn letter(&mut self, letter: char) -> (u16, f32) {
        let face = &self.face;
        *self.known.entry(letter).or_insert_with(|| {
            let glyph = face.glyph_index(letter).unwrap_or_default();
            let width = face.glyph_hor_advance(glyph).unwrap_or_default();
            (glyph.0, f32::from(width) / f32::from(face.units_per_em()))
        })
    }

    /// How wide a text is at the size of one point.
    pub(super) fn width(&mut self, text: &str) -> f32 {
        text.chars().map(|letter| self.letter(letter).1).sum()
    }

    /// A text as the document writes it: two bytes a letter.
    pub(super) fn written(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() * 2);
        for letter in text.chars() {
            let (glyph, width) = self.letter(letter);
            let number = self.used.remap(glyph);
            self.letters.entry(number).or_insert((width, letter));
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Writes the typeface with the letters that were used; `next` gives numbers of objects.
    pub(super) fn embed(
        self,
        pdf: &mut Pdf,
        own: Ref,
        mut next: impl FnMut() -> Ref,
    ) -> std::io::Result<()> {
        let (cid, descriptor, cmap, file) = (next(), next(), next(), next());
        let subset = subsetter::subset(&self.typeface.bytes, self.typeface.face, &self.used);
        let subset = subset.map_err(|cause| Error::other(cause.to_string()))?;
        let raw = RawFace::parse(&subset, 0).map_err(Error::other)?;
        let outlines = raw.table(Tag::from_bytes(b"CFF "));
        let program = packed(outlines.unwrap_or(&subset))?;

        pdf.type0_font(own)
            .base_font(NAME)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);
        let mut font = pdf.cid_font(cid);
        font.subtype(match outlines {
            Some(_) => CidFontType::Type0,
            None => CidFontType::Type2,
        });
        font.base_font(NAME).system_info(SYSTEM);
        font.font_descriptor(descriptor).default_width(0.0);
        if outlines.is_none() {
            font.cid_to_gid_map_predefined(Name(b"Identity"));
        }
        let mut widths = font.widths();
        for (number, (width, _)) in &self.letters {
            widths.consecutive(*number, [width * 1000.0]);
        }
        widths.finish();
        font.finish();

        let per_mille =
            |units: i16| f32::from(units) * 1000.0 / f32::from(self.face.units_per_em());
        let bounds = self.face.global_bounding_box();
        let mut told = pdf.font_descriptor(descriptor);
        told.name(NAME)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(
                per_mille(bounds.x_min),
                per_mille(bounds.y_min),
                per_mille(bounds.x_max),
                per_mille(bounds.y_max),
            ))
            .italic_angle(0.0)
            .ascent(per_mille(self.face.ascender()))
            .descent(per_mille(self.face.descender()))
            .cap_height(per_mille(
                self.face.capital_height().unwrap_or(self.face.ascender()),
            ))
            .stem_v(95.0);
        match outlines {
            Some(_) => told.font_file3(file),
            None => told.font_file2(file),
        };
        told.finish();

        let mut says = UnicodeCmap::new(Name(b"Watchfire"), SYSTEM);
        for (number, (_, letter)) in &self.letters {
            says.pair(*number, *letter);
        }
        pdf.cmap(cmap, &says.finish());
        let mut stream = pdf.stream(file, &program);
        stream.filter(Filter::FlateDecode);
        if outlines.is_some() {
            stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        }
        stream.finish();
        Ok(())
    }
}

pub(super) fn packed(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(content)?;
    packer.finish()
}
