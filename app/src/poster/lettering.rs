//! Titles: tidied, measured, and set as large as their box allows.

/// The distance of two base lines, in sizes.
pub(super) const LEADING: f64 = 1.04;
/// Sizes that a title can have, in units of the canvas.
const LARGEST: u32 = 46;
const SMALLEST: u32 = 15;

const ARTICLES: [&str; 16] =
    ["The", "A", "An", "La", "Le", "Les", "L'", "Il", "El", "Los", "Las", "Das", "Der", "Die", "Un", "Une"];

/// A title in lines.
pub(super) struct Fitted {
    pub(super) size: u32,
    pub(super) lines: Vec<String>,
}

/// "Matrix, The (1999)" is "The Matrix": what stands in brackets goes, the article comes to the front.
pub(super) fn clean(raw: &str) -> String {
    let bare = without_brackets(raw);
    let bare = if bare.trim().is_empty() { raw.trim() } else { bare.trim() };
    match bare.rsplit_once(", ") {
        Some((rest, article)) if ARTICLES.contains(&article) && !rest.contains('\n') => {
            format!("{article}{}{rest}", if article.ends_with('\'') { "" } else { " " })
        }
        _ => bare.to_owned(),
    }
}

fn without_brackets(raw: &str) -> String {
    let mut kept = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(open) = rest.find('(') {
        kept.push_str(rest[..open].trim_end());
        rest = rest[open..].find(')').map_or("", |close| &rest[open + close + 1..]);
    }
    kept.push_str(rest);
    kept
}

/// Advance widths of Helvetica and Arial Bold, thousandths of an em, from U+0020 to U+007E.
const WIDTHS: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
];

/// The letters of U+00C0 to U+017F without their accents; a dot where the letter is one of its own.
const UNACCENTED: &str = "AAAAAA.CEEEEIIII.NOOOOO..UUUUY..aaaaaa.ceeeeiiii.nooooo..uuuuy.y\
AaAaAaCcCcCcCcDd..EeEeEeEeEeGgGgGgGgHh..IiIiIiIiI...JjKk.LlLlLl....NnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTt..UuUuUuUuUuUuWwYyYZzZzZz.";

/// The width of a text in em.
pub(super) fn measure(text: &str) -> f64 {
    f64::from(text.chars().map(advance).sum::<u32>()) / 1_000.0
}

fn advance(letter: char) -> u32 {
    let code = letter as u32;
    let folded = match code {
        0xa0 => 0x20,
        0xc0..=0x17f => match UNACCENTED.as_bytes().get(code as usize - 0xc0) {
            Some(b'.') | None => code,
            Some(&plain) => u32::from(plain),
        },
        _ => code,
    };
    let known = folded.checked_sub(0x20).and_then(|place| WIDTHS.get(place as usize));
    match (known, code) {
        (Some(&width), _) => u32::from(width),
        (None, 0x300..0x370) => 0, // an accent of its own, above the letter before it
        (None, 0x2011..0x2040) => 556,
        (None, 0x2e81..) => 1_000,
        (None, _) => 640,
    }
}

/// The height of so many lines, from the tallest letter's top to the deepest one's foot.
pub(super) fn tall(lines: usize, size: u32) -> f64 {
    f64::from(size) * (0.74 + 0.2 + (lines as f64 - 1.0) * LEADING)
}

/// Fills lines one after the other.
fn wrap(words: &[&str], em: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (lines.last_mut(), longer) {
            (Some(line), Some(longer)) if measure(&longer) <= em => *line = longer,
            _ => lines.push((*word).to_owned()),
        }
    }
    lines
}

/// The largest setting of a text that fits, its lines as even as they get.
pub(super) fn fit(text: &str, width: f64, room: f64, face: f64) -> Fitted {
    let width = width / face;
    // A dash never starts a line.
    let text = text.replace(" - ", "\u{a0}– ");
    let words: Vec<_> = text.split(' ').collect();
    let too_wide = |lines: &[String], em: f64| lines.iter().any(|line| measure(line) > em);
    for size in (SMALLEST..=LARGEST).rev() {
        let em = width / f64::from(size);
        let mut lines = wrap(&words, em);
        let count = lines.len();
        if tall(count, size) > room || (size > SMALLEST && too_wide(&lines, em)) {
            continue;
        }
        // The same number of lines, and the longest as short as it gets.
        let mut narrower = em;
        while narrower > 2.0 {
            let tighter = wrap(&words, narrower);
            if tighter.len() > count || too_wide(&tighter, narrower) {
                break;
            }
            lines = tighter;
            narrower -= 0.25;
        }
        return Fitted { size, lines };
    }
    let smallest = f64::from(SMALLEST);
    let keep = ((room / smallest - 0.94) / LEADING) as usize + 1;
    let mut lines = wrap(&words, width / smallest);
    lines.truncate(keep);
    if let Some(last) = lines.last_mut() {
        *last = format!("{}…", without_last_word(last));
    }
    Fitted { size: SMALLEST, lines }
}

/// The line without its last word and what stands before that, as the expression `/\W*\s?\S*$/` finds it.
fn without_last_word(line: &str) -> &str {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let ends_here = |rest: &str| {
        let others = rest.chars().take_while(|&letter| !is_word(letter)).count();
        (0..=others).any(|taken| {
            let mut left = rest.chars().skip(taken).peekable();
            if left.peek().is_some_and(|letter| letter.is_whitespace()) {
                left.next();
            }
            !left.any(char::is_whitespace)
        })
    };
    let starts = line.char_indices().map(|(at, _)| at);
    starts.into_iter().find(|&at| ends_here(&line[at..])).map_or(line, |at| &line[..at])
}

/// A text as it may stand in SVG; characters that no XML may have are left out.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => escaped.push(other),
        }
    }
    escaped
}
