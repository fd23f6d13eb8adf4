//! From ratings to a [`StarsModel`].

use app::domain::{Stars, ViewerId};
use faer::{Mat, Side, linalg::solvers::Solve};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    HELD, Scalars, StarsModel,
    beliefs::{Belief, Evidence, PACKED, SIZE, Symmetric, Wide, at},
};
use crate::{
    catalogue::Interactions,
    model::{History, Traits},
};

/// How often both sides are gone through: after that nothing changes in the third digit. Where there are many ratings, less
/// often: each film has heard of its viewers' tastes from so many.
const ROUNDS: usize = 20;
const ROUNDS_OF_MANY: usize = 8;
/// So many films' worth of doubt that a trait says anything.
const TRAIT_DOUBT: f64 = 10.0;
/// One rating in so many is held out to measure intervals.
const ONE_IN: u32 = 10;
/// More ratings than this are many, and tell nothing new about intervals and noise.
const ENOUGH: usize = 4_000_000;
/// With fewer ratings held out, intervals are as wide as the model believes.
const FEWEST: usize = 200;
/// A Gaussian is within so many standard deviations with a probability of [`HELD`].
const GAUSSIAN_REACH: f64 = 1.281_551_6;
/// Not even a viewer who always gives the same is that sure, in stars².
const LEAST_NOISE: f64 = 1e-3;

/// Why there are no predicted stars.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum StarsError {
    /// There is nothing to learn from.
    #[error("there are no ratings to learn stars from")]
    NoRatings,
    /// Arithmetic failed.
    #[error("the beliefs about films or viewers are out of hand")]
    Numbers,
}

/// How predictions did on ratings that were held out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Ratings held out.
    pub ratings: usize,
    /// Root of the mean squared error, in stars.
    pub rmse: f64,
    /// Mean absolute error, in stars.
    pub mae: f64,
    /// The part of them within their intervals, whose width was chosen on the other half.
    pub coverage: f64,
}

/// A model and how such a one did.
#[derive(Clone, Debug)]
pub struct FittedStars {
    /// The model.
    pub model: StarsModel,
    /// How one that learned without them did on ratings held out; none where there are too few.
    pub validation: Option<Validation>,
}

/// The ratings from one side: of each viewer the film and the stars, or of each film the viewer.
struct Lines {
    offsets: Vec<usize>,
    lines: Vec<(u32, Stars)>,
}

impl Lines {
    fn new() -> Self {
        Self { offsets: vec![0], lines: Vec::new() }
    }

    fn push(&mut self, ratings: impl Iterator<Item = (u32, Stars)>) {
        self.lines.extend(ratings);
        self.offsets.push(self.lines.len());
    }

    fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    fn of(&self, entity: usize) -> &[(u32, Stars)] {
        &self.lines[self.offsets[entity]..self.offsets[entity + 1]]
    }

    /// The same from the other side, which has so many entities.
    fn transposed(&self, others: usize) -> Self {
        let mut offsets = vec![0; others + 1];
        for &(other, _) in &self.lines {
            offsets[other as usize + 1] += 1;
        }
        for other in 0..others {
            offsets[other + 1] += offsets[other];
        }
        let mut next = offsets.clone();
        let mut lines = vec![(0, Stars::MOST); self.lines.len()];
        for entity in 0..self.len() {
            for &(other, stars) in self.of(entity) {
                let place = &mut next[other as usize];
                lines[*place] = (entity as u32, stars);
                *place += 1;
            }
        }
        Self { offsets, lines }
    }
}

/// Learns from those viewers' ratings for whom `wanted` is true; `progress` hears of rounds done and rounds in all.
pub fn fit(
    interactions: &Interactions,
    traits: &Traits,
    seed: u64,
    wanted: impl Fn(ViewerId) -> bool,
    mut progress: impl FnMut(usize, usize),
) -> Result<FittedStars, StarsError> {
    let films = interactions.films.len();
    let viewers: Vec<usize> =
        (0..interactions.viewers.len()).filter(|&viewer| wanted(interactions.viewers[viewer])).collect();
    let of_viewer = |viewer| interactions.of_viewer(viewer).map(|(film, stars)| (film as u32, stars));
    let ratings: usize = viewers.iter().map(|&viewer| interactions.of_viewer(viewer).len()).sum();

    let (trial, last) = (rounds(ratings.min(ENOUGH)), rounds(ratings));
    let mut calibration = None;
    {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let [mut shown, mut held_out] = [Lines::new(), Lines::new()];
        for &viewer in viewers.iter().step_by(ratings.div_ceil(ENOUGH).max(1)) {
            let (hidden, rest): (Vec<_>, Vec<_>) = of_viewer(viewer).partition(|_| random.random_ratio(1, ONE_IN));
            shown.push(rest.into_iter());
            held_out.push(hidden.into_iter());
        }
        if held_out.lines.len() >= FEWEST {
            let model = learn(&shown, films, traits, seed, |done| progress(done, trial + last))?;
            calibration = Some(calibrate(&model, &shown, &held_out)?);
        }
    }
    let mut lines = Lines::new();
    viewers.iter().for_each(|&viewer| lines.push(of_viewer(viewer)));
    let mut model = learn(&lines, films, traits, seed, |done| progress(trial + done, trial + last))?;
    if let Some((reach, _)) = calibration {
        model.scalars.reach = reach;
    }
    Ok(FittedStars { model, validation: calibration.map(|(_, validation)| validation) })
}

