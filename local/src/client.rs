//! Clients of a live chat that runs: one for its WebSocket, and one that asks for its health.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, stdin};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::{Failure, say};

/// Where the live chat is unless something else is said.
pub const HERE: &str = "ws://localhost:5000/ws";
/// How long the client listens once there are no more lines and nothing more arrives.
const LISTEN: Duration = Duration::from_secs(2);

/// Sends each line of the standard input as a frame, once the one before is answered or nothing comes
/// for a while, and prints each frame that arrives.
pub async fn talk(url: &str) -> Result<(), Failure> {
    let (socket, _) =
        connect_async(url).await.map_err(|error| format!("cannot connect to {url}: {error}"))?;
    let (mut to_server, mut from_server) = socket.split();
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        say(&format!("> {line}"));
        to_server.send(Message::text(line)).await?;
        listen(&mut from_server, true).await?;
    }
    listen(&mut from_server, false).await?;
    to_server.close().await?;
    Ok(())
}

/// Prints what arrives until there is an answer, if one is awaited, or nothing comes for a while.
async fn listen<S>(from_server: &mut S, until_answer: bool) -> Result<(), Failure>
where
    S: StreamExt<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin,
{
    while let Ok(Some(message)) = tokio::time::timeout(LISTEN, from_server.next()).await {
        let text = message?.into_text()?;
        say(&format!("< {text}"));
        let is_answer =
            [r#""event":"ack""#, r#""event":"error""#].iter().any(|mark| text.contains(mark));
        if until_answer && is_answer {
            break;
        }
    }
    Ok(())
}

/// Asks the live chat on this machine's `port` for a sign of life, for where there is no other client.
pub async fn health(port: u16) -> Result<(), Failure> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    if answer.split_whitespace().nth(1) != Some("200") {
        return Err(format!("not healthy: {answer}").into());
    }
    say("ok");
    Ok(())
}
