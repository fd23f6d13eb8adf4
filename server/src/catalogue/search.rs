use rusqlite::Connection;

use super::{CatalogueError, MovieSummary, queries};

/// Words of a query that count; a title has fewer.
const MOST_WORDS: usize = 12;

/// Films of the most popular ones with the words in a row that are looked at for one of exactly this name.
const NAMESAKES: i64 = 200;

/// Words in front of a name that people leave out.
const ARTICLES: [&str; 11] = ["the", "a", "an", "le", "la", "les", "l", "il", "el", "der", "das"];

/// Three looks at the index, until there are enough: films of exactly this name, films with all the words, and films
/// with a word that begins like the last one, which may be half typed. Within each the most rated first: that is the
/// order of the index's rows.
pub(super) fn search(connection: &Connection, text: &str, n: usize) -> Result<Vec<MovieSummary>, CatalogueError> {
    let words = words(text);
    let Some(last) = words.last() else { return Ok(Vec::new()) };

    let phrase = words.join(" ");
    let all_words = words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" AND ");
    let last_begins = format!("{all_words}*");
    debug_assert!(last_begins.ends_with(&format!("\"{last}\"*")));

    let mut found = queries::by_popularity(connection, &of_this_name(connection, &phrase, words.len())?)?;
    for query in [all_words, last_begins] {
        if found.len() >= n {
            break;
        }
        // Those found already come again.
        let most = i64::try_from(n).unwrap_or(i64::MAX).saturating_add(found.len() as i64);
        let more = queries::by_popularity(connection, &places(connection, &query, most)?)?;
        for film in more {
            if found.iter().all(|known| known.id != film.id) {
                found.push(film);
            }
        }
    }
    found.truncate(n);
    Ok(found)
}

/// The films whose titles are nothing but this phrase of so many words.
fn of_this_name(connection: &Connection, phrase: &str, words: usize) -> Result<Vec<i64>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "select m.popularity, m.title from film_names f join movies m on m.popularity = f.rowid \
         where film_names match ?1 order by f.rowid limit ?2",
    )?;
    let mut rows = statement.query((format!("title : \"{phrase}\""), NAMESAKES))?;
    let mut places = Vec::new();
    while let Some(row) = rows.next()? {
        let title: String = row.get(1)?;
        if is_named(&title, words) {
            places.push(row.get(0)?);
        }
    }
    Ok(places)
}

fn places(connection: &Connection, query: &str, most: i64) -> Result<Vec<i64>, CatalogueError> {
    let mut statement =
        connection.prepare_cached("select rowid from film_names where film_names match ?1 order by rowid limit ?2")?;
    let places = statement.query_map((query, most), |row| row.get(0))?;
    Ok(places.collect::<Result<_, _>>()?)
}

/// What the index sees of a text: letters and digits. Nothing is left that FTS5's query language could read.
fn words(text: &str) -> Vec<&str> {
    text.split(|letter| !is_indexed(letter)).filter(|word| !word.is_empty()).take(MOST_WORDS).collect()
}

/// Accents that stand apart from their letter belong to the word, as they do for the index.
fn is_indexed(letter: char) -> bool {
    letter.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Whether a title that holds so many words in a row is nothing but them, but for an article in front.
fn is_named(title: &str, count: usize) -> bool {
    let title = words(title);
    title.len() == count
        || (title.len() == count + 1 && ARTICLES.iter().any(|article| title[0].eq_ignore_ascii_case(article)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_of_a_query_reach_the_index() {
        assert_eq!(
            words(r#"the "god* OR NEAR(a, b) AND -father:^{}"#),
            ["the", "god", "OR", "NEAR", "a", "b", "AND", "father"]
        );
        assert!(words("\0\"'*()^-:").is_empty());
    }
}
