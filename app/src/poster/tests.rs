use super::*;

/// What the design's reference drawing (`poster.js`, run under Node) makes of these films, as FNV-1a (64 bits) of the
/// SVG's bytes: `poster({title, year, genres})`, with 0 for an unknown year. All fifteen pictures are among them.
#[rustfmt::skip]
const REFERENCE: &[(&str, u16, &str, u64)] = &[
    ("Vertigo (1958)", 1958, "Drama|Mystery|Romance|Thriller", 0xd127_1ba1_345e_789e),
    ("Chinatown (1974)", 1974, "Crime|Film-Noir|Mystery|Thriller", 0xf408_dec1_8adc_8dde),
    ("Spirited Away (Sen to Chihiro no kamikakushi) (2001)", 2001, "Adventure|Animation|Fantasy", 0xd287_b246_1709_1531),
    ("Blade Runner (1982)", 1982, "Action|Sci-Fi|Thriller", 0xf0b0_0512_e90d_91d2),
    ("Third Man, The (1949)", 1949, "Film-Noir|Mystery|Thriller", 0xc439_2996_9a8e_6002),
    ("Big Lebowski, The (1998)", 1998, "Comedy|Crime", 0xa655_e215_6359_affe),
    ("Forrest Gump (1994)", 1994, "Comedy|Drama|Romance|War", 0x989a_2b71_8ec8_2c62),
    ("Shawshank Redemption, The (1994)", 1994, "Crime|Drama", 0xf498_b176_8f7a_56bc),
    ("Pulp Fiction (1994)", 1994, "Comedy|Crime|Drama|Thriller", 0x1b50_1090_b185_2bd9),
    ("Silence of the Lambs, The (1991)", 1991, "Crime|Horror|Thriller", 0x0602_f63b_6b16_402b),
    ("Matrix, The (1999)", 1999, "Action|Sci-Fi|Thriller", 0xb2c3_8dc2_f9dd_9a55),
    ("Star Wars: Episode IV - A New Hope (1977)", 1977, "Action|Adventure|Sci-Fi", 0x97fd_fee5_5bb4_55c2),
    ("Jurassic Park (1993)", 1993, "Action|Adventure|Sci-Fi|Thriller", 0xf5bd_b267_de7f_ebe3),
    ("Toy Story (1995)", 1995, "Adventure|Animation|Children|Comedy|Fantasy", 0xc9e2_9c77_2bca_d464),
    ("Titanic (1997)", 1997, "Drama|Romance", 0x6699_e9c9_5ad7_64fd),
    ("Alien (1979)", 1979, "Horror|Sci-Fi", 0x4feb_2528_9004_b74f),
    ("Lion King, The (1994)", 1994, "Adventure|Animation|Children|Drama|Musical|IMAX", 0x6052_590d_8838_023d),
    ("Casablanca (1942)", 1942, "Drama|Romance", 0xcd69_22ac_c125_7e3f),
    ("West Side Story (1961)", 1961, "Drama|Musical|Romance", 0x0f6a_0648_1c13_1264),
    ("Misérables, Les (1998)", 1998, "Crime|Drama|Romance|War", 0xbe09_2717_d290_90fe),
    ("Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)", 2001, "Comedy|Romance", 0x77bb_9b32_f120_c08d),
    ("Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)", 1966, "Action|Adventure|Western", 0x6ee1_13e7_1fa4_1002),
    ("Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1964)", 1964, "Comedy|War", 0xa557_828e_acca_0476),
    ("Seven Samurai (Shichinin no samurai) (1954)", 1954, "Action|Adventure|Drama", 0xa831_f68b_301e_d8e5),
    ("2001: A Space Odyssey (1968)", 1968, "Adventure|Drama|Sci-Fi", 0x6f81_942b_c28f_2be0),
    ("Nosferatu (Nosferatu, eine Symphonie des Grauens) (1922)", 1922, "Horror", 0x3b20_c122_f17c_eeb2),
    ("Koyaanisqatsi (a.k.a. Koyaanisqatsi: Life Out of Balance) (1983)", 1983, "Documentary", 0x9fc8_f7e6_0771_cd55),
    ("Saving Private Ryan (1998)", 1998, "Action|Drama|War", 0x5612_36d6_da92_9098),
    ("Léon: The Professional (a.k.a. The Professional) (Léon) (1994)", 1994, "Action|Crime|Drama|Thriller", 0x67c4_b674_eb23_b720),
    ("Psycho (1960)", 1960, "Crime|Horror", 0x5be8_e295_557f_4a1c),
    ("Fantasia (1940)", 1940, "Animation|Children|Fantasy|Musical", 0x7f8c_8855_f91f_8e55),
    ("Richard III (1995)", 1995, "Drama|War", 0xe51b_20b5_f1c5_92fb),
    ("<script>alert(1)</script> & \"x\"", 1999, "Horror", 0x668a_c0c4_37a4_82a3),
    ("Miserables, L'", 0, "", 0x86b9_3de6_983f_07eb),
    ("()", 1990, "Comedy", 0x2846_c0c4_a245_b55a),
    ("x - y - z", 2001, "Musical", 0x1e34_4907_e6c6_2b0a),
];

