//! What to decrypt with.

use std::path::PathBuf;

use clap::Args;

/// Where the operator's keys are.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Keys")]
pub struct Keys {
    /// A file with an identity to decrypt secrets with: of age, or a private key of SSH. Can be given several times.
    #[arg(long = "identity", global = true, value_name = "FILE", env = "STEADING_IDENTITY")]
    pub identities: Vec<PathBuf>,
    /// Allow an age plugin to be run: age-plugin-NAME. Can be given several times.
    #[arg(long = "plugin", global = true, value_name = "NAME")]
    pub plugins: Vec<String>,
}
