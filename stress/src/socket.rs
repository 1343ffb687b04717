//! A plain connection to the WebSocket.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async_with_config};

use crate::replica_set::Failure;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open socket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Events that came while an answer was awaited.
    unread: VecDeque<Value>,
    sent: u64,
    received: u64,
}

impl Socket {
    /// Opens a socket.
    ///
    /// # Errors
    /// When the server does not let it.
    pub async fn open(url: &str) -> Result<Self, Failure> {
        let (stream, _) = timeout(PATIENCE, connect_async_with_config(url, None, true)).await??;
        Ok(Self { stream, unread: VecDeque::new(), sent: 0, received: 0 })
    }

    /// Opens a socket from another address of this machine, as in `127.0.0.2`.
    ///
    /// # Errors
    /// When the server does not let it.
    pub async fn open_from(address: IpAddr, url: &str) -> Result<Self, Failure> {
        Self::open_with(address, url.into_client_request()?).await
    }

    /// Opens a socket as a proxy with an address of this machine does it for a client.
    ///
    /// # Errors
    /// When the server does not let it.
    pub async fn open_for(client: IpAddr, proxy: IpAddr, url: &str) -> Result<Self, Failure> {
        let mut request = url.into_client_request()?;
        request.headers_mut().insert("x-forwarded-for", client.to_string().parse()?);
        Self::open_with(proxy, request).await
    }

    async fn open_with(address: IpAddr, request: Request) -> Result<Self, Failure> {
        let host = request.uri().authority().ok_or("no host")?.as_str().parse()?;
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(address, 0))?;
        let stream = timeout(PATIENCE, socket.connect(host)).await??;
        stream.set_nodelay(true)?;
        let (stream, _) =
            timeout(PATIENCE, client_async(request, MaybeTlsStream::Plain(stream))).await??;
        Ok(Self { stream, unread: VecDeque::new(), sent: 0, received: 0 })
    }

    /// Opens a socket on which a visitor has proved who it is.
    ///
    /// # Errors
    /// When the server does not let it.
    pub async fn visitor(url: &str, session: &str) -> Result<Self, Failure> {
        let mut socket = Self::open(url).await?;
        socket.ask("visitor:connect", json!({ "sessionId": session })).await?;
        Ok(socket)
    }

    /// Sends an event and waits for its acknowledgement.
    ///
    /// # Errors
    /// When it is refused, or nothing comes.
    pub async fn ask(&mut self, event: &str, data: Value) -> Result<Value, Failure> {
        self.sent += 1;
        let id = format!("asked-{}", self.sent);
        let action = event.split(':').next();
        let frame = json!({ "action": action, "event": event, "id": id, "data": data });
        self.stream.send(Message::text(frame.to_string())).await?;
        loop {
            let frame = self.receive().await?;
            match frame["event"].as_str() {
                Some("ack") if frame["id"] == id.as_str() => return Ok(frame["data"].clone()),
                Some("error") if frame["id"] == id.as_str() => {
                    return Err(frame["data"].to_string().into());
                }
                _ => self.unread.push_back(frame),
            }
        }
    }

    /// Sends a text, whatever it is.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn send(&mut self, text: String) -> Result<(), Failure> {
        Ok(self.stream.send(Message::text(text)).await?)
    }

    /// Takes what has arrived and nobody has asked for.
    pub fn take_unread(&mut self) -> impl Iterator<Item = Value> {
        std::mem::take(&mut self.unread).into_iter()
    }

    /// The data of the next event of this name, arrived or awaited; others are dropped.
    ///
    /// # Errors
    /// When nothing comes.
    pub async fn event(&mut self, event: &str) -> Result<Value, Failure> {
        loop {
            let frame = match self.unread.pop_front() {
                Some(frame) => frame,
                None => self.receive().await?,
            };
            if frame["event"] == event {
                return Ok(frame["data"].clone());
            }
        }
    }

    /// The bytes of the frames that have come.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// The next frame, whatever it is.
    ///
    /// # Errors
    /// When the connection has ended, or nothing comes.
    pub async fn receive(&mut self) -> Result<Value, Failure> {
        let frame = self.receive_until(Instant::now() + PATIENCE).await?;
        frame.ok_or_else(|| "nothing has come for too long".into())
    }

    /// The next frame, if one comes until then.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn receive_until(&mut self, until: Instant) -> Result<Option<Value>, Failure> {
        while let Ok(frame) = timeout_at(until, self.stream.next()).await {
            match frame {
                Some(Ok(Message::Text(text))) => {
                    self.received += text.len() as u64;
                    return Ok(Some(serde_json::from_str(&text)?));
                }
                Some(Ok(Message::Close(_))) | None => {
                    return Err("the server closed the connection".into());
                }
                Some(frame) => drop(frame?),
            }
        }
        Ok(None)
    }
}
