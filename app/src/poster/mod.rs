//! A film's poster, drawn from its title, year and genres: an SVG of 200 by 300, about 2 kB.
//!
//! Pure and deterministic: the same film gives the same bytes on every machine, so a poster can be cached for good.
//! Nothing to load, no ids, no script, no style, and nothing but numbers and escaped text from outside.
//!
//! 1. [`lettering`]: clean the title, fit it into its box; the box's height is then known
//! 2. [`inks`]: the most telling genre decides inks and possible pictures
//! 3. [`chance`]: a seed from title and year; its bits choose inks, picture, layout and lettering
//! 4. [`art`], [`art_more`]: one of fifteen pictures, in whatever height the title left over
//!
//! Text cannot overflow: every line carries `textLength`, at most the box's width, so that a browser whose font is
//! wider squeezes the line. Text lies on one flat ink, never on the picture, and each pair of inks contrasts 4.5:1.

mod art;
mod art_more;
mod chance;
mod inks;
mod lettering;
mod shapes;

use art::{Palette, draw};
use chance::{Dice, seed_of};
use inks::style_of;
use lettering::{Fitted, clean, escape, fit, measure, tall};
use shapes::{n, rect};

/// Canvas and margin.
const WIDTH: f64 = 200.0;
const HEIGHT: f64 = 300.0;
const MARGIN: f64 = 14.0;
/// What a line of text may take.
const BOX: f64 = WIDTH - 2.0 * MARGIN;
/// What all lines of the title may take together.
const ROOM: f64 = 116.0;
/// A serif sets a little narrower than the table of widths.
const SERIF_FACE: f64 = 0.94;
/// Titles of up to so many UTF-16 units may be set in capitals.
const SHOUTED: usize = 20;

const SERIF: &str = "Georgia,'Times New Roman','Liberation Serif','DejaVu Serif Condensed',serif";
const SANS: &str = "'Helvetica Neue',Helvetica,Arial,'Liberation Sans','DejaVu Sans Condensed',sans-serif";

/// Where title and picture lie.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// The title below the picture.
    Foot,
    /// The title above it.
    Head,
    /// Below it, in the colours turned round.
    Plate,
    /// Below it, the picture in a frame.
    Inset,
}

/// The poster of a film, as an SVG document.
pub fn poster(title: &str, year: Option<u16>, genres: &[String]) -> String {
    let title = clean(title);
    let year = year.filter(|&year| year != 0).map(|year| year.to_string()).unwrap_or_default();
    let seed = seed_of(&format!("{title}|{year}"));
    let (genre, style) = style_of(genres);
    let [paper, ink, lead, second, third] = style.inks[seed as usize % style.inks.len()];
    let art = style.art[(seed >> 7) as usize % style.art.len()];
    let layout = [Layout::Foot, Layout::Head, Layout::Plate, Layout::Inset][(seed >> 13) as usize % 4];
    let serif = style.may_be_serif && (seed >> 17).is_multiple_of(2);
    let short = title.encode_utf16().count() <= SHOUTED;
    let shout = style.may_shout && !serif && short && (seed >> 19).is_multiple_of(2);
    let face = if serif { SERIF_FACE } else { 1.0 };

    let words = if shout { title.to_uppercase() } else { title };
    let fitted = fit(&words, BOX, ROOM, face);
    let title_height = tall(fitted.lines.len(), fitted.size);
    let block = MARGIN + title_height + 11.0 + 12.0 + MARGIN - 2.0; // title, gap, line of year and genre
    let art_height = HEIGHT - block;
    let head = layout == Layout::Head;
    let (ground, text_ink) = if layout == Layout::Plate { (ink, paper) } else { (paper, ink) };
    let lettering = lettering_of(&fitted, &year, genre, face, head, art_height);

    // Framed pictures, and every other one below its title, are printed on the lead ink; the rest on paper.
    let swapped = layout == Layout::Inset || (head && (seed >> 21).is_multiple_of(2));
    let (on, a) = if swapped { (lead, paper) } else { (paper, lead) };
    let palette = Palette { p: on, k: ink, a, b: second, c: third, music: genre == "Musical" };
    let (x, y, width, height) = match layout {
        Layout::Inset => (MARGIN, MARGIN, BOX, art_height - MARGIN),
        Layout::Head => (0.0, block, WIDTH, art_height),
        Layout::Foot | Layout::Plate => (0.0, 0.0, WIDTH, art_height),
    };
    let picture = draw(art, width, shapes::rounded(height), &palette, &mut Dice::new(seed));

    let plate =
        if layout == Layout::Plate { rect(0.0, art_height - 0.5, WIDTH, block + 1.5, ground) } else { String::new() };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\" \
         data-art=\"{art}\" font-family=\"{family}\">{paper}<svg x=\"{x}\" y=\"{y}\" width=\"{width}\" \
         height=\"{height}\">{ground}{picture}</svg>{plate}<g fill=\"{text_ink}\">{lettering}</g></svg>",
        art = art.name(),
        family = if serif { SERIF } else { SANS },
        paper = rect(0.0, 0.0, WIDTH, HEIGHT, paper),
        ground = rect(0.0, 0.0, width, height, palette.p),
        y = n(y),
        height = n(height),
    )
}

/// The title's lines, the year on the left and the genre on the right of their line.
fn lettering_of(fitted: &Fitted, year: &str, genre: &str, face: f64, head: bool, art_height: f64) -> String {
    let size = f64::from(fitted.size);
    let top = if head { MARGIN + 12.0 + 11.0 } else { art_height + MARGIN };
    let meta = if head { MARGIN + 10.0 } else { HEIGHT - MARGIN - 1.0 };
    let small = |text: &str| measure(text) * 12.0 * face;
    let mut drawn = String::new();
    for (i, line) in fitted.lines.iter().enumerate() {
        let y = top + size * 0.74 + i as f64 * size * lettering::LEADING;
        let width = (measure(line) * size * face).min(BOX);
        drawn.push_str(&text(line, MARGIN, y, fitted.size, width));
    }
    if !year.is_empty() {
        drawn.push_str(&text(year, MARGIN, meta, 12, small(year)));
    }
    if !genre.is_empty() {
        drawn.push_str(&text(genre, WIDTH - MARGIN - small(genre), meta, 12, small(genre)));
    }
    drawn
}

fn text(text: &str, x: f64, y: f64, size: u32, width: f64) -> String {
    format!(
        "<text x=\"{}\" y=\"{}\" font-size=\"{size}\" font-weight=\"700\" textLength=\"{}\" \
         lengthAdjust=\"spacingAndGlyphs\">{}</text>",
        n(x),
        n(y),
        n(width),
        escape(text)
    )
}

#[cfg(test)]
mod tests;
