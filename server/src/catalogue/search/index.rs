use std::{cmp::Reverse, collections::HashMap, ops::Range};

use app::domain::{MovieId, SearchOrder};

use super::{
    Query,
    spelling::{forgiven, same_numbers, slips, words},
};
use crate::catalogue::{FilmFacts, FilmNames};

/// Words of a text that count; a title has fewer.
const MOST_WORDS: usize = 8;
/// Characters of a text that count.
const MOST_LETTERS: usize = 200;
/// Shorter pieces are inside of every second word.
const LEAST_INSIDE: usize = 3;
/// With fewer films found than this, names that hold the words inside of theirs are looked at too, and then those with
/// slips.
const ENOUGH: usize = 10;
const TOO_FEW: usize = 3;
/// So many ratings' worth of doubt about an average, when films are ordered by it.
const DOUBT: f64 = 25.0;
/// What no word matches.
const NONE: u8 = u8::MAX;

/// How a word of the text and a word of a name agree; less is better.
const EXACT: u8 = 0;
const BEGINS: u8 = 1;
const INSIDE: u8 = 2;
/// With one slip; one more for each further.
const SLIPPED: u8 = 3;

/// A film, as far as searching needs to know it. By popularity.
#[derive(Debug)]
struct Film {
    id: MovieId,
    year: Option<u16>,
    /// One bit for each of the index's genres.
    genres: u64,
    ratings: u32,
    /// Drawn towards everyone's by [`DOUBT`].
    average: f64,
}

/// One of a film's names.
#[derive(Debug)]
struct Name {
    film: u32,
    is_alias: bool,
    /// Its words, in `words_of`.
    words: Range<u32>,
    /// Its words run together, without and with the article in front.
    squashed: Box<str>,
    article: u8,
}

/// The names of all films.
#[derive(Debug, Default)]
pub struct NameIndex {
    films: Vec<Film>,
    genres: Vec<String>,
    names: Vec<Name>,
    words_of: Vec<u32>,
    /// Every word, sorted, and its letters.
    vocabulary: Vec<Box<str>>,
    letters: Vec<Box<[char]>>,
    /// Which letters each word has: words without most of a typed word's letters need no closer look.
    letter_sets: Vec<u32>,
    /// The names that have each word: from one offset to the next.
    offsets: Vec<u32>,
    names_of: Vec<u32>,
}

/// Words in front of a name that people leave out.
const ARTICLES: [&str; 12] = ["the", "a", "an", "le", "la", "les", "l", "il", "el", "der", "die", "das"];

impl NameIndex {
    /// The index over these films, the most rated first.
    pub fn new(names: &[FilmNames], facts: &[FilmFacts]) -> Self {
        let facts_of: HashMap<MovieId, &FilmFacts> = facts.iter().map(|film| (film.id, film)).collect();
        let mut genres: Vec<String> = facts.iter().flat_map(|film| film.genres.iter().cloned()).collect();
        genres.sort_unstable();
        genres.dedup();
        genres.truncate(u64::BITS as usize);
        let everyone = everyones_average(facts);
        let mut index = Self { genres, ..Self::default() };
        let mut vocabulary: HashMap<String, u32> = HashMap::new();
        for (film, place) in names.iter().zip(0_u32..) {
            let facts = facts_of.get(&film.id);
            let ratings = f64::from(film.ratings);
            let average = facts.and_then(|facts| facts.average).map_or(0.0, f64::from);
            index.films.push(Film {
                id: film.id,
                year: film.year,
                genres: facts.map_or(0, |facts| index.mask(&facts.genres)),
                ratings: film.ratings,
                average: (ratings * average + DOUBT * everyone) / (ratings + DOUBT),
            });
            let all = std::iter::once((&film.title, false)).chain(film.aliases.iter().map(|alias| (alias, true)));
            for (name, is_alias) in all {
                index.add(place, &words(name), is_alias, &mut vocabulary);
            }
        }
        index.finish(vocabulary);
        index
    }

