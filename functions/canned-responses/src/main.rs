//! Runs the `canned-responses` routes on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shared::api::lambda::serve(canned_responses::routes()).await
}
