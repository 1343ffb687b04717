//! Passwords: argon2id at OWASP's parameters, computed off the async threads, as many at once as the
//! machine has cores.

use std::fmt;
use std::num::NonZero;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::password_hash::{Error as HashError, Result as HashResult, try_generate_salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::time::timeout_at;

use crate::deadline::before_answer;
use crate::secret::Secret;
use crate::{Error, Result};

/// The most hashes that are computed at once, however many cores there are: each keeps 19 MiB.
const MOST_AT_ONCE: usize = 4;
/// How many may wait for each that is computed at once: 1 to 2 seconds' work.
const WAITING: usize = 64;
/// How long anybody waits.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// A password as it is stored: a PHC string of argon2id. `Debug` does not show it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password hash]")
    }
}

/// Hashes a password with a salt of its own.
/// Errors: unavailable, when too many wait; internal, when the machine has no randomness or no memory.
pub async fn hash(password: Secret) -> Result<PasswordHash> {
    let phc = POOL.in_turn(move |area| hash_now(password.reveal().as_bytes(), area)).await?;
    Ok(PasswordHash(phc.map_err(Error::internal)?.to_string()))
}

/// Whether `password` is the one behind `stored`. With nothing stored the answer is no, after the same
/// time.
/// Errors: unavailable, when too many wait; internal, when what is stored is no hash, or without memory.
pub async fn verify(password: Secret, stored: Option<PasswordHash>) -> Result<bool> {
    let nobodys = stored.is_none();
    let checking = POOL.in_turn(move |area| {
        let phc = stored.as_ref().map_or(DUMMY, |stored| stored.0.as_str());
        verify_now(password.reveal().as_bytes(), phc, area)
    });
    let matches = checking.await?.map_err(Error::internal)?;
    Ok(matches && !nobodys)
}

/// A hash of nobody's password, so that an unknown email takes as long as a wrong password.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCAxNg$\
    IltFAqBHgV/8UXsVQgq6mbxmVY7gr6KXQeI1Mx1TRR4";

fn hash_now(password: &[u8], area: &mut Area) -> HashResult<Phc> {
    let salt = try_generate_salt()?;
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    compute(&argon2id(), password, &salt, &mut output, area)?;
    Ok(Phc {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&Params::DEFAULT)?,
        salt: Some(Salt::new(&salt)?),
        hash: Some(Output::new(&output)?),
    })
}

/// Computes with the parameters that are stored.
fn verify_now(password: &[u8], stored: &str, area: &mut Area) -> HashResult<bool> {
    let phc = Phc::new(stored)?;
    let (Some(salt), Some(expected)) = (phc.salt, phc.hash) else {
        return Err(HashError::EncodingInvalid);
    };
    let algorithm = Algorithm::try_from(phc.algorithm.as_str())?;
    let version = phc.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let argon2 = Argon2::new(algorithm, version, Params::try_from(&phc)?);
    let mut output = vec![0; expected.len()];
    compute(&argon2, password, &salt, &mut output, area)?;
    // An `Output` compares in constant time.
    Ok(Output::new(&output)? == expected)
}

fn compute(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    output: &mut [u8],
    area: &mut Area,
) -> HashResult<()> {
    let missing = argon2.params().block_count().saturating_sub(area.len());
    area.try_reserve_exact(missing).map_err(|_| HashError::OutOfMemory)?;
    area.resize(area.len() + missing, Block::new());
    let computed = argon2.hash_password_into_with_memory(password, salt, output, area.as_mut_slice());
    // From what is left, a password could be guessed without the work of argon2id.
    area.fill(Block::new());
    Ok(computed?)
}

/// OWASP's Password Storage Cheat Sheet: 19 MiB of memory, 2 passes, 1 lane, which are also the
/// library's defaults.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// What one hash works in: empty at first, 19 MiB from its first use on.
type Area = Vec<Block>;

/// Has this thread give way to all others: who floods logins must not slow down chats.
fn yield_to_others() {
    // Where it is of the thread and not of the process.
    #[cfg(target_os = "linux")]
    {
        thread_local! {
            static ONCE: std::io::Result<i32> = rustix::process::nice(10).map_err(Into::into);
        }
        ONCE.with(|niced| {
            if let Err(error) = niced {
                tracing::debug!(%error, "a thread has kept its priority");
            }
        });
    }
}

/// Where hashes are computed: some at once, the others in turn.
struct Pool {
    /// Those that are computed or wait.
    places: Semaphore,
    /// Those that are computed.
    turns: Semaphore,
    longest_wait: Duration,
    /// The areas that nobody uses at present.
    areas: Mutex<Vec<Area>>,
}

