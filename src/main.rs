//! The `steading` program.

use std::process::ExitCode;

use clap::Parser;
use steading::app::{self, cli::Cli};

#[tokio::main]
async fn main() -> ExitCode {
    app::run(Cli::parse()).await.into()
}
