//! Titles as MovieLens writes them, made into titles as people read them.

/// The years a film can be of.
const YEARS: std::ops::RangeInclusive<u16> = 1870..=2100;

/// Articles that the data set puts behind a comma: English, French, Italian, Spanish, German, Portuguese, Dutch,
/// Scandinavian. Those with an apostrophe are written without a space.
const ARTICLES: [&str; 36] = [
    "The", "A", "An", "Le", "La", "Les", "L'", "L’", "Un", "Une", "Il", "Lo", "I", "Gli", "Uno", "Una", "Un'", "El",
    "Los", "Las", "Der", "Die", "Das", "Ein", "Eine", "Den", "Det", "Een", "Het", "De", "O", "Os", "As", "Um", "Uma",
    "Da",
];

/// A title, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Title {
    /// Article in front, no year, no other names.
    pub name: String,
    /// Of release; the first one of "(2006–2007)".
    pub year: Option<u16>,
    /// Other names that stood in brackets.
    pub aliases: Vec<String>,
}

impl Title {
    /// Takes `City of Lost Children, The (Cité des enfants perdus, La) (1995)` apart.
    pub(super) fn parse(raw: &str) -> Self {
        let tidy = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut name = tidy.as_str();
        let mut year = None;
        let mut aliases = Vec::new();

        while let Some((before, inside)) = last_brackets(name) {
            if let Some(found) = read_years(inside) {
                // A second year is part of the name.
                if year.is_some() {
                    break;
                }
                year = Some(found);
            } else if is_medium(inside) {
                // Says nothing about the film.
            } else if is_part_of_name(before, inside) {
                break;
            } else {
                aliases.push(with_article_in_front(without_prefix(inside)));
            }
            name = before;
        }

        let name = with_article_in_front(name);
        // They were read from the last to the first.
        aliases.reverse();
        let mut kept: Vec<String> = Vec::new();
        for alias in aliases {
            if !alias.is_empty() && alias != name && !kept.contains(&alias) {
                kept.push(alias);
            }
        }
        Self { name, year, aliases: kept }
    }
}

/// `"Seven (Se7en)"` → `("Seven", "Se7en")`; `None` where no brackets end the text or nothing stands before them.
fn last_brackets(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_suffix(')')?;
    let mut depth = 1;
    for (at, letter) in inner.char_indices().rev() {
        match letter {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let before = inner[..at].trim_end();
            return (!before.is_empty()).then(|| (before, inner[at + 1..].trim()));
        }
    }
    None
}

/// `1995`, `2006–2007`, `2009- `.
fn read_years(text: &str) -> Option<u16> {
    let (first, rest) = (text.get(..4)?, text.get(4..)?);
    if !first.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let rest = rest.trim_start();
    let until = rest.strip_prefix(['-', '–', '—']);
    let is_range = until.is_some_and(|until| until.trim().bytes().all(|digit| digit.is_ascii_digit()));
    if !rest.is_empty() && !is_range {
        return None;
    }
    read_year(first)
}

/// A year on its own, as some layouts have it in a column.
pub(super) fn read_year(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|year| YEARS.contains(year))
}

/// Brackets that name no other title: "I Am Curious (Yellow)", "Birdman: Or (The Unexpected Virtue of Ignorance)",
/// "Kill Bill (Part 2)".
fn is_part_of_name(before: &str, inside: &str) -> bool {
    let last_word = before.rsplit(' ').next().unwrap_or_default();
    let first_word = inside.split([' ', '.', ':']).next().unwrap_or_default().to_lowercase();
    let counts = matches!(first_word.as_str(), "part" | "parts" | "volume" | "vol" | "episode" | "chapter" | "no");
    let is_number =
        !first_word.is_empty() && inside.bytes().all(|digit| digit.is_ascii_digit() || b"IVX".contains(&digit));
    let is_colour = matches!(first_word.as_str(), "yellow" | "blue") && !inside.contains(' ');
    last_word.eq_ignore_ascii_case("or") || counts || is_number || is_colour
}

/// "(TV)", "(V)": how the film came out, not what it is called.
fn is_medium(text: &str) -> bool {
    matches!(text, "TV" | "V" | "VG" | "")
}

/// `a.k.a. The Professional` → `The Professional`.
fn without_prefix(text: &str) -> &str {
    for prefix in ["a.k.a. ", "a.k.a.", "aka ", "a.k.a ", "also known as "] {
        if text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
            return text[prefix.len()..].trim();
        }
    }
    text
}

