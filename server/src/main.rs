//! The binary `marquee`.

use std::process::ExitCode;

/// Results are many small strings that one thread makes and another drops: the system's allocator takes several times as
/// long over them, and holds on to more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match server::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stderr, reason = "the one place where a command's error reaches its user")]
fn report(error: &anyhow::Error) {
    eprintln!("marquee: {error:#}");
}
