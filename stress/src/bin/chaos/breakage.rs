//! What is broken: servers, functions and sockets. Posts are broken by `stress::faults`.

use std::sync::Arc;

use local::functions::Functions;
use stress::client::Client;
use stress::replica_set::{Failure, ReplicaSet, signal};
use tokio::sync::Mutex as AsyncMutex;

use crate::world::{World, pause};

/// What was broken besides posts.
#[derive(Debug, Default)]
pub struct Broken {
    pub primaries_killed: u64,
    pub secondaries_killed: u64,
    pub step_downs: u64,
    pub freezes: u64,
    pub functions_killed: u64,
    pub sockets_cut: u64,
    pub cut_mid_frame: u64,
}

/// Kills, freezes and deposes servers, one at a time, until the run stops.
pub async fn break_servers(
    world: Arc<World>,
    set: Arc<AsyncMutex<ReplicaSet>>,
) -> Result<Broken, Failure> {
    let mut broken = Broken::default();
    let mut turn = 0_u32;
    while world.runs() {
        let peace = world.options.peace * 1000;
        pause(peace / 2..peace * 3 / 2).await;
        let mut set = set.lock().await;
        let primary = set.primary().await?;
        let secondary = (primary + fastrand::usize(1..set.size())) % set.size();
        match turn % 5 {
            0 | 3 => {
                set.kill(primary).await?;
                pause(500..3000).await;
                set.revive(primary)?;
                broken.primaries_killed += 1;
            }
            1 => {
                // One that is in the middle of an election has nothing to step down from.
                if set.step_down().await.is_ok() {
                    broken.step_downs += 1;
                }
            }
            2 => {
                let node = if fastrand::bool() { primary } else { secondary };
                set.freeze(node, true).await?;
                pause(2000..7000).await;
                set.freeze(node, false).await?;
                broken.freezes += 1;
            }
            _ => {
                set.kill(secondary).await?;
                pause(500..3000).await;
                set.revive(secondary)?;
                broken.secondaries_killed += 1;
            }
        }
        turn += 1;
        set.whole().await?;
    }
    Ok(broken)
}

/// Kills functions in the middle of an event.
pub async fn break_functions(world: Arc<World>, functions: Functions) -> u64 {
    let mut killed = 0;
    while world.runs() {
        pause(200..800).await;
        if let Some(process) = fastrand::choice(functions.busy())
            && signal("KILL", process).await.is_ok()
        {
            killed += 1;
        }
    }
    killed
}

/// Cuts clients' connections, half of them in the middle of a frame.
pub async fn break_sockets(world: Arc<World>) -> (u64, u64) {
    let mut cut = (0, 0);
    while world.runs() {
        pause(50..250).await;
        let visitors = world.rooms.iter().flat_map(|room| &room.visitors);
        let clients: Vec<&Client> =
            world.agents.iter().map(|(_, client)| client).chain(visitors).collect();
        let mid_frame = fastrand::bool();
        if let Some(client) = fastrand::choice(clients) {
            client.cut(mid_frame);
            cut.0 += 1;
            cut.1 += u64::from(mid_frame);
        }
    }
    cut
}
