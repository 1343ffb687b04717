//! Running on Lambda.

use std::fmt::Debug;
use std::process::ExitCode;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::future::LocalBoxFuture;
use lambda_http::Adapter;
use lambda_runtime::tower::Layer;
use lambda_runtime::tower::layer::layer_fn;
use lambda_runtime::{Diagnostic, LambdaEvent, LambdaInvocation, Runtime, Service};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use tracing::Instrument;

use super::http::Routes;
use crate::background::Background;
use crate::config::Config;
use crate::db::Db;
use crate::documents::indexes;
use crate::{App, StartError, deadline, logging};

pub use lambda_http::Error;

/// Answers the events of an HTTP API with `routes` until the instance ends.
///
/// A failure, such as a wrong configuration, is logged, and the process ends with it.
pub async fn serve(routes: Routes) -> ExitCode {
    let app = match start().await {
        Ok(app) => app,
        Err(error) => return failed(&error),
    };
    let background = app.background.clone();
    let runtime = Runtime::new(Adapter::from(routes.into_router(app)));
    ended(runtime.layer(behind_the_answer(&background)).run().await)
}

/// Answers events of another kind with `handler` until the instance ends.
///
/// A failure, such as a wrong configuration, is logged, and the process ends with it.
pub async fn serve_events<E, R, F>(handler: impl Fn(App, LambdaEvent<E>) -> F) -> ExitCode
where
    E: DeserializeOwned,
    R: Serialize + 'static,
    F: Future<Output = Result<R, Error>> + 'static,
    Error: Into<Diagnostic> + Debug,
{
    let app = match start().await {
        Ok(app) => app,
        Err(error) => return failed(&error),
    };
    let background = app.background.clone();
    let runtime = Runtime::new(lambda_runtime::service_fn(|event| handler(app.clone(), event)));
    ended(runtime.layer(behind_the_answer(&background)).run().await)
}

/// What has the work end that goes on behind an answer, before the next event is asked for (AWS Lambda,
/// "Building a custom runtime for AWS Lambda": "Perform additional tasks before getting the next event").
fn behind_the_answer<S>(background: &Background) -> impl Layer<S, Service = BehindTheAnswer<S>> {
    layer_fn(|answering| BehindTheAnswer { answering, background: background.clone() })
}

struct BehindTheAnswer<S> {
    answering: S,
    background: Background,
}

impl<S> Service<LambdaInvocation> for BehindTheAnswer<S>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
    S::Future: 'static,
{
    type Response = ();
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<(), Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.answering.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let ends_at = invocation.context.deadline;
        // As Lambda's own lines name it.
        let span = tracing::info_span!("call", requestId = invocation.context.request_id);
        let (answering, background) = (self.answering.call(invocation), self.background.clone());
        let call = async move {
            let answered = answering.await;
            if timeout(deadline::until(ends_at), background.ended()).await.is_err() {
                tracing::error!("the time was over before everything behind the answer was done");
            }
            answered
        };
        Box::pin(call.instrument(span))
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    tracing::error!(%error, "the function cannot run");
    ExitCode::FAILURE
}

fn ended(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error.as_ref()),
    }
}

/// How long the initialisation waits for the database.
const WARM_UP: Duration = Duration::from_secs(2);
/// How long it waits before it tries again behind the invocations.
const TRY_AGAIN: Duration = Duration::from_secs(1);

async fn start() -> Result<App, StartError> {
    logging::start();
    let app = connect(Config::from_env()?).await?;
    // While Lambda gives the whole processor: connect, and see to the indexes. A database that is away
    // is no reason not to start, since it may be back for the first event.
    let preparing = tokio::spawn(prepare(app.db.clone()));
    if timeout(WARM_UP, preparing).await.is_err() {
        tracing::warn!("started without the database");
    }
    Ok(app)
}

/// Makes the clients; a name that does not resolve is tried again for as long as the database is.
async fn connect(config: Config) -> Result<App, StartError> {
    let began = Instant::now();
    loop {
        match App::new(config.clone()).await {
            Err(StartError::MongoDb(error)) if is_unresolved(&error) && began.elapsed() < WARM_UP => {
                tracing::warn!(%error, "the database's name does not resolve");
                tokio::time::sleep(TRY_AGAIN / 4).await;
            }
            other => return other,
        }
    }
}

fn is_unresolved(error: &mongodb::error::Error) -> bool {
    matches!(*error.kind, mongodb::error::ErrorKind::DnsResolve { .. })
}

async fn prepare(db: Db) {
    while let Err(error) = indexes::prepare(&db).await {
        tracing::warn!(%error, "the database could not be prepared");
        tokio::time::sleep(TRY_AGAIN).await;
    }
}
