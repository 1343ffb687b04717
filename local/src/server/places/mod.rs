//! Who holds how many connections open, and who takes turns with whom.

mod place;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::addresses::{self, counted_as};
use super::bounds::Bounds;
use super::buffered::{self, Buffered};
use super::turns::FairTurns;

pub use place::{NotDone, Pace, Place, Standing};

/// Addresses that are remembered, before those without a connection are forgotten.
const MOST_REMEMBERED: usize = 16 * 1024;

/// Who holds how many connections open; cheap to clone.
#[derive(Clone)]
pub(super) struct Places {
    bounds: Arc<Bounds>,
    taken: Arc<Mutex<Taken>>,
    quick: Turns,
    slow: Turns,
    /// Of all connections.
    buffered: buffered::Count,
}

/// The turns of those who are as well known.
#[derive(Clone)]
struct Turns {
    of_agents: FairTurns,
    of_known: FairTurns,
    of_strangers: FairTurns,
}

#[derive(Default)]
struct Taken {
    /// Connections that are neither at their end nor cut off.
    open: usize,
    /// Those of them that have not sent a whole request or message yet.
    unfinished: usize,
    /// How many there have been.
    so_far: u64,
    by_address: HashMap<IpAddr, OfAddress>,
    /// With so many addresses, those without a connection are forgotten.
    forgets_at: usize,
}

/// What an address has open, and what is known of it.
struct OfAddress {
    connections: usize,
    /// Until when it is taken for a stranger's.
    strange_until: Instant,
    /// Connections over which an agent sends.
    of_agents: usize,
    /// What its clients have sent.
    buffered: buffered::Count,
    /// Those that have not sent a whole request or message yet, the oldest first, each with what cuts it off.
    unfinished: BTreeMap<u64, CancellationToken>,
    /// Those that have.
    kept: BTreeMap<u64, CancellationToken>,
    /// Whole requests through a proxy: to cut one off frees nothing.
    proxied: BTreeSet<u64>,
}

impl Places {
    pub(super) fn new(bounds: Bounds) -> Self {
        let [quick, slow] = [Turns::new(&bounds), Turns::new(&bounds)];
        let (taken, buffered) = Default::default();
        let bounds = Arc::new(bounds);
        Self { bounds, taken, quick, slow, buffered }
    }

    /// How long a client may take for what it has begun.
    pub(super) fn patience(&self) -> Duration {
        self.bounds.patience
    }

    fn locked(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turns that an address shares with others.
    fn turns_of(&self, address: IpAddr, pace: Pace) -> &FairTurns {
        let turns = match pace {
            Pace::Quick => &self.quick,
            Pace::Slow => &self.slow,
        };
        match self.locked().by_address.get(&address) {
            Some(known) if known.of_agents > 0 => &turns.of_agents,
            Some(known) if known.strange_until <= Instant::now() => &turns.of_known,
            _ => &turns.of_strangers,
        }
    }

    /// What a proxy sends, which has no address of its own.
    pub(super) fn buffered_of_proxy(&self) -> Arc<Buffered> {
        Buffered::new(self.bounds.bytes, &Arc::default(), &self.buffered)
    }

    /// Counts a connection of an address, if it may have one more. One that a proxy has is counted with
    /// each request, and `through_proxy` is what it has sent.
    pub(super) fn take(&self, address: IpAddr, through_proxy: Option<&Arc<Buffered>>) -> Option<Place> {
        let (mut taken, address) = (self.locked(), counted_as(address));
        taken.forget();
        let of_address = taken.by_address.entry(address).or_insert_with(|| OfAddress::new(&self.bounds));
        if of_address.connections >= self.bounds.of_address {
            return None;
        }
        // A proxy passes on whole requests.
        let are_unfinished_full = taken.unfinished >= self.bounds.unfinished && through_proxy.is_none();
        if are_unfinished_full && !taken.cut_one(address, OfAddress::unfinished) {
            return None;
        }
        let is_full = taken.open >= self.bounds.of_all;
        if is_full && !taken.cut_one(address, OfAddress::open) {
            return None;
        }
        taken.open += 1;
        taken.unfinished += 1;
        taken.so_far += 1;
        let (number, cut_off) = (taken.so_far, CancellationToken::new());
        let of_address = taken.by_address.get_mut(&address)?;
        of_address.connections += 1;
        of_address.unfinished.insert(number, cut_off.clone());
        let buffered = match through_proxy {
            Some(buffered) => {
                buffered.belong_to(&of_address.buffered);
                buffered.clone()
            }
            None => Buffered::new(self.bounds.bytes, &of_address.buffered, &self.buffered),
        };
        let is_own = AtomicBool::new(through_proxy.is_none());
        let is_of_agent = AtomicBool::default();
        let places = self.clone();
        Some(Place { places, address, number, buffered, is_of_agent, is_own, cut_off })
    }

    pub(super) fn is_proxy(&self, peer: IpAddr) -> bool {
        addresses::is_among(&self.bounds.trusted_proxies, peer)
    }

    /// From where a request comes.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        addresses::client(&self.bounds.trusted_proxies, peer, headers)
    }
}

