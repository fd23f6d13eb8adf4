//! A film's poster, drawn from its title, year and genres.
