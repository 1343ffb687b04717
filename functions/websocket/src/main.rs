//! Runs the WebSocket's routes on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shared::api::lambda::serve_events(websocket::handle).await
}
