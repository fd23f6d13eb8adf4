//! Charts of the workers' page: lines and bars as SVG, each with a sentence that says the same.

use leptos::prelude::*;

/// The chart's own units.
const WIDTH: u32 = 600;
const HEIGHT: u32 = 100;

/// Median and 99th percentile over time, in milliseconds.
#[component]
pub(crate) fn Line(
    /// Oldest first; `None` where there was nothing.
    times: Memo<Vec<Option<(u32, u32)>>>,
) -> impl IntoView {
    let scale = Memo::new(move |_| scale_of(times.with(|times| times.iter().flatten().map(|&(_, p99)| p99).max())));
    let path = move |pick: fn((u32, u32)) -> u32| {
        times.with(|times| line(times.iter().map(|at| at.map(pick)), times.len(), scale.get()))
    };
    let label = move || {
        let seen = times.with(|times| times.iter().flatten().count());
        match seen {
            0 => "Nothing was answered in the last five minutes".to_owned(),
            _ => {
                let most = |pick: fn((u32, u32)) -> u32| {
                    times.with(|times| times.iter().flatten().map(|&at| pick(at)).max()).unwrap_or(0)
                };
                format!(
                    "Time to answer over five minutes: the median at most {} ms, the 99th percentile at most {} ms",
                    most(|(p50, _)| p50),
                    most(|(_, p99)| p99)
                )
            }
        }
    };
    view! {
        <svg class="spark" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
            <path class="second" d=move || path(|(_, p99)| p99) />
            <path d=move || path(|(p50, _)| p50) />
        </svg>
        <p class="axis">
            <span>"5 min ago"</span>
            <span class="number">{move || format!("scale 0 to {} ms", scale.get())}</span>
            <span>"now"</span>
        </p>
    }
}

/// A path through the values there are; a gap where there is none.
fn line(values: impl Iterator<Item = Option<u32>>, count: usize, scale: u32) -> String {
    let last = count.max(2) as u32 - 1;
    let mut path = String::new();
    let mut drawing = false;
    for (place, value) in values.enumerate() {
        let Some(value) = value else {
            drawing = false;
            continue;
        };
        let x = place as u32 * WIDTH / last;
        let y = HEIGHT - (value.min(scale) * HEIGHT / scale.max(1));
        path += &if drawing { format!("L{x} {y}") } else { format!("M{x} {y}h4") };
        drawing = true;
    }
    path
}

/// A round number that all values are under: 1, 2 or 5 times a power of ten.
fn scale_of(most: Option<u32>) -> u32 {
    let most = most.unwrap_or(0).max(10);
    let mut step = 10;
    loop {
        for factor in [1, 2, 5] {
            if most <= factor * step {
                return factor * step;
            }
        }
        if step >= 100_000_000 {
            return 500_000_000;
        }
        step *= 10;
    }
}

/// How many batches there were of which size.
#[component]
pub(crate) fn Histogram(
    /// Of 1, of 2, of 3 and 4, of 5 to 8, and so on.
    batches: Memo<Vec<u32>>,
) -> impl IntoView {
    let bars = move || {
        batches.with(|batches| {
            let most = batches.iter().copied().max().unwrap_or(0).max(1);
            let bar = |(place, &count): (usize, &u32)| {
                let size = 1_u32 << place;
                let height = (u64::from(count) * 100 / u64::from(most)) as u32;
                let shown = if count > 0 { height.max(2) } else { 0 };
                view! {
                    <li>
                        <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
                            <rect width="10" height=shown.to_string() y=(100 - shown).to_string() />
                        </svg>
                        <span>{if place < 2 { size.to_string() } else { format!("≤{size}") }}</span>
                        <span class="visually-hidden">{format!(" predictions a batch: {count} batches")}</span>
                    </li>
                }
            };
            batches.iter().enumerate().map(bar).collect_view()
        })
    };
    view! {
        <ol class="histogram" role="list">
            {bars}
        </ol>
        <p class="axis">
            <span>"predictions computed together"</span>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_round_number_above_all_values() {
        assert_eq!(
            [None, Some(7), Some(11), Some(141), Some(500), Some(501)].map(scale_of),
            [10, 10, 20, 200, 500, 1_000]
        );
        assert_eq!(scale_of(Some(u32::MAX)), 500_000_000);
    }

    #[test]
    fn a_line_has_a_gap_where_there_was_nothing() {
        let path = line([Some(0), Some(50), None, Some(100)].into_iter(), 4, 100);
        assert_eq!(path, "M0 100h4L200 50M600 0h4");
        assert_eq!(line(std::iter::empty(), 0, 10), "");
    }
}
