//! What each attack needs: an address, and ways from there to the live chat.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::seen::Seen;
use crate::Target;

/// How long the live chat may take to let somebody in.
const TO_CONNECT: Duration = Duration::from_secs(10);

/// An attacker at an address of this machine.
pub struct Attacker {
    /// Whom it attacks.
    pub target: Target,
    /// Its address.
    pub from: IpAddr,
    /// Until when.
    pub end: Instant,
    /// How long the live chat waits for a client.
    pub patience: Duration,
}

impl Attacker {
    /// Whether the attack is not over.
    pub fn goes_on(&self) -> bool {
        Instant::now() < self.end
    }

    /// A moment until it tries again.
    pub async fn pause(&self) {
        sleep_until((Instant::now() + Duration::from_millis(50)).min(self.end)).await;
    }

    /// Opens a WebSocket.
    ///
    /// # Errors
    /// When it is not let in.
    pub async fn open(&self) -> Result<Socket, Failure> {
        Socket::open_from(self.from, &self.target.socket).await
    }

    /// Opens a WebSocket on which a visitor proves who it is.
    ///
    /// # Errors
    /// When it is not let in.
    pub async fn visitor(&self, session: &str) -> Result<Socket, Failure> {
        let mut socket = self.open().await?;
        socket.ask("visitor:connect", json!({ "sessionId": session })).await?;
        Ok(socket)
    }

    /// A client of the HTTP API.
    ///
    /// # Errors
    /// When there can be none.
    pub fn http(&self) -> Result<reqwest::Client, Failure> {
        Ok(reqwest::Client::builder().local_address(self.from).build()?)
    }

    /// A connection of which less may wait to be read than usual, if it is so.
    ///
    /// # Errors
    /// When it is not let in.
    pub async fn connect(&self, receive_buffer: Option<u32>) -> Result<TcpStream, Failure> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        socket.bind(SocketAddr::new(self.from, 0))?;
        Ok(timeout(TO_CONNECT, socket.connect(self.target.address)).await??)
    }
}

/// Makes a call: its status, 0 for none, and its answer as far as it is JSON. The status is not counted.
pub async fn call(seen: &mut Seen, request: RequestBuilder) -> (u16, Value) {
    seen.sent += 1;
    let Ok(answer) = request.send().await else { return (0, Value::Null) };
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap_or_default();
    seen.bytes += body.len() as u64;
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Takes what comes over a socket until then; whether it is still open.
pub async fn listen(socket: &mut Socket, until: Instant, mut take: impl FnMut(&Value)) -> bool {
    while Instant::now() < until {
        match socket.receive_until(until).await {
            Ok(Some(frame)) => take(&frame),
            Ok(None) => break,
            Err(_) => return false,
        }
    }
    true
}

/// Reads what comes over a connection; whether it ends until then.
pub async fn ends(stream: &mut TcpStream, by: Instant) -> bool {
    let mut rest = Vec::new();
    timeout_at(by, stream.read_to_end(&mut rest)).await.is_ok()
}
