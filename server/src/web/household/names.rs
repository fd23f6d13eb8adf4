//! What profiles are called.

use unicode_segmentation::UnicodeSegmentation;

/// Code points of a name: what its cookie has room for.
const MOST_NAME: usize = 30;

/// A name as it is shown: one line, not too long, written in the direction of its letters; `None` if nothing is left.
pub(super) fn tidy(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|&letter| !turns_the_line(letter)).collect();
    let words = name.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    // What is seen as one letter may be several: a family, a flag, an accent. It is kept whole or not at all.
    let fitting = name.graphemes(true).scan(0, |letters, seen| {
        *letters += seen.chars().count();
        (*letters <= MOST_NAME).then_some(seen)
    });
    let name: String = fitting.collect();
    (!name.is_empty()).then_some(name)
}

/// Whether a letter is none, but turns those that follow it, beyond the name's end too (Unicode's `Bidi_Control`).
fn turns_the_line(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_a_few_words() {
        assert_eq!(tidy("  Anna\n\tMaria "), Some("Anna Maria".to_owned()));
        assert_eq!(tidy("\u{7} \n"), None);
        assert_eq!(tidy(&"é".repeat(99)).map(|name| name.chars().count()), Some(MOST_NAME));
    }

    #[test]
    fn a_name_is_cut_between_what_is_seen_as_letters() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}";
        assert_eq!(tidy(&family.repeat(9)), Some(family.repeat(4)));
        assert_eq!(tidy(&format!("{}e\u{301}", "a".repeat(MOST_NAME - 1))), Some("a".repeat(MOST_NAME - 1)));
        let flags = "\u{1f1eb}\u{1f1f7}".repeat(20);
        assert_eq!(tidy(&format!("a{flags}")), Some(format!("a{}", "\u{1f1eb}\u{1f1f7}".repeat(14))));
    }

    #[test]
    fn a_name_does_not_turn_the_line_that_it_stands_in() {
        assert_eq!(tidy("\u{202e}An\u{2067}na\u{200f}"), Some("Anna".to_owned()));
        assert_eq!(tidy("\u{202e} \u{2066}"), None);
        assert_eq!(tidy("\u{5d0}\u{5e0}\u{5d4} Anna"), Some("\u{5d0}\u{5e0}\u{5d4} Anna".to_owned()));
    }
}
