//! What was broken, what survived and what did not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stress::client::Client;
use stress::evidence::{Evidence, Kind, violations};
use stress::faults::Faulty;

use crate::breakage::Broken;
use crate::world::World;

/// Prints all of it; whether all is well.
pub fn print(
    world: &World,
    evidence: &Evidence,
    broken: &Broken,
    faulty: &Faulty,
    elapsed: Duration,
) -> bool {
    print_broken(broken, faulty, elapsed);
    print_survived(world, evidence);
    let acknowledged = acknowledged(evidence);
    let found = violations(evidence);
    println!("\nViolations: {}", found.len());
    for violation in found.iter().take(20) {
        println!("  {:?}: {}", violation.kind, violation.place);
    }
    let blind = Kind::ALL.into_iter().filter(|kind| {
        let mut planted = evidence.clone();
        !kind.plant(&mut planted) || !violations(&planted).iter().any(|found| found.kind == *kind)
    });
    let blind: Vec<Kind> = blind.collect();
    println!("Planted faults found: {} of {}", Kind::ALL.len() - blind.len(), Kind::ALL.len());
    let enough = acknowledged as u64 >= world.options.messages.max(world.options.conversations as u64);
    found.is_empty() && blind.is_empty() && enough
}

fn acknowledged(evidence: &Evidence) -> usize {
    evidence.sent.iter().filter(|sent| !sent.acks.is_empty()).count()
}

fn print_broken(broken: &Broken, faulty: &Faulty, elapsed: Duration) {
    let counts = faulty.counts();
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    println!("\nBroken in {:.0} s", elapsed.as_secs_f64());
    for (what, times) in [
        ("primaries killed (SIGKILL)", broken.primaries_killed),
        ("secondaries killed (SIGKILL)", broken.secondaries_killed),
        ("step-downs", broken.step_downs),
        ("servers frozen (SIGSTOP)", broken.freezes),
        ("functions killed in the middle of an event", broken.functions_killed),
        ("sockets cut", broken.sockets_cut),
        ("… of these in the middle of a frame", broken.cut_mid_frame),
        ("posts answered with 410, the socket cut", count(&counts.gone)),
        ("posts answered with 429", count(&counts.throttled)),
        ("posts answered with 500", count(&counts.failed)),
        ("posts not delivered and not answered", count(&counts.silent)),
        ("posts delivered and not answered", count(&counts.unanswered)),
        ("acks lost on their way", count(&counts.acks_lost)),
        ("posts in all", count(&counts.posts)),
    ] {
        println!("{times:10}  {what}");
    }
}

fn print_survived(world: &World, evidence: &Evidence) {
    let logs = || {
        let visitors = world.rooms.iter().flat_map(|room| &room.visitors);
        visitors.chain(world.agents.iter().map(|(_, client)| client)).map(Client::log)
    };
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let acknowledged = acknowledged(evidence);
    let acks: usize = evidence.sent.iter().map(|sent| sent.acks.len()).sum();
    let stored: usize = evidence.conversations.values().map(|kept| kept.messages.len()).sum();
    println!("\nSurvived");
    for (what, times) in [
        ("messages acknowledged", acknowledged),
        ("acknowledgements of them", acks),
        ("tries without an answer, tried again", count(&world.retries) as usize),
        ("messages given up after the close of their conversation", evidence.sent.len() - acknowledged),
        ("messages stored", stored),
        ("reconnects", logs().map(|log| log.reconnects as usize).sum()),
        ("holes that clients filled", logs().map(|log| log.holes as usize).sum()),
        ("pushes of messages that the client had already", logs().map(|log| log.repeats as usize).sum()),
        ("lists compared", evidence.lists.len()),
        ("joins checked", evidence.fetches.len()),
        ("looks at the marks and holders", evidence.glances.len()),
    ] {
        println!("{times:10}  {what}");
    }
}
