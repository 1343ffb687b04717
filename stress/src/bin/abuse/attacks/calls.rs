//! Attacks with plain HTTP calls, and the one that calls nobody.

use futures::future::join_all;
use serde_json::json;
use stress::replica_set::Failure;

use super::attacker::{Attacker, call};
use super::frames::SOCKETS;
use super::seen::Seen;
use crate::bystander::OWNER;

/// Guesses at the password of somebody. What is `done` are the guesses that were looked at.
///
/// # Errors
/// When there can be no client.
pub async fn passwords(attacker: &Attacker) -> Result<Seen, Failure> {
    let (client, url) = (attacker.http()?, attacker.target.url("/api/auth/login"));
    let body = json!({ "email": OWNER, "password": "a guess" });
    let mut seen = Seen::default();
    while attacker.goes_on() {
        match call(&mut seen, client.post(&url).json(&body)).await {
            (401, _) => seen.done += 1,
            // Nobody gets in.
            (200..=299, _) => seen.wrong += 1,
            (status, _) => seen.status(status),
        }
    }
    Ok(seen)
}

/// Calls with a token that is none, and calls that need none.
///
/// # Errors
/// When there can be no client.
pub async fn calls(attacker: &Attacker) -> Result<Seen, Failure> {
    let client = attacker.http()?;
    let calling = (0..SOCKETS).map(|_| async {
        let mut seen = Seen::default();
        while attacker.goes_on() {
            let profile =
                client.get(attacker.target.url("/api/auth/profile")).bearer_auth("not.a.token");
            let registration = client.get(attacker.target.url("/api/auth/registration"));
            for (request, is_refused) in [(profile, true), (registration, false)] {
                match call(&mut seen, request).await {
                    (401, _) if is_refused => seen.refused += 1,
                    (200, _) if !is_refused => seen.done += 1,
                    (429, _) => seen.refused += 1,
                    (0, _) => seen.closed += 1,
                    _ => seen.wrong += 1,
                }
            }
        }
        seen
    });
    Ok(join_all(calling).await.into_iter().sum())
}

/// Keeps a processor busy.
///
/// # Errors
/// When the machine has no thread left.
pub async fn burn(attacker: &Attacker) -> Result<Seen, Failure> {
    let end = attacker.end.into_std();
    let burning = tokio::task::spawn_blocking(move || {
        while std::time::Instant::now() < end {
            std::hint::spin_loop();
        }
    });
    burning.await?;
    Ok(Seen::default())
}
