use clap::Args;
use std::path::Path;

/// Options of `marquee import`.
#[derive(Debug, Args)]
pub struct ImportArgs {}

/// Runs `marquee import`.
pub fn run(_args: &ImportArgs, _data_dir: &Path) -> anyhow::Result<()> {
    anyhow::bail!("not built yet")
}
