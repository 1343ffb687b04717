//! How long a caller waits.

use std::time::Duration;

use tracing::Instrument;

use crate::{Error, Result};

/// How long a call may take before its caller is told to try again: less than the 5 seconds that a
/// caller should wait on a database that is away, and than API Gateway's 29.
pub const DEADLINE: Duration = Duration::from_millis(4800);

/// Waits for `work` until the deadline. What takes longer goes on behind the answer: cut off between
/// its write and its news, it would have stored what nobody is ever told.
///
/// # Errors
/// Unavailable past the deadline.
pub async fn within<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T> {
    // Boxed, since the types of futures inside futures would grow past what the compiler follows.
    let working = tokio::spawn(Box::pin(work).in_current_span());
    match tokio::time::timeout(DEADLINE, working).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(failed)) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(Error::internal(cancelled)),
        },
        Err(elapsed) => Err(Error::unavailable(elapsed)),
    }
}
