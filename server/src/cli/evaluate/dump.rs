//! What `--dump` writes: every list, so that anybody can compute the figures again.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use app::domain::{MovieId, ViewerId};
use serde::Serialize;
use serde_json::json;

use crate::model::{
    Recommender, best_positions,
    evaluation::{self, Case, Shown},
    leave_one_out::Case as LeftOut,
};

/// So many films of each ranking are written.
const RANKED: usize = 100;

/// The file while it is written.
pub(super) struct Dump {
    path: PathBuf,
    file: BufWriter<File>,
}

/// One list.
#[derive(Serialize)]
struct List<'a> {
    fold: u64,
    draw: u32,
    user: ViewerId,
    liked: Shown,
    input: &'a [MovieId],
    targets: &'a [MovieId],
    ranked: &'a [MovieId],
}

impl Dump {
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file) })
    }

    /// The rankings of these lists by the model that is measured on this fold.
    pub(super) fn few_clicks(&mut self, fold: u64, model: &dyn Recommender, cases: &[Case]) -> anyhow::Result<()> {
        let order = model.order().films();
        let films = |positions: &mut dyn Iterator<Item = usize>| positions.map(|at| order[at]).collect::<Vec<_>>();
        let mut written = Ok(());
        evaluation::rank(model, cases, RANKED, |case, ranking| {
            let list = List {
                fold,
                draw: case.draw(),
                user: case.viewer(),
                liked: case.shown(),
                input: &films(&mut case.history().ratings.iter().map(|&(film, _)| film)),
                targets: &films(&mut case.targets().iter().copied()),
                ranked: &films(&mut ranking.iter().copied()),
            };
            if written.is_ok() {
                written = self.line(&list);
            }
        })?;
        written
    }

    /// The rankings of these lists among all films that are not in the history.
    pub(super) fn leave_one_out(&mut self, model: &dyn Recommender, cases: &[LeftOut]) -> anyhow::Result<()> {
        let films = model.order().films();
        for case in cases {
            for mut scores in model.scores(&[&case.history])? {
                case.history.ratings.iter().for_each(|&(film, _)| scores[film] = f32::NEG_INFINITY);
                let better = |film: &&usize| scores[**film] >= scores[case.target];
                self.line(&json!({
                    "user": case.user,
                    "input": case.history.ratings.iter().map(|&(film, _)| films[film]).collect::<Vec<_>>(),
                    "targets": [films[case.target]],
                    "candidates": case.candidates.iter().map(|&film| films[film]).collect::<Vec<_>>(),
                    "better_candidates": case.candidates.iter().filter(better).count(),
                    "ranked": best_positions(&scores, RANKED, |film| scores[film] > f32::NEG_INFINITY)
                        .into_iter()
                        .map(|film| films[film])
                        .collect::<Vec<_>>(),
                }))?;
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &impl Serialize) -> anyhow::Result<()> {
        let context = || format!("cannot write {}", self.path.display());
        serde_json::to_writer(&mut self.file, line).with_context(context)?;
        self.file.write_all(b"\n").with_context(context)
    }

    /// Says so if the last of it can't be written.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.file.flush().with_context(|| format!("cannot write {}", self.path.display()))
    }
}
