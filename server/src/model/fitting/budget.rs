//! How much is tried in the time there is.

use std::time::Duration;

use super::{FACTORS, iterations};
use crate::model::{linear, training::Hyper, tuning};

/// Multiplications and additions a second of two cores, as measured: teaching a network, and making weights. Estimates and
/// not clocks, so that the same budget gives the same model on any machine.
const TEACHING: f64 = 5e10;
const WEIGHTS: f64 = 1e11;
/// The same of iALS, which reads its factors from all over the memory.
const SOLVING: f64 = 6e9;

/// How much there is to learn from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) viewers: usize,
    pub(super) films: usize,
    pub(super) ratings: usize,
}

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    /// Rounds in which some viewers are held out.
    pub(super) rounds: u64,
    /// Whether the parts are made once more with everybody.
    pub(super) again: bool,
    /// Whether factors are among the parts.
    pub(super) factors: bool,
    /// How each network is taught.
    pub(super) hyper: Hyper,
}

impl Plan {
    /// The same with fewer rounds, if that is not enough without factors, and then with fewer epochs, so that it fits. At
    /// least one round and one epoch are left of what there was.
    pub(super) fn within(mut self, budget: Option<Duration>, size: Size) -> Self {
        let Some(budget) = budget.map(|budget| budget.as_secs_f64()) else { return self };
        while self.rounds > 1 && self.seconds(size) > budget {
            self.rounds -= 1;
        }
        self.factors = self.factors && self.seconds(size) <= budget;
        while self.hyper.epochs > 1 && self.seconds(size) > budget {
            self.hyper.epochs -= 1;
        }
        self
    }

    /// About how long two cores take.
    fn seconds(&self, Size { viewers, films, ratings }: Size) -> f64 {
        let numbers = films as f64 * self.hyper.width as f64;
        // Forwards and backwards for each viewer, and AdamW's passes for each step.
        let epoch = 6.0 * numbers * viewers as f64 + 20.0 * numbers * viewers.div_ceil(self.hyper.batch) as f64;
        let weights = linear::operations(viewers, films);
        let (rounds, again) = (self.rounds as f64, f64::from(u8::from(self.again)));
        // Each step of conjugate gradients meets what all have in common, and each rating twice; from both sides.
        let factors = FACTORS as f64;
        let pass = 4.0 * factors * ((viewers + films) as f64 * factors + 4.0 * ratings as f64);
        let tables = if self.factors { rounds * tuning::FACTORS.len() as f64 + again } else { 0.0 };
        (rounds + again) * self.hyper.epochs as f64 * epoch / TEACHING
            + (rounds * tuning::RECIPES as f64 + 2.0 * again) * weights / WEIGHTS
            + tables * iterations(viewers) as f64 * pass / SOLVING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(budget: Option<u64>) -> Plan {
        let plan = Plan { rounds: 3, again: true, factors: true, hyper: Hyper::for_data(610, 9_742, 1) };
        plan.within(budget.map(Duration::from_secs), Size { viewers: 610, films: 9_742, ratings: 100_836 })
    }

    #[test]
    fn a_smaller_budget_tries_less_and_never_nothing() {
        let all = within(None);
        assert_eq!(within(Some(3_600)), all);
        let plans = [60, 30, 10, 0].map(|budget| within(Some(budget)));
        let tried = plans.map(|plan| (plan.rounds, plan.hyper.epochs));
        assert!(tried.is_sorted_by(|a, b| a.0 >= b.0 && a.1 >= b.1), "{tried:?}");
        assert!(tried[1].0 < all.rounds && tried[2].1 < all.hyper.epochs, "{tried:?}");
        assert_eq!(tried[3], (1, 1));
        assert!(all.factors && plans[0].factors && !plans[3].factors, "{plans:?}");
    }
}
