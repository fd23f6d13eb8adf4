use super::MovieId;

/// The films that a new visitor skipped last, at most [`Skipped::MOST`]: they are not offered again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    films: [MovieId; Self::MOST],
    count: usize,
}

impl Skipped {
    /// Films that are remembered.
    pub const MOST: usize = 48;

    /// As the page's script keeps them (`pages/hands.js`): numbers with points between them. What is no number is none.
    pub fn read(text: &str) -> Self {
        let mut skipped = Self::default();
        for film in text.rsplit('.').filter_map(|film| film.parse().ok()).take(Self::MOST) {
            skipped.films[skipped.count] = film;
            skipped.count += 1;
        }
        skipped
    }

    /// Those films.
    pub fn films(&self) -> &[MovieId] {
        &self.films[..self.count]
    }
}

impl Default for Skipped {
    fn default() -> Self {
        Self { films: [MovieId(0); Self::MOST], count: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_films_skipped_last_are_known_whatever_else_stands_there() {
        assert_eq!(Skipped::read("1.593.x.-4..07").films(), [MovieId(593), MovieId(1)]);
        assert!(Skipped::read("").films().is_empty());
        let many = (1..=100).map(|film| film.to_string()).collect::<Vec<_>>().join(".");
        let read = Skipped::read(&many);
        assert_eq!((read.films().len(), read.films()[0]), (Skipped::MOST, MovieId(100)));
    }
}
