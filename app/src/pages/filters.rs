//! What narrows the films of a page: plain forms whose fields stand in the address.

use leptos::prelude::*;

use crate::{
    components::words::genre_name,
    domain::{Filter, ViewerId},
    views::FilterChoice,
};

/// The home page's filter: closed, and what it lets through in its summary. `beside`: on the line of the heading below it.
pub(super) fn home_filters(
    choice: &FilterChoice,
    filter: &Filter,
    viewer: Option<ViewerId>,
    beside: bool,
) -> impl IntoView + use<> {
    let words = in_words(filter);
    let is_on = !filter.is_off();
    let genre = |genre: String| {
        let name = genre_name(&genre);
        view! {
            <option selected=filter.genre.as_ref() == Some(&genre) value=genre>
                {name}
            </option>
        }
    };
    let genres = choice.genres.iter().cloned().map(genre).collect_view();
    view! {
        <div class="home-filters" class:filters-beside=beside>
            <details>
                <summary class="button">{if is_on { format!("Filter: {words}") } else { "Filter".to_owned() }}</summary>
                <form class="filters" action="/" aria-label="Filter the rows">
                    {viewer.map(|viewer| hidden("profile", viewer.to_string()))} <label class="field">
                        "Genre" <select name="genre">
                            <option value="">"Any genre"</option>
                            {genres}
                        </select>
                    </label> {decade_field(choice, filter.decade)} {switches(choice, filter)}
                    <button class="button button-main" type="submit">
                        "Show"
                    </button>
                </form>
            </details>
            {is_on
                .then(|| {
                    view! {
                        <a class="button" href=in_address("/", std::iter::empty(), viewer) rel="external">
                            "All films"
                        </a>
                    }
                })}
        </div>
    }
}

/// What a filter lets through: "Film noir, 1940s, not rated yet".
pub(super) fn in_words(filter: &Filter) -> String {
    let decade = filter.decade.map(|decade| format!("{decade}s"));
    let unrated = filter.unrated.then(|| "not rated yet".to_owned());
    let library = filter.library.then(|| "only what I have".to_owned());
    let all = [filter.genre.as_deref().map(genre_name), decade, unrated, library];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Why a filter leaves no film to show.
pub(super) fn none_left(choice: &FilterChoice, filter: &Filter, passing: bool) -> String {
    let words = in_words(filter);
    none_can_pass(choice, filter).unwrap_or_else(|| match passing {
        true => format!("You have rated, seen or hidden every film that is all of this: {words}."),
        false => format!("No film here is all of this: {words}."),
    })
}

/// Why a filter lets no film through whatever else is asked for.
pub(super) fn none_can_pass(choice: &FilterChoice, filter: &Filter) -> Option<String> {
    match filter {
        Filter { genre: Some(genre), .. } if !choice.genres.contains(genre) => {
            Some(format!("There is no genre “{genre}” here."))
        }
        Filter { library: true, .. } if !choice.library => {
            Some("There is no film in your library yet. Bring a list of what you have on the import page.".to_owned())
        }
        _ => None,
    }
}

/// Which ten years.
pub(super) fn decade_field(choice: &FilterChoice, chosen: Option<u16>) -> impl IntoView + use<> {
    let decade = |&decade: &u16| {
        view! {
            <option value=decade.to_string() selected=chosen == Some(decade)>
                {format!("{decade}s")}
            </option>
        }
    };
    view! {
        <label class="field">
            "Decade" <select name="decade">
                <option value="">"Any decade"</option>
                {choice.decades.iter().map(decade).collect_view()}
            </select>
        </label>
    }
}

/// What is on or off. Who has no library is not asked about it.
pub(super) fn switches(choice: &FilterChoice, filter: &Filter) -> impl IntoView + use<> {
    let switch = |name: &'static str, label: &'static str, checked: bool| {
        view! {
            <label class="switch">
                <input type="checkbox" name=name value="true" checked=checked />
                {label}
            </label>
        }
    };
    let library = choice.library || filter.library;
    view! {
        {switch("unrated", "Not rated yet", filter.unrated)}
        {library.then(|| switch("library", "Only what I have", filter.library))}
    }
}

/// A field that only carries on what was chosen before.
pub(super) fn hidden(name: &'static str, value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value /> }
}

/// An address: a path, what was chosen, and in whose shoes.
pub(super) fn in_address(
    path: &str,
    parts: impl Iterator<Item = (&'static str, String)>,
    viewer: Option<ViewerId>,
) -> String {
    let profile = viewer.map(|viewer| ("profile", viewer.to_string()));
    let query = query(parts.chain(profile));
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The part of an address after its question mark.
pub fn query(parts: impl Iterator<Item = (&'static str, String)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parts).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_filter_leaves_no_film_it_says_why() {
        let choice = FilterChoice { genres: vec!["Crime".to_owned()], ..FilterChoice::default() };
        let of = |genre: &str| Filter { genre: Some(genre.to_owned()), ..Filter::default() };
        let why = |filter: &Filter, passing| none_left(&choice, filter, passing);
        assert_eq!(why(&of("Loud"), false), "There is no genre “Loud” here.");
        assert_eq!(why(&of("Crime"), false), "No film here is all of this: Crime.");
        assert!(why(&of("Crime"), true).starts_with("You have rated, seen or hidden every film"));
        let library = Filter { library: true, ..of("Crime") };
        assert!(why(&library, false).starts_with("There is no film in your library"));
    }

    #[test]
    fn an_address_keeps_any_text() {
        let parts = || [("q", "Amélie & co = 100%?".to_owned())].into_iter();
        assert_eq!(
            in_address("/search", parts(), Some(ViewerId(414))),
            "/search?q=Am%C3%A9lie+%26+co+%3D+100%25%3F&profile=414"
        );
        assert_eq!(in_address("/search", std::iter::empty(), None), "/search");
    }
}
