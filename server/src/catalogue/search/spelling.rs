//! How names are compared: without accents, case and punctuation, and with a slip of the finger or two.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Letters that Unicode does not take apart, as people type them without the key.
const PLAIN: [(char, &str); 12] = [
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ı', "i"),
    ('ħ', "h"),
    ('ŋ', "n"),
    ('ĸ', "k"),
];

/// Sequels are counted in both. Not those of one letter, which are words too.
const ROMAN: [(&str, &str); 7] =
    [("ii", "2"), ("iii", "3"), ("iv", "4"), ("vi", "6"), ("vii", "7"), ("viii", "8"), ("ix", "9")];

/// Numbers that titles spell out or count in one letter, and people type.
const SPELLED: [(&str, &str); 14] = [
    ("i", "1"),
    ("v", "5"),
    ("x", "10"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
];

/// The same number, spelled out or in digits.
pub fn same_numbers(word: &str) -> impl Iterator<Item = &'static str> {
    SPELLED.iter().filter_map(move |&(spelled, digits)| match word {
        _ if word == spelled => Some(digits),
        _ if word == digits => Some(spelled),
        _ => None,
    })
}

/// Whether a word behind a name says that the first film of the name is meant.
pub fn is_first(word: &str) -> bool {
    matches!(word, "1" | "i")
}

/// Whether a word behind a name can say which of several films is meant.
pub fn is_part(word: &str) -> bool {
    const MOST: u8 = 12;
    word.parse().is_ok_and(|number| (1..=MOST).contains(&number))
}

/// A letter without accents, in lower case: none or more letters.
pub fn plain(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().nfkd().filter(|&letter| !is_combining_mark(letter)).flat_map(|letter| {
        let known = PLAIN.iter().find(|&&(special, _)| special == letter);
        let (special, letter) = known.map_or(("", Some(letter)), |&(_, plain)| (plain, None));
        special.chars().chain(letter)
    })
}

/// The words of a name: letters and digits, in the spelling in which names are compared.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            words.push(one_spelling(std::mem::take(word)));
        }
    };
    for letter in text.chars() {
        match letter {
            // "Schindler’s" is one word, "L’Avventura" is two.
            '\'' | '’' | '‘' | '`' | '´' if word.chars().count() != 1 => {}
            '&' => {
                end(&mut word);
                word.push_str("and");
                end(&mut word);
            }
            _ if letter.is_alphanumeric() || is_combining_mark(letter) => word.extend(plain(letter)),
            _ => end(&mut word),
        }
    }
    end(&mut word);
    words
}

fn one_spelling(word: String) -> String {
    ROMAN.iter().find(|(roman, _)| *roman == word).map_or(word, |(_, number)| (*number).to_owned())
}

/// How many slips are forgiven in a word of so many letters.
pub fn forgiven(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// How many letters were typed wrongly, left out, put in, or changed places, if they are at most so many (the optimal
/// string alignment distance; Boytsov, Indexing methods for approximate dictionary searching, JEA 2011, section 2.2).
/// `unfinished`: only the beginning of the word counts, as far as it was typed.
pub fn slips(typed: &[char], word: &[char], most: usize, unfinished: bool) -> Option<usize> {
    if word.len() + most < typed.len() || (!unfinished && typed.len() + most < word.len()) {
        return None;
    }
    // Rows of the table: prefixes of the word; columns: prefixes of what was typed.
    let width = typed.len() + 1;
    let mut before_last = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut row = vec![0; width];
    let mut whole = last[typed.len()];
    let mut beginning = whole;
    for (at, &letter) in word.iter().enumerate() {
        row[0] = at + 1;
        for column in 1..width {
            let replaced = last[column - 1] + usize::from(typed[column - 1] != letter);
            let mut cost = replaced.min(last[column] + 1).min(row[column - 1] + 1);
            if at > 0 && column > 1 && typed[column - 1] == word[at - 1] && typed[column - 2] == letter {
                cost = cost.min(before_last[column - 2] + 1);
            }
            row[column] = cost;
        }
        whole = row[typed.len()];
        beginning = beginning.min(whole);
        if row.iter().all(|&cost| cost > most) {
            break;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    let slips = if unfinished { beginning } else { whole };
    (slips <= most).then_some(slips)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_accents_case_and_punctuation() {
        assert_eq!(words("Amélie: Le Fabuleux Destin (2001)"), ["amelie", "le", "fabuleux", "destin", "2001"]);
        assert_eq!(words("Mise\u{301}rables"), ["miserables"]);
        assert_eq!(words("Brødre & Straße, Œuvre"), ["brodre", "and", "strasse", "oeuvre"]);
        assert_eq!(words("Schindler's List"), ["schindlers", "list"]);
        assert_eq!(words("L’Avventura"), ["l", "avventura"]);
        assert_eq!(words("Rocky II"), ["rocky", "2"]);
        assert_eq!(words("ﬁn"), ["fin"]);
        assert_eq!(words("七人の侍"), ["七人の侍"]);
        for nothing in ["", " ", "\u{301}", "'", "💥", "*()\"^-:\0"] {
            assert!(words(nothing).is_empty(), "{nothing:?}");
        }
    }

    #[test]
    fn a_letter_left_out_put_in_mistaken_or_moved_is_one_slip() {
        let distance = |typed: &str, word: &str, most, unfinished| {
            slips(&typed.chars().collect::<Vec<_>>(), &word.chars().collect::<Vec<_>>(), most, unfinished)
        };
        assert_eq!(distance("godfather", "godfather", 2, false), Some(0));
        assert_eq!(distance("godfahter", "godfather", 2, false), Some(1));
        assert_eq!(distance("godfathr", "godfather", 2, false), Some(1));
        assert_eq!(distance("goodfather", "godfather", 2, false), Some(1));
        assert_eq!(distance("godfatter", "godfather", 2, false), Some(1));
        assert_eq!(distance("gdofahter", "godfather", 2, false), Some(2));
        assert_eq!(distance("gdofahter", "godfather", 1, false), None);
        assert_eq!(distance("godfaht", "godfather", 1, true), Some(1), "the rest is not typed yet");
        assert_eq!(distance("godfaht", "godfather", 1, false), None);
        assert_eq!(distance("alein", "alien", 1, false), Some(1));
        assert_eq!(distance("alien", "aliens", 1, false), Some(1));
        assert_eq!(distance("", "a", 1, false), Some(1));
        assert_eq!(distance("a", "", 1, false), Some(1));
        assert_eq!(distance("heat", "night", 2, false), None);
    }
}
