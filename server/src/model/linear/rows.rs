use std::sync::Arc;

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

    /// For every film the sum of what these films say for it.
    pub fn scores(&self, liked: impl Iterator<Item = usize>) -> Vec<f32> {
        let mut scores = vec![0.0; self.catalogue()];
        self.add_scores(liked, 1.0, &mut scores);
        scores
    }

    /// Adds what these films say, times `factor`, to every film's score.
    pub fn add_scores(&self, liked: impl Iterator<Item = usize>, factor: f32, scores: &mut [f32]) {
        for from in liked {
            let (films, values) = self.row(from);
            for (&film, value) in films.iter().zip(values) {
                scores[film as usize] += factor * value;
            }
        }
    }

    /// The same weights, what is said for each film divided by its number.
    pub fn divided(&self, by: &[f32]) -> Self {
        let values = self.films.iter().zip(self.values.iter()).map(|(&film, value)| value / by[film as usize]);
        Self { values: values.collect(), ..self.clone() }
    }

    /// Everything that its answers depend on.
    pub fn hash_into(&self, hasher: &mut blake3::Hasher) {
        for numbers in [&self.offsets, &self.films] {
            numbers.iter().for_each(|number| {
                hasher.update(&number.to_le_bytes());
            });
        }
        self.values.iter().for_each(|value| {
            hasher.update(&value.to_le_bytes());
        });
    }
}
