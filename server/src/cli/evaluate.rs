use clap::Args;
use std::path::Path;

/// Options of `marquee evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {}

/// Runs `marquee evaluate`.
pub fn run(_args: &EvaluateArgs, _data_dir: &Path) -> anyhow::Result<()> {
    anyhow::bail!("not built yet")
}
