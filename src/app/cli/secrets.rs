//! `steading secrets` and what stands behind it.

use clap::{Args, Subcommand};

/// `steading secrets`.
#[derive(Debug, Clone, Args)]
pub struct Secrets {
    /// What to do; without it the declared secrets are listed.
    #[command(subcommand)]
    pub verb: Option<SecretsVerb>,
}

/// What can be done with secrets.
#[derive(Debug, Clone, Subcommand)]
pub enum SecretsVerb {
    /// Tries out generations on stand-in secrets and a given entropy: cases in JSON on standard input. Needs no fleet.
    Try {
        /// Behave as for new definitions. Without it, byte for byte as the reference generator.
        #[arg(long)]
        mended: bool,
    },
}
