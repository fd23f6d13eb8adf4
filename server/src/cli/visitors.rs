//! `marquee visitors`: what visitors said, moved to where several web servers share it.

use std::path::Path;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::queue::QueueArgs;
use crate::{
    link::Link,
    visitors::{SharedVisitors, VisitorStore, Visitors},
};

/// Visitors looked up at once.
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
    /// Copy the ratings and lists of visitors.db to Redis; what is there already stays as it is, and the file too
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
    let entries = if copied == 1 { "rating or list entry" } else { "ratings and list entries" };
    println!("{copied} {entries} copied to {redis}, {kept} were there already");
    Ok(())
}

async fn copy(from: &Visitors, to: &SharedVisitors) -> anyhow::Result<(u64, u64)> {
    let (mut copied, mut kept, mut last) = (0, 0, None);
    loop {
        let everyone = from.everyone(last, BATCH).await?;
        let Some(&end) = everyone.last() else { break };
        for (visitor, shoes) in everyone {
            let (rated, marks) = (from.rated(visitor, shoes).await?, from.marks(visitor, shoes).await?);
            let others = if shoes.is_none() { from.others(visitor).await? } else { Vec::new() };
            // What was said in the meantime is newer than the file.
            let (new, there) = to.add(visitor, shoes, &rated, &marks, &others).await?;
            (copied, kept) = (copied + new, kept + there);
        }
        last = Some(end);
    }
    // Browsers that still have the cookies of these are told there, too.
    for (visitor, end) in from.ended().await? {
        to.write_end(visitor, end).await?;
    }
    Ok((copied, kept))
}
