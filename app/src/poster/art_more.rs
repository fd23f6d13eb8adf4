//! The other pictures: bars, eye, blinds, dots.

use super::{
    art::Palette,
    chance::Dice,
    inks::Ink,
    shapes::{disc, n, path, poly, rect},
};

/// A skyline, or its reflection as music.
pub(super) fn bars(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let count = r.pick(&[6_usize, 7, 8]);
    let step = w / count as f64;
    if q.music {
        return sound(count, step, h, q, r);
    }
    let mut s = disc(w * r.span(0.25, 0.75), h * 0.26, w * 0.14, q.a);
    for i in 0..count {
        let t = h * r.span(0.2, 0.74);
        let tone = r.pick(&[q.k, q.k, q.b]);
        let x = i as f64 * step;
        s += &rect(x, h - t, step + 1.2, t + 1.0, tone);
        let mut y = h - t + 8.0;
        while y < h - 8.0 {
            if r.roll() < 0.34 {
                let window = x + step * if r.coin() { 0.2 } else { 0.58 };
                s += &rect(window, y, step * 0.22, 6.0, if tone == q.k { q.a } else { q.p });
            }
            y += 13.0;
        }
    }
    s
}

fn sound(count: usize, step: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let mut s = String::new();
    for i in 0..count {
        let t = h * r.span(0.2, 0.86);
        let tone = r.pick(&[q.a, q.b, q.c]);
        s += &format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{tone}\"/>",
            n(i as f64 * step + step * 0.18),
            n((h - t) / 2.0),
            n(step * 0.64),
            n(t),
            n(step * 0.32)
        );
    }
    s
}

/// It looks back.
pub(super) fn eye(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let (cx, cy) = (w / 2.0, h * 0.54);
    let b = h * r.span(0.3, 0.42);
    let look = w * r.span(-0.06, 0.06);
    let mut s = String::new();
    for i in 0..9 {
        let x = w * (f64::from(i) / 8.0) * 1.3 - w * 0.15;
        s += &poly(&[(cx, cy), (x - 4.0, -2.0), (x + 5.0, -2.0)], q.b);
    }
    let lids = format!(
        "M{left} {cy}Q{cx} {} {} {cy}Q{cx} {} {left} {cy}Z",
        n(h * 0.54 - b * 1.75),
        n(w * 0.95),
        n(h * 0.54 + b * 1.75),
        left = n(w * 0.05),
        cx = n(cx),
        cy = n(cy),
    );
    s + &path(&lids, q.k)
        + &disc(cx + look, cy, b * 0.66, q.a)
        + &disc(cx + look, cy, b * 0.34, q.k)
        + &disc(cx + look + b * 0.2, cy - b * 0.24, b * 0.12, q.p)
}

/// Light through blinds, a hat, a dark wall.
pub(super) fn blinds(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let count = r.pick(&[8_u32, 9, 10]);
    let tilt = r.pick(&[-1.0, 1.0]) * r.span(10.0, 22.0);
    let step = h * 1.1 / f64::from(count);
    let u = w.min(h);
    let x = w * r.pick(&[0.42, 0.5, 0.58]);
    let (wall, other) = if lightness(q.p) < lightness(q.k) { (q.p, q.k) } else { (q.k, q.p) };
    let light = if lightness(q.a) > lightness(wall) { q.a } else { other };
    let mut s = rect(0.0, 0.0, w, h, wall);
    for i in 0..count {
        let y = h * 0.06 + f64::from(i) * step;
        s += &poly(
            &[
                (w * 0.1, y + tilt),
                (w * 0.9, y - tilt),
                (w * 0.9, y - tilt + step * 0.56),
                (w * 0.1, y + tilt + step * 0.56),
            ],
            light,
        );
    }
    let coat = format!(
        "M{} {foot}C{} {} {} {} {} {neck}H{}C{} {} {} {} {} {foot}Z",
        n(x - u * 0.36),
        n(x - u * 0.34),
        n(h - u * 0.3),
        n(x - u * 0.1),
        n(h - u * 0.24),
        n(x - u * 0.08),
        n(x + u * 0.08),
        n(x + u * 0.1),
        n(h - u * 0.24),
        n(x + u * 0.34),
        n(h - u * 0.3),
        n(x + u * 0.36),
        foot = n(h + 1.0),
        neck = n(h - u * 0.36),
    );
    let hat = [
        (x - u * 0.27, h - u * 0.45),
        (x - u * 0.26, h - u * 0.49),
        (x - u * 0.15, h - u * 0.51),
        (x - u * 0.12, h - u * 0.69),
        (x, h - u * 0.665),
        (x + u * 0.12, h - u * 0.69),
        (x + u * 0.15, h - u * 0.51),
        (x + u * 0.26, h - u * 0.49),
        (x + u * 0.27, h - u * 0.45),
    ];
    s + &path(&coat, wall) + &disc(x, h - u * 0.42, u * 0.105, wall) + &poly(&hat, wall)
}

/// Halftone around one bright place.
pub(super) fn dots(w: f64, h: f64, q: &Palette, r: &mut Dice) -> String {
    let step = w / 8.0;
    let (fx, fy) = (w * r.span(0.25, 0.75), h * r.span(0.3, 0.7));
    let reach = w.max(h) * 0.72;
    let mut s = String::new();
    let mut y = step / 2.0;
    while y < h {
        let mut x = step / 2.0;
        while x < w {
            let d = ((x - fx).powi(2) + (y - fy).powi(2)).sqrt() / reach;
            if d < 0.95 {
                let tone = if d < 0.2 {
                    q.b
                } else if d < 0.42 {
                    q.a
                } else {
                    q.k
                };
                s += &disc(x, y, step * 0.56 * (1.0 - d), tone);
            }
            x += step;
        }
        y += step;
    }
    s
}

/// A rough lightness of an ink.
fn lightness(ink: Ink) -> u32 {
    let part = |at: usize| ink.get(at..at + 2).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
    3 * part(1) + 6 * part(3) + part(5)
}
