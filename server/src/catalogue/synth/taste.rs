//! Where films and people stand in the space of tastes, and what follows from it.

use super::random::Random;

/// The space's dimensions.
const DIMENSIONS: usize = 8;

type Place = [f32; DIMENSIONS];

/// Name, and how many of a hundred films have it, roughly as in MovieLens.
const GENRES: [(&str, f64); 19] = [
    ("Action", 12.0),
    ("Adventure", 7.0),
    ("Animation", 5.0),
    ("Children", 5.0),
    ("Comedy", 27.0),
    ("Crime", 9.0),
    ("Documentary", 9.0),
    ("Drama", 38.0),
    ("Fantasy", 5.0),
    ("Film-Noir", 1.0),
    ("Horror", 10.0),
    ("IMAX", 0.5),
    ("Musical", 2.0),
    ("Mystery", 5.0),
    ("Romance", 12.0),
    ("Sci-Fi", 7.0),
    ("Thriller", 14.0),
    ("War", 3.0),
    ("Western", 2.0),
];

/// How much closeness decides what is watched: the most alike film is e to the power of twice this likelier than the
/// most unlike one.
const PULL: f64 = 4.0;

/// The years films are of.
const FIRST_YEAR: u16 = 1920;
const LAST_YEAR: u16 = 2014;

/// A film, as far as the files say.
pub(super) struct Film {
    pub id: u32,
    pub year: u16,
    pub genres: Vec<&'static str>,
    place: Place,
    quality: f32,
}

/// All films, and how likely each is to be come across.
pub(super) struct Films {
    all: Vec<Film>,
    genre_places: Vec<Place>,
    lots: Lots,
    /// Most popular first.
    by_popularity: Vec<usize>,
}

impl Films {
    pub(super) fn invent(count: u32, random: &mut Random) -> Self {
        let genre_places: Vec<Place> =
            GENRES.iter().map(|_| unit(std::array::from_fn(|_| random.normal() as f32))).collect();
        let mut all = Vec::with_capacity(count as usize);
        let mut id = 0;
        for _ in 0..count {
            // MovieLens' numbers have gaps.
            id += 1 + random.below(3) as u32 * u32::from(random.chance(0.4));
            let genres = some_genres(random);
            // More films are made every year.
            let age = (1.0 - random.unit().powf(1.5)) * f64::from(LAST_YEAR - FIRST_YEAR + 1);
            let mut place = [0.0; DIMENSIONS];
            for &genre in &genres {
                add(&mut place, &genre_places[genre], 1.0);
            }
            let place = unit(place);
            let own: Place = unit(std::array::from_fn(|_| random.normal() as f32));
            all.push(Film {
                id,
                year: (FIRST_YEAR + age as u16).min(LAST_YEAR),
                genres: genres.iter().map(|&genre| GENRES[genre].0).collect(),
                place: unit(std::array::from_fn(|i| place[i] + 0.5 * own[i])),
                quality: 0.35 * random.normal() as f32,
            });
        }

        // Zipf and Mandelbrot's law; which film has which rank is chance, but good films are watched more.
        let mut by_popularity: Vec<usize> = (0..all.len()).collect();
        let luck: Vec<f64> = all.iter().map(|film| f64::from(film.quality) + 0.7 * random.normal()).collect();
        by_popularity.sort_by(|&a, &b| luck[b].total_cmp(&luck[a]).then(a.cmp(&b)));
        let flat = 5.0 + f64::from(count) / 200.0;
        let mut weights = vec![0.0; all.len()];
        for (rank, &film) in by_popularity.iter().enumerate() {
            weights[film] = (rank as f64 + flat).powf(-1.1);
        }
        Self { all, genre_places, lots: Lots::new(&weights), by_popularity }
    }

    pub(super) fn all(&self) -> &[Film] {
        &self.all
    }
}

fn some_genres(random: &mut Random) -> Vec<usize> {
    let total: f64 = GENRES.iter().map(|&(_, share)| share).sum();
    // One film of fifty has none listed.
    let count = if random.chance(0.02) { 0 } else { 1 + random.below(3) };
    let mut genres = Vec::new();
    for _ in 0..count {
        let mut at = random.unit() * total;
        let found = GENRES.iter().position(|&(_, share)| {
            at -= share;
            at < 0.0
        });
        genres.extend(found);
    }
    genres.sort_unstable();
    genres.dedup();
    genres
}

/// Somebody who rates.
pub(super) struct Person {
    place: Place,
    kindness: f64,
}

