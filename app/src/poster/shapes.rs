//! SVG shapes, with one decimal everywhere.

use super::inks::Ink;

/// To one decimal, halves up.
pub(super) fn rounded(x: f64) -> f64 {
    let tenths = x * 10.0;
    let floor = tenths.floor();
    let whole = if tenths - floor >= 0.5 { floor + 1.0 } else { floor };
    // Adding 0 makes -0 into 0, which would be written with its sign.
    whole / 10.0 + 0.0
}

/// A number as it is written.
pub(super) fn n(x: f64) -> String {
    rounded(x).to_string()
}

pub(super) fn rect(x: f64, y: f64, width: f64, height: f64, fill: Ink) -> String {
    format!("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\"/>", n(x), n(y), n(width), n(height))
}

pub(super) fn disc(x: f64, y: f64, radius: f64, fill: Ink) -> String {
    format!("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{fill}\"/>", n(x), n(y), n(radius))
}

pub(super) fn ring(x: f64, y: f64, radius: f64, width: f64, stroke: Ink) -> String {
    format!(
        "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{}\"/>",
        n(x),
        n(y),
        n(radius),
        n(width)
    )
}

pub(super) fn path(data: &str, fill: Ink) -> String {
    format!("<path d=\"{data}\" fill=\"{fill}\"/>")
}

pub(super) fn poly(points: &[(f64, f64)], fill: Ink) -> String {
    let points: Vec<_> = points.iter().map(|&(x, y)| format!("{} {}", n(x), n(y))).collect();
    path(&format!("M{}Z", points.join("L")), fill)
}

pub(super) fn person(x: f64, y: f64, size: f64, fill: Ink) -> String {
    rect(x - size * 0.16, y - size * 0.78, size * 0.32, size * 0.78, fill) + &disc(x, y - size * 0.9, size * 0.16, fill)
}
