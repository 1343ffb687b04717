//! Runs the WebSocket's routes on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::lambda::Error> {
    shared::lambda::serve_events(websocket::handle).await
}
