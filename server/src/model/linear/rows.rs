use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;

use super::keep_strongest;

/// Films that are passed over at once, if all are before the one that is looked for.
const STEP: usize = 8;

/// Weights from film to film, of which most are zero: for each film those that go out from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Where each film's weights begin, by position; one more entry than there are films.
    offsets: Arc<[u32]>,
    /// The films they go to, ascending within a film.
    films: Arc<[u32]>,
    values: Arc<[f32]>,
}

impl Weights {
    /// The rows of `films` (positions, ascending) in a catalogue with so many films; other films say nothing.
    pub(super) fn new(catalogue: usize, films: &[u32], rows: &[Vec<(u32, f32)>]) -> Self {
        let mut lengths = vec![0; catalogue];
        for (&film, row) in films.iter().zip(rows) {
            lengths[film as usize] = row.len() as u32;
        }
        let ends = lengths.iter().scan(0, |end, length| {
            *end += length;
            Some(*end)
        });
        Self {
            offsets: std::iter::once(0).chain(ends).collect(),
            films: rows.iter().flatten().map(|&(film, _)| film).collect(),
            values: rows.iter().flatten().map(|&(_, weight)| weight).collect(),
        }
    }

    /// Weights as a file has them: (films + 1), (weights), (weights). `None` unless every number is in its place.
    pub fn from_parts(offsets: Vec<u32>, films: Vec<u32>, values: Vec<f32>) -> Option<Self> {
        let catalogue = offsets.len().checked_sub(1)?;
        let ends_right = offsets[0] == 0 && offsets[catalogue] as usize == films.len() && films.len() == values.len();
        let rows_right = ends_right
            && offsets.windows(2).all(|ends| {
                ends[0] <= ends[1] && {
                    let row = films.get(ends[0] as usize..ends[1] as usize);
                    row.is_some_and(|row| {
                        row.windows(2).all(|pair| pair[0] < pair[1])
                            && row.last().is_none_or(|&last| (last as usize) < catalogue)
                    })
                }
            });
        let whole = rows_right && values.iter().all(|value| value.is_finite());
        whole.then(|| Self { offsets: offsets.into(), films: films.into(), values: values.into() })
    }

    /// What [`Self::from_parts`] takes.
    pub fn parts(&self) -> (&[u32], &[u32], &[f32]) {
        (&self.offsets, &self.films, &self.values)
    }

    /// How many films the catalogue has.
    pub fn catalogue(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The films that `from` says something for, and what.
    fn row(&self, from: usize) -> (&[u32], &[f32]) {
        let row = self.offsets[from] as usize..self.offsets[from + 1] as usize;
        (&self.films[row.clone()], &self.values[row])
    }

    /// What `from` says for `to`.
    pub fn weight(&self, from: usize, to: usize) -> f32 {
        let (films, values) = self.row(from);
        films.binary_search(&(to as u32)).map_or(0.0, |at| values[at])
    }

    /// What `from` says for each of these films, which ascend, with the number that stands beside it; of those for which
    /// it says nothing nothing.
    pub fn weights<'a>(
        &'a self,
        from: usize,
        towards: &'a [(usize, usize)],
    ) -> impl Iterator<Item = (usize, f32)> + 'a {
        let (films, values) = self.row(from);
        let mut at = 0;
        towards.iter().filter_map(move |&(film, beside)| {
            // In steps and then one by one: what is near in memory is there, which it is not for a search by halves.
            while films.get(at + STEP).is_some_and(|&other| (other as usize) < film) {
                at += STEP;
            }
            while films.get(at).is_some_and(|&other| (other as usize) < film) {
                at += 1;
            }
            (*films.get(at)? as usize == film).then(|| (beside, values[at]))
        })
    }

    /// For every film the sum of what these films say for it, each times what it counts.
    pub fn scores(&self, liked: impl Iterator<Item = (usize, f32)>) -> Vec<f32> {
        let mut scores = vec![0.0; self.catalogue()];
        self.add_scores(liked, 1.0, &mut scores);
        scores
    }

    /// Adds what these films say, times `factor`, to every film's score.
    pub fn add_scores(&self, liked: impl Iterator<Item = (usize, f32)>, factor: f32, scores: &mut [f32]) {
        for (from, strength) in liked {
            let (films, values) = self.row(from);
            let factor = factor * strength;
            for (&film, value) in films.iter().zip(values) {
                scores[film as usize] += factor * value;
            }
        }
    }

    /// The sum of these, what is said for each film times its factor; of each film the `strongest`.
    pub fn sum(summands: &[(&Self, Vec<f32>)], strongest: usize) -> Self {
        let catalogue = summands.first().map_or(0, |(weights, _)| weights.catalogue());
        let films: Vec<u32> = (0..catalogue as u32).collect();
        // Sums by film and whether there is one: nothing is left there from one row to the next.
        let nothing = || (vec![0.0; catalogue], vec![false; catalogue]);
        let row = |(sums, is_there): &mut (Vec<f32>, Vec<bool>), &from: &u32| {
            let mut row: Vec<(u32, f32)> = Vec::new();
            for (weights, factors) in summands {
                let (films, values) = weights.row(from as usize);
                for (&film, value) in films.iter().zip(values) {
                    let place = film as usize;
                    if !std::mem::replace(&mut is_there[place], true) {
                        row.push((film, 0.0));
                    }
                    sums[place] += value * factors[place];
                }
            }
            for (film, sum) in &mut row {
                is_there[*film as usize] = false;
                *sum = std::mem::take(&mut sums[*film as usize]);
            }
            keep_strongest(&mut row, strongest);
            row
        };
        let rows: Vec<Vec<(u32, f32)>> = films.par_iter().map_init(nothing, row).collect();
        Self::new(catalogue, &films, &rows)
    }

    /// The same divided by the largest, and each in the 11 binary digits that a file has of it; and that largest one. Of
    /// what counts for a ranking nothing is lost (docs/model.md), and the file is a quarter smaller.
    pub fn rounded(&self) -> candle_core::Result<(Self, f32)> {
        let largest = self.values.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let largest = if largest > 0.0 { largest } else { 1.0 };
        let values = Tensor::from_iter(self.values.iter().map(|value| value / largest), &Device::Cpu)?;
        let values: Vec<f32> = values.to_dtype(DType::F16)?.to_dtype(DType::F32)?.to_vec1()?;
        Ok((Self { values: values.into(), ..self.clone() }, largest))
    }

    /// Everything that its answers depend on.
    pub fn hash_into(&self, hasher: &mut blake3::Hasher) {
        for numbers in [&self.offsets, &self.films] {
            hash_bytes(hasher, numbers, u32::to_le_bytes);
        }
        hash_bytes(hasher, &self.values, f32::to_le_bytes);
    }
}

/// Many at a time: one by one they take longer than reading them from a file.
fn hash_bytes<T: Copy>(hasher: &mut blake3::Hasher, numbers: &[T], bytes: impl Fn(T) -> [u8; 4]) {
    for some in numbers.chunks(16_384) {
        hasher.update(&some.iter().flat_map(|&number| bytes(number)).collect::<Vec<u8>>());
    }
}
