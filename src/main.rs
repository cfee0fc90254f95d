//! The `steading` program.

use std::process::ExitCode;

use clap::Parser;
use steading::app::{self, cli::Cli, exit::Exit};

#[tokio::main]
async fn main() -> ExitCode {
    // In a task of its own, so that a panic is an exit status like any other.
    let exit = tokio::spawn(app::run(Cli::parse())).await;
    exit.unwrap_or_else(|_| {
        anstream::eprintln!(
            "this is a bug in steading; please report it with the lines above and `steading info`"
        );
        Exit::Bug
    })
    .into()
}
