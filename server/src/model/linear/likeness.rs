//! Weights between films that are alike by what is known of them, whoever likes them: who liked a film is told of its
//! sequels, and of well-known films of its genres.
//!
//! A film is a vector with 1/√n for each of its words (or genres), n being how many films have it: what few films share
//! says most. The weight from film i to film j is `xᵢ·xⱼ / √(|xᵢ|·|xⱼ|) · ln(1 + likes of j)`: between the product and the
//! cosine, for a title of one rare word is no better reason than a whole title of several, and none the worse.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{MOST_FILMS, Row, Weights, keep_strongest, most_liked};
use crate::model::Traits;

/// A word that more than one film in so many has says nothing of a film: "the".
const ONE_IN: usize = 160;
/// But where films are few, so many may have it.
const FEW_FILMS: usize = 60;
/// Films that one is alike to: the others would be at no list's head.
const STRONGEST: usize = 100;

/// What films are alike by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// Words of their titles.
    Titles,
    /// Genres.
    Genres,
}

impl Likeness {
    /// The weights among films with so many likes each; of each film only the strongest. Nothing is said for a film that
    /// nobody liked, and by one only where titles are alike: such a film is seldom in a history, but its sequel may follow.
    pub fn weights(self, traits: &Traits, likes: &[u32]) -> Weights {
        let (groups, most) = match self {
            Self::Titles => (traits.words(), FEW_FILMS.max(likes.len() / ONE_IN)),
            Self::Genres => (traits.genres(), usize::MAX),
        };
        let films = match self {
            Self::Titles if likes.len() <= MOST_FILMS => (0..likes.len() as u32).collect(),
            _ => most_liked(likes),
        };
        let mut spoken_for = vec![false; likes.len()];
        films.iter().for_each(|&film| spoken_for[film as usize] = likes[film as usize] > 0);
        let groups: Vec<&[u32]> = groups.iter().map(Vec::as_slice).filter(|films| films.len() <= most).collect();

        let mut of_films = vec![Vec::new(); likes.len()];
        for (number, films) in groups.iter().enumerate() {
            for &film in *films {
                of_films[film as usize].push(number);
            }
        }
        let square = |group: usize| 1.0 / groups[group].len() as f32;
        let lengths: Vec<f32> =
            of_films.iter().map(|groups| groups.iter().map(|&group| square(group)).sum::<f32>().sqrt()).collect();
        // What every weight that goes to a film has.
        let to: Vec<f32> =
            likes.iter().zip(&lengths).map(|(&likes, length)| (likes as f32).ln_1p() / length.sqrt()).collect();

        let row = |products: &mut Vec<f32>, &from: &u32| {
            let mut row: Row = Vec::new();
            for &group in &of_films[from as usize] {
                for &film in groups[group].iter().filter(|&&film| film != from && spoken_for[film as usize]) {
                    if products[film as usize] == 0.0 {
                        row.push((film, 0.0));
                    }
                    products[film as usize] += square(group);
                }
            }
            for (film, weight) in &mut row {
                *weight =
                    std::mem::take(&mut products[*film as usize]) * to[*film as usize] / lengths[from as usize].sqrt();
            }
            keep_strongest(&mut row, STRONGEST);
            row
        };
        let rows: Vec<Row> = films.par_iter().map_init(|| vec![0.0; likes.len()], row).collect();
        Weights::new(likes.len(), &films, &rows)
    }
}

#[cfg(test)]
mod tests {
    use app::domain::MovieId;

    use super::*;
    use crate::catalogue::{FilmFacts, FilmNames};

    /// Films with these titles and genres.
    fn traits(films: &[(&str, &[&str])]) -> Traits {
        let facts = (0..).zip(films).map(|(id, (_, genres))| FilmFacts {
            id: MovieId(id),
            year: None,
            genres: genres.iter().map(|&genre| genre.to_owned()).collect(),
            ratings: 0,
            average: None,
        });
        let names = films.iter().enumerate().map(|(id, (title, _))| {
            let (title, alias) = title.split_once('|').map_or((*title, None), |(title, alias)| (title, Some(alias)));
            FilmNames {
                id: MovieId(id as u32),
                title: title.to_owned(),
                aliases: alias.map(str::to_owned).into_iter().collect(),
                year: None,
                imdb_id: None,
                tmdb_id: None,
                ratings: 0,
            }
        });
        let facts: Vec<FilmFacts> = facts.collect();
        // As the catalogue gives them: in another order.
        Traits::of(&facts).with_titles(&facts, &names.rev().collect::<Vec<_>>())
    }

    /// Three have "toy", two "story": their squares are ⅓ and ½, the films' lengths √⅓, √⅚ and √⅚.
    #[test]
    fn titles_are_alike_by_the_words_that_few_films_have() {
        let traits = traits(&[("Toy", &[]), ("Toy Story", &[]), ("STORY: toys & toy", &[]), ("Alone", &[])]);
        let weights = Likeness::Titles.weights(&traits, &[3, 1, 0, 7]);
        let [short, long] = [1.0 / 3.0, 5.0 / 6.0].map(f32::sqrt);
        let alike = 1.0 / 3.0 / (short * long).sqrt();
        let close = |weight: f32, expected: f32| assert!((weight - expected).abs() < 1e-6, "{weight}, {expected}");
        close(weights.weight(0, 1), alike * 2.0_f32.ln());
        close(weights.weight(1, 0), alike * 4.0_f32.ln());
        close(weights.weight(2, 1), 5.0 / 6.0 / long * 2.0_f32.ln());
        let to_two = [0, 1, 3].map(|from| weights.weight(from, 2));
        assert_eq!(to_two, [0.0; 3], "nothing is said for what nobody liked");
        let of_three = [0, 1, 2].map(|other| (weights.weight(3, other), weights.weight(other, 3)));
        assert_eq!(of_three, [(0.0, 0.0); 3]);
        assert_eq!([0, 1, 2].map(|film| weights.weight(film, film)), [0.0; 3]);
    }

    #[test]
    fn other_names_count_and_words_that_many_films_have_do_not() {
        let mut films = vec![("The Untouchable|Intouchables", [].as_slice()), ("Intouchables, the", &[])];
        films.resize(2 + FEW_FILMS, ("The Others", &[]));
        let likes = vec![1; films.len()];
        let weights = Likeness::Titles.weights(&traits(&films), &likes);
        assert!(weights.weight(0, 1) > 0.0 && weights.weight(1, 0) > 0.0);
        assert_eq!(weights.weight(0, 2), 0.0);
    }

    #[test]
    fn genres_are_alike_whatever_the_title() {
        let traits = traits(&[("A", &["Noir", "Crime"]), ("A", &["Noir"]), ("B", &["Crime", "Noir"]), ("A", &[])]);
        let weights = Likeness::Genres.weights(&traits, &[1, 1, 1, 1]);
        assert!(weights.weight(0, 2) > weights.weight(0, 1) && weights.weight(0, 1) > 0.0);
        assert_eq!([weights.weight(0, 3), weights.weight(3, 0)], [0.0; 2]);
    }

    #[test]
    fn without_traits_or_films_nothing_is_alike() {
        for likeness in [Likeness::Titles, Likeness::Genres] {
            assert!(likeness.weights(&Traits::default(), &[1, 2]).parts().2.is_empty());
            assert_eq!(likeness.weights(&Traits::default(), &[]).catalogue(), 0);
        }
    }
}