/// `Godfather, The` → `The Godfather`.
fn with_article_in_front(text: &str) -> String {
    let Some((name, article)) = text.rsplit_once(", ") else { return text.to_owned() };
    if name.is_empty() || !ARTICLES.contains(&article) {
        return text.to_owned();
    }
    let space = if article.ends_with(['\'', '’']) { "" } else { " " };
    format!("{article}{space}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, name: &str, year: Option<u16>, aliases: &[&str]) {
        let expected = Title { name: name.to_owned(), year, aliases: aliases.iter().map(|&a| a.to_owned()).collect() };
        assert_eq!(Title::parse(raw), expected, "{raw}");
    }

    #[test]
    fn the_article_comes_to_the_front_and_the_year_goes() {
        check("Godfather, The (1972)", "The Godfather", Some(1972), &[]);
        check("Misérables, Les (1995)", "Les Misérables", Some(1995), &[]);
        check("Dolce Vita, La (1960)", "La Dolce Vita", Some(1960), &[]);
        check("Divo, Il (2008)", "Il Divo", Some(2008), &[]);
        check("Mariachi, El (1992)", "El Mariachi", Some(1992), &[]);
        check("Atalante, L' (1934)", "L'Atalante", Some(1934), &[]);
        check(
            "Lord of the Rings: The Two Towers, The (2002)",
            "The Lord of the Rings: The Two Towers",
            Some(2002),
            &[],
        );
    }

    #[test]
    fn a_comma_without_an_article_stays() {
        check("I Love You, Man (2009)", "I Love You, Man", Some(2009), &[]);
        check("Good, the Bad and the Ugly, The (1966)", "The Good, the Bad and the Ugly", Some(1966), &[]);
        check("Tinker, Tailor, Soldier, Spy (1979)", "Tinker, Tailor, Soldier, Spy", Some(1979), &[]);
    }

    #[test]
    fn other_names_are_kept_as_aliases() {
        check("Seven (a.k.a. Se7en) (1995)", "Seven", Some(1995), &["Se7en"]);
        check("Postman, The (Postino, Il) (1994)", "The Postman", Some(1994), &["Il Postino"]);
        check("Boot, Das (Boat, The) (1981)", "Das Boot", Some(1981), &["The Boat"]);
        check("Avventura, L' (Adventure, The) (1960)", "L'Avventura", Some(1960), &["The Adventure"]);
        check(
            "Léon: The Professional (a.k.a. The Professional) (Léon) (1994)",
            "Léon: The Professional",
            Some(1994),
            &["The Professional", "Léon"],
        );
        check(
            "Trou, Le (Hole, The) (Night Watch, The) (1960)",
            "Le Trou",
            Some(1960),
            &["The Hole", "The Night Watch"],
        );
        check("Á köldum klaka (Cold Fever) (1994)", "Á köldum klaka", Some(1994), &["Cold Fever"]);
        check("Foo (Bar (Baz)) (1999)", "Foo", Some(1999), &["Bar (Baz)"]);
    }

    #[test]
    fn brackets_that_belong_to_the_name_stay() {
        check("(500) Days of Summer (2009)", "(500) Days of Summer", Some(2009), &[]);
        check("(Untitled) (2009)", "(Untitled)", Some(2009), &[]);
        check("I Am Curious (Yellow) (1967)", "I Am Curious (Yellow)", Some(1967), &[]);
        check("Nymph (Part 2) (2009)", "Nymph (Part 2)", Some(2009), &[]);
        check(
            "Birdman: Or (The Unexpected Virtue of Ignorance) (2014)",
            "Birdman: Or (The Unexpected Virtue of Ignorance)",
            Some(2014),
            &[],
        );
    }

    #[test]
    fn a_year_may_be_missing_or_a_range_or_followed_by_the_medium() {
        check("Babylon 5", "Babylon 5", None, &[]);
        check("Death Note: Desu nôto (2006–2007)", "Death Note: Desu nôto", Some(2006), &[]);
        check("Big Bang Theory, The (2007- )", "The Big Bang Theory", Some(2007), &[]);
        check("The Time of the Great Giving (1995) (V)", "The Time of the Great Giving", Some(1995), &[]);
        check("Heidi Fleiss: Hollywood Madam (1995) ", "Heidi Fleiss: Hollywood Madam", Some(1995), &[]);
        check("2012 (2009)", "2012", Some(2009), &[]);
        check("1984", "1984", None, &[]);
        check("Odd (9999)", "Odd (9999)", None, &[]);
    }

    #[test]
    fn no_text_is_too_odd() {
        for odd in ["", " ", "(", ")", "()", "(1999)", ", The", "((a)", "é)", "(é", "Ä (é)", "x (…)"] {
            Title::parse(odd);
        }
        check("(1999)", "(1999)", None, &[]);
    }
}