    fn add(&mut self, film: u32, words: &[String], is_alias: bool, vocabulary: &mut HashMap<String, u32>) {
        let Some(first) = words.first() else { return };
        let begin = self.words_of.len() as u32;
        for word in words {
            let next = vocabulary.len() as u32;
            let known = vocabulary.get(word).copied();
            self.words_of.push(known.unwrap_or_else(|| *vocabulary.entry(word.clone()).or_insert(next)));
        }
        let has_article = words.len() > 1 && ARTICLES.contains(&first.as_str());
        self.names.push(Name {
            film,
            is_alias,
            words: begin..self.words_of.len() as u32,
            squashed: words.concat().into(),
            article: if has_article { first.len() as u8 } else { 0 },
        });
    }

    /// Numbers the words in their order, and lists where each stands.
    fn finish(&mut self, vocabulary: HashMap<String, u32>) {
        let mut sorted: Vec<(String, u32)> = vocabulary.into_iter().collect();
        sorted.sort_unstable();
        let mut renumbered = vec![0_u32; sorted.len()];
        for ((_, old), new) in sorted.iter().zip(0_u32..) {
            renumbered[*old as usize] = new;
        }
        for word in &mut self.words_of {
            *word = renumbered[*word as usize];
        }
        let mut counts = vec![0_u32; sorted.len() + 1];
        for &word in &self.words_of {
            counts[word as usize + 1] += 1;
        }
        for word in 1..counts.len() {
            counts[word] += counts[word - 1];
        }
        self.names_of = vec![0; self.words_of.len()];
        let mut next = counts.clone();
        for (name, number) in self.names.iter().zip(0_u32..) {
            for &word in &self.words_of[name.words.start as usize..name.words.end as usize] {
                let place = &mut next[word as usize];
                self.names_of[*place as usize] = number;
                *place += 1;
            }
        }
        self.offsets = counts;
        self.letters = sorted.iter().map(|(word, _)| word.chars().collect()).collect();
        self.letter_sets = self.letters.iter().map(|letters| letter_set(letters)).collect();
        self.vocabulary = sorted.into_iter().map(|(word, _)| word.into()).collect();
    }

    /// Every genre that films can be filtered by.
    pub fn genres(&self) -> &[String] {
        &self.genres
    }

    /// The decades that have films, the last one first.
    pub fn decades(&self) -> Vec<u16> {
        let mut decades: Vec<u16> = self.films.iter().filter_map(|film| film.year).map(|year| year / 10 * 10).collect();
        decades.sort_unstable_by(|a, b| b.cmp(a));
        decades.dedup();
        decades
    }