/// How often both sides are gone through.
fn rounds(ratings: usize) -> usize {
    if ratings > ENOUGH { ROUNDS_OF_MANY } else { ROUNDS }
}

/// How far intervals must go for [`HELD`] of the ratings held out, and what came of it.
fn calibrate(model: &StarsModel, shown: &Lines, held_out: &Lines) -> Result<(f64, Validation), StarsError> {
    let errors = (0..shown.len()).into_par_iter().map(|viewer| {
        let ratings = shown.of(viewer).iter().map(|&(film, stars)| (film as usize, stars)).collect();
        let visitor = model.visitor(&History { ratings }).ok_or(StarsError::Numbers)?;
        let errors = held_out.of(viewer).iter().map(|&(film, stars)| {
            let film = film as usize;
            let predicted = visitor.predict(film).ok_or(StarsError::Numbers)?;
            let deviation = visitor.deviation(&model.films[film]);
            let stars = f64::from(stars.get());
            Ok(Error { error: predicted.stars() - stars, deviations: (predicted.sum() - stars).abs() / deviation })
        });
        errors.collect::<Result<Vec<Error>, StarsError>>()
    });
    let of_viewers = errors.collect::<Result<Vec<_>, _>>()?;
    let halves: [Vec<Error>; 2] =
        [0, 1].map(|half| of_viewers.iter().skip(half).step_by(2).flatten().copied().collect());
    let held: usize = (0..2)
        .map(|half| {
            let reach = reach(halves[1 - half].clone());
            halves[half].iter().filter(|error| error.deviations <= reach).count()
        })
        .sum();
    let all = halves.concat();
    let ratings = all.len();
    let mean = |number: fn(&Error) -> f64| all.iter().map(number).sum::<f64>() / ratings as f64;
    let validation = Validation {
        ratings,
        rmse: mean(|error| error.error * error.error).sqrt(),
        mae: mean(|error| error.error.abs()),
        coverage: held as f64 / ratings as f64,
    };
    Ok((reach(all), validation))
}

/// How far a prediction was off.
#[derive(Clone, Copy, Debug)]
struct Error {
    /// In stars.
    error: f64,
    /// In standard deviations that it believed in.
    deviations: f64,
}

/// So many standard deviations hold [`HELD`] of these.
fn reach(mut errors: Vec<Error>) -> f64 {
    errors.sort_unstable_by(|a, b| a.deviations.total_cmp(&b.deviations));
    let place = (HELD * errors.len() as f64) as usize;
    errors.get(place).map_or(GAUSSIAN_REACH, |error| error.deviations.max(f64::EPSILON))
}

/// Goes through both sides in turn: each belief given those of the other side, then what they have in common.
fn learn(
    by_viewer: &Lines,
    films: usize,
    traits: &Traits,
    seed: u64,
    mut progress: impl FnMut(usize),
) -> Result<StarsModel, StarsError> {
    let count = by_viewer.lines.len();
    if count == 0 {
        return Err(StarsError::NoRatings);
    }
    let stars = || by_viewer.lines.iter().map(|(_, stars)| f64::from(stars.get()));
    let average = stars().sum::<f64>() / count as f64;
    let mut noise = (stars().map(|stars| (stars - average).powi(2)).sum::<f64>() / count as f64).max(LEAST_NOISE);
    let scale = stars().fold((f64::MAX, f64::MIN), |(least, most), stars| (least.min(stars), most.max(stars)));
    let by_film = by_viewer.transposed(films);

    let traits = TraitMeans::new(films, traits)?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let start = Symmetric::diagonal(0.2, 0.05);
    let mut of_films: Vec<Belief> = (0..films)
        .map(|_| {
            let mean = std::array::from_fn(|at| if at == 0 { 0.0 } else { random.random_range(-0.2..0.2) });
            Belief { mean, covariance: start }
        })
        .collect();
    let nothing = vec![[0.0; SIZE]; by_viewer.len()];
    let mut expected = vec![[0.0; SIZE]; films];
    let [mut film_prior, mut visitor_prior] = [start, Symmetric::diagonal(0.2, 1.0)];
    for round in 1..=rounds(count) {
        let of_viewers = believe(by_viewer, &of_films, &nothing, visitor_prior, average, noise)?;
        visitor_prior = spread(&of_viewers, &nothing);
        of_films = believe(&by_film, &of_viewers, &expected, film_prior, average, noise)?;
        expected = traits.means(&of_films);
        film_prior = spread(&of_films, &expected);
        noise = unexplained(by_viewer, &of_viewers, &of_films, average).max(LEAST_NOISE);
        progress(round);
    }
    let scalars = Scalars { average, noise, reach: GAUSSIAN_REACH, scale };
    StarsModel::new(of_films, visitor_prior, scalars).ok_or(StarsError::Numbers)
}

