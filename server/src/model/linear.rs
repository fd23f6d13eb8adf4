//! Linear models in closed form: what each film of a history says for every other film.
//!
//! With X the viewers' rows, a diagonal D and `P = (XᵀX + D)⁻¹`, the weight from film i to film j is
//! `−P[i][j] / P[j][j]`, and none goes from a film to itself. D = λ is EASE (Harald Steck, *Embarrassingly Shallow
//! Autoencoders for Sparse Data*, WWW 2019); D = λ + p/(1−p)·diag(XᵀX) is EDLAE, which learns to do with histories of
//! which a part p is missing (Harald Steck, *Autoencoders that don't overfit towards the Identity*, NeurIPS 2020): the
//! larger p, the shorter the histories that it is for.
//!
//! There are two ways to the same weights: [through the table of films by films](through_films), and, where viewers are
//! few, [through one of viewers by viewers](through_viewers). Other weights, with another sort of error, come of the
//! [strongest directions of X](through_directions), and others yet of what is known of the films [but for who likes
//! them](likeness).

use std::cell::LazyCell;

use app::domain::ViewerId;
use faer::linalg::{evd::EvdError, solvers::LltError};
use serde::{Deserialize, Serialize};

use super::{Traits, best_positions, strength};
use crate::catalogue::Interactions;

mod blocks;
mod likeness;
mod rows;
mod serving;
#[cfg(test)]
mod tests;
mod through_directions;
mod through_films;
mod through_viewers;

pub use likeness::Likeness;
pub use rows::Weights;
pub use serving::LinearRecommender;
use through_films::Table;

/// More films than this make a table of films by films too large: 4 bytes for each pair, three times.
const MOST_FILMS: usize = 12_000;
/// So that a film with one like is not twice as well known as one without.
const FAME_OFFSET: f32 = 5.0;
/// The way through viewers is taken if they are fewer than the films by this factor: then its work, films² · viewers, is
/// well under films³, and so is its memory.
const FEW_VIEWERS: usize = 2;

/// What a viewer's row has for a film.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowShape {
    /// For a film that was rated but not liked; a liked one has 1.
    pub seen: f32,
    /// The row is multiplied by (films rated)^(−damping/2), so that who rates much does not count in proportion.
    pub damping: f32,
    /// Whether a liked film has its [strength] and not 1.
    pub by_stars: bool,
}

impl RowShape {
    /// 1 for each liked film, nothing else: what the papers have.
    pub const LIKES: Self = Self { seen: 0.0, damping: 0.0, by_stars: false };
    /// The same by how much each was liked.
    pub const STARS: Self = Self { by_stars: true, ..Self::LIKES };
    /// Films that were seen say what goes together too; found by a study on two data sets (docs/model.md).
    pub const RATINGS: Self = Self { seen: 0.25, damping: 0.15, by_stars: true };
}

/// About how many multiplications and additions the weights of one recipe take.
pub fn operations(viewers: usize, films: usize) -> f64 {
    let (viewers, films) = (viewers as f64, films.min(MOST_FILMS) as f64);
    if viewers * (FEW_VIEWERS as f64) < films { 4.0 * films * films * viewers } else { 2.0 * films * films * films }
}

/// What weights come of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Source {
    /// Who rated what.
    Ratings(Recipe),
    /// What is known of the films.
    Facts(Likeness),
}

impl Source {
    /// With the recipe's [obscurity](Recipe::obscurity) as this.
    pub fn obscured(self, obscurity: f32) -> Self {
        match self {
            Self::Ratings(recipe) => Self::Ratings(Recipe { obscurity, ..recipe }),
            Self::Facts(_) => self,
        }
    }

    /// The recipe's obscurity; 0 where there is none.
    pub fn obscurity(self) -> f32 {
        match self {
            Self::Ratings(recipe) => recipe.obscurity,
            Self::Facts(_) => 0.0,
        }
    }
}

