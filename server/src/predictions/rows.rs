//! A page's predicted rows out of one prediction: ranked together, so that no film stands in two of them.

use std::collections::HashSet;

use app::domain::RowKind;

use super::{FilmTable, Request};
use crate::model::{History, ModelError, Recommender, Share, best_positions};

/// Films of each row but the first.
const FILMS: usize = 15;
/// The best films, among which those are looked for that are like one.
const NEAR: usize = 500;
/// So many ratings' worth of doubt that a film is like another.
const DOUBT: f32 = 10.0;
/// Genres that say how a film is shown and not what it is.
const NO_GENRES: [&str; 2] = ["(no genres listed)", "IMAX"];

/// A row, with films and genres by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The best films.
    ForYou,
    /// Films like this one.
    Because(usize),
    /// Well rated, little known.
    HiddenGems,
    /// Of this genre.
    Genre(usize),
}

/// The rows below "For you", whose films and their reasons are given; for each its films, best first. A row that has no
/// film is left out.
pub fn below(
    model: &dyn Recommender,
    films: &FilmTable,
    request: &Request,
    history: &History,
    scores: &[f32],
    for_you: &[(usize, Vec<Share>)],
) -> Result<Vec<(Row, Vec<usize>)>, ModelError> {
    let mut taken: HashSet<usize> = for_you.iter().map(|&(film, _)| film).collect();
    let allowed = films.allowed(request);
    let mut seeds = seeds(model, history, for_you)?.into_iter();
    // A row of what all rows are of would say nothing.
    let is_asked = |genre: &usize| request.genres.contains(&films.genres()[*genre]);
    let mut genres = telling_genres(films, history).into_iter().filter(|genre| !is_asked(genre));
    let mut rows = Vec::new();
    for kind in RowKind::of_page(history.liked().count()) {
        let free = |film: usize| !taken.contains(&film) && allowed(film);
        let (row, chosen) = match kind {
            RowKind::ForYou => continue,
            RowKind::Because => {
                let Some(seed) = seeds.next() else { continue };
                (Row::Because(seed), like(model, films, seed, &best_positions(scores, NEAR, free))?)
            }
            RowKind::HiddenGems => {
                (Row::HiddenGems, best_positions(scores, FILMS, |film| films.is_gem(film) && free(film)))
            }
            RowKind::Genre => {
                let Some(genre) = genres.next() else { continue };
                (Row::Genre(genre), best_positions(scores, FILMS, |film| films.is_of(film, genre) && free(film)))
            }
        };
        taken.extend(&chosen);
        if !chosen.is_empty() {
            rows.push((row, chosen));
        }
    }
    Ok(rows)
}

/// Two liked films that speak most for what is recommended, and that are not alike.
fn seeds(
    model: &dyn Recommender,
    history: &History,
    for_you: &[(usize, Vec<Share>)],
) -> Result<Vec<usize>, ModelError> {
    let liked: Vec<usize> = history.liked().collect();
    let mut worth = vec![0.0_f32; liked.len()];
    for share in for_you.iter().flat_map(|(_, shares)| shares) {
        if let Ok(at) = liked.binary_search(&share.film) {
            worth[at] += share.share;
        }
    }
    let best = |worth: &[f32]| (0..liked.len()).max_by(|&a, &b| worth[a].total_cmp(&worth[b]).then(b.cmp(&a)));
    let Some(first) = best(&worth) else { return Ok(Vec::new()) };
    let mut seeds = vec![liked[first]];
    let alike = model.alike(&[liked[first]], &liked)?.pop().unwrap_or_default();
    for (worth, alike) in worth.iter_mut().zip(alike) {
        *worth *= 1.0 - alike.max(0.0);
    }
    worth[first] = f32::NEG_INFINITY;
    seeds.extend(best(&worth).filter(|&second| second != first).map(|second| liked[second]));
    Ok(seeds)
}

/// Those of `choice` that are most like the film.
fn like(model: &dyn Recommender, films: &FilmTable, film: usize, choice: &[usize]) -> Result<Vec<usize>, ModelError> {
    let alike = model.alike(&[film], choice)?.pop().unwrap_or_default();
    let believed: Vec<f32> = choice
        .iter()
        .zip(alike)
        .map(|(&other, alike)| {
            let ratings = films.ratings()[other] as f32;
            alike * ratings / (ratings + DOUBT)
        })
        .collect();
    let best = best_positions(&believed, FILMS, |place| choice[place] != film && believed[place] > 0.0);
    Ok(best.into_iter().map(|place| choice[place]).collect())
}

/// The genres that stand out most among the likes against what everyone rates, most first: p·ln(p/q), the genre's part of
/// the Kullback-Leibler divergence between the two.
fn telling_genres(films: &FilmTable, history: &History) -> Vec<usize> {
    let all = films.genres().len();
    let (mut own, mut everyone) = (vec![0.0_f64; all], vec![0.0_f64; all]);
    for film in history.liked() {
        films.genres_of(film).for_each(|genre| own[genre] += 1.0);
    }
    for (film, &ratings) in films.ratings().iter().enumerate() {
        films.genres_of(film).for_each(|genre| everyone[genre] += f64::from(ratings));
    }
    let (liked, rated): (f64, f64) = (own.iter().sum(), everyone.iter().sum());
    let telling = |genre: usize| {
        // As if two films had been liked as everyone likes: one film does not make a lover of its genre.
        let expected = everyone[genre] / rated.max(1.0);
        let part = (own[genre] + 2.0 * expected) / (liked + 2.0);
        if own[genre] > 0.0 && expected > 0.0 { part * (part / expected).ln() } else { f64::NEG_INFINITY }
    };
    let named = |genre: &usize| !NO_GENRES.contains(&films.genres()[*genre].as_str());
    let mut genres: Vec<(f64, usize)> =
        (0..all).filter(named).map(|genre| (telling(genre), genre)).filter(|(worth, _)| worth.is_finite()).collect();
    genres.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    genres.into_iter().map(|(_, genre)| genre).collect()
}
