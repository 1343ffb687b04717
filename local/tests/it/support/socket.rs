//! A client for the WebSocket.

use std::collections::VecDeque;
use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

use super::PATIENCE;

pub struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What has arrived and nobody has asked for.
    unread: VecDeque<Value>,
    sent: u64,
    /// How many frames were sent and received, and the bytes of the latter.
    pub traffic: (u64, u64, u64),
}

impl Socket {
    pub async fn open(url: &str) -> Self {
        let (stream, _) = connect_async(url).await.unwrap();
        Self { stream, unread: VecDeque::new(), sent: 0, traffic: (0, 0, 0) }
    }

    /// Opens a socket from another address of this machine, as in `127.0.0.2`; or the status of the refusal.
    pub async fn open_from(address: &str, url: &str) -> Result<Self, u16> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(address.parse().unwrap(), 0)).unwrap();
        let host = url.split('/').nth(2).unwrap();
        let stream = socket.connect(host.parse().unwrap()).await.unwrap();
        match client_async(url, MaybeTlsStream::Plain(stream)).await {
            Ok((stream, _)) => Ok(Self { stream, unread: VecDeque::new(), sent: 0, traffic: (0, 0, 0) }),
            Err(Error::Http(refused)) => Err(refused.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.traffic.0 += 1;
        self.stream.send(Message::text(text.into())).await.unwrap();
    }

    /// Sends an event of which nothing but an error is to come back.
    pub async fn tell_quietly(&mut self, event: &str, data: Value) {
        let action = event.split(':').next().unwrap();
        let frame = json!({ "action": action, "event": event, "quiet": true, "data": data });
        self.send_text(frame.to_string()).await;
    }

    /// Sends an event without an `id`.
    pub async fn tell(&mut self, event: &str, data: Value) {
        let action = event.split(':').next().unwrap();
        self.send_text(json!({ "action": action, "event": event, "data": data }).to_string()).await;
    }

    /// Sends an event without waiting for its answer; the id of the frame.
    pub async fn send(&mut self, event: &str, data: Value) -> String {
        self.sent += 1;
        let id = self.sent.to_string();
        let action = event.split(':').next().unwrap();
        let frame = json!({ "action": action, "event": event, "id": id, "data": data });
        self.send_text(frame.to_string()).await;
        id
    }

    /// Sends an event that must succeed; the data of its ack.
    #[track_caller]
    pub fn ack(&mut self, event: &str, data: Value) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            let id = self.send(event, data).await;
            let answer = self.answer_to(&id).await;
            assert_eq!(answer["event"], "ack", "at {caller}: {answer}");
            answer["data"].clone()
        }
    }

    /// Sends an event that must fail with `code`; the error.
    #[track_caller]
    pub fn refused(&mut self, event: &str, data: Value, code: &str) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            let id = self.send(event, data).await;
            let answer = self.answer_to(&id).await;
            assert_eq!(answer["event"], "error", "at {caller}: {answer}");
            assert_eq!(answer["data"]["code"], code, "at {caller}: {answer}");
            assert!(answer["data"]["message"].is_string(), "at {caller}: {answer}");
            answer["data"].clone()
        }
    }

    /// Sends an event; the ack or the error.
    pub async fn ask(&mut self, event: &str, data: Value) -> Value {
        let id = self.send(event, data).await;
        self.answer_to(&id).await
    }

    async fn answer_to(&mut self, id: &str) -> Value {
        self.find(|frame| frame["id"] == id).await
    }

    /// The data of the ack of a frame that has been sent.
    pub async fn acked(&mut self, id: &str) -> Value {
        let answer = self.answer_to(id).await;
        assert_eq!(answer["event"], "ack", "{answer}");
        answer["data"].clone()
    }

    /// The next ack or error, whichever frame it answers.
    pub async fn answer(&mut self) -> Value {
        self.find(|frame| frame["event"] == "ack" || frame["event"] == "error").await
    }

    /// The data of the next event of this name, arrived or awaited.
    pub async fn next(&mut self, event: &str) -> Value {
        self.find(|frame| frame["event"] == event).await["data"].clone()
    }

    /// A visitor as the next `visitors:updated` has it that meets a condition.
    pub async fn visitor_when(&mut self, id: &str, meets: impl Fn(&Value) -> bool) -> Value {
        loop {
            let updated = self.next("visitors:updated").await;
            let mut them = updated["visitors"].as_array().unwrap().iter();
            if let Some(found) = them.find(|visitor| visitor["_id"] == id && meets(visitor)) {
                return found.clone();
            }
        }
    }

    /// The next frame, whatever it is.
    pub async fn frame(&mut self) -> Value {
        self.find(|_| true).await
    }

    /// How many events of this name have arrived and not been asked for.
    pub fn waiting(&self, event: &str) -> usize {
        self.unread.iter().filter(|frame| frame["event"] == event).count()
    }

    /// Waits for what has been pushed so far: pushes to one connection arrive in the order of their posts, so
    /// that a pong comes after them.
    pub async fn pushed_so_far(&mut self) {
        self.ack("ping", json!({})).await;
    }

    async fn find(&mut self, matches: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.unread.iter().position(&matches) {
            return self.unread.remove(index).unwrap();
        }
        loop {
            let frame = self.receive().await;
            if matches(&frame) {
                return frame;
            }
            self.unread.push_back(frame);
        }
    }

    async fn receive(&mut self) -> Value {
        loop {
            let next = timeout(PATIENCE, self.stream.next()).await;
            let message = next.unwrap_or_else(|_| panic!("nothing came; unread: {:?}", self.unread));
            match message.expect("the connection ended").unwrap() {
                Message::Text(text) => {
                    self.traffic.1 += 1;
                    self.traffic.2 += text.len() as u64;
                    let frame = serde_json::from_str(&text).unwrap();
                    super::openapi::check_frame(&frame);
                    return frame;
                }
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Waits until the server closes the connection; the code.
    pub async fn closed(&mut self) -> u16 {
        self.ended().await.expect("it ends with a close")
    }

    /// Waits until the connection ends; the code, if one came.
    pub async fn ended(&mut self) -> Option<u16> {
        loop {
            match timeout(PATIENCE, self.stream.next()).await.expect("the connection stays open") {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    pub async fn close(mut self) {
        self.stream.close(None).await.unwrap();
        while let Ok(Some(Ok(_))) = timeout(PATIENCE, self.stream.next()).await {}
    }
}