    /// The films that the query finds, in its order.
    pub fn find(&self, query: &Query) -> Vec<MovieId> {
        let text: String = query.text.chars().take(MOST_LETTERS).collect();
        let mut typed = words(&text);
        typed.truncate(MOST_WORDS);
        let wanted = query.genre.as_ref().map(|genre| self.mask(std::slice::from_ref(genre)));
        let allowed = |film: &Film| {
            wanted.is_none_or(|wanted| film.genres & wanted != 0)
                && query.decade.is_none_or(|from| film.year.is_some_and(|year| year / 10 == from / 10))
                && query.only.as_ref().is_none_or(|only| only.binary_search(&film.id).is_ok())
                && query.except.binary_search(&film.id).is_err()
        };
        let mut found: Vec<(u32, f64)> = if typed.is_empty() {
            // Something that has no letter is in no name.
            if !text.trim().is_empty() {
                return Vec::new();
            }
            (0..self.films.len() as u32).map(|film| (film, 0.0)).collect()
        } else {
            self.named_and_dated(&typed, !text.ends_with(char::is_whitespace))
        };
        found.retain(|&(film, _)| allowed(&self.films[film as usize]));
        let film = |place: u32| &self.films[place as usize];
        match query.order {
            SearchOrder::Best | SearchOrder::Match => found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))),
            SearchOrder::Rating => {
                found.retain(|&(place, _)| film(place).ratings > 0);
                found.sort_by(|a, b| film(b.0).average.total_cmp(&film(a.0).average).then(a.0.cmp(&b.0)));
            }
            SearchOrder::Popular => found.sort_by_key(|&(place, _)| place),
            SearchOrder::Newest => found.sort_by_key(|&(place, _)| (Reverse(film(place).year), place)),
        }
        found.into_iter().map(|(place, _)| film(place).id).collect()
    }

    /// The films with a name that has all these words, and how well it fits. An article in front need not be there.
    fn named(&self, typed: &[String], unfinished: bool) -> HashMap<u32, f64> {
        let whole = typed.concat();
        let typed = if typed.len() > 1 && ARTICLES.contains(&typed[0].as_str()) { &typed[1..] } else { typed };
        let squashed = Squashed { bare: typed.concat(), whole };
        let mut agreements = vec![vec![NONE; self.vocabulary.len()]; typed.len()];
        for (word, agreement) in typed.iter().zip(&mut agreements) {
            let begin = self.vocabulary.partition_point(|known| **known < **word);
            for at in (begin..self.vocabulary.len()).take_while(|&at| self.vocabulary[at].starts_with(word.as_str())) {
                agreement[at] = if self.vocabulary[at].len() == word.len() { EXACT } else { BEGINS };
            }
            for at in same_numbers(word).filter_map(|same| self.place(same)) {
                agreement[at] = agreement[at].min(BEGINS);
            }
        }
        let mut best: HashMap<u32, f64> = HashMap::new();
        self.collect(&agreements, &squashed, &mut best);
        if best.len() < ENOUGH {
            for (word, agreement) in typed.iter().zip(&mut agreements) {
                if word.chars().count() >= LEAST_INSIDE {
                    self.mark(agreement, |at| self.vocabulary[at].contains(word.as_str()).then_some(INSIDE));
                }
            }
            self.collect(&agreements, &squashed, &mut best);
        }
        if best.len() < TOO_FEW {
            for (number, (word, agreement)) in typed.iter().zip(&mut agreements).enumerate() {
                self.mark_slips(agreement, word, unfinished && number + 1 == typed.len());
            }
            self.collect(&agreements, &squashed, &mut best);
        }
        best
    }

    /// Where a word stands in the vocabulary.
    fn place(&self, word: &str) -> Option<usize> {
        self.vocabulary.binary_search_by(|known| (**known).cmp(word)).ok()
    }

    /// The words of a name.
    fn words_in(&self, name: &Name) -> &[u32] {
        &self.words_of[name.words.start as usize..name.words.end as usize]
    }

    /// Lets words of the vocabulary that agree in no way so far agree in another.
    fn mark(&self, agreement: &mut [u8], agrees: impl Fn(usize) -> Option<u8>) {
        for (at, agreement) in agreement.iter_mut().enumerate() {
            if *agreement == NONE {
                *agreement = agrees(at).unwrap_or(NONE);
            }
        }
    }

    fn mark_slips(&self, agreement: &mut [u8], word: &str, unfinished: bool) {
        let letters: Vec<char> = word.chars().collect();
        let most = forgiven(letters.len());
        // Another number is another film.
        if most == 0 || word.bytes().all(|letter| letter.is_ascii_digit()) {
            return;
        }
        let set = letter_set(&letters);
        self.mark(agreement, |at| {
            let missing = (set & !self.letter_sets[at]).count_ones() as usize;
            let close = missing <= most;
            close
                .then(|| slips(&letters, &self.letters[at], most, unfinished))
                .flatten()
                .map(|slips| SLIPPED + slips as u8 - 1)
        });
    }

    /// Looks at every name with the rarest of the words.
    fn collect(&self, agreements: &[Vec<u8>], squashed: &Squashed, best: &mut HashMap<u32, f64>) {
        let names_with = |word: usize| self.offsets[word] as usize..self.offsets[word + 1] as usize;
        let matched = |agreement: &[u8]| -> usize {
            let matched = agreement.iter().enumerate().filter(|&(_, &how)| how != NONE);
            matched.map(|(word, _)| names_with(word).len()).sum()
        };
        let rarest = agreements.iter().min_by_key(|agreement| matched(agreement));
        if let Some(rarest) = rarest {
            for word in (0..rarest.len()).filter(|&word| rarest[word] != NONE) {
                for &name in &self.names_of[names_with(word)] {
                    self.consider(name, agreements, squashed, best);
                }
            }
        }
        // "spiderman" for Spider-Man, "spider man" for Spiderman.
        if squashed.bare.chars().count() >= LEAST_INSIDE && best.len() < ENOUGH {
            for name in &self.names {
                if name.squashed.starts_with(squashed.whole.as_str())
                    || name.squashed[usize::from(name.article)..].starts_with(squashed.bare.as_str())
                {
                    let fit = self.fit(name, f64::from(BEGINS), squashed);
                    keep(best, name.film, fit);
                }
            }
        }
    }

    fn consider(&self, number: u32, agreements: &[Vec<u8>], squashed: &Squashed, best: &mut HashMap<u32, f64>) {
        let name = &self.names[number as usize];
        let words = self.words_in(name);
        let mut cost = 0.0;
        for agreement in agreements {
            match words.iter().map(|&word| agreement[word as usize]).min() {
                Some(how) if how != NONE => cost += COSTS[usize::from(how)],
                _ => return,
            }
        }
        keep(best, name.film, self.fit(name, cost, squashed));
    }

    /// How well a name fits: a film of exactly this name comes first; else how much people know the film, less what does not
    /// agree.
    fn fit(&self, name: &Name, cost: f64, squashed: &Squashed) -> f64 {
        let known = f64::from(self.films[name.film as usize].ratings + 1).log2();
        let whole = if *name.squashed == *squashed.whole {
            2.0 * EXACTLY
        } else if name.squashed[usize::from(name.article)..] == *squashed.bare {
            EXACTLY
        } else {
            0.0
        };
        known + whole - cost - if name.is_alias { ALIAS } else { 0.0 }
    }

    fn mask(&self, genres: &[String]) -> u64 {
        let bit = |genre: &String| self.genres.binary_search(genre).map_or(0, |at| 1 << at);
        genres.iter().map(bit).fold(0, |mask, bit| mask | bit)
    }
}

