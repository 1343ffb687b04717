//! Serving HTTP/1.1, with bounds on what one client may hold open.

mod addresses;
mod bounds;
mod buffered;
mod places;
mod turns;

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use http::StatusCode;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream, ToSocketAddrs, lookup_host};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::request::refused;
use buffered::Counted;
use places::Places;

pub use bounds::Bounds;
pub use buffered::{Buffered, Most, Unread};
pub use places::{NotDone, Pace, Place, Standing};

/// A pause after a connection could not be accepted, since there are no descriptors for one.
const NO_DESCRIPTORS: Duration = Duration::from_millis(50);
/// Connections that wait to be accepted; the system has a bound of its own (listen(2)). Those beyond it come
/// again after a second.
const MOST_IN_FRONT: u32 = 16 * 1024;
/// What is read of a connection before it is asked for. Longer heads are refused without a word of why.
const MOST_READ_AHEAD: usize = 64 * 1024;

/// Listens at the first of the addresses that can be had.
///
/// # Errors
/// When none can be.
pub async fn listen(addresses: impl ToSocketAddrs) -> io::Result<TcpListener> {
    let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in lookup_host(addresses).await? {
        match listen_at(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(MOST_IN_FRONT)
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
                    false => match places.take(peer.ip(), None) {
                        Some(place) => Some(Arc::new(place)),
                        // Cut off without a word: an answer would cost what is bounded.
                        None => continue,
                    },
                };
                let buffered = place.as_ref().map(|place| place.buffered().clone());
                let buffered = buffered.unwrap_or_else(|| places.buffered_of_proxy());
                let client = Client { places: places.clone(), peer, place, buffered };
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
    buffered: Arc<Buffered>,
}

async fn connection(stream: TcpStream, router: Router, client: Client, stopping: CancellationToken) {
    // Two small frames after one another must not wait for the client to confirm the first.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection has ended already");
    }
    let patience = client.places.patience();
    let place = client.place.clone();
    let cut_off = async {
        match place {
            Some(place) => place.cut_off().await,
            None => pending().await,
        }
    };
    let stream = Counted::new(stream, client.buffered.clone(), patience);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let (router, client) = (router.clone(), client.clone());
        async move { Ok::<_, Infallible>(answer(router, client, request.map(Body::new)).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(MOST_READ_AHEAD);
    let serving = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut serving = std::pin::pin!(serving);
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = cut_off => return,
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
    let place = match client.place.clone() {
        Some(place) => place,
        None => match client.places.take(address, Some(&client.buffered)) {
            Some(place) => Arc::new(place),
            None => {
                client.buffered.abandoned();
                return refused();
            }
        },
    };
    let port = client.peer.port();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, port)));
    request.extensions_mut().insert(place.clone());
    let is_direct = client.place.is_some();
    let answered = tokio::select! {
        answered = router.oneshot(request) => answered,
        // While it is not whole.
        () = place.cut_off(), if !is_direct => {
            client.buffered.abandoned();
            return refused();
        }
    };
    place.keep();
    client.buffered.abandoned();
    if !is_direct && !is_upgraded(&answered) {
        client.buffered.belong_to(&Arc::default());
    }
    match answered {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn is_upgraded(answered: &Result<Response, Infallible>) -> bool {
    matches!(answered, Ok(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS)
}
