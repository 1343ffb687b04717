//! Who holds how many connections open, and who takes turns with whom.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::bounds::Bounds;
use super::buffered::{self, Buffered};
use super::turns::FairTurns;

/// How long a request keeps one of [`Bounds::under_way`], [`Bounds::at_once`] or [`Bounds::of_strangers`].
const SHARED_FOR: Duration = Duration::from_millis(500);
/// For how long an address is taken for a stranger's after it was refused something.
const REFUSED_FOR: Duration = Duration::from_secs(60);
/// Addresses that are remembered, before those without a connection are forgotten.
const MOST_REMEMBERED: usize = 16 * 1024;

/// Who holds how many connections open; cheap to clone.
#[derive(Clone)]
pub(super) struct Places {
    bounds: Arc<Bounds>,
    taken: Arc<Mutex<Taken>>,
    turns: FairTurns,
    turns_of_agents: FairTurns,
    turns_of_strangers: FairTurns,
    /// Of all connections.
    buffered: buffered::Count,
}

#[derive(Default)]
struct Taken {
    /// Connections that are neither at their end nor cut off.
    open: usize,
    /// Those of them of whose requests and messages none has had its turn yet.
    unserved: usize,
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
    /// What its requests and frames share.
    turns: Arc<Semaphore>,
    /// What its clients have sent.
    buffered: buffered::Count,
    /// Those of whose requests and messages none has had its turn yet, the oldest first, each with what cuts
    /// it off.
    unserved: BTreeMap<u64, CancellationToken>,
    /// The others.
    served: BTreeMap<u64, CancellationToken>,
    /// Requests through a proxy that have had their turn: to cut one off frees nothing.
    proxied: BTreeSet<u64>,
}

/// A connection that is counted as long as this lives.
pub struct Place {
    places: Places,
    address: IpAddr,
    number: u64,
    turns: Arc<Semaphore>,
    buffered: Arc<Buffered>,
    /// Whether an agent sends over it.
    is_of_agent: AtomicBool,
    /// Whether it is a connection for itself, and no request among others that come through a proxy.
    is_own: AtomicBool,
    cut_off: CancellationToken,
}

/// What the functions make of who sent something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// What they did before.
    #[default]
    Same,
    /// Somebody who asks for too much.
    Refused,
    /// Somebody who works here.
    Agent,
}

impl Standing {
    /// What an answer's status says.
    pub fn of_status(status: u16) -> Self {
        if status == 429 { Self::Refused } else { Self::Same }
    }
}

impl Place {
    /// How long its client may take for what it has begun.
    pub fn patience(&self) -> Duration {
        self.places.patience()
    }

    /// What its client has sent.
    pub fn buffered(&self) -> &Arc<Buffered> {
        &self.buffered
    }

    /// What its client has sent has its turn: it keeps its place.
    pub fn keep(&self) {
        let mut taken = self.places.locked();
        let Some(of_address) = taken.by_address.get_mut(&self.address) else { return };
        let Some(cut_off) = of_address.unserved.remove(&self.number) else { return };
        match self.is_own.load(Ordering::Relaxed) {
            true => drop(of_address.served.insert(self.number, cut_off)),
            false => drop(of_address.proxied.insert(self.number)),
        }
        taken.unserved -= 1;
    }

    /// It is a WebSocket from now on, of whose messages none has had its turn.
    pub fn begin(&self) {
        self.is_own.store(true, Ordering::Relaxed);
        let mut taken = self.places.locked();
        if taken.remove(self.address, self.number)
            && let Some(of_address) = taken.by_address.get_mut(&self.address)
        {
            of_address.unserved.insert(self.number, self.cut_off.clone());
            taken.open += 1;
            taken.unserved += 1;
        }
    }

    /// Its connection has ended, whatever is still done for it.
    pub fn leave(&self) {
        self.places.locked().remove(self.address, self.number);
    }

    /// Waits until it has to make room for others.
    pub async fn cut_off(&self) {
        self.cut_off.cancelled().await;
    }

