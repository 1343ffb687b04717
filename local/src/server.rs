//! Serving HTTP/1.1, with bounds on what one client may hold open.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::turns::FairTurns;

/// See [`Bounds::patience`].
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long a request keeps one of [`Bounds::at_once`].
const SHARED_FOR: Duration = Duration::from_millis(500);
/// The descriptors that are left for all but clients: the database's connections and files.
const OTHER_DESCRIPTORS: u64 = 256;
/// A pause after a connection could not be accepted, since there are no descriptors for one.
const NO_DESCRIPTORS: Duration = Duration::from_millis(50);

/// How much clients may hold open.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Connections of one address, or of an IPv6 network of 64 bits, which one machine may have to itself
    /// (RFC 6177).
    pub of_address: usize,
    /// Connections of all. Beyond it, who has more than the newcomer loses the oldest connection that has
    /// not sent a whole request yet.
    pub of_all: usize,
    /// Requests and frames of one address that are under way; more wait, and are not read meanwhile.
    pub under_way: usize,
    /// Requests and frames of all that are worked on at once; addresses take turns.
    pub at_once: usize,
    /// How long a client may take to send a request's line and headers, its body, or to read what it is
    /// sent, each.
    pub patience: Duration,
    /// Proxies in front of this machine, which say in `X-Forwarded-For` from where a request comes.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            of_address: usize::MAX,
            of_all: usize::MAX,
            under_way: Semaphore::MAX_PERMITS,
            at_once: usize::MAX,
            patience: PATIENCE,
            trusted_proxies: Vec::new(),
        }
    }
}

impl Bounds {
    /// What one address and all together may hold open, as far as this machine has descriptors.
    ///
    /// # Errors
    /// When the system does not say how many there are.
    pub fn of_this_machine() -> std::io::Result<Self> {
        let descriptors = rlimit::increase_nofile_limit(u64::MAX)?.saturating_sub(OTHER_DESCRIPTORS);
        let of_all = usize::try_from(descriptors).unwrap_or(usize::MAX);
        // More at once would take longer, each, and be done no sooner.
        Ok(Self { of_address: 256, of_all, under_way: 32, at_once: 32, ..Self::default() })
    }
}

/// Who holds how many connections open; cheap to clone.
#[derive(Clone)]
struct Places {
    bounds: Arc<Bounds>,
    taken: Arc<Mutex<Taken>>,
    turns: FairTurns,
}

#[derive(Default)]
struct Taken {
    by_all: usize,
    /// How many there have been.
    so_far: u64,
    by_address: HashMap<IpAddr, OfAddress>,
}

/// What an address has open.
struct OfAddress {
    connections: usize,
    /// What its requests and frames share.
    turns: Arc<Semaphore>,
    /// Those that have not sent a whole request yet, the oldest first, each with what cuts it off.
    unfinished: BTreeMap<u64, CancellationToken>,
}

/// A connection that is counted as long as this lives.
pub struct Place {
    places: Places,
    address: IpAddr,
    number: u64,
    turns: Arc<Semaphore>,
    cut_off: CancellationToken,
}

impl Place {
    /// How long its client may take for what it has begun.
    pub fn patience(&self) -> Duration {
        self.places.bounds.patience
    }

    /// Its client has sent a whole request: it keeps its place.
    fn keep(&self) {
        if let Some(of_address) = self.places.locked().by_address.get_mut(&self.address) {
            of_address.unfinished.remove(&self.number);
        }
    }

    /// Waits for a turn of the address, and of all.
    pub async fn turn(&self) -> Option<AddressTurn> {
        let of_address = self.turns.clone().acquire_owned().await.ok()?;
        let of_all = self.places.turns.take(self.address).await?;
        // What takes longer waits for something, and must not hold up the others.
        let giving_back = tokio::spawn(async move {
            tokio::time::sleep(SHARED_FOR).await;
            drop(of_all);
        });
        Some(AddressTurn { _of_address: of_address, of_all: giving_back.abort_handle() })
    }
}

/// A turn of an address, until it is dropped.
pub struct AddressTurn {
    _of_address: OwnedSemaphorePermit,
    of_all: AbortHandle,
}

impl Drop for AddressTurn {
    fn drop(&mut self) {
        self.of_all.abort();
    }
}

impl Places {
    fn new(bounds: Bounds) -> Self {
        let turns = FairTurns::new(bounds.at_once);
        Self { bounds: Arc::new(bounds), taken: Arc::default(), turns }
    }

