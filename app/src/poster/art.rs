//! The fifteen pictures. Each fills any width and height, and is clipped by the `<svg>` around it.
//!
//! The order of throws is part of a picture: a throw moved is another poster.

use super::{
    chance::Dice,
    inks::Ink,
    shapes::{disc, n, path, person, poly, rect, ring},
};

/// A picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Art {
    Sun,
    Peaks,
    Waves,
    Slash,
    Shards,
    Rings,
    Orbits,
    Blocks,
    Pair,
    Figure,
    Arches,
    Bars,
    Eye,
    Blinds,
    Dots,
}

/// The inks of a picture.
pub(super) struct Palette {
    /// Paper.
    pub(super) p: Ink,
    /// Ink.
    pub(super) k: Ink,
    /// Lead, second, third.
    pub(super) a: Ink,
    pub(super) b: Ink,
    pub(super) c: Ink,
    /// Whether it is a musical's: its bars are a sound and no town.
    pub(super) music: bool,
}

impl Art {
    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sun => "sun",
            Self::Peaks => "peaks",
            Self::Waves => "waves",
            Self::Slash => "slash",
            Self::Shards => "shards",
            Self::Rings => "rings",
            Self::Orbits => "orbits",
            Self::Blocks => "blocks",
            Self::Pair => "pair",
            Self::Figure => "figure",
            Self::Arches => "arches",
            Self::Bars => "bars",
            Self::Eye => "eye",
            Self::Blinds => "blinds",
            Self::Dots => "dots",
        }
    }
}

/// Draws a picture.
pub(super) fn draw(art: Art, w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    match art {
        Art::Sun => sun(w, h, q, r),
        Art::Peaks => peaks(w, h, q, r),
        Art::Waves => waves(w, h, q, r),
        Art::Slash => slash(w, h, q, r),
        Art::Shards => shards(w, h, q, r),
        Art::Rings => rings(w, h, q, r),
        Art::Orbits => orbits(w, h, q, r),
        Art::Blocks => blocks(w, h, q, r),
        Art::Pair => pair(w, h, q, r),
        Art::Figure => figure(w, h, q, r),
        Art::Arches => arches(w, h, q, r),
        Art::Bars => super::art_more::bars(w, h, q, r),
        Art::Eye => super::art_more::eye(w, h, q, r),
        Art::Blinds => super::art_more::blinds(w, h, q, r),
        Art::Dots => super::art_more::dots(w, h, q, r),
    }
}

/// A disc, two dunes, one traveller.
fn sun(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let radius = r.span(0.27, 0.38) * w;
    let x = w * r.pick(&[0.34, 0.5, 0.66]);
    let y = h * r.span(0.4, 0.5);
    let y1 = y + radius * r.span(0.2, 0.55);
    let y2 = y1 + r.span(14.0, 30.0);
    let t = if r.coin() { 1.0 } else { -1.0 };
    let far = format!(
        "M0 {}C{} {} {} {} {w} {}V{}H0Z",
        n(y1),
        n(w * 0.3),
        n(y1 - 16.0 * t),
        n(w * 0.65),
        n(y1 + 22.0 * t),
        n(y1 - 4.0),
        n(h)
    );
    let near = format!(
        "M0 {}C{} {} {} {} {w} {}V{}H0Z",
        n(y2 + 12.0),
        n(w * 0.35),
        n(y2 + 26.0 * t),
        n(w * 0.7),
        n(y2 - 20.0 * t),
        n(y2 + 8.0),
        n(h)
    );
    disc(x, y, radius, q.a) + &path(&far, q.b) + &path(&near, q.k) + &person(x, y1 + 3.0, 22.0, q.k)
}

/// Folded mountains, a small moon.
fn peaks(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let left = r.coin();
    let mut s = disc(w * if left { 0.74 } else { 0.26 }, h * 0.25, w * r.span(0.09, 0.15), q.c);
    let mountains = [
        (0.2, 0.46, 0.5),
        (0.84, 0.4, 0.52),
        (if left { 0.4 } else { 0.62 }, 0.26, 0.56),
        (if left { 0.8 } else { 0.16 }, 0.62, 0.4),
    ];
    for (x, top, half) in mountains {
        let cx = w * (x + r.span(-0.05, 0.05));
        let y = h * top;
        let d = w * half;
        let fold = cx + d * r.span(-0.12, 0.16);
        s += &poly(&[(cx - d, h + 1.0), (cx, y), (cx + d, h + 1.0)], q.b);
        s += &poly(
            &[
                (cx - d, h + 1.0),
                (cx, y),
                (fold, y + (h - y) * 0.42),
                (cx - d * 0.1, y + (h - y) * 0.62),
                (fold, h + 1.0),
            ],
            q.a,
        );
    }
    s + &poly(&[(0.0, h + 1.0), (0.0, h * 0.93), (w, h * 0.84), (w, h + 1.0)], q.k)
}

