//! What was chosen, in the words of the pages. On the server: what the browser does not have to know, it does not have to
//! download.

use leptos::{either::Either, prelude::*};

use crate::{
    components::{
        card::address,
        words::{genre_name, grouped, one_decimal, ratings},
    },
    domain::{HomeRow, MovieId, PageRow, Reason, Recommendation, Search, ViewerId},
    pages::search_address,
    views::{CardFilm, ChosenRow, FilmCard, RowBelow},
};

/// The rows of a prediction, as its films name them.
pub fn rows(films: Vec<Recommendation>) -> Vec<ChosenRow> {
    let mut rows: Vec<(PageRow, ChosenRow)> = Vec::new();
    for mut film in films {
        let row = film.row.take().unwrap_or(PageRow::ForYou);
        match rows.last_mut() {
            Some((last, chosen)) if *last == row => chosen.films.push(recommended(film)),
            _ => {
                let chosen = ChosenRow { kind: row.kind(), heading: heading(&row), films: vec![recommended(film)] };
                rows.push((row, chosen));
            }
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// A recommendation, as its card says it.
fn recommended(film: Recommendation) -> CardFilm {
    CardFilm {
        id: film.id,
        reason: because(&film.reasons),
        title: film.title,
        year: film.year,
        aside: telling(&film.genres).to_owned(),
        stars: None,
    }
}

/// A film with what everybody thinks of it.
pub fn known(film: FilmCard) -> CardFilm {
    CardFilm {
        id: film.id,
        title: film.title,
        year: film.year,
        aside: film.average.map(|average| format!("{} average", one_decimal(f64::from(average)))).unwrap_or_default(),
        reason: ratings(film.ratings),
        stars: film.stars,
    }
}

/// A film that was found, with the stars that this profile would give it.
pub fn found(film: FilmCard, predicted: Option<f32>) -> CardFilm {
    let aside = predicted.map(|stars| format!("{} for you", one_decimal(f64::from(stars))));
    let known = known(film);
    CardFilm { aside: aside.unwrap_or(known.aside), ..known }
}

/// A film that the search field suggests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Its number.
    pub id: MovieId,
    /// Its title in pieces, and whether each was typed.
    pub title: Vec<(String, bool)>,
    /// The year of release, where known.
    pub year: Option<u16>,
}

/// The options of the search field's list, in HTML: these films, and the way to all that were found.
pub fn suggestions(films: Vec<Suggestion>, total: usize, search: &Search, view: Option<ViewerId>) -> String {
    let option = |(at, film): (usize, Suggestion)| {
        let title = film.title.into_iter().map(|(text, marked)| match marked {
            true => Either::Left(view! { <mark>{text}</mark> }),
            false => Either::Right(text),
        });
        view! {
            <a role="option" id=format!("suggestion-{at}") aria-selected="false" href=address(film.id, view) tabindex="-1">
                <span>{title.collect_view()}</span>
                <small class="number">{film.year.map(|year| year.to_string())}</small>
            </a>
        }
    };
    let shown = films.len();
    let all = (shown < total).then(|| {
        let to = search_address(search, view);
        view! {
            <a role="option" id=format!("suggestion-{shown}") aria-selected="false" href=to tabindex="-1">
                <span>{format!("All {} films", grouped(u32::try_from(total).unwrap_or(u32::MAX)))}</span>
            </a>
        }
    });
    let none = (total == 0).then(|| {
        view! {
            <div role="option" aria-disabled="true" aria-selected="false">
                <span>"No film here has a name like that"</span>
            </div>
        }
    });
    view! { {films.into_iter().enumerate().map(option).collect_view()} {all} {none} }.to_html()
}

/// A row below "For you" before its films are chosen, or with those that need no choosing.
pub fn below(row: HomeRow, films: Vec<CardFilm>) -> RowBelow {
    RowBelow { row, heading: row.label().to_owned(), note: note(row).to_owned(), predicted: row.predicted(), films }
}

fn heading(row: &PageRow) -> String {
    match row {
        PageRow::ForYou => "For you".to_owned(),
        PageRow::Because { title, .. } => format!("Because you liked {title}"),
        PageRow::HiddenGems => HomeRow::HiddenGems.label().to_owned(),
        PageRow::Genre { name } => genre_name(name),
    }
}

fn note(row: HomeRow) -> &'static str {
    match row {
        HomeRow::Popular => "Most rated by everyone here",
        HomeRow::Because | HomeRow::BecauseToo => "Close to it, and to your taste",
        HomeRow::HiddenGems => "Well rated, known to few",
        HomeRow::Genre | HomeRow::GenreToo => "Best for you first",
        HomeRow::TopRated => "Best average, of enough ratings to mean it",
        HomeRow::Watchlist => "What you added last comes first",
        HomeRow::Recent => "Change your mind at any time",
    }
}

/// Why a film was chosen: its first two reasons.
fn because(reasons: &[Reason]) -> String {
    match reasons {
        [] => "A film to start with".to_owned(),
        [one] => format!("Because you liked {}", one.title),
        [one, two, ..] => format!("Because you liked {} and {}", one.title, two.title),
    }
}

/// The data set's genres, most telling first: a film noir is a drama too, but few dramas are films noirs.
pub(crate) const TELLING: [&str; 18] = [
    "Film-Noir",
    "Western",
    "Horror",
    "Sci-Fi",
    "War",
    "Animation",
    "Musical",
    "Documentary",
    "Mystery",
    "Fantasy",
    "Romance",
    "Crime",
    "Children",
    "Adventure",
    "Comedy",
    "Thriller",
    "Action",
    "Drama",
];

/// The genre that says most about a film: the one that its poster is drawn in.
pub(crate) fn telling(genres: &[String]) -> &'static str {
    TELLING.into_iter().find(|telling| genres.iter().any(|genre| genre == telling)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MovieId;

    fn film(id: u32, row: Option<PageRow>) -> Recommendation {
        let title = format!("Film {id}");
        Recommendation { id: MovieId(id), title, year: None, genres: vec![], score: 1.0, reasons: vec![], row }
    }

    #[test]
    fn films_stand_in_the_rows_that_they_name_and_a_plain_list_is_one_row() {
        let heat = || Some(PageRow::Because { id: MovieId(6), title: "Heat".to_owned() });
        let noir = || Some(PageRow::Genre { name: "Film-Noir".to_owned() });
        let chosen = rows(vec![film(1, Some(PageRow::ForYou)), film(2, heat()), film(3, heat()), film(4, noir())]);
        let told: Vec<_> = chosen.iter().map(|row| (row.heading.as_str(), row.films.len())).collect();
        assert_eq!(told, [("For you", 1), ("Because you liked Heat", 2), ("Film noir", 1)]);
        assert_eq!(rows(vec![film(1, None), film(2, None)]).len(), 1);
        assert!(rows(Vec::new()).is_empty());
    }

    #[test]
    fn a_film_is_explained_by_at_most_two_others() {
        let reason = |title: &str| Reason { id: MovieId(1), title: title.to_owned(), share: 0.5 };
        let [heat, fargo, alien] = ["Heat", "Fargo", "Alien"].map(reason);
        assert_eq!(because(&[]), "A film to start with");
        assert_eq!(because(std::slice::from_ref(&heat)), "Because you liked Heat");
        assert_eq!(because(&[heat, fargo, alien]), "Because you liked Heat and Fargo");
    }
}
