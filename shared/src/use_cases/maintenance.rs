//! What has to be done now and then.
//!
//! Nothing runs while nobody chats: the functions of the WebSocket do it behind the frames that they
//! answer, and every client sends one at least every ten minutes. Whom it concerns is connected, so that
//! nobody waits for it in vain.

use std::time::Duration;

use futures::future::join5;
use tokio::time::Instant;

use super::{connections, outbox, privacy};
use crate::{App, Result};

/// From one maintenance to the next in the same process.
const PAUSE: Duration = Duration::from_secs(10);
/// What a maintenance takes at most of the instance that does it.
const LONGEST: Duration = Duration::from_secs(8);

/// Runs if it is due, and no longer than `until`.
pub async fn run_if_due(app: &App, until: Instant) {
    if app.maintenance.is_due(PAUSE) {
        run(app, until.min(Instant::now() + LONGEST)).await;
    }
}

/// Takes over what was left in outboxes, counts out who is gone without a `$disconnect`, pushes what is
/// pending, tells what was left untold of visitors, and erases what is not to be kept any longer, until
/// there is no more or no time. Five round trips side by side when there is nothing to do, six with a
/// retention.
pub async fn run(app: &App, until: Instant) {
    let (taken_over, expired, pending, told, erased) = join5(
        outbox::take_over(app, until),
        connections::remove_expired(app, until),
        app.push.retry_pending(until),
        app.push.tell_left_over(until),
        privacy::erase_old(app, until),
    )
    .await;
    for error in [taken_over, expired, pending, told, erased].into_iter().filter_map(Result::err) {
        error.log();
    }
}