/// Seigaiha: overlapping scallops under a disc.
fn waves(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let columns = r.pick(&[2.0, 3.0]);
    let radius = w / columns / 2.0;
    let tones = [q.a, q.b, q.c];
    let mut s = disc(w * r.pick(&[0.3, 0.5, 0.7]), h * 0.3, w * r.span(0.17, 0.24), q.c);
    let (mut row, mut y) = (0, h * 0.5);
    while y < h + radius {
        let mut x = if row % 2 == 1 { 0.0 } else { radius };
        while x <= w + 1.0 {
            s += &disc(x, y, radius, q.k);
            s += &disc(x, y, radius * 0.92, tones[row % 3]);
            s += &disc(x, y, radius * 0.62, q.p);
            s += &disc(x, y, radius * 0.32, tones[(row + 1) % 3]);
            x += radius * 2.0;
        }
        y += radius * 0.62;
        row += 1;
    }
    s
}

/// Raking bars and one shot.
fn slash(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let degrees = r.pick(&[-58, -38, 32, 52]);
    let (mut s, mut y, mut i) = (String::new(), -h * 0.5, 0);
    while y < h * 1.5 {
        let t = h * r.span(0.05, 0.17);
        s += &rect(-w, y, w * 3.0, t, [q.a, q.b, q.a, q.k][i % 4]);
        i += 1;
        y += t + h * r.span(0.06, 0.16);
    }
    let hole = disc(w * r.span(0.36, 0.64), h * r.span(0.4, 0.6), w * 0.17, q.p);
    format!("<g transform=\"rotate({degrees} {} {})\">{s}</g>", w / 2.0, n(h / 2.0))
        + &hole
        + &disc(w * 0.5, h * 0.5, w * 0.09, q.k)
}

/// Slabs of torn paper, after Saul Bass.
fn shards(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let count = r.pick(&[4_usize, 5, 6]);
    let step = w / count as f64;
    let hot = r.place(count);
    let mut s = String::new();
    for i in 0..count {
        let x0 = i as f64 * step + 3.0;
        let x1 = (i + 1) as f64 * step - 3.0;
        let length = h * r.span(0.48, 0.86);
        let tone = if i == hot { q.a } else { r.pick(&[q.k, q.k, q.b]) };
        let mut torn = || r.span(-0.04, 0.04) * w;
        let corners = if i % 2 == 1 {
            [
                (x0 + torn(), h + 2.0),
                (x0 + torn(), h - length),
                (x1 + torn(), h - length + torn() * 3.0),
                (x1 + torn(), h + 2.0),
            ]
        } else {
            [(x0 + torn(), -2.0), (x1 + torn(), -2.0), (x1 + torn(), length + torn() * 3.0), (x0 + torn(), length)]
        };
        s += &poly(&corners, tone);
    }
    s
}

/// Vertigo: rings whose centre drifts.
fn rings(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let count = r.pick(&[7_usize, 8, 9]);
    let radius = w.max(h) * 0.62;
    let dx = r.span(-0.035, 0.035) * w;
    let dy = r.span(-0.035, 0.035) * h;
    let (mut x, mut y) = (w * 0.5 - dx * 3.0, h * 0.5 - dy * 3.0);
    let mut s = String::new();
    for i in 0..count {
        s += &disc(x, y, radius * (1.0 - i as f64 / count as f64), if i % 2 == 1 { q.p } else { q.a });
        x += dx;
        y += dy;
    }
    s + &disc(x, y, radius * 0.1, q.k) + &person(x, y + 9.0, 18.0, q.p)
}

/// A great planet, thin orbits, small worlds.
fn orbits(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let left = r.coin();
    let cx = if left { w * 0.12 } else { w * 0.88 };
    let cy = h * r.span(0.72, 0.9);
    let radius = w * r.span(0.38, 0.48);
    let side = if left { 1.0 } else { -1.0 };
    let mut s = String::new();
    for _ in 0..12 {
        s += &disc(w * r.roll(), h * r.roll(), r.span(0.7, 1.5), q.k);
    }
    s += &disc(cx, cy, radius, q.a);
    for (i, reach) in [1.32, 1.64, 1.96, 2.3].into_iter().enumerate() {
        s += &ring(cx, cy, radius * reach, 1.2, q.k);
        let places = [(0.6, -0.8), (0.96, -0.28), (0.8, -0.6), (0.28, -0.96)];
        let (ux, uy) = places[(i + r.place(4)) % 4];
        if i != 2 {
            let (x, y) = (cx + side * radius * reach * ux, cy + radius * reach * uy);
            s += &disc(x, y, w * [0.05, 0.085, 0.03, 0.045][i], [q.b, q.c, q.k, q.b][i]);
        }
    }
    s
}

