//! `steading secrets VERB`.

mod tryout;

use tokio_util::sync::CancellationToken;

use super::{cli::SecretsVerb, exit::Exit, inspect::Answer};
use crate::backend::error::Result;

/// Does what a verb says.
pub async fn answer(verb: &SecretsVerb, cancel: &CancellationToken) -> Result<(Answer, Exit)> {
    match verb {
        SecretsVerb::Try { mended } => tryout::answer(*mended, cancel).await,
    }
}
