//! What the home page needs of a data set, worked out once: films that most people know and that differ, a viewer's
//! taste, viewers worth looking through the eyes of.

use std::collections::HashSet;

/// Films that a new visitor can be asked about.
pub const MOST_WELL_KNOWN: usize = 100;

/// Viewers in the menu.
pub const MOST_NOTABLE: usize = 24;

/// The most rated films among which those that differ are looked for.
const WELL_KNOWN_CANDIDATES: usize = 500;

/// Likes that everyone is given in the proportions of all, so that three likes are no taste yet.
const PRIOR_LIKES: f64 = 10.0;

/// Least share of a genre in a viewer's likes, as a multiple of its share in everyone's.
const LEAST_LIFT: f64 = 1.1;

/// What counts when films are compared.
pub(super) struct Known<'a> {
    pub title: &'a str,
    pub year: Option<u16>,
    pub genres: &'a [u16],
    pub ratings: u32,
    pub average: f32,
}

/// Places of films in `films` (most rated first) that are well known and differ from each other.
///
/// Maximal marginal relevance: Carbonell and Goldstein, The Use of MMR, SIGIR 1998.
pub(super) fn well_known(films: &[Known<'_>]) -> Vec<usize> {
    let most = films.first().map_or(0, |film| film.ratings);
    let fame = |film: &Known<'_>| f64::from(film.ratings).ln_1p() / f64::from(most.max(1)).ln_1p();
    let mut waiting: Vec<(usize, f64)> = films
        .iter()
        .enumerate()
        .take(WELL_KNOWN_CANDIDATES)
        // Something to like, not to argue about.
        .filter(|(_, film)| film.ratings > 0 && film.average >= 3.0)
        .map(|(place, _)| (place, 0.0))
        .collect();

    let mut chosen = Vec::new();
    while chosen.len() < MOST_WELL_KNOWN {
        let value = |&(place, likeness): &(usize, f64)| 2.0 * fame(&films[place]) - likeness;
        // On a tie the more rated one.
        let best =
            (0..waiting.len()).max_by(|&a, &b| value(&waiting[a]).total_cmp(&value(&waiting[b])).then(b.cmp(&a)));
        let Some(best) = best else { break };
        let (place, _) = waiting.remove(best);
        for (other, likeness) in &mut waiting {
            *likeness = likeness.max(alike(&films[place], &films[*other]));
        }
        chosen.push(place);
    }
    chosen
}

/// 0 for films that have nothing in common; 1 and more for two of a kind.
fn alike(a: &Known<'_>, b: &Known<'_>) -> f64 {
    let shared = a.genres.iter().filter(|genre| b.genres.contains(genre)).count() as f64;
    let all = (a.genres.len() + b.genres.len()) as f64 - shared;
    let genres = if all > 0.0 { shared / all } else { 0.0 };
    let era = match (a.year, b.year) {
        (Some(a), Some(b)) => (1.0 - f64::from(a.abs_diff(b)) / 20.0).max(0.0),
        _ => 0.0,
    };
    // Parts of one series.
    let words = |title: &'_ str| -> HashSet<String> {
        title
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| word.len() > 3)
            .map(str::to_lowercase)
            .collect()
    };
    let series = if words(a.title).is_disjoint(&words(b.title)) { 0.0 } else { 1.0 };
    0.6 * genres + 0.3 * era + series
}

/// Up to two genres that stand out in a viewer's likes: those that add most to the divergence (Kullback and Leibler)
/// of their shares from everyone's. `counts`: likes of the viewer by genre, of `likes` in all; `everyone`: each genre's
/// share in all likes, 0 to 1.
pub(super) fn taste(counts: &[u32], likes: u32, everyone: &[f64]) -> Vec<u16> {
    let total = f64::from(likes) + PRIOR_LIKES;
    let mut standing_out: Vec<(u16, f64)> = counts
        .iter()
        .zip(everyone)
        .zip(0..)
        .filter(|((count, share), _)| **count >= 2 && **share > 0.0)
        .filter_map(|((&count, &share), genre)| {
            let own = (f64::from(count) + PRIOR_LIKES * share) / total;
            let lift = own / share;
            (lift >= LEAST_LIFT).then(|| (genre, own * lift.ln()))
        })
        .collect();
    standing_out.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    standing_out.into_iter().take(2).map(|(genre, _)| genre).collect()
}

type Differs = fn(&[u16], &[u16]) -> bool;

/// Of viewers with their tastes, most active first: the first, then those with a genre in front that nobody chosen
/// has, then those with another pair of genres. Places in `viewers`.
pub(super) fn notable(viewers: &[Vec<u16>]) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    chosen.extend((!viewers.is_empty()).then_some(0));
    let rounds: [Differs; 2] = [|taste, other| taste.first() != other.first(), |taste, other| taste != other];
    for differs in rounds {
        for (place, taste) in viewers.iter().enumerate() {
            if chosen.len() == MOST_NOTABLE {
                return chosen;
            }
            let is_new = chosen.iter().all(|&other| differs(taste, &viewers[other]));
            if !taste.is_empty() && is_new {
                chosen.push(place);
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taste_is_what_stands_out_and_not_what_everybody_likes() {
        // Drama is half of everybody's likes and of this viewer's; horror is 5 % of everybody's.
        assert_eq!(taste(&[50, 40, 10], 100, &[0.5, 0.05, 0.45]), [1]);
        assert_eq!(taste(&[80, 40, 0], 100, &[0.5, 0.05, 0.45]).len(), 2);
        assert!(taste(&[1, 0, 0], 1, &[0.1, 0.5, 0.4]).is_empty());
        assert!(taste(&[0, 0, 0], 0, &[0.0, 0.0, 0.0]).is_empty());
    }

    #[test]
    fn the_most_active_viewer_comes_first_and_then_other_tastes() {
        let tastes = [vec![0, 1], vec![0, 1], vec![0, 2], vec![3], vec![]];
        assert_eq!(notable(&tastes), [0, 3, 2]);
        assert!(notable(&[]).is_empty());
    }

    #[test]
    fn well_known_films_are_famous_and_no_two_of_a_series_come_in_front() {
        let film = |title, year, genres, ratings| Known { title, year: Some(year), genres, ratings, average: 4.0 };
        let films = [
            film("Star Wars IV", 1977, &[0, 1], 300),
            film("Star Wars V", 1980, &[0, 1], 290),
            film("Casablanca", 1942, &[2], 200),
            film("Forgotten", 1990, &[3], 1),
        ];
        assert_eq!(well_known(&films)[..2], [0, 2]);
        let disliked = [Known { average: 2.0, ..film("Bad", 1990, &[1], 500) }];
        assert!(well_known(&disliked).is_empty());
    }
}
