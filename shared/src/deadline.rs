//! How long a caller waits.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinError;
use tokio::time::Instant;

use crate::background::Background;
use crate::{Error, Result, Time};

/// How long a call may take before its caller is told to try again: less than the 5 seconds that a
/// caller should wait on a database that is away, and than API Gateway's 29.
pub const DEADLINE: Duration = Duration::from_millis(4800);

/// What is left for the answer itself when Lambda's own deadline is near.
const MARGIN: Duration = Duration::from_millis(250);

/// The longest that Lambda lets anything take (its quotas).
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// What it takes to note as pending what is not done in time.
const KEEP_PENDING: Duration = Duration::from_secs(2);

/// When the parts of a call end.
#[derive(Clone, Copy)]
struct Ends {
    /// When the caller is answered, ready or not.
    answer: Instant,
    background: Instant,
}

tokio::task_local! {
    /// Of the call that the present task handles.
    static ENDS: Ends;
}

/// Until when a caller waits for something that may take `longest`, with some time left for the answer.
pub fn before_answer(longest: Duration) -> Instant {
    let soon = Instant::now() + longest;
    ENDS.try_with(|ends| ends.answer.checked_sub(2 * MARGIN).unwrap_or(ends.answer))
        .map_or(soon, |by| soon.min(by))
}

/// When the work behind the answer of the present call has to end.
pub fn end_of_background() -> Instant {
    ENDS.try_with(|ends| ends.background).unwrap_or_else(|_| Instant::now() + DEADLINE)
}

/// How long a call may take that Lambda ends at `ends_at` milliseconds after the epoch.
pub fn time_left(ends_at: u64) -> Duration {
    until(ends_at).min(DEADLINE)
}

/// How long it is until Lambda ends the call at `ends_at`, less what the answer takes.
pub fn until(ends_at: u64) -> Duration {
    let now = u64::try_from(Time::now().millis()).unwrap_or(0);
    Duration::from_millis(ends_at.saturating_sub(now)).saturating_sub(MARGIN)
}

/// When the work behind an answer has to end, if Lambda ends the call at `ends_at`: in time to note as
/// pending what is not done.
pub fn end_of_work(ends_at: u64) -> Instant {
    Instant::now() + until(ends_at).min(LONGEST).saturating_sub(KEEP_PENDING)
}

/// Waits for `work` until the deadline, or until shortly before Lambda ends the call at `ends_at`
/// milliseconds after the epoch. What takes longer goes on in `background`, and what comes of it is left
/// to `late`: cut off between its write and its events, it would have stored what nobody ever sees.
/// Errors: unavailable past the deadline.
pub async fn within<T: Send + 'static, F: Future<Output = ()> + Send>(
    background: &Background,
    ends_at: u64,
    work: impl Future<Output = T> + Send + 'static,
    late: impl FnOnce(T) -> F + Send + 'static,
) -> Result<T> {
    let (result, mut waiting) = oneshot::channel();
    let ends = Ends { answer: Instant::now() + time_left(ends_at), background: end_of_work(ends_at) };
    let work = ENDS.scope(ends, work);
    let working = background.spawn(async move {
        if let Err(too_late) = result.send(work.await) {
            late(too_late).await;
        }
    });
    match tokio::time::timeout(time_left(ends_at), &mut waiting).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(_)) => match working.await.map_err(JoinError::try_into_panic) {
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            _ => Err(Error::internal("the work ended without a result")),
        },
        Err(elapsed) => {
            waiting.close();
            waiting.try_recv().map_err(|_| Error::unavailable(elapsed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_seconds(seconds: u64) -> u64 {
        u64::try_from(Time::now().millis()).unwrap() + seconds * 1000
    }

    #[test]
    fn a_caller_waits_no_longer_than_lambda_lets_the_call_live() {
        assert_eq!(time_left(in_seconds(3600)), DEADLINE);
        let left = time_left(in_seconds(3));
        assert!(left <= Duration::from_secs(3) - MARGIN && left > Duration::from_secs(2), "{left:?}");
        assert_eq!(time_left(0), Duration::ZERO);
    }

    #[test]
    fn work_ends_in_time_to_note_what_is_left() {
        let left = end_of_work(in_seconds(10)) - Instant::now();
        assert!(left <= Duration::from_secs(8) - MARGIN && left > Duration::from_secs(7), "{left:?}");
        assert!(end_of_work(u64::MAX) - Instant::now() <= LONGEST);
    }

    #[tokio::test]
    async fn what_takes_too_long_goes_on_behind_the_answer() {
        let background = Background::default();
        let (late, mut done) = oneshot::channel();
        let (go_on, wait) = oneshot::channel::<()>();
        let work = async move { wait.await.is_ok() };
        let answer =
            within(
                &background,
                0,
                work,
                move |result| async move { assert!(late.send(result).is_ok()) },
            )
            .await;
        assert!(answer.is_err());
        go_on.send(()).unwrap();
        background.ended().await;
        assert_eq!(done.try_recv(), Ok(true));
    }
}
