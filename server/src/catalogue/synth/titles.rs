//! Titles of films that do not exist.

use std::collections::HashSet;

use super::random::Random;

const ADJECTIVES: [&str; 48] = [
    "Amber",
    "Ancient",
    "Bitter",
    "Blind",
    "Bright",
    "Broken",
    "Burning",
    "Careful",
    "Cold",
    "Crimson",
    "Crooked",
    "Dancing",
    "Distant",
    "Drowned",
    "Electric",
    "Empty",
    "Endless",
    "Fallen",
    "Forgotten",
    "Frozen",
    "Gentle",
    "Gilded",
    "Golden",
    "Hidden",
    "Hollow",
    "Honest",
    "Hungry",
    "Invisible",
    "Last",
    "Little",
    "Lonely",
    "Lost",
    "Midnight",
    "Paper",
    "Patient",
    "Quiet",
    "Restless",
    "Savage",
    "Scarlet",
    "Secret",
    "Silent",
    "Sleeping",
    "Stolen",
    "Stubborn",
    "Tender",
    "Velvet",
    "Wandering",
    "Wild",
];

const NOUNS: [&str; 64] = [
    "Accordion",
    "Almanac",
    "Apprentice",
    "Archer",
    "Astronomer",
    "Balcony",
    "Bargain",
    "Beacon",
    "Beekeeper",
    "Bridge",
    "Carnival",
    "Cartographer",
    "Cathedral",
    "Caravan",
    "Clockmaker",
    "Comet",
    "Compass",
    "Confession",
    "Courier",
    "Detective",
    "Diver",
    "Duchess",
    "Echo",
    "Elevator",
    "Engine",
    "Falcon",
    "Ferry",
    "Fiddler",
    "Garden",
    "Gambler",
    "Ghost",
    "Harbour",
    "Heron",
    "Hotel",
    "Inheritance",
    "Island",
    "Juggler",
    "Lantern",
    "Letter",
    "Lighthouse",
    "Locksmith",
    "Magician",
    "Mirror",
    "Monsoon",
    "Nightingale",
    "Orchard",
    "Orchestra",
    "Parade",
    "Passenger",
    "Pharmacist",
    "Piano",
    "Postcard",
    "Promise",
    "Riddle",
    "River",
    "Satellite",
    "Scarecrow",
    "Shipwreck",
    "Shadow",
    "Staircase",
    "Tailor",
    "Telegram",
    "Violin",
    "Winter",
];

const PLACES: [&str; 40] = [
    "Aldermoor",
    "Antwerp",
    "Bergamo",
    "Bristol",
    "Cádiz",
    "Calder Street",
    "Coimbra",
    "Cork",
    "Dresden",
    "Elsinore",
    "Fiume",
    "Galway",
    "Ghent",
    "Haarlem",
    "Iquique",
    "Jaipur",
    "Kyoto",
    "Leith",
    "Lucerne",
    "Malmö",
    "Marrakesh",
    "Montevideo",
    "Nantes",
    "Odessa",
    "Oporto",
    "Palermo",
    "Quimper",
    "Riga",
    "Salonika",
    "Samarkand",
    "Tangier",
    "Trieste",
    "Tromsø",
    "Uppsala",
    "Valparaíso",
    "Verona",
    "Whitby",
    "Ypres",
    "Zagreb",
    "Zürich",
];

const NAMES: [&str; 40] = [
    "Ada",
    "Agnès",
    "Albert",
    "Beatriz",
    "Bruno",
    "Cecilia",
    "Conrad",
    "Dora",
    "Edgar",
    "Elena",
    "Emil",
    "Esther",
    "Felix",
    "Flora",
    "Gideon",
    "Greta",
    "Hugo",
    "Ida",
    "Inês",
    "Jonas",
    "Judith",
    "Klara",
    "Leopold",
    "Lucía",
    "Magnus",
    "Marguerite",
    "Milo",
    "Nadia",
    "Oskar",
    "Olive",
    "Pascal",
    "Petra",
    "Rosa",
    "Rufus",
    "Sabine",
    "Silas",
    "Thea",
    "Ursula",
    "Victor",
    "Zoë",
];

const NUMBERS: [&str; 5] = ["II", "III", "IV", "V", "VI"];

/// Titles that there are for certain: adjectives with nouns, in each of a hundred years.
pub(super) fn most() -> u64 {
    (ADJECTIVES.len() * NOUNS.len()) as u64 * 90
}

/// Gives every film a title that no other film of its year has.
pub(super) struct Namer {
    random: Random,
    given: HashSet<(u16, String)>,
}

impl Namer {
    pub(super) fn new(seed: u64) -> Self {
        const STREAM: u64 = 3;
        Self { random: Random::new(seed, STREAM), given: HashSet::new() }
    }

    /// As MovieLens writes it: `Silent Harbour, The (1987)`.
    pub(super) fn name(&mut self, year: u16, genres: &[&str]) -> String {
        loop {
            let (article, name) = self.invent(genres);
            // With the article, or "The Comet" and "Comet" of one year would be hard to tell apart.
            if self.given.insert((year, name.clone())) {
                let alias =
                    if self.random.chance(0.03) { format!(" (a.k.a. {})", self.other_name()) } else { String::new() };
                return match article {
                    Some(article) => format!("{name}, {article}{alias} ({year})"),
                    None => format!("{name}{alias} ({year})"),
                };
            }
        }
    }

    /// The article, if it has one, and the rest.
    fn invent(&mut self, genres: &[&str]) -> (Option<&'static str>, String) {
        let random = &mut self.random;
        let (adjective, noun) = (random.one_of(&ADJECTIVES), random.one_of(&NOUNS));
        let (place, somebody) = (random.one_of(&PLACES), random.one_of(&NAMES));
        let (article, mut name) = match random.below(12) {
            0..=2 => (Some("The"), format!("{adjective} {noun}")),
            3 => (Some("A"), format!("{} {noun}", adjective_after_a(adjective))),
            4 => (None, format!("{adjective} {noun}")),
            5 => (Some("The"), format!("{noun} of {place}")),
            6 => (None, format!("{somebody}'s {noun}")),
            7 => (None, format!("{somebody} and the {adjective} {noun}")),
            8 => (None, format!("Return to {place}")),
            9 => (None, format!("{noun} in {place}: The {adjective} Year")),
            10 => (None, format!("{somebody} of {place}")),
            _ => (Some("The"), format!("{} and the {noun}", random.one_of(&NOUNS))),
        };
        if genres.contains(&"Documentary") && random.chance(0.3) {
            name = format!("{name}: {place} Remembered");
        }
        if random.chance(0.05) {
            name = format!("{name} {}", random.one_of(&NUMBERS));
        }
        (article, name)
    }

    fn other_name(&mut self) -> String {
        let random = &mut self.random;
        format!("{} {}", random.one_of(&ADJECTIVES), random.one_of(&NOUNS))
    }
}

/// "A Empty Bridge" would be wrong.
fn adjective_after_a(adjective: &'static str) -> &'static str {
    if adjective.starts_with(['A', 'E', 'I', 'O', 'U', 'H']) { "Long" } else { adjective }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_films_of_a_year_share_a_title() {
        let mut namer = Namer::new(1);
        let names: HashSet<String> = (0..3000).map(|_| namer.name(1999, &["Drama"])).collect();
        assert_eq!(names.len(), 3000);
    }
}