fn draw_film(title: &str, year: u16, genres: &str) -> String {
    let genres: Vec<_> = genres.split('|').filter(|genre| !genre.is_empty()).map(str::to_owned).collect();
    poster(title, (year != 0).then_some(year), &genres)
}

fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn every_poster_is_the_reference_drawing_to_the_byte() {
    let other: Vec<_> = REFERENCE
        .iter()
        .filter(|(title, year, genres, expected)| fingerprint(&draw_film(title, *year, genres)) != *expected)
        .collect();
    assert!(other.is_empty(), "{other:?}");
}

#[test]
fn the_same_film_has_the_same_poster_every_time() {
    assert_eq!(draw_film("Heat", 1995, "Action|Crime"), draw_film("Heat", 1995, "Action|Crime"));
    assert_ne!(draw_film("Heat", 1995, "Action|Crime"), draw_film("Heat", 1972, "Action|Crime"));
}

/// Titles that would like to be something else, and titles that would like more room.
fn difficult_titles() -> Vec<String> {
    let mut titles = vec![
        "<script>alert('x')</script>".to_owned(),
        "\"/><image href=\"//evil\"/>".to_owned(),
        "Tom & Jerry &amp; <b>".to_owned(),
        "]]><!--".to_owned(),
        "\u{0}\u{1b}[31m\u{ffff}\u{202e}".to_owned(),
        "東京物語 ごがつ".to_owned(),
        "🎬".repeat(200),
        String::new(),
        "   ".to_owned(),
        "((((".to_owned(),
        "W".repeat(5_000),
    ];
    titles.push("word ".repeat(500));
    titles.push(" - ".repeat(300));
    titles
}

#[test]
fn no_title_breaks_out_of_its_text() {
    for title in difficult_titles() {
        let svg = draw_film(&title, 1999, "Horror");
        for (open, rest) in svg.split('<').skip(1).map(|tag| tag.split_once('>').expect("a tag that ends")) {
            let name = open.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
            assert!(["svg", "rect", "circle", "path", "g", "text"].contains(&name), "{name} in {title:?}");
            assert!(!rest.contains(|letter: char| letter.is_control() || letter == '"'), "{rest:?} in {title:?}");
        }
    }
}

#[test]
fn no_line_is_wider_than_its_box_and_no_poster_grows_without_bound() {
    for title in difficult_titles() {
        let svg = draw_film(&title, 1999, "Documentary");
        for width in svg.split("textLength=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let width: f64 = width.parse().expect("a number");
            assert!((0.0..=BOX).contains(&width), "{width} in {title:?}");
        }
        assert!(svg.len() < 60_000, "{} bytes for {title:?}", svg.len());
    }
}

#[test]
fn every_pair_of_inks_that_text_is_set_in_can_be_read() {
    for style in inks::all() {
        for [paper, ink, ..] in style.inks {
            let ratio = contrast(paper, ink);
            assert!(ratio >= 4.5, "{}: {ink} on {paper} is {ratio:.2}:1", style.genre);
        }
    }
}

#[test]
fn every_genre_has_a_style_of_its_own() {
    for genre in crate::telling::TELLING {
        assert_eq!(style_of(&[genre.to_owned()]).1.genre, genre);
    }
}

/// WCAG 2.2's contrast ratio.
fn contrast(one: &str, other: &str) -> f64 {
    let light = |ink: &str| {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&ink[at..at + 2], 16).expect("an ink")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
