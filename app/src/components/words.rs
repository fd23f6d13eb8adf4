//! Numbers and lists as a reader expects them.

use crate::domain::Stars;

/// 9742 as "9,742".
pub(crate) fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "No ratings yet", "1 film rated", "2,698 films rated".
pub(crate) fn films_rated(count: u32) -> String {
    match count {
        0 => "No ratings yet".to_owned(),
        1 => "1 film rated".to_owned(),
        more => format!("{} films rated", grouped(more)),
    }
}

/// What stands in the place of [`films_rated`] while nobody can count them.
pub(crate) const UNREAD: &str = "Ratings out of reach";

/// What is said where the server says nothing.
pub(crate) const SILENCE: &str = "The server does not answer. Try again in a moment.";

/// "1 row", "329 rows".
pub(crate) fn counted(count: u32, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{} {what}s", grouped(count)) }
}

/// "1 rating", "329 ratings".
pub(crate) fn ratings(count: u32) -> String {
    if count == 1 { "1 rating".to_owned() } else { format!("{} ratings", grouped(count)) }
}

/// What a slider says of itself: "Not rated", "4.5 of 5 stars".
pub(crate) fn of_five(stars: Option<Stars>) -> String {
    stars.map_or_else(|| "Not rated".to_owned(), |stars| format!("{stars} of 5 stars"))
}

/// A number with one decimal: 4.16 as "4.2". The standard library's writing of numbers is exact to hundreds of digits,
/// and as large; the browser downloads this instead.
pub(crate) fn one_decimal(number: f64) -> String {
    // Saturates, so that what is no number is written as some number.
    let tenths = (number * 10.0).round().max(0.0) as u32;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A genre as it is called: the data sets write "Film-Noir" and "Sci-Fi" alike.
pub(crate) fn genre_name(genre: &str) -> String {
    if genre == "Film-Noir" { "Film noir".to_owned() } else { genre.to_owned() }
}

/// A number with two decimals: 4.164 as "4.16".
pub(crate) fn two_decimals(number: f64) -> String {
    let hundredths = (number * 100.0).round().max(0.0) as u32;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A number with three decimals: 0.0042 as "0.004".
pub(crate) fn three_decimals(number: f64) -> String {
    let thousandths = (number * 1_000.0).round().max(0.0) as u32;
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// Written by one of the two above, with its sign: "+0.27", "−0.11", "0.00".
pub(crate) fn signed(number: f64, write: impl Fn(f64) -> String) -> String {
    let size = write(number.abs());
    match size.as_str() {
        "0.00" | "0.000" => size,
        _ if number < 0.0 => format!("−{size}"),
        _ => format!("+{size}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped_in_thousands() {
        assert_eq!(
            [0, 12, 999, 1_000, 9_742, 33_832_162].map(grouped),
            ["0", "12", "999", "1,000", "9,742", "33,832,162"]
        );
    }

    #[test]
    fn a_number_has_one_decimal() {
        assert_eq!([0.0, 0.04, 0.05, 4.16, 4.96, 12.0].map(one_decimal), ["0.0", "0.0", "0.1", "4.2", "5.0", "12.0"]);
        assert_eq!(one_decimal(f64::NAN), "0.0");
    }
}