impl Turns {
    fn new(bounds: &Bounds) -> Self {
        let [of_agents, of_known, of_strangers] = [bounds.at_once, bounds.at_once, bounds.of_strangers]
            .map(|count| FairTurns::new(count, bounds.waiting));
        Self { of_agents, of_known, of_strangers }
    }
}

impl OfAddress {
    fn new(bounds: &Bounds) -> Self {
        Self {
            connections: 0,
            strange_until: Instant::now() + bounds.strange_for,
            of_agents: 0,
            buffered: Arc::default(),
            unfinished: BTreeMap::new(),
            kept: BTreeMap::new(),
            proxied: BTreeSet::new(),
        }
    }

    fn unfinished(&self) -> usize {
        self.unfinished.len()
    }

    fn open(&self) -> usize {
        self.unfinished.len() + self.kept.len() + self.proxied.len()
    }

    /// Whether a newcomer from where `own` are open may have a place of this one, which has so many: what is
    /// not whole yet, where it has more, and else only where the newcomer has fewer even then. An office has
    /// more than others, and keeps what it has.
    fn makes_room(&self, count: usize, own: usize) -> bool {
        let may_lose_a_whole_one = self.of_agents == 0 && !self.kept.is_empty();
        (count > own && !self.unfinished.is_empty()) || (count > own + 1 && may_lose_a_whole_one)
    }

    /// Forgets a connection; whether there was one, and whether it was unfinished.
    fn remove(&mut self, number: u64) -> (bool, bool) {
        let was_unfinished = self.unfinished.remove(&number).is_some();
        let was_whole = self.kept.remove(&number).is_some() || self.proxied.remove(&number);
        (was_unfinished || was_whole, was_unfinished)
    }
}

impl Taken {
    /// Forgets the addresses that have no connection, once there are many.
    fn forget(&mut self) {
        if self.by_address.len() >= self.forgets_at {
            self.by_address.retain(|_, of_address| of_address.connections > 0);
            self.forgets_at = MOST_REMEMBERED.max(2 * self.by_address.len());
        }
    }

    /// Cuts off a connection of the address that has most of what `counted` counts: the oldest unfinished
    /// one, else the newest; whether there was one.
    fn cut_one(&mut self, newcomer: IpAddr, counted: fn(&OfAddress) -> usize) -> bool {
        let own = self.by_address.get(&newcomer).map_or(0, counted);
        let all = self.by_address.values_mut();
        let greatest = all
            .filter(|of_address| of_address.makes_room(counted(of_address), own))
            .max_by_key(|of_address| (counted(of_address), !of_address.unfinished.is_empty()));
        let Some(greatest) = greatest else { return false };
        let unfinished = greatest.unfinished.pop_first();
        self.unfinished -= usize::from(unfinished.is_some());
        let Some((_, cut_off)) = unfinished.or_else(|| greatest.kept.pop_last()) else { return false };
        self.open -= 1;
        cut_off.cancel();
        true
    }

