//! A batch of requests in, recommendations with titles and reasons out. One engine for each worker thread: it owns the
//! read-only connection that the titles come from.

use std::{cell::RefCell, sync::Arc};

use app::domain::PageRow;

use super::{
    Answer, FilmTable, Request, reranking,
    rows::{self, Row},
    told::{self, Known, Told},
};
use crate::{
    catalogue::{CatalogueError, Reader},
    model::{History, ModelError, Ranked, Recommender, Share, best_positions},
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
    /// What was read of the catalogue so far, by position; it never changes.
    known: RefCell<Vec<Option<Box<Known>>>>,
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
    /// The answer could not be written.
    #[error("the answer cannot be written: {0}")]
    Written(#[from] serde_json::Error),
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

/// What was picked for the request in this place.
type Picked = (usize, Result<Vec<Pick>, EngineError>);

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

/// Whether the model has answered for each history that it was asked about.
fn all_answered(given: usize, expected: usize) -> Result<(), EngineError> {
    if given == expected { Ok(()) } else { Err(EngineError::Shape { given, expected }) }
}

impl Engine {
    /// An engine over a model, the films it knows and a connection of its own.
    pub fn new(model: Arc<dyn Recommender>, films: Arc<FilmTable>, titles: Reader) -> Self {
        let version = model.version().into();
        let known = films.order().films().iter().map(|_| None).collect();
        Self { model, films, titles, known: RefCell::new(known), version }
    }

    /// The version of its model.
    pub fn model_version(&self) -> Arc<str> {
        Arc::clone(&self.version)
    }

    /// Answers every request of the batch: one matrix product for all scores, one query for all new titles; where only the
    /// best films are asked for, not even all scores. What is wrong with one request fails that one; an error of the whole
    /// batch is the outer one.
    pub fn answer(&self, requests: &[Arc<Request>]) -> Result<Vec<Result<Answer, EngineError>>, EngineError> {
        let histories: Vec<History> =
            requests.iter().map(|request| History::new(self.films.order(), request.profile.ratings())).collect();
        let (plain, others): (Vec<usize>, Vec<usize>) = (0..requests.len()).partition(|&at| requests[at].is_plain());
        let mut picks: Vec<Picked> = Vec::with_capacity(requests.len());
        picks.extend(self.pick_best(requests, &histories, plain)?);
        picks.extend(self.pick_of_all(requests, &histories, others)?);
        picks.sort_unstable_by_key(|&(at, _)| at);
        let picks: Vec<Result<Vec<Pick>, EngineError>> = picks.into_iter().map(|(_, picks)| picks).collect();
        self.read_titles(&picks)?;
        let known = self.known.borrow();
        Ok(picks.into_iter().map(|picks| self.tell(&picks?, &known)).collect())
    }

    /// Picks for those of the requests that ask for the best films and no more, by their places.
    fn pick_best(
        &self,
        requests: &[Arc<Request>],
        histories: &[History],
        places: Vec<usize>,
    ) -> Result<Vec<Picked>, EngineError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<&History> = places.iter().map(|&at| &histories[at]).collect();
        let most: Vec<usize> = places.iter().map(|&at| requests[at].films).collect();
        let allowed: Vec<_> = places.iter().map(|&at| self.films.allowed(&requests[at])).collect();
        let best = self.model.best(&asked, &most, &|history, film| allowed[history](film))?;
        all_answered(best.len(), places.len())?;
        let with_reasons = |(best, history): (Option<Ranked>, &History)| {
            let best = best.ok_or(EngineError::NotANumber)?;
            let films: Vec<usize> = best.iter().map(|&(film, _)| film).collect();
            let reasons = self.model.reasons(history, &films, REASONS)?;
            let pick = |((position, score), reasons)| Pick { position, score, reasons, row: None };
            Ok(best.into_iter().zip(reasons).map(pick).collect())
        };
        Ok(places.into_iter().zip(best.into_iter().zip(asked).map(with_reasons)).collect())
    }

    /// Picks for those of the requests that need every film's score.
    fn pick_of_all(
        &self,
        requests: &[Arc<Request>],
        histories: &[History],
        places: Vec<usize>,
    ) -> Result<Vec<Picked>, EngineError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let scores = self.model.scores(&places.iter().map(|&at| &histories[at]).collect::<Vec<_>>())?;
        all_answered(scores.len(), places.len())?;
        let picks =
            places.into_iter().zip(scores).map(|(at, scores)| (at, self.pick(&requests[at], &histories[at], &scores)));
        Ok(picks.collect())
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
    fn read_titles(&self, picks: &[Result<Vec<Pick>, EngineError>]) -> Result<(), EngineError> {
        let mut known = self.known.borrow_mut();
        let films = picks.iter().flatten().flatten().flat_map(Pick::films);
        let mut unknown: Vec<usize> = films.filter(|&film| known[film].is_none()).collect();
        if !unknown.is_empty() {
            unknown.sort_unstable();
            unknown.dedup();
            let order = self.films.order();
            let ids: Vec<_> = unknown.into_iter().map(|film| order.films()[film]).collect();
            for summary in self.titles.summaries(&ids)? {
                if let Some(film) = order.position(summary.id) {
                    known[film] = Some(Box::new(Known::new(summary)?));
                }
            }
        }
        Ok(())
    }

    /// Writes down what was picked; a film without a title is left out.
    fn tell(&self, picks: &[Pick], known: &[Option<Box<Known>>]) -> Result<Answer, EngineError> {
        let told: Vec<Told<'_>> = picks.iter().filter_map(|pick| self.describe(pick, known)).collect();
        Ok(Answer::written(told::usual_bytes(&told), self.model_version(), |json| told::list(&told, json))?)
    }

    fn describe<'a>(&self, pick: &Pick, known: &'a [Option<Box<Known>>]) -> Option<Told<'a>> {
        let of = |film: usize| known[film].as_deref();
        let film = of(pick.position)?;
        let reason = |share: &Share| of(share.film).map(|film| (film, share.share));
        let row = match pick.row {
            None => None,
            Some(Row::ForYou) => Some(PageRow::ForYou),
            Some(Row::HiddenGems) => Some(PageRow::HiddenGems),
            Some(Row::Because(seed)) => {
                of(seed).map(|film| PageRow::Because { id: film.id, title: film.title.clone() })
            }
            Some(Row::Genre(genre)) => Some(PageRow::Genre { name: self.films.genres()[genre].clone() }),
        };
        Some(Told { film, score: pick.score, reasons: pick.reasons.iter().filter_map(reason).collect(), row })
    }
}
