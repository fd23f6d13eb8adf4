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
    let mut told = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // Many errors say what they were caused by, and their cause says it again.
        if !told.contains(&text) {
            told = if told.is_empty() { text } else { format!("{told}: {text}") };
        }
    }
    eprintln!("marquee: {told}");
}
