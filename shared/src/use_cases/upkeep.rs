//! What has to be done now and then.
//!
//! Nothing runs while nobody chats: the functions of the WebSocket do it behind the frames that they
//! answer, and every client sends one at least every ten minutes. Whom it concerns is connected, so
//! that nobody waits for it in vain.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures::future::join4;
use tokio::time::Instant;

use super::{messages, presence, privacy};
use crate::{App, Result, Time, news};

/// The milliseconds from one upkeep to the next in the same process.
const EVERY: i64 = 10_000;
/// What an upkeep takes at most of the instance that does it.
const LONGEST: Duration = Duration::from_secs(8);

/// When a process does it next.
#[derive(Clone, Debug, Default)]
pub struct Schedule(Arc<AtomicI64>);

impl Schedule {
    /// Whether it is due, and whoever is told so does it.
    fn is_due(&self) -> bool {
        let now = Time::now().millis();
        let due = |next| (next <= now).then_some(now + EVERY);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, due).is_ok()
    }
}

/// Does what has to be done if it is due, and no longer than `until`.
pub async fn now_and_then(app: &App, until: Instant) {
    if app.upkeep.is_due() {
        run(app, until.min(Instant::now() + LONGEST)).await;
    }
}

/// Tells what those left behind who ended in the middle, who is gone without a `$disconnect`, and what
/// was handed on, and forgets what is not to be kept any longer, until there is no more or no time. Four
/// round trips side by side when there is nothing to do, five with a retention.
pub async fn run(app: &App, until: Instant) {
    let (left_behind, lapsed, handed_on, forgotten) = join4(
        messages::tell_left_behind(app, until),
        presence::tell_lapsed(app, until),
        news::go_on(app, until),
        privacy::forget_old(app, until),
    )
    .await;
    for error in [left_behind, lapsed, handed_on, forgotten].into_iter().filter_map(Result::err) {
        error.log();
    }
}
