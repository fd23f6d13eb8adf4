//! x
use super::Recommender;
use crate::catalogue::Info;
use std::{path::Path, sync::Arc};
/// x
pub const FILE_NAME: &str = "model.safetensors";
/// x
#[derive(Debug, thiserror::Error)]
pub enum ArtefactError {
    /// x
    #[error("x")]
    Missing {
        /// x
        path: std::path::PathBuf,
    },
}
/// x
pub fn load(_p: &Path, _i: &Info) -> Result<Arc<dyn Recommender>, ArtefactError> {
    Err(ArtefactError::Missing { path: _p.into() })
}
