//! Work that keeps its thread busy.

use super::error::Result;

/// Does it on a thread of its own, beside those that everything else goes on on. A panic goes on in the caller.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
}