/// What is believed of each entity of one side, if it was `expected` to be so, give or take `prior`.
fn believe(
    lines: &Lines,
    others: &[Belief],
    expected: &[[f64; SIZE]],
    prior: Symmetric,
    average: f64,
    noise: f64,
) -> Result<Vec<Belief>, StarsError> {
    let precision = prior.inverse().ok_or(StarsError::Numbers)?;
    let believe = |entity: usize| {
        let mut evidence = Evidence::from(&precision, &Wide(precision).times(&expected[entity]));
        for &(other, stars) in lines.of(entity) {
            evidence.add(f64::from(stars.get()) - average, &others[other as usize], noise);
        }
        evidence.belief().filter(Belief::is_sound)
    };
    (0..lines.len()).into_par_iter().map(believe).collect::<Option<_>>().ok_or(StarsError::Numbers)
}

/// How far entities lie from what was expected of them, in mean squares, their own uncertainty included.
fn spread(beliefs: &[Belief], expected: &[[f64; SIZE]]) -> Symmetric {
    let mut sums = [0.0; PACKED];
    for (Belief { mean, covariance }, expected) in beliefs.iter().zip(expected) {
        let off: [f64; SIZE] = std::array::from_fn(|place| f64::from(mean[place]) - expected[place]);
        for row in 0..SIZE {
            for column in 0..=row {
                sums[at(row, column)] += off[row] * off[column] + f64::from(covariance.0[at(row, column)]);
            }
        }
    }
    let count = beliefs.len().max(1) as f64;
    Symmetric(sums.map(|sum| (sum / count) as f32))
}

/// The mean square of what beliefs leave of a rating, their uncertainty included, in stars².
fn unexplained(by_viewer: &Lines, viewers: &[Belief], films: &[Belief], average: f64) -> f64 {
    let of_viewer = |viewer: usize| {
        let own = &viewers[viewer];
        let squares = by_viewer.of(viewer).iter().map(|&(film, stars)| {
            let film = &films[film as usize];
            let taste: f32 = film.mean.iter().zip(&own.mean).skip(1).map(|(film, own)| film * own).sum();
            let error = f64::from(stars.get()) - average - f64::from(film.mean[0] + own.mean[0] + taste);
            error * error + film.variance_with(own)
        });
        squares.sum::<f64>()
    };
    // Collected first, so that the order of the additions does not depend on the threads.
    let some = by_viewer.lines.len().div_ceil(ENOUGH).max(1);
    let asked: Vec<usize> = (0..by_viewer.len()).step_by(some).collect();
    let squares: Vec<f64> = asked.par_iter().map(|&viewer| of_viewer(viewer)).collect();
    let ratings: usize = asked.iter().map(|&viewer| by_viewer.of(viewer).len()).sum();
    squares.iter().sum::<f64>() / ratings.max(1) as f64
}

/// Ridge regression of what is believed of films on their traits.
struct TraitMeans {
    /// The traits of each film.
    of_films: Vec<Vec<usize>>,
    /// How many traits there are.
    traits: usize,
    table: faer::linalg::solvers::Llt<f64>,
}

impl TraitMeans {
    fn new(films: usize, traits: &Traits) -> Result<Self, StarsError> {
        // The first is what all films have in common.
        let mut of_films = vec![vec![0]; films];
        for (number, members) in (1..).zip(traits.films()) {
            for &film in members {
                of_films.get_mut(film as usize).ok_or(StarsError::Numbers)?.push(number);
            }
        }
        let traits = traits.films().len() + 1;
        let mut table = Mat::<f64>::zeros(traits, traits);
        for number in 0..traits {
            table[(number, number)] = if number == 0 { 1e-2 } else { TRAIT_DOUBT };
        }
        for film in &of_films {
            for &row in film {
                for &column in film {
                    table[(row, column)] += 1.0;
                }
            }
        }
        let table = table.llt(Side::Lower).map_err(|_| StarsError::Numbers)?;
        Ok(Self { of_films, traits, table })
    }

    /// What its traits say of each film.
    fn means(&self, films: &[Belief]) -> Vec<[f64; SIZE]> {
        let mut sums = Mat::<f64>::zeros(self.traits, SIZE);
        for (film, traits) in films.iter().zip(&self.of_films) {
            for &row in traits {
                for column in 0..SIZE {
                    sums[(row, column)] += f64::from(film.mean[column]);
                }
            }
        }
        let says = self.table.solve(&sums);
        let mean =
            |traits: &Vec<usize>| std::array::from_fn(|column| traits.iter().map(|&row| says[(row, column)]).sum());
        self.of_films.iter().map(mean).collect()
    }
}
