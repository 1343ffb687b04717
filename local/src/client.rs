//! Clients of a live chat that runs: one for its WebSocket, and one that asks for its health.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, stdin};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::{Failure, say};

/// How long an answer is awaited before the next line is sent, and how long the client listens once
/// there are no more lines and nothing more arrives.
const LISTEN: Duration = Duration::from_secs(2);

type Received = Option<Result<Message, tungstenite::Error>>;

/// Sends each line of the standard input as a frame, once the one before is answered, and prints each
/// frame that arrives.
pub async fn talk(url: &str) -> Result<(), Failure> {
    let connected = connect_async(url).await;
    let (socket, _) = connected.map_err(|error| format!("cannot connect to {url}: {error}"))?;
    let (mut to_server, mut from_server) = socket.split();
    let mut lines = BufReader::new(stdin()).lines();
    loop {
        tokio::select! {
            line = lines.next_line() => match line?.as_deref().map(str::trim) {
                None => break,
                Some("") => {}
                Some(line) => {
                    say(&format!("> {line}"));
                    to_server.send(Message::text(line)).await?;
                    while let Ok(frame) = timeout(LISTEN, from_server.next()).await {
                        if print(frame)? {
                            break;
                        }
                    }
                }
            },
            frame = from_server.next() => {
                print(frame)?;
            }
        }
    }
    while let Ok(frame) = timeout(LISTEN, from_server.next()).await {
        print(frame)?;
    }
    Ok(to_server.close().await?)
}

/// Prints a frame; whether it answers one that was sent.
fn print(frame: Received) -> Result<bool, Failure> {
    match frame {
        Some(Ok(Message::Text(text))) => {
            say(&format!("< {text}"));
            Ok([r#""event":"ack""#, r#""event":"error""#].iter().any(|mark| text.contains(mark)))
        }
        Some(Ok(Message::Close(_))) | None => Err("the server closed the connection".into()),
        Some(Ok(_)) => Ok(false),
        Some(Err(error)) => Err(error.into()),
    }
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
