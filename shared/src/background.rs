//! What goes on behind the answers.

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// Work that no caller waits for; cheap to clone.
///
/// On Lambda an instance asks for its next event once all of it has ended, since it is frozen meanwhile
/// (AWS Lambda, "Understanding the Lambda execution environment lifecycle").
#[derive(Clone, Debug)]
pub struct Background {
    tasks: TaskTracker,
}

impl Default for Background {
    fn default() -> Self {
        let tasks = TaskTracker::new();
        // Closed, it can be waited for, and takes tasks all the same.
        tasks.close();
        Self { tasks }
    }
}

impl Background {
    /// Starts `work`, which ends by itself; a handle to wait for it all the same.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        // Boxed, since the types of futures inside futures would grow past what the compiler follows.
        self.tasks.spawn(Box::pin(work).in_current_span())
    }

    /// Waits until nothing is under way.
    pub async fn ended(&self) {
        self.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn the_end_of_what_began_meanwhile_is_awaited_too() {
        let background = Background::default();
        let (first, second) = (background.clone(), background.clone());
        let (told, mut done) = oneshot::channel();
        background.spawn(async move {
            tokio::task::yield_now().await;
            first.spawn(async move {
                tokio::task::yield_now().await;
                second.spawn(async move { assert!(told.send(()).is_ok()) });
            });
        });
        background.ended().await;
        assert_eq!(done.try_recv(), Ok(()));
        background.ended().await;
    }
}
