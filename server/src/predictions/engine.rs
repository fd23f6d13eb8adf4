//! A batch of requests in, recommendations with titles and reasons out. One engine for each worker thread: it owns the
//! read-only connection that the titles come from.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use app::domain::{MovieId, PageRow, Reason, Recommendation};

use super::{
    FilmTable, Request, reranking,
    rows::{self, Row},
};
use crate::{
    catalogue::{CatalogueError, MovieSummary, Reader},
    model::{History, ModelError, Recommender, Share, best_positions},
};

/// Reasons given with one recommendation.
const REASONS: usize = 5;
/// The same below a page's first row, whose cards name two at most.
const REASONS_BELOW: usize = 2;

/// Computes predictions.
pub struct Engine {
    model: Arc<dyn Recommender>,
    films: Arc<FilmTable>,
    titles: Reader,
    /// What was read of the catalogue so far; it never changes, and is bounded by its films.
    known: RefCell<HashMap<MovieId, MovieSummary>>,
    version: Arc<str>,
}

/// Why a prediction came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The titles could not be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A score is not a number.
    #[error("the model gave a score that is not a number")]
    NotANumber,
    /// The model answered for another number of histories or films than it was asked.
    #[error("the model gave {given} scores where {expected} were asked")]
    Shape {
        /// What came.
        given: usize,
        /// What was asked.
        expected: usize,
    },
}

/// A film that was chosen, before it has a title.
struct Pick {
    position: usize,
    score: f32,
    reasons: Vec<Share>,
    row: Option<Row>,
}

impl Pick {
    /// The films without which it cannot be described.
    fn films(&self) -> impl Iterator<Item = usize> + '_ {
        let seed = match self.row {
            Some(Row::Because(seed)) => Some(seed),
            _ => None,
        };
        self.reasons.iter().map(|share| share.film).chain([self.position]).chain(seed)
    }
}

impl Engine {
    /// An engine over a model, the films it knows and a connection of its own.
    pub fn new(model: Arc<dyn Recommender>, films: Arc<FilmTable>, titles: Reader) -> Self {
        let version = model.version().into();
        Self { model, films, titles, known: RefCell::default(), version }
    }

    /// The version of its model.
    pub fn model_version(&self) -> Arc<str> {
        Arc::clone(&self.version)
    }

    /// Answers every request of the batch: one matrix product for all scores, one query for all new titles. What is wrong
    /// with one request fails that one; an error of the whole batch is the outer one.
    pub fn answer(
        &self,
        requests: &[Arc<Request>],
    ) -> Result<Vec<Result<Vec<Recommendation>, EngineError>>, EngineError> {
        let histories: Vec<History> =
            requests.iter().map(|request| History::new(self.films.order(), request.profile.ratings())).collect();
        let scores = self.model.scores(&histories.iter().collect::<Vec<_>>())?;
        if scores.len() != requests.len() {
            return Err(EngineError::Shape { given: scores.len(), expected: requests.len() });
        }
        let picks: Vec<Result<Vec<Pick>, EngineError>> = requests
            .iter()
            .zip(&histories)
            .zip(&scores)
            .map(|((request, history), scores)| self.pick(request, history, scores))
            .collect();
        self.read_titles(&picks)?;
        let known = self.known.borrow();
        let with_titles = |picks: Vec<Pick>| picks.iter().filter_map(|pick| self.describe(pick, &known)).collect();
        Ok(picks.into_iter().map(|picks| picks.map(with_titles)).collect())
    }

    fn pick(&self, request: &Request, history: &History, scores: &[f32]) -> Result<Vec<Pick>, EngineError> {
        let films = self.films.order().films().len();
        if scores.len() != films {
            return Err(EngineError::Shape { given: scores.len(), expected: films });
        }
        if scores.iter().any(|score| !score.is_finite()) {
            return Err(EngineError::NotANumber);
        }
        let shifted = (request.obscurity != 0).then(|| {
            let mut scores = scores.to_vec();
            reranking::shift(&mut scores, self.films.ratings(), request.obscurity);
            scores
        });
        let scores = shifted.as_deref().unwrap_or(scores);
        let best = if request.variety == 0 {
            self.best(request, scores, request.films)
        } else {
            let choice = self.best(request, scores, request.films.max(reranking::CHOICE));
            let alike = self.model.alike(&choice, &choice)?;
            reranking::various(&choice, scores, &alike, request.films, request.variety)
        };
        let reasons = self.model.reasons(history, &best, REASONS)?;
        let best: Vec<(usize, Vec<Share>)> = best.into_iter().zip(reasons).collect();
        let pick = |row: Option<Row>| {
            move |(position, reasons): (usize, Vec<Share>)| Pick { position, score: scores[position], reasons, row }
        };
        if !request.page {
            return Ok(best.into_iter().map(pick(None)).collect());
        }
        let below = rows::below(&*self.model, &self.films, request, history, scores, &best)?;
        let mut picks: Vec<Pick> = best.into_iter().map(pick(Some(Row::ForYou))).collect();
        for (row, films) in below {
            let reasons = self.model.reasons(history, &films, REASONS_BELOW)?;
            picks.extend(films.into_iter().zip(reasons).map(pick(Some(row))));
        }
        Ok(picks)
    }

    /// The positions of at most so many best films that the request allows, best first; equal scores in the films' order.
    fn best(&self, request: &Request, scores: &[f32], most: usize) -> Vec<usize> {
        let allowed = self.films.allowed(request);
        let Some(movies) = &request.candidates else { return best_positions(scores, most, allowed) };
        let positions = movies.iter().filter_map(|&movie| self.films.order().position(movie));
        let mut positions: Vec<usize> = positions.filter(|&position| allowed(position)).collect();
        positions.sort_unstable_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        positions.truncate(most);
        positions
    }

    /// Reads what is not known yet of the films to be named: one query for the whole batch.
    fn read_titles(&self, picks: &[Result<Vec<Pick>, EngineError>]) -> Result<(), CatalogueError> {
        let mut known = self.known.borrow_mut();
        let films = picks.iter().flatten().flatten();
        let ids = films.flat_map(Pick::films).map(|position| self.films.order().films()[position]);
        let mut unknown: Vec<MovieId> = ids.filter(|id| !known.contains_key(id)).collect();
        if !unknown.is_empty() {
            unknown.sort_unstable();
            unknown.dedup();
            known.extend(self.titles.summaries(&unknown)?.into_iter().map(|summary| (summary.id, summary)));
        }
        Ok(())
    }

    fn describe(&self, pick: &Pick, summaries: &HashMap<MovieId, MovieSummary>) -> Option<Recommendation> {
        let of = |position: usize| summaries.get(&self.films.order().films()[position]);
        let film = of(pick.position)?;
        let reason = |share: &Share| {
            of(share.film).map(|film| Reason { id: film.id, title: film.title.clone(), share: share.share })
        };
        let row = match pick.row {
            None => None,
            Some(Row::ForYou) => Some(PageRow::ForYou),
            Some(Row::HiddenGems) => Some(PageRow::HiddenGems),
            Some(Row::Because(seed)) => {
                of(seed).map(|film| PageRow::Because { id: film.id, title: film.title.clone() })
            }
            Some(Row::Genre(genre)) => Some(PageRow::Genre { name: self.films.genres()[genre].clone() }),
        };
        Some(Recommendation {
            id: film.id,
            title: film.title.clone(),
            year: film.year,
            genres: film.genres.clone(),
            score: pick.score,
            reasons: pick.reasons.iter().filter_map(reason).collect(),
            row,
        })
    }
}
