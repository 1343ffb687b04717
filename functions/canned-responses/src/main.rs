//! Runs the `canned-responses` routes on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shared::lambda::serve(canned_responses::routes()).await
}
