//! Running on Lambda.

use std::fmt::Debug;

use lambda_http::lambda_runtime::{self, Diagnostic, LambdaEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::Config;
use crate::http::Routes;
use crate::logging::{self, Format};
use crate::{App, StartError};

pub use lambda_http::Error;

/// Answers the events of an HTTP API with `routes` until the instance ends.
///
/// # Errors
/// When the configuration is wrong, or the Runtime API cannot be reached.
pub async fn serve(routes: Routes) -> Result<(), Error> {
    let app = start().await?;
    lambda_http::run(routes.into_router(app)).await
}

/// Answers events of another kind with `handler` until the instance ends.
///
/// # Errors
/// When the configuration is wrong, or the Runtime API cannot be reached.
pub async fn serve_events<E, R, F>(handler: impl Fn(App, LambdaEvent<E>) -> F) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
    F: Future<Output = Result<R, Error>>,
    Error: Into<Diagnostic> + Debug,
{
    let app = start().await?;
    lambda_runtime::run(lambda_runtime::service_fn(|event| handler(app.clone(), event))).await
}

async fn start() -> Result<App, StartError> {
    logging::start(Format::Json);
    App::new(Config::from_env()?).await
}