    /// Notes what the functions make of its client.
    fn note(&self, standing: Standing) {
        if standing == Standing::Same {
            return;
        }
        let mut taken = self.places.locked();
        let Some(of_address) = taken.by_address.get_mut(&self.address) else { return };
        match standing {
            Standing::Same => {}
            Standing::Refused => of_address.strange_until = Instant::now() + REFUSED_FOR,
            Standing::Agent if self.is_of_agent.swap(true, Ordering::Relaxed) => {}
            Standing::Agent => of_address.of_agents += 1,
        }
    }

    /// Does something once it is the turn of the client, and notes what that says of it; `None` when it
    /// panics. A client that leaves before its turn, or is cut off, costs nothing; one that leaves later
    /// neither ends what is done nor gives its turn back.
    pub async fn in_turn<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Future<Output = (T, Standing)> + Send + 'static,
    ) -> Option<T> {
        let (place, turn) = (self.clone(), self.turn().await);
        self.keep();
        let working = tokio::spawn(async move {
            let (done, standing) = work.await;
            drop(turn);
            place.note(standing);
            done
        });
        working.await.ok()
    }

    /// Waits for a turn of the address, and of all who are as well known; it is had until it is dropped.
    async fn turn(&self) -> Option<AbortOnDropHandle<()>> {
        let of_address = self.turns.clone().acquire_owned().await.ok()?;
        let of_all = self.places.turns_of(self.address).take(self.address).await?;
        // What takes longer waits for something, such as a message for the one that it follows, and must
        // not hold up the others.
        let giving_back = async move {
            tokio::time::sleep(SHARED_FOR).await;
            drop((of_address, of_all));
        };
        Some(AbortOnDropHandle::new(tokio::spawn(giving_back)))
    }
}

impl Places {
    pub(super) fn new(bounds: Bounds) -> Self {
        let turns = FairTurns::new(bounds.at_once);
        let turns_of_agents = FairTurns::new(bounds.at_once);
        let turns_of_strangers = FairTurns::new(bounds.of_strangers);
        let (taken, buffered) = Default::default();
        let bounds = Arc::new(bounds);
        Self { bounds, taken, turns, turns_of_agents, turns_of_strangers, buffered }
    }

    /// How long a client may take for what it has begun.
    pub(super) fn patience(&self) -> Duration {
        self.bounds.patience
    }

    fn locked(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turns that an address shares with others.
    fn turns_of(&self, address: IpAddr) -> &FairTurns {
        match self.locked().by_address.get(&address) {
            Some(known) if known.of_agents > 0 => &self.turns_of_agents,
            Some(known) if known.strange_until <= Instant::now() => &self.turns,
            _ => &self.turns_of_strangers,
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
        let are_unserved_full = taken.unserved >= self.bounds.unserved;
        if are_unserved_full && !taken.cut_one(address, OfAddress::unserved) {
            return None;
        }
        let is_full = taken.open >= self.bounds.of_all;
        if is_full && !taken.cut_one(address, OfAddress::open) {
            return None;
        }
        taken.open += 1;
        taken.unserved += 1;
        taken.so_far += 1;
        let (number, cut_off) = (taken.so_far, CancellationToken::new());
        let of_address = taken.by_address.get_mut(&address)?;
        of_address.connections += 1;
        of_address.unserved.insert(number, cut_off.clone());
        let turns = of_address.turns.clone();
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
        Some(Place { places, address, number, turns, buffered, is_of_agent, is_own, cut_off })
    }

    pub(super) fn is_proxy(&self, peer: IpAddr) -> bool {
        self.bounds.trusted_proxies.iter().any(|network| network.contains(&peer.to_canonical()))
    }

    /// From where a request comes: the last address that a trusted proxy has put into
    /// `X-Forwarded-For` and is no trusted proxy itself; what is before it, a client may have made up.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.is_proxy(peer) {
            return peer;
        }
        let forwarded = headers.get_all("x-forwarded-for");
        let addresses: Vec<&str> = forwarded
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        let known = addresses.into_iter().rev().map_while(|address| address.trim().parse().ok());
        let mut last = peer;
        for address in known {
            last = address;
            if !self.is_proxy(address) {
                break;
            }
        }
        last
    }
}