    /// Forgets a connection, unless it has been cut off; whether it had not.
    fn remove(&mut self, address: IpAddr, number: u64) -> bool {
        let Some(of_address) = self.by_address.get_mut(&address) else { return false };
        let (was_open, was_unfinished) = of_address.remove(number);
        self.open -= usize::from(was_open);
        self.unfinished -= usize::from(was_unfinished);
        was_open
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::server::bounds::PATIENCE;

    fn places(of_address: usize, of_all: usize, proxies: &[&str]) -> Places {
        let trusted_proxies = proxies.iter().map(|network| network.parse().unwrap()).collect();
        Places::new(Bounds { of_address, of_all, trusted_proxies, ..Bounds::default() })
    }

    #[test]
    fn an_address_and_all_together_have_a_bound_and_places_come_back() {
        let places = places(2, 3, &[]);
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let first = places.take(one, None).unwrap();
        let _second = places.take(one, None).unwrap();
        assert!(places.take(one, None).is_none());
        let third = places.take(other, None).unwrap();
        for place in [&first, &third] {
            place.keep();
        }
        drop(first);
        assert!(places.take(other, None).is_some());
    }

    #[test]
    fn an_address_is_known_that_has_been_here_for_a_while_and_was_not_refused_lately() {
        let mut places = places(2, 9, &[]);
        let [early, refused, late]: [IpAddr; 3] =
            [[192, 0, 2, 1].into(), [192, 0, 2, 2].into(), [192, 0, 2, 3].into()];
        places.bounds =
            Arc::new(Bounds { strange_for: Duration::ZERO, ..Bounds::clone(&places.bounds) });
        drop(places.take(early, None).unwrap());
        places.take(refused, None).unwrap().note(Standing::Refused);
        places.bounds = Arc::new(Bounds { strange_for: PATIENCE, ..Bounds::clone(&places.bounds) });
        let _late = places.take(late, None).unwrap();
        let turns_of = |address| std::ptr::from_ref(places.turns_of(address, Pace::Quick));
        let is_known = |address| turns_of(address) == &raw const places.quick.of_known;
        assert_eq!([early, refused, late].map(is_known), [true, false, false]);
    }

    #[test]
    fn an_address_has_turns_of_agents_as_long_as_one_is_connected_whatever_it_is_refused() {
        let places = places(9, 9, &[]);
        let office: IpAddr = [192, 0, 2, 1].into();
        let turns_of = || std::ptr::from_ref(places.turns_of(office, Pace::Quick));
        let is_office = || turns_of() == &raw const places.quick.of_agents;
        let [visitor, agent] = [places.take(office, None).unwrap(), places.take(office, None).unwrap()];
        visitor.note(Standing::Same);
        assert!(!is_office());
        for standing in [Standing::Agent, Standing::Agent, Standing::Refused, Standing::Same] {
            agent.note(standing);
            assert!(is_office());
        }
        drop(agent);
        assert!(!is_office());
    }

    #[test]
    fn addresses_without_a_connection_are_forgotten_once_they_are_many() {
        let places = places(1, 9, &[]);
        let number = |number: usize| IpAddr::from(u32::try_from(number).unwrap().to_be_bytes());
        let stays = places.take(number(0), None).unwrap();
        for other in 1..=MOST_REMEMBERED {
            drop(places.take(number(other), None).unwrap());
        }
        assert_eq!(places.locked().by_address.len(), 2);
        drop(stays);
        assert_eq!(places.locked().open, 0);
    }

    #[test]
    fn where_there_is_no_room_who_has_most_loses_what_it_does_not_finish() {
        let places = places(9, 3, &[]);
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let of_one: Vec<Place> = (0..3).filter_map(|_| places.take(one, None)).collect();
        of_one[0].keep();
        assert!(places.take(one, None).is_none(), "nobody has more than it has itself");
        let newcomer = places.take(other, None).unwrap();
        let cut: Vec<bool> = of_one.iter().map(|place| place.cut_off.is_cancelled()).collect();
        assert_eq!(cut, [false, true, false], "the oldest that is not finished");
        assert!(!newcomer.cut_off.is_cancelled());
        let _second = places.take(other, None).unwrap();
        assert!(places.take(other, None).is_none());
    }

    #[test]
    fn where_all_have_sent_whole_requests_who_has_most_loses_the_newest() {
        let places = places(9, 3, &[]);
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let of_one: Vec<Place> = (0..3).filter_map(|_| places.take(one, None)).collect();
        assert!(of_one.iter().all(Place::keep));
        assert!(places.take(one, None).is_none(), "nobody has more than it has itself");
        let newcomer = places.take(other, None).unwrap();
        newcomer.keep();
        let cut: Vec<bool> = of_one.iter().map(|place| place.cut_off.is_cancelled()).collect();
        assert_eq!((cut, newcomer.cut_off.is_cancelled()), (vec![false, false, true], false));
        assert!(places.take(other, None).is_none(), "it would have more than who makes room");
        of_one[0].note(Standing::Agent);
        let third: IpAddr = [192, 0, 2, 3].into();
        assert!(places.take(third, None).is_none(), "an office keeps what it has");
        drop((of_one, newcomer));
        let taken = places.locked();
        assert_eq!((taken.open, taken.unfinished), (0, 0));
    }

    #[test]
    fn requests_that_are_not_finished_have_a_bound_of_their_own() {
        let mut places = places(9, 9, &[]);
        places.bounds = Arc::new(Bounds { unfinished: 2, ..Bounds::clone(&places.bounds) });
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let whole = places.take(one, None).unwrap();
        whole.keep();
        let halves = [places.take(one, None).unwrap(), places.take(one, None).unwrap()];
        assert!(places.take(one, None).is_none());
        let _newcomer = places.take(other, None).unwrap();
        let cut = halves.each_ref().map(|place| place.cut_off.is_cancelled());
        assert_eq!((cut, whole.cut_off.is_cancelled()), ([true, false], false));
        drop(halves);
        assert_eq!(places.locked().unfinished, 1);
    }

    #[test]
    fn one_newcomer_costs_one_connection_and_what_has_ended_is_in_nobodys_way() {
        let mut places = places(9, 3, &[]);
        places.bounds = Arc::new(Bounds { unfinished: 3, ..Bounds::clone(&places.bounds) });
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let of_one: Vec<Place> = (0..3).filter_map(|_| places.take(one, None)).collect();
        let cut = || of_one.iter().filter(|place| place.cut_off.is_cancelled()).count();
        let _newcomer = places.take(other, None).unwrap();
        assert_eq!(cut(), 1, "where both bounds are reached");
        of_one[2].leave();
        let _second = places.take(other, None).unwrap();
        assert_eq!(cut(), 1);
    }

    #[test]
    fn a_websocket_is_unfinished_until_its_first_message_is_whole() {
        let mut places = places(9, 9, &["10.0.0.0/8"]);
        places.bounds = Arc::new(Bounds { unfinished: 1, ..Bounds::clone(&places.bounds) });
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let proxy = places.buffered_of_proxy();
        for through_proxy in [None, Some(&proxy)] {
            let handshake = places.take(one, through_proxy).unwrap();
            handshake.keep();
            assert_eq!(places.locked().unfinished, 0);
            handshake.begin();
            drop(places.take(other, None).unwrap());
            assert!(handshake.cut_off.is_cancelled());
            handshake.begin();
            assert_eq!(places.locked().open, 0, "it stays cut off");
        }
    }

    #[test]
    fn a_whole_request_through_a_proxy_is_not_cut_off() {
        let places = places(9, 2, &["10.0.0.0/8"]);
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let proxy = places.buffered_of_proxy();
        let of_one = [(); 2].map(|()| places.take(one, Some(&proxy)).unwrap());
        assert!(of_one.iter().all(Place::keep));
        assert!(places.take(other, None).is_none());
        assert!(of_one.iter().all(|place| !place.cut_off.is_cancelled()));
    }

    #[test]
    fn a_websocket_through_a_proxy_makes_room_like_any_other() {
        let places = places(9, 2, &["10.0.0.0/8"]);
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let proxy = places.buffered_of_proxy();
        let sockets = [(); 2].map(|()| places.take(one, Some(&proxy)).unwrap());
        for socket in &sockets {
            socket.keep();
            socket.begin();
            socket.keep();
        }
        assert!(places.take(other, Some(&proxy)).is_some());
        assert!(sockets[1].cut_off.is_cancelled());
    }

    #[tokio::test]
    async fn what_is_slow_holds_up_nothing_else() {
        let slow = Turns::new(&Bounds { of_strangers: 0, waiting: 1, ..Bounds::default() });
        let places = Places { slow, ..places(9, 9, &[]) };
        let place = Arc::new(places.take([192, 0, 2, 1].into(), None).unwrap());
        let work = || async { ((), Standing::Same) };
        let mut slow = Box::pin(place.answer(Pace::Slow, work));
        assert!(slow.as_mut().now_or_never().is_none());
        assert_eq!(place.answer(Pace::Slow, work).await, Err(NotDone::Refused));
        assert_eq!(place.answer(Pace::Quick, work).await, Ok(()));
    }

    #[test]
    fn an_ipv6_network_is_counted_as_one_address() {
        let places = places(1, 9, &[]);
        let _one = places.take("2001:db8:1:2:3::4".parse().unwrap(), None).unwrap();
        assert!(places.take("2001:db8:1:2:ffff::1".parse().unwrap(), None).is_none());
        assert!(places.take("2001:db8:1:3::4".parse().unwrap(), None).is_some());
        let _mapped = places.take("::ffff:192.0.2.1".parse().unwrap(), None).unwrap();
        assert!(places.take("192.0.2.1".parse().unwrap(), None).is_none());
    }
}