/// Bauhaus modules.
fn blocks(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let columns = r.pick(&[3_usize, 3, 4]);
    let cw = w / columns as f64;
    let rows = ((h / cw + 0.5).floor() as usize).max(2);
    let ch = h / rows as f64;
    let (mut s, mut last) = (String::new(), "");
    for i in 0..columns * rows {
        let (x, y) = ((i % columns) as f64 * cw, (i / columns) as f64 * ch);
        let backs: Vec<_> = [q.p, q.p, q.a, q.b, q.c].into_iter().filter(|&tone| tone != last).collect();
        let back = r.pick(&backs);
        let fronts: Vec<_> = [q.a, q.b, q.c, q.k].into_iter().filter(|&tone| tone != back).collect();
        let front = r.pick(&fronts);
        last = back;
        s += &rect(x, y, cw + 0.5, ch + 0.5, back);
        s += &module(r.place(7), (x, y), (cw, ch), front);
    }
    s
}

fn module(kind: usize, (x, y): (f64, f64), (cw, ch): (f64, f64), f: Ink) -> String {
    let (right, foot) = (x + cw, y + ch);
    let whole = format!("A{} {} 0 0 ", n(cw), n(ch));
    let half = format!("A{} {} 0 0 ", n(cw / 2.0), n(ch / 2.0));
    match kind {
        0 => path(&format!("M{} {}H{}{whole}1 {} {}Z", n(x), n(y), n(right), n(x), n(foot)), f),
        1 => path(&format!("M{} {}H{}{whole}1 {} {}Z", n(right), n(foot), n(x), n(right), n(y)), f),
        2 => path(&format!("M{} {}V{}{whole}1 {} {}Z", n(x), n(foot), n(y), n(right), n(foot)), f),
        3 => path(&format!("M{} {}{half}1 {} {}Z", n(x), n(foot), n(right), n(foot)), f),
        4 => disc(x + cw / 2.0, y + ch / 2.0, cw.min(ch) * 0.36, f),
        5 => poly(&[(x, foot), (right, y), (right, foot)], f),
        _ => rect(x, y, cw / 2.0, ch, f),
    }
}

/// Two discs, and exactly what they share.
fn pair(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let radius = (w * 0.34).min(h * 0.36);
    let d = radius * r.span(0.5, 0.72);
    let (ux, uy) = r.pick(&[(1.0, 0.0), (0.8, 0.6), (0.8, -0.6), (0.6, 0.8)]);
    let (cx, cy) = (w / 2.0, h * 0.52);
    let m = (radius * radius - d * d).sqrt();
    let shared = format!(
        "M{x} {y}A{radius} {radius} 0 0 0 {} {}A{radius} {radius} 0 0 0 {x} {y}Z",
        n(cx + uy * m),
        n(cy - ux * m),
        x = n(cx - uy * m),
        y = n(cy + ux * m),
        radius = n(radius),
    );
    disc(cx - ux * d, cy - uy * d, radius, q.a) + &disc(cx + ux * d, cy + uy * d, radius, q.b) + &path(&shared, q.k)
}

/// One person, one horizon, a long shadow.
fn figure(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let y = h * r.span(0.56, 0.72);
    let x = w * r.pick(&[0.3, 0.42, 0.62, 0.72]);
    let t = if x < w / 2.0 { 1.0 } else { -1.0 };
    let two = r.roll() < 0.3;
    let shadow = [
        (x - 3.0, y + 14.0),
        (x + 3.0, y + 14.0),
        (x + t * w * 0.46 + 16.0, h + 2.0),
        (x + t * w * 0.46 - 16.0, h + 2.0),
    ];
    let mut s = disc(x - t * w * 0.02, y - h * 0.12, w * r.span(0.22, 0.32), q.a);
    s += &rect(0.0, y, w, h - y, q.b);
    s += &poly(&shadow, q.k);
    s += &person(x, y + 15.0, 40.0, q.k);
    if two {
        s += &person(x + t * 22.0, y + 12.0, 34.0, q.k);
    }
    s
}

/// A doorway within a doorway.
fn arches(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let count = r.pick(&[4_usize, 5]);
    let x = w * r.pick(&[0.44, 0.5, 0.56]);
    let tones = [q.a, q.b, q.p, q.c];
    let mut s = String::new();
    for i in 0..count {
        let half = w * 0.44 * (1.0 - i as f64 / (count as f64 + 0.4));
        let top = (h * 0.1 + i as f64 * h * 0.1).min(h - half);
        let data = format!(
            "M{left} {foot}V{spring}A{half} {half} 0 0 1 {right} {spring}V{foot}Z",
            left = n(x - half),
            right = n(x + half),
            foot = n(h + 1.0),
            spring = n(top + half),
            half = n(half),
        );
        s += &path(&data, if i == count - 1 { q.k } else { tones[i % 4] });
    }
    s + &person(x, h, h * 0.15, q.p)
}
