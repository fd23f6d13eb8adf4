use clap::Args;
use std::path::Path;

/// Options of `marquee train`.
#[derive(Debug, Args)]
pub struct TrainArgs {}

/// Runs `marquee train`.
pub fn run(_args: &TrainArgs, _data_dir: &Path) -> anyhow::Result<()> {
    anyhow::bail!("not built yet")
}
