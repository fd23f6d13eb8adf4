use super::History;
use crate::catalogue::Interactions;

/// So many ratings' worth of doubt about a film, and about a visitor.
const FILM_DOUBT: f64 = 25.0;
const VISITOR_DOUBT: f64 = 10.0;

/// The baseline: a film's offset and a visitor's, each pulled to 0 the fewer ratings it has (Koren, *Factor in the
/// Neighbors*, TKDD 2010, section 2.1).
#[derive(Clone, Debug)]
pub struct Offsets {
    average: f64,
    films: Vec<f64>,
}

impl Offsets {
    /// From all ratings; an average of 3 without any.
    pub fn of(interactions: &Interactions) -> Self {
        let ratings = interactions.items.len();
        let sum: f64 = interactions.stars.iter().map(|stars| f64::from(stars.get())).sum();
        let average = if ratings == 0 { 3.0 } else { sum / ratings as f64 };
        let mut sums = vec![(0.0, FILM_DOUBT); interactions.films.len()];
        for (&film, stars) in interactions.items.iter().zip(&interactions.stars) {
            let (sum, count) = &mut sums[film as usize];
            *sum += f64::from(stars.get()) - average;
            *count += 1.0;
        }
        Self { average, films: sums.into_iter().map(|(sum, count)| sum / count).collect() }
    }

    /// How generous the visitor with this history is, in stars.
    pub fn visitor(&self, history: &History) -> f64 {
        let above = history.ratings.iter().map(|&(film, stars)| {
            f64::from(stars.get()) - self.average - self.films.get(film).copied().unwrap_or_default()
        });
        above.sum::<f64>() / (history.ratings.len() as f64 + VISITOR_DOUBT)
    }

    /// What a visitor with this offset would give the film, within the scale.
    pub fn stars(&self, film: usize, visitor: f64) -> f64 {
        (self.average + self.films.get(film).copied().unwrap_or_default() + visitor).clamp(0.5, 5.0)
    }
}