impl Person {
    /// Somebody with two or three favourite genres.
    pub(super) fn invent(films: &Films, random: &mut Random) -> Self {
        let mut place: Place = std::array::from_fn(|_| 0.25 * random.normal() as f32);
        for weight in [1.0, 0.7, 0.4] {
            let genre = random.below(films.genre_places.len() as u64) as usize;
            add(&mut place, &films.genre_places[genre], weight);
        }
        Self { place: unit(place), kindness: 0.35 * random.normal() }
    }

    /// So many different films, in the order in which they are watched. `seen` holds for each film the last user who
    /// watched it.
    pub(super) fn watch(
        &self,
        films: &Films,
        count: usize,
        user: u32,
        seen: &mut [u32],
        random: &mut Random,
    ) -> Vec<usize> {
        let mut watched = Vec::with_capacity(count);
        // Somebody who has seen nearly everything takes what is left.
        let mut patience = 200 + 60 * count;
        while watched.len() < count && patience > 0 {
            patience -= 1;
            let film = films.lots.draw(random);
            if seen[film] == user {
                continue;
            }
            let keenness = (PULL * (f64::from(dot(&self.place, &films.all[film].place)) - 1.0)).exp();
            if random.chance(keenness) {
                seen[film] = user;
                watched.push(film);
            }
        }
        for &film in &films.by_popularity {
            if watched.len() >= count {
                break;
            }
            if seen[film] != user {
                seen[film] = user;
                watched.push(film);
            }
        }
        watched
    }

    /// Half stars, 1 to 10; about half of all ratings are four stars or more.
    pub(super) fn rate(&self, films: &Films, film: usize, random: &mut Random) -> u8 {
        let film = &films.all[film];
        let closeness = f64::from(dot(&self.place, &film.place));
        let stars = 3.2 + self.kindness + f64::from(film.quality) + 0.9 * closeness + 0.75 * random.normal();
        // Many people give whole stars only.
        let halves = if random.chance(0.55) { 2.0 * stars.round() } else { (2.0 * stars).round() };
        halves.clamp(1.0, 10.0) as u8
    }
}

/// Draws in constant time: Walker's alias method, ACM TOMS 3(3), 1977; Vose's way to fill the table.
struct Lots {
    chance: Vec<f64>,
    alias: Vec<u32>,
}

impl Lots {
    fn new(weights: &[f64]) -> Self {
        let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
        let mut chance: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let mut alias: Vec<u32> = (0..weights.len() as u32).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..weights.len()).partition(|&at| chance[at] < 1.0);
        while let (Some(low), Some(&high)) = (small.pop(), large.last()) {
            alias[low] = high as u32;
            chance[high] -= 1.0 - chance[low];
            if chance[high] < 1.0 {
                large.pop();
                small.push(high);
            }
        }
        Self { chance, alias }
    }

    fn draw(&self, random: &mut Random) -> usize {
        let at = random.below(self.chance.len() as u64) as usize;
        if random.chance(self.chance[at]) { at } else { self.alias[at] as usize }
    }
}

fn dot(a: &Place, b: &Place) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut Place, what: &Place, weight: f32) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += weight * what;
    }
}

/// The same direction with length 1; nothing stays nothing.
fn unit(place: Place) -> Place {
    let length = dot(&place, &place).sqrt();
    if length > 0.0 { place.map(|part| part / length) } else { place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_are_drawn_as_often_as_they_weigh() {
        let lots = Lots::new(&[1.0, 0.0, 5.0, 2.0]);
        let mut random = Random::new(1, 1);
        let mut drawn = [0; 4];
        for _ in 0..80_000 {
            drawn[lots.draw(&mut random)] += 1;
        }
        assert_eq!(drawn[1], 0);
        for (drawn, expected) in drawn.iter().zip([10_000, 0, 50_000, 20_000_i32]) {
            assert!((drawn - expected).abs() < 600, "{drawn} for {expected}");
        }
    }

    #[test]
    fn nobody_watches_a_film_twice_even_if_they_watch_half_of_all() {
        let mut random = Random::new(2, 1);
        let films = Films::invent(60, &mut random);
        let mut seen = vec![0; 60];
        let person = Person::invent(&films, &mut random);
        let mut watched = person.watch(&films, 30, 1, &mut seen, &mut random);
        watched.sort_unstable();
        watched.dedup();
        assert_eq!(watched.len(), 30);
    }
}
