//! Runs the `analytics` routes on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shared::api::lambda::serve(analytics::routes()).await
}