static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let at_once = available_parallelism().map_or(1, NonZero::get).min(MOST_AT_ONCE);
    Pool::new(at_once, at_once * WAITING, LONGEST_WAIT)
});

impl Pool {
    fn new(at_once: usize, waiting: usize, longest_wait: Duration) -> Self {
        Self {
            places: Semaphore::new(at_once + waiting),
            turns: Semaphore::new(at_once),
            longest_wait,
            areas: Mutex::default(),
        }
    }

    /// Works off the async threads when it is its turn. Once begun it ends, even if nobody waits for it.
    /// Errors: unavailable, when too many wait, or too long.
    async fn in_turn<T: Send + 'static>(
        &'static self,
        work: impl FnOnce(&mut Area) -> T + Send + 'static,
    ) -> Result<T> {
        let place = self.places.try_acquire();
        let place = place.map_err(|_| Error::unavailable("too many passwords wait already"))?;
        let waiting = timeout_at(before_answer(self.longest_wait), self.turns.acquire());
        let turn = waiting.await.map_err(Error::unavailable)?.map_err(Error::internal)?;
        let working = tokio::task::spawn_blocking(move || {
            yield_to_others();
            let mut area = self.areas().pop().unwrap_or_default();
            let done = work(&mut area);
            self.areas().push(area);
            drop((turn, place));
            done
        });
        working.await.map_err(Error::internal)
    }

    fn areas(&self) -> MutexGuard<'_, Vec<Area>> {
        self.areas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher, PasswordVerifier};
    use futures::future::{join, join_all};
    use serde_json::json;

    use super::*;

    fn pool(at_once: usize, waiting: usize, longest_wait: Duration) -> &'static Pool {
        Box::leak(Box::new(Pool::new(at_once, waiting, longest_wait)))
    }

    #[tokio::test]
    async fn hashes_are_argon2id_at_owasps_parameters() {
        let hash = hash(Secret::new("correct horse")).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
    }

    #[tokio::test]
    async fn only_the_right_password_verifies() {
        let stored = hash(Secret::new("correct horse")).await.unwrap();
        assert!(verify(Secret::new("correct horse"), Some(stored.clone())).await.unwrap());
        assert!(!verify(Secret::new("Correct horse"), Some(stored)).await.unwrap());
        assert!(!verify(Secret::new("nobody's password"), None).await.unwrap());
    }

    #[tokio::test]
    async fn the_library_agrees() {
        let ours = hash(Secret::new("correct horse")).await.unwrap();
        argon2id().verify_password(b"correct horse", ours.0.as_str()).unwrap();
        let others = Params::new(64, 1, 1, Some(16)).unwrap();
        for theirs in [argon2id(), Argon2::new(Algorithm::Argon2id, Version::V0x13, others)] {
            let theirs = PasswordHash(theirs.hash_password(b"correct horse").unwrap().to_string());
            assert!(verify(Secret::new("correct horse"), Some(theirs)).await.unwrap());
        }
    }

    #[tokio::test]
    async fn who_cannot_wait_is_told_when_to_come_back() {
        for (waiting, longest_wait) in [(0, LONGEST_WAIT), (1, Duration::ZERO)] {
            let pool = pool(1, waiting, longest_wait);
            let (release, released) = std::sync::mpsc::channel();
            let first = pool.in_turn(move |_| released.recv());
            let second = async {
                let refused = pool.in_turn(|_| ()).await.unwrap_err();
                release.send(()).unwrap();
                serde_json::to_value(refused).unwrap()
            };
            let (first, second) = join(first, second).await;
            first.unwrap().unwrap();
            assert_eq!((&second["code"], &second["retryAfter"]), (&json!("unavailable"), &json!(2)));
        }
    }

    #[tokio::test]
    async fn a_work_area_is_used_again_and_left_empty() {
        let pool = pool(1, 8, LONGEST_WAIT);
        let hashing = (0..4).map(|_| pool.in_turn(|area| hash_now(b"correct horse", area)));
        for hash in join_all(hashing).await {
            hash.unwrap().unwrap();
        }
        let areas = pool.areas();
        assert_eq!(areas.len(), 1);
        for block in areas.iter().flatten() {
            let words: &[u64] = block.as_ref();
            assert!(words.iter().all(|word| *word == 0));
        }
    }

    #[tokio::test]
    async fn debug_does_not_show_a_hash() {
        let stored = hash(Secret::new("correct horse")).await.unwrap();
        assert_eq!(format!("{stored:?}"), "[password hash]");
    }
}
