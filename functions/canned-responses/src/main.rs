//! Runs the `canned-responses` routes on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::lambda::Error> {
    shared::lambda::serve(canned_responses::routes()).await
}