impl OfAddress {
    fn new(bounds: &Bounds) -> Self {
        Self {
            connections: 0,
            strange_until: Instant::now() + bounds.strange_for,
            of_agents: 0,
            turns: Arc::new(Semaphore::new(bounds.under_way)),
            buffered: Arc::default(),
            unserved: BTreeMap::new(),
            served: BTreeMap::new(),
            proxied: BTreeSet::new(),
        }
    }

    fn unserved(&self) -> usize {
        self.unserved.len()
    }

    fn open(&self) -> usize {
        self.unserved.len() + self.served.len() + self.proxied.len()
    }

    /// Whether a newcomer from where `own` are open may have a place of this one, which has so many: what is
    /// not served yet, where it has more, and else only where the newcomer has fewer even then. An office has
    /// more than others, and keeps what it has.
    fn makes_room(&self, count: usize, own: usize) -> bool {
        let may_lose_a_served_one = self.of_agents == 0 && !self.served.is_empty();
        (count > own && !self.unserved.is_empty()) || (count > own + 1 && may_lose_a_served_one)
    }

    /// Forgets a connection; whether there was one, and whether it was unserved.
    fn remove(&mut self, number: u64) -> (bool, bool) {
        let was_unserved = self.unserved.remove(&number).is_some();
        let was_served = self.served.remove(&number).is_some() || self.proxied.remove(&number);
        (was_unserved || was_served, was_unserved)
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

    /// Cuts off a connection of the address that has most of what `counted` counts: the oldest unserved
    /// one, else the newest; whether there was one.
    fn cut_one(&mut self, newcomer: IpAddr, counted: fn(&OfAddress) -> usize) -> bool {
        let own = self.by_address.get(&newcomer).map_or(0, counted);
        let all = self.by_address.values_mut();
        let greatest = all
            .filter(|of_address| of_address.makes_room(counted(of_address), own))
            .max_by_key(|of_address| (counted(of_address), !of_address.unserved.is_empty()));
        let Some(greatest) = greatest else { return false };
        let unserved = greatest.unserved.pop_first();
        self.unserved -= usize::from(unserved.is_some());
        let Some((_, cut_off)) = unserved.or_else(|| greatest.served.pop_last()) else { return false };
        self.open -= 1;
        cut_off.cancel();
        true
    }

    /// Forgets a connection, unless it has been cut off; whether it had not.
    fn remove(&mut self, address: IpAddr, number: u64) -> bool {
        let Some(of_address) = self.by_address.get_mut(&address) else { return false };
        let (was_open, was_unserved) = of_address.remove(number);
        self.open -= usize::from(was_open);
        self.unserved -= usize::from(was_unserved);
        was_open
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.locked();
        taken.remove(self.address, self.number);
        let Some(of_address) = taken.by_address.get_mut(&self.address) else { return };
        of_address.connections -= 1;
        of_address.of_agents -= usize::from(*self.is_of_agent.get_mut());
    }
}

/// An address, or the first one of its IPv6 network.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
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
        let is_known = |address| std::ptr::eq(places.turns_of(address), &raw const places.turns);
        assert_eq!([early, refused, late].map(is_known), [true, false, false]);
    }

    #[test]
    fn an_address_has_turns_of_agents_as_long_as_one_is_connected_whatever_it_is_refused() {
        let places = places(9, 9, &[]);
        let office: IpAddr = [192, 0, 2, 1].into();
        let is_office = || std::ptr::eq(places.turns_of(office), &raw const places.turns_of_agents);
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
    fn where_all_are_served_who_has_most_loses_the_newest() {
        let places = places(9, 3, &[]);
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let of_one: Vec<Place> = (0..3).filter_map(|_| places.take(one, None)).collect();
        of_one.iter().for_each(Place::keep);
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
        assert_eq!((taken.open, taken.unserved), (0, 0));
    }

    #[test]
    fn connections_that_are_not_served_yet_have_a_bound_of_their_own() {
        let mut places = places(9, 9, &[]);
        places.bounds = Arc::new(Bounds { unserved: 2, ..Bounds::clone(&places.bounds) });
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let served = places.take(one, None).unwrap();
        served.keep();
        let waiting = [places.take(one, None).unwrap(), places.take(one, None).unwrap()];
        assert!(places.take(one, None).is_none());
        let _newcomer = places.take(other, None).unwrap();
        let cut = waiting.each_ref().map(|place| place.cut_off.is_cancelled());
        assert_eq!((cut, served.cut_off.is_cancelled()), ([true, false], false));
        drop(waiting);
        assert_eq!(places.locked().unserved, 1);
    }

    #[tokio::test]
    async fn what_is_whole_is_not_served_until_it_has_its_turn() {
        let mut places = places(9, 9, &[]);
        places.turns_of_strangers = FairTurns::new(1);
        let one = IpAddr::from([192, 0, 2, 1]);
        let [first, second] = [(); 2].map(|()| Arc::new(places.take(one, None).unwrap()));
        let turn = first.turn().await;
        let work = || async { ((), Standing::Same) };
        let mut waiting = Box::pin(second.in_turn(work()));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert_eq!(places.locked().unserved, 2);
        drop(turn);
        assert!(waiting.await.is_some());
        assert_eq!(places.locked().unserved, 1);
    }

    #[test]
    fn one_newcomer_costs_one_connection_and_what_has_ended_is_in_nobodys_way() {
        let mut places = places(9, 3, &[]);
        places.bounds = Arc::new(Bounds { unserved: 3, ..Bounds::clone(&places.bounds) });
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
    fn a_websocket_is_unserved_until_its_first_message_has_its_turn() {
        let mut places = places(9, 9, &["10.0.0.0/8"]);
        places.bounds = Arc::new(Bounds { unserved: 1, ..Bounds::clone(&places.bounds) });
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let proxy = places.buffered_of_proxy();
        for through_proxy in [None, Some(&proxy)] {
            let handshake = places.take(one, through_proxy).unwrap();
            handshake.keep();
            assert_eq!(places.locked().unserved, 0);
            handshake.begin();
            drop(places.take(other, None).unwrap());
            assert!(handshake.cut_off.is_cancelled());
            handshake.begin();
            assert_eq!(places.locked().open, 0, "it stays cut off");
        }
    }

    #[test]
    fn what_has_its_turn_through_a_proxy_is_not_cut_off() {
        let places = places(9, 2, &["10.0.0.0/8"]);
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let proxy = places.buffered_of_proxy();
        let of_one = [(); 2].map(|()| places.take(one, Some(&proxy)).unwrap());
        of_one.iter().for_each(Place::keep);
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

    #[test]
    fn an_ipv6_network_is_counted_as_one_address() {
        let places = places(1, 9, &[]);
        let _one = places.take("2001:db8:1:2:3::4".parse().unwrap(), None).unwrap();
        assert!(places.take("2001:db8:1:2:ffff::1".parse().unwrap(), None).is_none());
        assert!(places.take("2001:db8:1:3::4".parse().unwrap(), None).is_some());
        let _mapped = places.take("::ffff:192.0.2.1".parse().unwrap(), None).unwrap();
        assert!(places.take("192.0.2.1".parse().unwrap(), None).is_none());
    }

    #[test]
    fn only_trusted_proxies_say_from_where_a_request_comes() {
        let places = places(1, 1, &["10.0.0.0/8"]);
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 192.0.2.7".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.2".parse().unwrap());
        let (proxy, stranger): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [192, 0, 2, 9].into());
        assert_eq!(places.client(proxy, &headers), IpAddr::from([192, 0, 2, 7]));
        assert_eq!(places.client(stranger, &headers), stranger);
        assert_eq!(places.client(proxy, &HeaderMap::new()), proxy);
    }
}
