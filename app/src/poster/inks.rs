//! Which genre a film is drawn as, and in which inks.

use super::art::Art;
use crate::telling::telling;

/// `#rrggbb`.
pub(super) type Ink = &'static str;

/// What a genre allows.
pub(super) struct Style {
    /// The data set's name of it.
    pub(super) genre: &'static str,
    /// The pictures; what is named twice comes more often.
    pub(super) art: &'static [Art],
    /// Paper, ink, lead, second, third. Text is paper on ink or ink on paper: 4.5:1 and more.
    pub(super) inks: &'static [[Ink; 5]],
    /// Whether the title may be set in a serif.
    pub(super) may_be_serif: bool,
    /// Whether it may be set in capitals.
    pub(super) may_shout: bool,
}

/// The film's style: that of its most telling genre, and the genre's name, empty if it has none that is known.
pub(super) fn style_of(genres: &[String]) -> (&'static str, &'static Style) {
    let genre = telling(genres);
    (genre, STYLES.iter().find(|style| style.genre == genre).unwrap_or(&NONE))
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Style> {
    STYLES.iter().chain(std::iter::once(&NONE))
}

const STYLES: [Style; 18] = [
    Style {
        genre: "Film-Noir",
        art: &[Art::Blinds, Art::Bars, Art::Figure, Art::Shards],
        inks: &[
            ["#0d0d0d", "#f2f0ea", "#d9d5c8", "#4a4a4a", "#77736a"],
            ["#e7e4dc", "#0d0d0d", "#a8a08c", "#6f6a60", "#d3cdbd"],
            ["#101820", "#f2f0ea", "#e3c565", "#4c5a68", "#8fa0b0"],
        ],
        may_be_serif: false,
        may_shout: true,
    },
    Style {
        genre: "Western",
        art: &[Art::Sun, Art::Peaks, Art::Figure, Art::Sun],
        inks: &[
            ["#ecc58c", "#33160a", "#b5401f", "#d9803b", "#f8ead0"],
            ["#8c2f16", "#fdebd0", "#f2a541", "#c65a28", "#f6d9a8"],
            ["#f3e3c3", "#3a1d10", "#d1622b", "#e9b04f", "#8e4a2f"],
        ],
        may_be_serif: false,
        may_shout: true,
    },
    Style {
        genre: "Horror",
        art: &[Art::Eye, Art::Shards, Art::Arches, Art::Rings],
        inks: &[
            ["#0e0b0b", "#f5e9e2", "#c4161f", "#5a1013", "#8d7f78"],
            ["#8f0d14", "#fff1ea", "#f08a6a", "#5c070c", "#2a0406"],
            ["#d9e06a", "#11160a", "#b03a1e", "#8aa338", "#3f5a1c"],
            ["#121a17", "#dcf2e2", "#57b989", "#21493a", "#a8cdb8"],
        ],
        may_be_serif: false,
        may_shout: true,
    },
    Style {
        genre: "Sci-Fi",
        art: &[Art::Orbits, Art::Dots, Art::Rings, Art::Arches, Art::Orbits, Art::Slash],
        inks: &[
            ["#0b132b", "#eaf2ff", "#4f8fe6", "#ff7a45", "#8fd3ff"],
            ["#e6e9ec", "#10151c", "#ff5a1f", "#8a97a5", "#2f6f9f"],
            ["#06282c", "#e5fff7", "#21c79a", "#f3ea5a", "#12686a"],
            ["#f2683a", "#180a04", "#ffe8d1", "#a8321a", "#5a1a0c"],
        ],
        may_be_serif: false,
        may_shout: true,
    },
    Style {
        genre: "War",
        art: &[Art::Figure, Art::Peaks, Art::Slash, Art::Bars],
        inks: &[
            ["#454c22", "#f6f1de", "#d3bd63", "#6d7338", "#d9663a"],
            ["#d8d1b6", "#23240f", "#b23a22", "#8b8a52", "#5a5b30"],
            ["#2b2d2a", "#ece7d8", "#bf6a3a", "#5c6055", "#a8a78d"],
        ],
        may_be_serif: false,
        may_shout: true,
    },
    Style {
        genre: "Animation",
        art: &[Art::Blocks, Art::Waves, Art::Sun, Art::Blocks],
        inks: &[
            ["#ffd23f", "#1b1b3a", "#ee4266", "#2fb59b", "#fff6da"],
            ["#2748c8", "#ffffff", "#ffd23f", "#ff6b5e", "#8fd3ff"],
            ["#ffa3b1", "#2a0f2e", "#5f2eea", "#ffd23f", "#fff4f2"],
            ["#bfe6dc", "#12353a", "#ff6f4e", "#2a8f98", "#ffd166"],
        ],
        may_be_serif: false,
        may_shout: false,
    },
    Style {
        genre: "Musical",
        art: &[Art::Bars, Art::Waves, Art::Pair],
        inks: &[
            ["#b3165a", "#fff4ee", "#ffc24a", "#ff7d8f", "#6b0c3c"],
            ["#ffd166", "#241033", "#d81159", "#8f2d7c", "#218380"],
            ["#141233", "#fff3e6", "#ff4d8d", "#ffd166", "#5ce1e6"],
        ],
        may_be_serif: true,
        may_shout: false,
    },
    Style {
        genre: "Documentary",
        art: &[Art::Dots, Art::Eye, Art::Rings, Art::Blocks],
        inks: &[
            ["#ecece7", "#141414", "#e4572e", "#9aa0a6", "#4d6a80"],
            ["#1f3a5f", "#f5f3ee", "#f5c04a", "#5b86b5", "#cfdcea"],
            ["#cfe0d4", "#15241c", "#2f7d5b", "#f2b134", "#f6f4e8"],
        ],
        may_be_serif: false,
        may_shout: false,
    },
    Style {
        genre: "Mystery",
        art: &[Art::Rings, Art::Eye, Art::Arches, Art::Dots],
        inks: &[
            ["#1c2541", "#f0f2f8", "#5bc0be", "#f6ae2d", "#3f5685"],
            ["#3b1c4a", "#f7ecf5", "#e9a03b", "#a65aa0", "#6b3a80"],
            ["#e6dcc8", "#1b1b25", "#b23a48", "#463f7a", "#9c927c"],
            ["#e0622a", "#150a04", "#fff0df", "#9c2f0c", "#ffc27a"],
        ],
        may_be_serif: true,
        may_shout: false,
    },
    Style {
        genre: "Fantasy",
        art: &[Art::Arches, Art::Peaks, Art::Waves, Art::Orbits],
        inks: &[
            ["#2d1e5f", "#f5ecff", "#f2c14e", "#7f5af0", "#e85d9e"],
            ["#dcd0f2", "#24124d", "#6c3fc5", "#f0a6ca", "#2ea89c"],
            ["#0e4749", "#f3f7e9", "#e9c46a", "#3f9077", "#a9dcc0"],
        ],
        may_be_serif: true,
        may_shout: false,
    },
    Style {
        genre: "Romance",
        art: &[Art::Pair, Art::Waves, Art::Sun, Art::Arches, Art::Pair],
        inks: &[
            ["#f7d6d0", "#4a1024", "#d64562", "#f29e8e", "#fff4ee"],
            ["#a9213a", "#fff1ea", "#f7b7a3", "#e2604f", "#5e0f22"],
            ["#fdebd8", "#43202f", "#e46b5b", "#f3b562", "#7a9e9f"],
            ["#3a2e5c", "#fdeee6", "#f08a8a", "#8a74c9", "#f7c59f"],
        ],
        may_be_serif: true,
        may_shout: false,
    },
    Style {
        genre: "Crime",
        art: &[Art::Shards, Art::Bars, Art::Slash, Art::Shards],
        inks: &[
            ["#161616", "#f4efe6", "#d62828", "#8a857b", "#f2a33a"],
            ["#b80f2a", "#fff6ee", "#17090b", "#f2a33a", "#6d0717"],
            ["#e9e2d0", "#151515", "#c1121f", "#9b968a", "#f08a24"],
            ["#f08a24", "#140d06", "#fbeacb", "#b3381b", "#6d2412"],
        ],
        may_be_serif: false,
        may_shout: true,
    },
    Style {
        genre: "Children",
        art: &[Art::Blocks, Art::Sun, Art::Waves],
        inks: &[
            ["#a4d8e8", "#12324a", "#ff7043", "#ffd54f", "#ffffff"],
            ["#ffe9a8", "#23395b", "#ef476f", "#06a77d", "#118ab2"],
            ["#cfe8b9", "#1c3a2a", "#f2784b", "#3f9a6b", "#fff3c4"],
        ],
        may_be_serif: false,
        may_shout: false,
    },
    Style {
        genre: "Adventure",
        art: &[Art::Peaks, Art::Sun, Art::Waves, Art::Arches],
        inks: &[
            ["#f0dfc0", "#1d2b2a", "#d9622b", "#1f7f79", "#f2b134"],
            ["#0f5054", "#fdf3dc", "#f2b134", "#e0673a", "#2f8f8a"],
            ["#ee8a3c", "#22120a", "#fff0d0", "#b8431f", "#ffd27a"],
        ],
        may_be_serif: true,
        may_shout: false,
    },
    Style {
        genre: "Comedy",
        art: &[Art::Blocks, Art::Pair, Art::Waves, Art::Slash],
        inks: &[
            ["#f7c948", "#20150a", "#e6492d", "#2f6fde", "#fff7e3"],
            ["#f6a6b2", "#3a0d1f", "#d7263d", "#1f4e79", "#fff2e0"],
            ["#fff1dc", "#1e1a16", "#ff5a36", "#ffb703", "#219ebc"],
            ["#8fd0c3", "#0d2b2a", "#f2603c", "#14706c", "#fdf0c8"],
        ],
        may_be_serif: false,
        may_shout: false,
    },
    Style {
        genre: "Thriller",
        art: &[Art::Slash, Art::Rings, Art::Eye, Art::Shards],
        inks: &[
            ["#15202b", "#f2f4f5", "#f4d35e", "#3f6178", "#ee964b"],
            ["#f4d35e", "#111418", "#d7352a", "#a8892c", "#fff8dc"],
            ["#0f1113", "#f1eee8", "#d7352a", "#555a60", "#e8b04a"],
            ["#cfd8dc", "#101a20", "#d7352a", "#5d7d90", "#f4f6f6"],
        ],
        may_be_serif: false,
        may_shout: true,
    },
    Style {
        genre: "Action",
        art: &[Art::Slash, Art::Rings, Art::Bars, Art::Shards],
        inks: &[
            ["#c22418", "#fff6e8", "#f7b32b", "#6f0f0a", "#ff8a5c"],
            ["#f3b61f", "#17130f", "#d12b1f", "#8a6410", "#fff6e8"],
            ["#14171c", "#f5f1e8", "#e8452c", "#4b535e", "#f3b61f"],
        ],
        may_be_serif: false,
        may_shout: true,
    },
    Style {
        genre: "Drama",
        art: &[Art::Figure, Art::Arches, Art::Pair, Art::Blinds, Art::Rings],
        inks: &[
            ["#efe9df", "#20201f", "#d9694a", "#3d5a80", "#b8b0a2"],
            ["#27384c", "#f2ede3", "#e0b15a", "#5d7d98", "#c4553b"],
            ["#dcc9ac", "#2b1d14", "#a44a2a", "#5a7280", "#f3e9d8"],
            ["#5b1f2a", "#f7eadb", "#d99a6c", "#94404a", "#2b0d14"],
            ["#c9d6cf", "#1c2622", "#e2725b", "#3f6656", "#f4f1e8"],
        ],
        may_be_serif: true,
        may_shout: false,
    },
];

const NONE: Style = Style {
    genre: "",
    art: &[Art::Pair, Art::Dots, Art::Arches],
    inks: &[["#dfe1e4", "#17191d", "#e0a040", "#4a6580", "#f6f6f4"]],
    may_be_serif: false,
    may_shout: false,
};