    fn locked(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a connection of an address, if it may have one more.
    fn take(&self, address: IpAddr) -> Option<Place> {
        let (mut taken, address) = (self.locked(), counted_as(address));
        let own = taken.by_address.get(&address).map_or(0, |of_address| of_address.connections);
        let is_full = taken.by_all >= self.bounds.of_all;
        if own >= self.bounds.of_address || (is_full && !taken.cut_oldest_unfinished(own)) {
            return None;
        }
        taken.by_all += 1;
        taken.so_far += 1;
        let (number, cut_off) = (taken.so_far, CancellationToken::new());
        let of_address = taken.by_address.entry(address).or_insert_with(|| OfAddress {
            connections: 0,
            turns: Arc::new(Semaphore::new(self.bounds.under_way)),
            unfinished: BTreeMap::new(),
        });
        of_address.connections += 1;
        of_address.unfinished.insert(number, cut_off.clone());
        let turns = of_address.turns.clone();
        Some(Place { places: self.clone(), address, number, turns, cut_off })
    }

    fn is_proxy(&self, peer: IpAddr) -> bool {
        self.bounds.trusted_proxies.iter().any(|network| network.contains(&peer.to_canonical()))
    }

    /// From where a request comes: the last address that a trusted proxy has put into
    /// `X-Forwarded-For` and is no trusted proxy itself; what is before it, a client may have made up.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
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

impl Taken {
    /// Cuts off the oldest unfinished connection of the address that has most, more than `own`; whether
    /// there was one.
    fn cut_oldest_unfinished(&mut self, own: usize) -> bool {
        let unfinished = self
            .by_address
            .values_mut()
            .filter(|of_address| of_address.connections > own && !of_address.unfinished.is_empty());
        let greatest = unfinished.max_by_key(|of_address| of_address.connections);
        let oldest = greatest.and_then(|of_address| of_address.unfinished.pop_first());
        oldest.inspect(|(_, cut_off)| cut_off.cancel()).is_some()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.locked();
        taken.by_all -= 1;
        if let Some(of_address) = taken.by_address.get_mut(&self.address) {
            of_address.connections -= 1;
            of_address.unfinished.remove(&self.number);
            if of_address.connections == 0 {
                taken.by_address.remove(&self.address);
            }
        }
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

/// Answers requests with `router` until it is stopped and what is under way is answered. Each request
/// carries its client's address as [`ConnectInfo`], and an `Arc` of its [`Place`], which whoever keeps
/// the connection keeps, too.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, stopping: CancellationToken) {
    let (places, connections) = (Places::new(bounds), TaskTracker::new());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let place = match places.is_proxy(peer.ip()) {
                    true => None,
                    false => match places.take(peer.ip()) {
                        Some(place) => Some(Arc::new(place)),
                        // Cut off without a word: an answer would cost what is bounded.
                        None => continue,
                    },
                };
                let client = Client { places: places.clone(), peer, place };
                connections.spawn(connection(stream, router.clone(), client, stopping.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(NO_DESCRIPTORS).await;
            }
        }
    }
    connections.close();
    connections.wait().await;
}

/// Who is at the other end of a connection; a proxy has no place of its own.
#[derive(Clone)]
struct Client {
    places: Places,
    peer: SocketAddr,
    place: Option<Arc<Place>>,
}

async fn connection(stream: TcpStream, router: Router, client: Client, stopping: CancellationToken) {
    // Two small frames after one another must not wait for the client to confirm the first.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection has ended already");
    }
    let patience = client.places.bounds.patience;
    let cut_off =
        client.place.as_ref().map_or_else(CancellationToken::new, |place| place.cut_off.clone());
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let (router, client) = (router.clone(), client.clone());
        async move { Ok::<_, Infallible>(answer(router, client, request.map(Body::new)).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(patience);
    let serving = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut serving = std::pin::pin!(serving);
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = cut_off.cancelled() => return,
        () = stopping.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended badly");
    }
}

async fn answer(router: Router, client: Client, mut request: Request) -> Response {
    let address = client.places.client(client.peer.ip(), request.headers());
    let place = match client.place {
        Some(place) => place,
        None => match client.places.take(address) {
            Some(place) => Arc::new(place),
            None => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        },
    };
    place.keep();
    let port = client.peer.port();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, port)));
    request.extensions_mut().insert(place);
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(of_address: usize, of_all: usize, proxies: &[&str]) -> Places {
        let trusted_proxies = proxies.iter().map(|network| network.parse().unwrap()).collect();
        Places::new(Bounds { of_address, of_all, trusted_proxies, ..Bounds::default() })
    }

    #[test]
    fn an_address_and_all_together_have_a_bound_and_places_come_back() {
        let places = places(2, 3, &[]);
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let first = places.take(one).unwrap();
        let _second = places.take(one).unwrap();
        assert!(places.take(one).is_none());
        let third = places.take(other).unwrap();
        for place in [&first, &third] {
            place.keep();
        }
        drop(first);
        assert!(places.take(other).is_some());
    }

    #[test]
    fn where_there_is_no_room_who_has_most_loses_what_it_does_not_finish() {
        let places = places(9, 3, &[]);
        let [one, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let of_one: Vec<Place> = (0..3).filter_map(|_| places.take(one)).collect();
        of_one[0].keep();
        assert!(places.take(one).is_none(), "nobody has more than it has itself");
        let newcomer = places.take(other).unwrap();
        let cut: Vec<bool> = of_one.iter().map(|place| place.cut_off.is_cancelled()).collect();
        assert_eq!(cut, [false, true, false], "the oldest that is not finished");
        assert!(!newcomer.cut_off.is_cancelled());
        assert!(places.take(other).is_some() && places.take(other).is_none());
    }

    #[test]
    fn an_ipv6_network_is_counted_as_one_address() {
        let places = places(1, 9, &[]);
        let _one = places.take("2001:db8:1:2:3::4".parse().unwrap()).unwrap();
        assert!(places.take("2001:db8:1:2:ffff::1".parse().unwrap()).is_none());
        assert!(places.take("2001:db8:1:3::4".parse().unwrap()).is_some());
        let _mapped = places.take("::ffff:192.0.2.1".parse().unwrap()).unwrap();
        assert!(places.take("192.0.2.1".parse().unwrap()).is_none());
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
