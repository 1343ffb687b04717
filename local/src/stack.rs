//! Everything together on one port.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::functions::Functions;
use crate::http_api;
use crate::server::{Bounds, serve};
use crate::template::{RouteTable, TemplateError};
use crate::throttle::Throttles;
use crate::websocket_api::{Limits, Sockets, Stage, WebSocketApi};

/// How long what is under way may still take when the stack stops.
pub const GRACE: Duration = Duration::from_secs(10);

/// A running live chat.
pub struct Stack {
    address: SocketAddr,
    websocket: WebSocketApi,
    stopping: CancellationToken,
    server: JoinHandle<()>,
}

/// What stands between the clients and the functions.
#[derive(Clone, Debug, Default)]
pub struct Edge<'a> {
    /// The origins whose pages may call the HTTP API.
    pub origins: &'a [String],
    /// The stage of the WebSocket API.
    pub stage: Stage,
    /// The gateways' own limits.
    pub limits: Limits,
    /// Whether the template's throttles hold.
    pub throttled: bool,
    /// This machine's own.
    pub bounds: Bounds,
}

/// Why it does not run.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The template has no usable routes.
    #[error("{0}")]
    Template(#[from] TemplateError),
    /// The port cannot be used.
    #[error("the port cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

/// What functions behind a gateway on `listener` with that stage find as their `CONNECTIONS_ENDPOINT`.
///
/// # Errors
/// When the port cannot be used.
pub fn endpoint(listener: &TcpListener, stage: &Stage) -> Result<String, StackError> {
    Ok(format!("http://{}/{stage}", reachable(listener.local_addr()?)))
}

impl Stack {
    /// Puts both gateways in front of `functions`; `sockets` are the connections of the WebSocket, to
    /// which functions in this process may post directly.
    ///
    /// # Errors
    /// When the template has no usable routes, or the port cannot be used.
    pub fn start(
        listener: TcpListener,
        functions: &Functions,
        sockets: &Sockets,
        edge: Edge<'_>,
    ) -> Result<Self, StackError> {
        let Edge { origins, stage, limits, throttled, bounds } = edge;
        let address = listener.local_addr()?;
        let mut table = RouteTable::load()?;
        if !throttled {
            table.http_throttles = Throttles::default();
            table.websocket_throttles = Throttles::default();
        }
        let websocket = WebSocketApi::new(&table, functions, limits, stage, address.ip(), sockets);
        let router = http_api::router(&table, functions, origins).merge(websocket.router());
        let stopping = CancellationToken::new();
        let server = tokio::spawn(serve(listener, router, bounds, stopping.clone()));
        Ok(Self { address, websocket, stopping, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes every connection and waits for what is under way.
    ///
    /// # Errors
    /// When the server had ended badly.
    pub async fn stop(self) -> Result<(), StackError> {
        if tokio::time::timeout(GRACE, self.websocket.stop()).await.is_err() {
            tracing::warn!("some frames were still being handled");
        }
        self.stopping.cancel();
        match tokio::time::timeout(GRACE, self.server).await {
            Ok(ended) => Ok(ended.map_err(std::io::Error::other)?),
            Err(_) => {
                tracing::warn!("some requests were still being answered");
                Ok(())
            }
        }
    }
}

/// An address that this machine can connect to, of one that it listens on.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}
