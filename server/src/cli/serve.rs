use std::path::Path;

use clap::{Args, Parser};

/// Options of `marquee serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {}

impl ServeArgs {
    /// What `marquee serve` without options would get.
    pub fn from_environment() -> Self {
        #[derive(Parser)]
        struct Bare {
            #[command(flatten)]
            args: ServeArgs,
        }
        Bare::parse_from(["marquee"]).args
    }
}

/// Runs `marquee serve`.
pub fn run(_args: ServeArgs, _data_dir: &Path) -> anyhow::Result<()> {
    anyhow::bail!("not built yet")
}
