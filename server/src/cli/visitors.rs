//! `marquee visitors`: what visitors rated, moved to where several web servers share it.

use std::path::Path;

use anyhow::{Context, bail};
use app::domain::ViewerId;
use clap::{Args, Subcommand};

use super::queue::QueueArgs;
use crate::{
    link::Link,
    visitors::{SharedVisitors, Visitors},
};

/// Ratings read at once.
const BATCH: u32 = 1_000;

/// Options of `marquee visitors`.
#[derive(Debug, Args)]
pub struct VisitorsArgs {
    #[command(flatten)]
    queue: QueueArgs,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Copy the ratings of visitors.db to Redis; what is rated there already stays as it is, and the file too
    Migrate,
}

/// Runs `marquee visitors`.
#[allow(clippy::print_stdout, reason = "what the user of the command asked for")]
pub fn run(args: &VisitorsArgs, data_dir: &Path) -> anyhow::Result<()> {
    let Command::Migrate = args.command;
    let redis = args.queue.redis_needed()?;
    let path = data_dir.join("visitors.db");
    if !path.exists() {
        bail!("{} is not there; --data-dir says where it is", path.display());
    }
    let from = Visitors::open(&path)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (copied, kept) = runtime.block_on(async {
        let link = Link::start(redis.clone(), Box::new(|_| Box::pin(async { Ok(()) })));
        link.tried().await?;
        if let Some(why) = link.trouble() {
            bail!("cannot reach {redis}: {why}");
        }
        let to = SharedVisitors::new(link);
        copy(&from, &to).await.with_context(|| format!("copying to {redis}; start again, it goes on where it was"))
    })?;
    let ratings = if copied == 1 { "rating" } else { "ratings" };
    println!("{copied} {ratings} copied to {redis}, {kept} were there already");
    Ok(())
}

async fn copy(from: &Visitors, to: &SharedVisitors) -> anyhow::Result<(u64, u64)> {
    let (mut copied, mut kept, mut last) = (0, 0, None);
    loop {
        let rows = from.all_ratings(last, BATCH).await?;
        let Some(&end) = rows.last() else { return Ok((copied, kept)) };
        for (visitor, viewer, movie, stars) in rows {
            let shoes = (viewer > 0).then_some(ViewerId(viewer));
            // A rating made in the meantime is newer than the file's.
            if to.rate_if_new(visitor, shoes, movie, stars).await? {
                copied += 1;
            } else {
                kept += 1;
            }
        }
        last = Some(end);
    }
}