/// The weights of these sources; of each film only the `strongest`. One after the other, because each needs much memory;
/// `progress` hears of each that is made.
pub fn make(
    interactions: &Interactions,
    traits: &Traits,
    wanted: impl Fn(ViewerId) -> bool,
    sources: &[Source],
    strongest: usize,
    progress: impl Fn(),
) -> Result<Vec<Weights>, LinearError> {
    let likes = LazyCell::new(|| count_likes(interactions, &viewers(interactions, &wanted)));
    let mut made = vec![None; sources.len()];
    let keep = |place: &mut Option<Weights>, weights| {
        *place = Some(weights);
        progress();
    };
    for number in 0..sources.len() {
        match sources[number] {
            Source::Facts(likeness) => keep(&mut made[number], likeness.weights(traits, &likes)),
            Source::Ratings(Recipe { rows, .. }) if made[number].is_none() => {
                let together = Together::of(interactions, traits, rows, &wanted);
                for (place, source) in made.iter_mut().zip(sources) {
                    if let Source::Ratings(recipe) = *source
                        && recipe.rows == rows
                    {
                        keep(place, together.weights(recipe, strongest)?);
                    }
                }
            }
            Source::Ratings(_) => {}
        }
    }
    Ok(made.into_iter().flatten().collect())
}

/// How much the weights believe what few viewers did together, and what they believe instead.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// What the viewers' rows are.
    pub rows: RowShape,
    /// p: the part of a history that is taken to be missing, 0 to below 1.
    pub dropout: f32,
    /// λ: so many viewers' worth of doubt, above 0.
    pub lambda: f32,
    /// Each genre and each span of years is a viewer more, in whose row all its films have this: 0 or more.
    pub traits: f32,
    /// The weights are those of this many strongest directions of X in place of the closed form; 0 for the closed form.
    pub directions: usize,
    /// In an expert, what is said for a film is divided by (likes + 5) to this power: 0 leaves well-known films as they are.
    pub obscurity: f32,
}

impl Recipe {
    /// EASE: λ and nothing else.
    pub fn ease(lambda: f32) -> Self {
        Self { rows: RowShape::LIKES, dropout: 0.0, lambda, traits: 0.0, directions: 0, obscurity: 0.0 }
    }

    /// D for a film whose sum of squares over the rows is this.
    fn diagonal(&self, squares: f32) -> f32 {
        self.lambda + self.dropout / (1.0 - self.dropout) * squares
    }
}

/// What [`Recipe::obscurity`] divides by, for each film.
pub fn fame(likes: &[u32], obscurity: f32) -> Vec<f32> {
    likes.iter().map(|&likes| (likes as f32 + FAME_OFFSET).powf(obscurity)).collect()
}

/// Why there are no weights.
#[derive(Debug, thiserror::Error)]
pub enum LinearError {
    /// No regularisation.
    #[error("λ must be above 0, p from 0 to below 1, traits and obscurity 0 or more, not {0:?}")]
    Recipe(Recipe),
    /// The table is not one of numbers.
    #[error("the films' table cannot be inverted: {0:?}")]
    Singular(LltError),
    /// It has no directions either.
    #[error("the films' table has no directions: {0:?}")]
    NoDirections(EvdError),
}

/// Which films were liked (and seen) by the same people: X, and XᵀX where that is the way.
///
/// Films that nobody liked have no place in it; of a catalogue with more than 12,000 others only those with the most
/// likes have.
#[derive(Debug)]
pub struct Together {
    /// The films that have a place: positions, ascending.
    films: Vec<u32>,
    /// How many liked each film of the catalogue.
    likes: Vec<u32>,
    /// The viewers' rows.
    rows: Vec<Row>,
    /// The films of each trait: places.
    traits: Vec<Vec<u32>>,
    /// XᵀX, unless there are few viewers.
    table: Option<Table>,
}

/// A row of X: places of films and what stands there, ascending.
type Row = Vec<(u32, f32)>;

impl Together {
    /// Counts over the viewers for whom `wanted` is true.
    pub fn of(
        interactions: &Interactions,
        traits: &Traits,
        shape: RowShape,
        wanted: impl Fn(ViewerId) -> bool,
    ) -> Self {
        let rows = Self::rows(interactions, traits, shape, wanted);
        let few = (rows.rows.len() + rows.traits.len()) * FEW_VIEWERS < rows.films.len();
        if few { rows } else { rows.with_table() }
    }

