use clap::Args;

/// Options of `marquee synth`.
#[derive(Debug, Args)]
pub struct SynthArgs {}

/// Runs `marquee synth`.
pub fn run(_args: &SynthArgs) -> anyhow::Result<()> {
    anyhow::bail!("not built yet")
}
