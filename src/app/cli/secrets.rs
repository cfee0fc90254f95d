//! `steading secrets` and what stands behind it.

use clap::{Args, Subcommand};

/// `steading secrets`.
#[derive(Debug, Clone, Args)]
pub struct Secrets {
    /// What to do; without it the secrets are listed, and how they stand as far as that can be told without a key.
    #[command(subcommand)]
    pub verb: Option<SecretsVerb>,
}

/// What can be done with secrets.
#[derive(Debug, Clone, Subcommand)]
pub enum SecretsVerb {
    /// Says what generate would do, and changes nothing.
    Plan {
        /// The secrets.
        #[command(flatten)]
        names: Names,
        /// Look into every file and replay it, also where nothing seems to have changed.
        #[arg(long)]
        verify: bool,
    },
    /// Brings all secrets up to date: makes what is missing, follows what changed, encrypts anew what others should read. Doing it twice changes nothing.
    Generate {
        /// The secrets.
        #[command(flatten)]
        names: Names,
        /// Look into every file and replay it, also where nothing seems to have changed.
        #[arg(long)]
        verify: bool,
        /// Rotate those that are older than their rotateAfter, too.
        #[arg(long)]
        expired: bool,
        /// How it is agreed to.
        #[command(flatten)]
        consent: Consent,
    },
    /// Gives secrets new values, and everything that is made from them.
    Rotate {
        /// The secrets.
        #[arg(required = true, value_name = "NAMES")]
        names: Vec<String>,
        /// How it is agreed to.
        #[command(flatten)]
        consent: Consent,
    },
    /// Makes lost files again, with the same values, from the recorded entropy.
    Restore {
        /// The secrets.
        #[command(flatten)]
        names: Names,
        /// How it is agreed to.
        #[command(flatten)]
        consent: Consent,
    },
    /// Encrypts secrets anew, with the same values, to those who should read them.
    Rekey {
        /// The secrets.
        #[command(flatten)]
        names: Names,
        /// How it is agreed to.
        #[command(flatten)]
        consent: Consent,
    },
    /// Keeps values that were written by hand.
    Adopt {
        /// The secrets.
        #[arg(required = true, value_name = "NAMES")]
        names: Vec<String>,
        /// How it is agreed to.
        #[command(flatten)]
        consent: Consent,
    },
    /// Enters the value of a secret that is made by hand: in $EDITOR, or from standard input.
    Edit {
        /// The secret.
        name: String,
        /// How it is agreed to.
        #[command(flatten)]
        consent: Consent,
    },
    /// Prints the value of a secret, or only what it is made of.
    Reveal {
        /// The secret.
        name: String,
        /// Put it into the clipboard of the terminal (OSC 52) instead.
        #[arg(long)]
        copy: bool,
        /// Print what the value is made of, with everything secret masked. Needs no key.
        #[arg(long, conflicts_with = "copy")]
        outline: bool,
    },
    /// Deletes the files of secrets that nobody declares.
    Prune {
        /// The secrets.
        #[command(flatten)]
        names: Names,
        /// How it is agreed to.
        #[command(flatten)]
        consent: Consent,
    },
    /// Says without a key whether all is up to date: exit status 1 if anything is not. For CI.
    Check,
    /// Says who can read what.
    Audit {
        /// The secrets.
        #[command(flatten)]
        names: Names,
    },
    /// Tries out generations on stand-in secrets and a given entropy: cases in JSON on standard input. Needs no fleet.
    Try {
        /// Behave as for new definitions. Without it, byte for byte as the reference generator.
        #[arg(long)]
        mended: bool,
    },
}

/// Some secrets, or all.
#[derive(Debug, Clone, Default, Args)]
pub struct Names {
    /// Names of secrets. None: all.
    #[arg(value_name = "NAMES")]
    pub names: Vec<String>,
}

/// How a change is agreed to.
#[derive(Debug, Clone, Default, Args)]
pub struct Consent {
    /// Don't ask.
    #[arg(long, short)]
    pub yes: bool,
    /// Only say what would be done.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Let a protected secret have a new value.
    #[arg(long = "protected", value_name = "NAME")]
    pub protected: Vec<String>,
}