    fn rows(interactions: &Interactions, traits: &Traits, shape: RowShape, wanted: impl Fn(ViewerId) -> bool) -> Self {
        let viewers = viewers(interactions, wanted);
        let likes = count_likes(interactions, &viewers);
        let films = most_liked(&likes);
        let mut places = vec![None; interactions.films.len()];
        for (place, &film) in (0..).zip(&films) {
            places[film as usize] = Some(place);
        }
        let rows = viewers.iter().map(|&viewer| row(interactions, viewer, shape, &places));
        let rows = rows.filter(|row| !row.is_empty()).collect();
        let place = |&film: &u32| places[film as usize];
        let traits = traits.films().iter().map(|films| films.iter().filter_map(place).collect()).collect();
        Self { films, likes, rows, traits, table: None }
    }

    fn with_table(self) -> Self {
        Self { table: Some(Table::of(&self.rows, &self.traits, self.films.len())), ..self }
    }

    /// How many viewers liked each film of the catalogue.
    pub fn likes(&self) -> &[u32] {
        &self.likes
    }

    /// The weights in closed form from these rows, whatever the recipe says of rows and of obscurity; of each film only the `strongest` that go out from it, by their size.
    pub fn weights(&self, recipe: Recipe, strongest: usize) -> Result<Weights, LinearError> {
        let Recipe { dropout, lambda, traits, obscurity, .. } = recipe;
        let rest = [traits, obscurity].into_iter().all(|value| value.is_finite() && value >= 0.0);
        if !(lambda.is_finite() && lambda > 0.0 && (0.0..1.0).contains(&dropout) && rest) {
            return Err(LinearError::Recipe(recipe));
        }
        let keep = |from: usize, weights: &[f32]| {
            let sizes: Vec<f32> = weights.iter().map(|weight| weight.abs()).collect();
            let mut kept = best_positions(&sizes, strongest, |to| to != from && weights[to] != 0.0);
            kept.sort_unstable();
            kept.into_iter().map(|to| (self.films[to], weights[to])).collect()
        };
        let rows = match &self.table {
            _ if recipe.directions > 0 => through_directions::weights(self, &recipe, &keep)?,
            Some(table) => table.weights(&recipe, &keep)?,
            None => through_viewers::weights(self, &recipe, &keep)?,
        };
        Ok(Weights::new(self.likes.len(), &self.films, &rows))
    }
}

/// What a way is told to do with the weights that go out from a place, one to each: leave out its own and keep the strongest.
type Keep<'a> = &'a (dyn Fn(usize, &[f32]) -> Row + Sync);

fn viewers(interactions: &Interactions, wanted: impl Fn(ViewerId) -> bool) -> Vec<usize> {
    (0..interactions.viewers.len()).filter(|&viewer| wanted(interactions.viewers[viewer])).collect()
}

fn count_likes(interactions: &Interactions, viewers: &[usize]) -> Vec<u32> {
    let mut likes = vec![0; interactions.films.len()];
    for &viewer in viewers {
        for (film, _) in interactions.of_viewer(viewer).filter(|(_, stars)| stars.is_liked()) {
            likes[film] += 1;
        }
    }
    likes
}

/// The films that somebody liked, at most [`MOST_FILMS`] of them: positions, ascending.
fn most_liked(likes: &[u32]) -> Vec<u32> {
    let mut films: Vec<u32> = (0..likes.len() as u32).filter(|&film| likes[film as usize] > 0).collect();
    films.sort_by_key(|&film| std::cmp::Reverse(likes[film as usize]));
    films.truncate(MOST_FILMS);
    films.sort_unstable();
    films
}

fn row(interactions: &Interactions, viewer: usize, shape: RowShape, places: &[Option<u32>]) -> Row {
    let ratings = interactions.of_viewer(viewer);
    let scale = (ratings.len() as f32).powf(-shape.damping / 2.0);
    let weighted = ratings.map(|(film, stars)| match stars.is_liked() {
        true if shape.by_stars => (film, scale * strength(stars)),
        true => (film, scale),
        false => (film, scale * shape.seen),
    });
    weighted.filter(|&(_, weight)| weight > 0.0).filter_map(|(film, weight)| Some((places[film]?, weight))).collect()
}

/// Leaves the largest weights by size, of equal ones the first films', ascending by film.
fn keep_strongest(row: &mut Vec<(u32, f32)>, strongest: usize) {
    if strongest < row.len() {
        row.select_nth_unstable_by(strongest, |a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        row.truncate(strongest);
    }
    row.sort_unstable_by_key(|&(film, _)| film);
}
