//! The artefact: the trained model in one safetensors file, with everything one may ask about it in the header.
//!
//! Written beside the old file and renamed in, so a server that starts meanwhile reads one or the other whole. Read
//! with suspicion: nothing is allocated before the header says what the file's length confirms, and a file that does
//! not fit this catalogue is refused with the sentence that says what to do.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use super::{
    Recommender,
    blend::{Blend, Knot},
    fitting::{Fitted, Validation},
    ials,
    set_autoencoder::Config,
    stars::{self, FittedStars, StarsModel},
    training::Hyper,
    tuning::Ingredient,
};
use crate::catalogue::Info;

mod tensors;
#[cfg(test)]
mod tests;

/// The artefact's file in the data directory.
pub const FILE_NAME: &str = "model.safetensors";

/// Changes when a file of before can no longer be read.
const FORMAT: u32 = 8;
const BLEND: &str = "blend";
/// Our key in the header's `__metadata__`.
const KEY: &str = "marquee";
/// Ours has about 30 KiB.
const LARGEST_HEADER: u64 = 1 << 20;

/// What the header says about the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The file's format.
    pub format: u32,
    /// Which model it is.
    pub kind: String,
    /// A short hash of everything the answers depend on.
    pub version: String,
    /// The name of the data set it learned from.
    pub dataset: String,
    /// The fingerprint of the catalogue it learned from.
    pub catalogue: String,
    /// When: RFC 3339, UTC.
    pub trained_at: String,
    /// Seconds of training.
    pub training_seconds: f64,
    /// Viewers it learned from.
    pub viewers: usize,
    /// The network's shape.
    pub config: Config,
    /// What teaching the network was told.
    pub hyper: Hyper,
    /// Its linear experts.
    pub experts: Vec<Expert>,
    /// How its films' factors were learned.
    pub factors: Vec<ials::Hyper>,
    /// How the parts are mixed.
    pub knots: Vec<Knot>,
    /// How such a model did on viewers it had not seen.
    pub validation: Option<Validation>,
    /// What there is one of in predicted stars.
    pub stars: stars::Scalars,
    /// How such a model predicted stars that it had not seen.
    pub stars_validation: Option<stars::Validation>,
}

/// A linear expert's part of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expert {
    /// What it is the sum of.
    pub of: Vec<Ingredient>,
    /// How many weights it has.
    pub weights: u64,
}

/// A model that was read from a file.
#[derive(Clone)]
pub struct Artefact {
    /// What the file says about it.
    pub metadata: Metadata,
    /// Ready to serve.
    pub model: Arc<dyn Recommender>,
    /// What predicts stars.
    pub stars: Arc<StarsModel>,
}

/// Why there is no model to serve.
#[derive(Debug, thiserror::Error)]
pub enum ArtefactError {
    /// Nobody trained one yet.
    #[error("there is no model at {path}: run `marquee train`", path = path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file can't be read or written.
    #[error("cannot access the model at {path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not a whole artefact.
    #[error("the model at {path} is damaged ({reason}): run `marquee train`", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file is of another release.
    #[error(
        "the model at {path} is of {what}, which this release cannot read: run `marquee train`, or use the release that wrote it",
        path = path.display()
    )]
    Unknown {
        /// The file.
        path: PathBuf,
        /// Its format or kind.
        what: String,
    },
    /// The catalogue was made anew since.
    #[error("the model at {path} was trained on another catalogue ({theirs}) than this one ({ours}): run `marquee train`", path = path.display())]
    OtherCatalogue {
        /// The file.
        path: PathBuf,
        /// The name of its data set.
        theirs: String,
        /// The name of this catalogue's.
        ours: String,
    },
}

/// What is read first, so that an unknown format is told apart from a damaged file.
#[derive(Deserialize)]
struct Head {
    format: u32,
    kind: String,
}

#[derive(Deserialize)]
struct Header {
    #[serde(rename = "__metadata__", default)]
    metadata: HashMap<String, String>,
}

