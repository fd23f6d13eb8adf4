//! What may stand behind a name: a year, the number of a sequel.

use super::{
    super::{
        spelling::{is_first, is_part, same_numbers},
        year::Year,
    },
    NameIndex, keep,
};

impl NameIndex {
    /// The films with a name that has all these words, or all but a year behind them that is the film's; the films of a year,
    /// if there is nothing else. The beginning of a year is one only where no name has it. The number of a sequel may be
    /// people's alone ("harry potter 3"), and always is the first film's.
    pub(super) fn named_and_dated(&self, typed: &[String], unfinished: bool) -> Vec<(u32, f64)> {
        let mut best = self.named(typed, unfinished);
        match Year::behind(typed) {
            Some(([], year)) if year.is_whole() => {
                for (film, place) in
                    self.films.iter().zip(0_u32..).filter(|(film, _)| year.cost(film.year) == Some(0.0))
                {
                    keep(&mut best, place, f64::from(film.ratings + 1).log2());
                }
            }
            Some((name @ [_, ..], year)) if year.is_whole() || (unfinished && best.is_empty()) => {
                for (film, fit) in self.named(name, false) {
                    if let Some(cost) = year.cost(self.films[film as usize].year) {
                        keep(&mut best, film, fit - cost);
                    }
                }
            }
            _ => {}
        }
        if let Some((number, name @ [_, ..])) = typed.split_last()
            && (is_first(number) || (is_part(number) && !self.is_numbered(name, number)))
        {
            for (film, fit) in self.named(name, false) {
                keep(&mut best, film, fit);
            }
        }
        best.into_iter().collect()
    }

    /// Whether a name has all these words, and the number as one more.
    fn is_numbered(&self, words: &[String], number: &str) -> bool {
        let numbers: Vec<usize> =
            same_numbers(number).filter_map(|same| self.place(same)).chain(self.place(number)).collect();
        let Some(words) = words.iter().map(|word| self.place(word)).collect::<Option<Vec<_>>>() else { return false };
        self.names.iter().map(|name| self.words_in(name)).any(|of_name| {
            let has = |&word: &usize| of_name.contains(&(word as u32));
            numbers.iter().any(has) && words.iter().all(has)
        })
    }
}
