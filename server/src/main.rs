//! The binary `marquee`.

use std::process::ExitCode;

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
