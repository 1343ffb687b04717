//! Runs the `pages` routes on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shared::api::lambda::serve(pages::routes()).await
}
