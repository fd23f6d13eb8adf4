use serde::{Deserialize, Serialize};

use super::MovieId;

/// A film that the model puts forward, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// The data set's own number of the film.
    pub id: MovieId,
    /// Without its year: "The Godfather".
    pub title: String,
    /// The year of release, where the data has one.
    pub year: Option<u16>,
    /// The data set's genres.
    pub genres: Vec<String>,
    /// The model's score: larger is better; comparable within one prediction only.
    pub score: f32,
    /// The films of the profile that raised the score most, largest share first.
    pub reasons: Vec<Reason>,
    /// The row that it is for, in a prediction of a whole page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<PageRow>,
}

/// A row of a page that is predicted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageRow {
    /// The best films.
    ForYou,
    /// Films like one that the profile likes.
    Because {
        /// That film.
        id: MovieId,
        /// Without its year.
        title: String,
    },
    /// Well rated, little known, and after the profile's taste.
    HiddenGems,
    /// Of one genre that the profile likes more than others do.
    Genre {
        /// As the data set has it.
        name: String,
    },
}

impl PageRow {
    /// What sort of row it is.
    pub fn kind(&self) -> RowKind {
        match self {
            Self::ForYou => RowKind::ForYou,
            Self::Because { .. } => RowKind::Because,
            Self::HiddenGems => RowKind::HiddenGems,
            Self::Genre { .. } => RowKind::Genre,
        }
    }
}

/// A sort of predicted row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// See [`PageRow::ForYou`].
    ForYou,
    /// See [`PageRow::Because`].
    Because,
    /// See [`PageRow::HiddenGems`].
    HiddenGems,
    /// See [`PageRow::Genre`].
    Genre,
}

impl RowKind {
    /// The predicted rows of a page for somebody who likes so many films, as they stand below each other.
    pub fn of_page(liked: usize) -> &'static [Self] {
        const ALL: [RowKind; 6] =
            [RowKind::ForYou, RowKind::Because, RowKind::HiddenGems, RowKind::Genre, RowKind::Because, RowKind::Genre];
        match liked {
            0 => &ALL[..1],
            // One film is no reason for two rows.
            1 => &ALL[..4],
            _ => &ALL,
        }
    }
}

/// A film of the profile and its share in a recommendation's score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The data set's own number of the film.
    pub id: MovieId,
    /// Without its year.
    pub title: String,
    /// Its part of all that the profile adds to the score, 0 to 1.
    pub share: f32,
}

/// Where a prediction stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "UPPERCASE")]
pub enum PredictionState {
    /// It waits for a worker.
    Pending,
    /// A worker computes it.
    Started,
    /// It is there.
    Success {
        /// Best first.
        result: Vec<Recommendation>,
    },
    /// It will not come.
    Failure {
        /// A sentence for a person.
        error: String,
    },
}

impl PredictionState {
    /// Whether nothing will change any more.
    pub fn is_finished(&self) -> bool {
        matches!(self, Self::Success { .. } | Self::Failure { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clients of the pattern's well-known example read exactly these names.
    #[test]
    fn states_read_on_the_wire_as_the_contract_says() {
        let json = |state: &PredictionState| serde_json::to_string(state).unwrap_or_default();
        assert_eq!(json(&PredictionState::Pending), r#"{"status":"PENDING"}"#);
        assert_eq!(json(&PredictionState::Started), r#"{"status":"STARTED"}"#);
        assert_eq!(json(&PredictionState::Success { result: vec![] }), r#"{"status":"SUCCESS","result":[]}"#);
        assert_eq!(json(&PredictionState::Failure { error: "late".into() }), r#"{"status":"FAILURE","error":"late"}"#);
    }
}