/// Writes the models for this catalogue to `path`; says what it wrote.
pub fn save(path: &Path, fitted: &Fitted, stars: &FittedStars, catalogue: &Info) -> Result<Metadata, ArtefactError> {
    let model = &fitted.model;
    let experts = model.experts().iter().zip(&fitted.experts);
    let metadata = Metadata {
        format: FORMAT,
        kind: BLEND.to_owned(),
        version: model.version().to_owned(),
        dataset: catalogue.dataset.clone(),
        catalogue: catalogue.fingerprint.clone(),
        trained_at: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        training_seconds: (fitted.took.as_secs_f64() * 10.0).round() / 10.0,
        viewers: fitted.viewers,
        config: model.network().net().config(),
        hyper: fitted.hyper,
        experts: experts
            .map(|(weights, of)| Expert { of: of.clone(), weights: weights.parts().2.len() as u64 })
            .collect(),
        factors: fitted.factors.clone(),
        knots: model.knots().to_vec(),
        validation: fitted.validation.clone(),
        stars: stars.model.scalars(),
        stars_validation: stars.validation,
    };
    let io = |source: io::Error| ArtefactError::Io { path: path.to_owned(), source };
    let header = serde_json::to_string(&metadata).map_err(|error| io(error.into()))?;

    let mut beside = path.to_owned();
    beside.as_mut_os_string().push(format!(".new-{}", std::process::id()));
    let written = write(&beside, model, &stars.model, header).and_then(|()| fs::rename(&beside, path));
    if let Err(error) = written {
        // What is left is of no use; that the first error is told matters more than whether this works.
        let _ = fs::remove_file(&beside);
        return Err(io(error));
    }
    Ok(metadata)
}

fn write(path: &Path, model: &Blend, stars: &StarsModel, header: String) -> io::Result<()> {
    let tensors = tensors::of(model, stars).map_err(io::Error::other)?;
    let header = HashMap::from([(KEY.to_owned(), header)]);
    let bytes = safetensors::serialize(tensors, Some(header)).map_err(io::Error::other)?;
    let mut file = File::create(path)?;
    file.write_all(&bytes)?;
    file.sync_all()
}

/// Reads the model for this catalogue.
pub fn load(path: &Path, catalogue: &Info) -> Result<Artefact, ArtefactError> {
    let io = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ArtefactError::Missing { path: path.to_owned() },
        _ => ArtefactError::Io { path: path.to_owned(), source },
    };
    let damaged = |reason: String| ArtefactError::Damaged { path: path.to_owned(), reason };

    let mut file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let (header, header_length) = read_header(&mut file, length).map_err(io)?.map_err(damaged)?;
    let metadata = parse_metadata(&header, path)?;
    if metadata.catalogue != catalogue.fingerprint {
        return Err(ArtefactError::OtherCatalogue {
            path: path.to_owned(),
            theirs: metadata.dataset,
            ours: catalogue.dataset.clone(),
        });
    }
    let expected = tensors::expected_bytes(&metadata, catalogue).map_err(damaged)?;
    if length - header_length != expected {
        return Err(damaged(format!("{} bytes of weights instead of {expected}", length - header_length)));
    }
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(length).read_to_end(&mut bytes).map_err(io)?;

    let stars = tensors::stars(&bytes, &metadata).map_err(damaged)?;
    let model = tensors::blend(bytes, &metadata).map_err(damaged)?;
    if model.version() != metadata.version {
        return Err(damaged("its weights are not those that were saved".to_owned()));
    }
    let model: Arc<dyn Recommender> = Arc::new(model);
    Ok(Artefact { metadata, model, stars: Arc::new(stars) })
}

/// The header's JSON and where the weights begin.
fn read_header(file: &mut File, length: u64) -> io::Result<Result<(Vec<u8>, u64), String>> {
    let mut size = [0; 8];
    if length < size.len() as u64 {
        return Ok(Err("it is too short".to_owned()));
    }
    file.read_exact(&mut size)?;
    let size = u64::from_le_bytes(size);
    if size > LARGEST_HEADER || size > length - 8 {
        return Ok(Err("it does not begin like a safetensors file, or was cut off".to_owned()));
    }
    let mut header = vec![0; size as usize];
    file.read_exact(&mut header)?;
    Ok(Ok((header, 8 + size)))
}

fn parse_metadata(header: &[u8], path: &Path) -> Result<Metadata, ArtefactError> {
    let damaged = |reason: &str| ArtefactError::Damaged { path: path.to_owned(), reason: reason.to_owned() };
    let header: Header = serde_json::from_slice(header).map_err(|_| damaged("its header is not readable"))?;
    let ours = header.metadata.get(KEY).ok_or_else(|| damaged("it was not written by marquee"))?;
    let head: Head = serde_json::from_str(ours).map_err(|_| damaged("its metadata is not readable"))?;
    if head.format != FORMAT {
        return Err(unknown(path, format!("format {}", head.format)));
    }
    if head.kind != BLEND {
        return Err(unknown(path, format!("kind \"{}\"", head.kind.escape_debug())));
    }
    serde_json::from_str(ours).map_err(|_| damaged("its metadata is not complete"))
}

fn unknown(path: &Path, what: String) -> ArtefactError {
    ArtefactError::Unknown { path: path.to_owned(), what }
}