/// What was typed, run together: with the article in front and without.
struct Squashed {
    whole: String,
    bare: String,
}

/// What each way of agreeing costs, in doublings of how many people know the film.
const COSTS: [f64; 5] = [0.0, 2.0, 4.0, 12.0, 20.0];
/// More than any film is known.
const EXACTLY: f64 = 100.0;
/// A title is remembered better than another name.
const ALIAS: f64 = 1.0;

fn keep(best: &mut HashMap<u32, f64>, film: u32, fit: f64) {
    let known = best.entry(film).or_insert(fit);
    *known = known.max(fit);
}

/// A bit for each of a to z, one for digits, and one for everything else.
fn letter_set(letters: &[char]) -> u32 {
    let bit = |&letter: &char| match letter {
        'a'..='z' => 1 << (letter as u32 - 'a' as u32),
        '0'..='9' => 1 << 26,
        _ => 1 << 27,
    };
    letters.iter().map(bit).fold(0, |set, bit| set | bit)
}

fn everyones_average(facts: &[FilmFacts]) -> f64 {
    let ratings: f64 = facts.iter().map(|film| f64::from(film.ratings)).sum();
    let stars: f64 = facts.iter().map(|film| f64::from(film.ratings) * f64::from(film.average.unwrap_or(0.0))).sum();
    if ratings > 0.0 { stars / ratings } else { 0.0 }
}

mod behind;
#[cfg(test)]
mod tests;
