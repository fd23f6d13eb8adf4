use app::domain::{Stars, ViewerId};

use crate::catalogue::Interactions;

/// Who liked what, for some of the catalogue's viewers: viewer `v`'s liked films are those at
/// `offsets[v]..offsets[v + 1]`, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Likes {
    films: usize,
    viewers: Vec<ViewerId>,
    offsets: Vec<usize>,
    items: Vec<u32>,
    stars: Vec<Stars>,
}

impl Likes {
    /// The likes of those viewers for whom `wanted` is true and who liked at least `least` films.
    pub fn of(interactions: &Interactions, least: usize, wanted: impl Fn(ViewerId) -> bool) -> Self {
        let mut likes = Self {
            films: interactions.films.len(),
            viewers: Vec::new(),
            offsets: vec![0],
            items: Vec::new(),
            stars: Vec::new(),
        };
        for (at, &viewer) in interactions.viewers.iter().enumerate() {
            if !wanted(viewer) {
                continue;
            }
            let before = likes.items.len();
            let liked = interactions.of_viewer(at).filter(|(_, stars)| stars.is_liked());
            for (film, stars) in liked {
                likes.items.push(film as u32);
                likes.stars.push(stars);
            }
            if likes.items.len() - before < least {
                likes.items.truncate(before);
                likes.stars.truncate(before);
                continue;
            }
            likes.viewers.push(viewer);
            likes.offsets.push(likes.items.len());
        }
        likes
    }

    /// Films of the catalogue, liked or not.
    pub fn films(&self) -> usize {
        self.films
    }

    /// The viewers.
    pub fn viewers(&self) -> &[ViewerId] {
        &self.viewers
    }

    /// The films (positions) that the viewer at this position liked.
    pub fn of_viewer(&self, viewer: usize) -> &[u32] {
        &self.items[self.offsets[viewer]..self.offsets[viewer + 1]]
    }

    /// The stars that the same viewer gave these films.
    pub fn stars_of_viewer(&self, viewer: usize) -> &[Stars] {
        &self.stars[self.offsets[viewer]..self.offsets[viewer + 1]]
    }

    /// The same from the films' side.
    pub fn by_film(&self) -> LikedBy {
        let mut offsets = vec![0];
        let mut total = 0;
        offsets.extend(self.counts().into_iter().map(|count| {
            total += count as usize;
            total
        }));
        let mut next = offsets.clone();
        let mut viewers = vec![0; total];
        for viewer in 0..self.viewers.len() {
            for &film in self.of_viewer(viewer) {
                let place = &mut next[film as usize];
                viewers[*place] = viewer as u32;
                *place += 1;
            }
        }
        LikedBy { offsets, viewers }
    }

    /// How many of the viewers liked each film.
    pub fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.films];
        for &film in &self.items {
            counts[film as usize] += 1;
        }
        counts
    }
}

/// The viewers (positions in [`Likes::viewers`]) who liked each film.
#[derive(Clone, Debug)]
pub struct LikedBy {
    offsets: Vec<usize>,
    viewers: Vec<u32>,
}

impl LikedBy {
    /// Who liked this film, ascending.
    pub fn of(&self, film: usize) -> &[u32] {
        &self.viewers[self.offsets[film]..self.offsets[film + 1]]
    }
}

/// What half a star more makes of a liked film's strength.
const HALF_A_STAR: f32 = 0.15;

/// How much a liked film counts beside another: 0.85 with four stars, 1 with four and a half, 1.15 with five.
pub fn strength(stars: Stars) -> f32 {
    1.0 + HALF_A_STAR * (f32::from(stars.halves()) - 9.0)
}

/// The strengths of a history's liked films divided by their mean: who gives five stars to everything says no more with
/// them than who gives four.
pub fn strengths(stars: impl Iterator<Item = Stars> + Clone) -> impl Iterator<Item = f32> {
    let (count, sum) = stars.clone().fold((0.0, 0.0), |(count, sum), stars| (count + 1.0, sum + strength(stars)));
    stars.map(move |stars| strength(stars) * count / sum)
}

#[cfg(test)]
mod tests {
    use app::domain::Stars;

    use super::strengths;

    fn of(halves: &[u8]) -> Vec<f32> {
        strengths(halves.iter().map(|&halves| Stars::from_halves(halves).unwrap())).collect()
    }

    #[test]
    fn more_stars_count_more_and_a_viewer_who_always_gives_the_same_is_like_any_other() {
        assert!(of(&[]).is_empty());
        assert_eq!(of(&[8]), [1.0]);
        assert_eq!(of(&[10, 10]), [1.0, 1.0]);
        let mixed = of(&[8, 9, 10, 10]);
        assert!((mixed[2] / mixed[0] - 1.15 / 0.85).abs() < 1e-6 && mixed[2] == mixed[3]);
        assert!((mixed.iter().sum::<f32>() - 4.0).abs() < 1e-5);
    }
}
