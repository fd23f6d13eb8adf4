//! Finding films by what somebody remembers of their names: an index in memory, made when a catalogue is opened.
//!
//! A film is found when each word of the text is in one of its names: as a word, as the beginning of one, inside one;
//! and where that finds next to nothing, with a slip of the finger or two ([`spelling`]). Names run together are compared too
//! ("spiderman", "M*A*S*H"). Behind a name may stand a year ("alien (1979)"), or a number that it does not have ("alien 1").
//! Any text is a valid one.

mod index;
pub mod spelling;
mod year;

use app::domain::{MovieId, SearchOrder};

pub use index::NameIndex;

/// What is searched for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Words of a name, the last of them perhaps unfinished; without any, every film is found.
    pub text: String,
    /// Only films of this genre.
    pub genre: Option<String>,
    /// Only films of the ten years from this one.
    pub decade: Option<u16>,
    /// Only these films; ascending.
    pub only: Option<Vec<MovieId>>,
    /// Never these films; ascending.
    pub except: Vec<MovieId>,
    /// What comes first. By [`SearchOrder::Match`] they come as for [`SearchOrder::Best`]: the index knows no visitor.
    pub order: SearchOrder,
}

/// A title in pieces, and whether each is one of the words that were typed, or begins with it.
pub fn marked(title: &str, typed: &[String]) -> Vec<(String, bool)> {
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut push = |text: &str, mark: bool| match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some((last, marked)) if *marked == mark => last.push_str(text),
        _ => pieces.push((text.to_owned(), mark)),
    };
    for word in title.split_inclusive(|letter: char| !letter.is_alphanumeric()) {
        // As many letters of the title as spell the longest of the typed words that it begins with.
        let begins = typed.iter().filter_map(|typed| letters_for(word, typed)).max().unwrap_or(0);
        push(&word[..begins], true);
        push(&word[begins..], false);
    }
    pieces
}

/// How many bytes of a word are spelled like what was typed; `None` if it does not begin so.
fn letters_for(word: &str, typed: &str) -> Option<usize> {
    let mut spelled = String::new();
    for (at, letter) in word.char_indices() {
        spelled.extend(spelling::plain(letter));
        if spelled.len() >= typed.len() {
            return spelled.starts_with(typed).then_some(at + letter.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_marked_as_the_title_spells_it() {
        let marks = |title: &str, typed: &str| -> String {
            let pieces = marked(title, &spelling::words(typed)).into_iter();
            pieces.map(|(text, mark)| if mark { format!("[{text}]") } else { text }).collect()
        };
        assert_eq!(marks("Les Misérables", "mise"), "Les [Misé]rables");
        assert_eq!(marks("The Godfather: Part II", "the godf"), "[The] [Godf]ather: Part II");
        assert_eq!(marks("Alien", "alein"), "Alien");
        assert_eq!(marks("Straße", "strass"), "[Straß]e");
        assert_eq!(marks("", "x"), "");
    }
}
